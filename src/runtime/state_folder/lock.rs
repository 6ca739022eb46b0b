//! Keeps a second process out of the state folder, until this one ends in whatever way.
//!
//! A socket in the folder serves as the lock. The kernel refuses a connection to it from the moment its
//! process has ended, so nothing has to be cleaned up after a crash. `File::lock` needs Rust 1.89, and
//! `flock` a crate or unsafe code.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::error::{FileAction, StateError};
use super::replace::UNFINISHED;

/// The name of the socket in the folder.
const NAME: &str = "lock";
/// A socket that a crash left is removed once; further attempts meet others that start just now.
const ATTEMPTS: usize = 5;
/// How long a process may take to end that is ending now: the one before this, in a restart, or its child
/// that has a copy of the socket until it has started its program.
const ENDING: Duration = Duration::from_millis(300);
/// How long it takes others to move a socket away that they have seen to be dead.
const SETTLED: Duration = Duration::from_millis(10);
const NONBLOCKING: bool = true;
/// The kernel's limit for the path of a socket, without its final zero.
const PATH_BYTES_MAX: usize = 107;

/// The lock of a folder. It is released when it is dropped, and when the process ends.
pub(super) struct FolderLock {
    path: PathBuf,
    _socket: UnixDatagram,
}

impl FolderLock {
    pub(super) fn take(folder: &Path) -> Result<Self, StateError> {
        let path = folder.join(NAME);
        if path.as_os_str().len() > PATH_BYTES_MAX {
            let error = io::Error::from(ErrorKind::InvalidFilename);
            return Err(FileAction::Lock.failed(&path)(error));
        }
        let give_up = Instant::now() + ENDING;
        for _ in 0..ATTEMPTS {
            match UnixDatagram::bind(&path) {
                Ok(socket) if is_reached(&socket, &path) => {
                    return Ok(Self { path, _socket: socket });
                }
                // A late process has moved it away, and another one has taken its place.
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::AddrInUse => {}
                Err(error) => return Err(FileAction::Lock.failed(&path)(error)),
            }
            if stays_alive(&path, give_up).map_err(FileAction::Lock.failed(&path))? {
                break;
            }
            put_away(&path).map_err(FileAction::Lock.failed(&path))?;
        }
        Err(StateError::InUse { path: folder.to_owned() })
    }

    /// The user that this process creates files as.
    pub(super) fn owner(&self) -> io::Result<u32> {
        Ok(fs::symlink_metadata(&self.path)?.uid())
    }
}

/// Whether a message to `path` reaches the socket that was bound there, once those have done their work who
/// saw the socket of an ended process there before.
#[expect(clippy::disallowed_methods, reason = "a folder is opened once, before it is used")]
fn is_reached(socket: &UnixDatagram, path: &Path) -> bool {
    sleep(SETTLED);
    let message = std::process::id().to_ne_bytes();
    let sent = UnixDatagram::unbound().and_then(|other| other.send_to(&message, path));
    let mut received = [0; 4];
    sent.is_ok()
        && socket.set_nonblocking(NONBLOCKING).is_ok()
        && socket.recv(&mut received).is_ok()
}

/// Whether a process holds the socket at `path` until `give_up`.
#[expect(clippy::disallowed_methods, reason = "a folder is opened once, before it is used")]
fn stays_alive(path: &Path, give_up: Instant) -> io::Result<bool> {
    while is_alive(path)? {
        if Instant::now() >= give_up {
            return Ok(true);
        }
        sleep(SETTLED);
    }
    Ok(false)
}

/// Whether a process holds the socket at `path`.
fn is_alive(path: &Path) -> io::Result<bool> {
    match UnixDatagram::unbound()?.connect(path) {
        Ok(()) => Ok(true),
        Err(error) => match error.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::NotFound => Ok(false),
            _ => Err(error),
        },
    }
}

/// Removes a socket whose process has ended.
fn put_away(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.file_type().is_socket() => {}
        Ok(_) => return Err(io::Error::new(ErrorKind::AlreadyExists, "it is not a socket")),
        Err(_) => return Ok(()),
    }
    // Two processes may get here at once, one of them late: what it moves away may be the other's new
    // socket, which it then puts back.
    let aside = path.with_extension(format!("{}{UNFINISHED}", std::process::id()));
    match fs::rename(path, &aside) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        moved => moved?,
    }
    if is_alive(&aside)? {
        let _ = fs::hard_link(&aside, path);
    }
    fs::remove_file(&aside)
}
