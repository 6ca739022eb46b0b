//! The files and programs of this machine, or of a folder that stands for one.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::fs::{Access, Mode, OFlags, access, open};
use rustix::process::geteuid;
use tokio::process::Command;
use tokio::time::timeout;

use crate::runtime::settings::own_group;

/// Where programs of the system are. A `PATH` that a user has set is not followed, as root runs them.
const PROGRAM_FOLDERS: [&str; 6] =
    ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

/// A machine that is set up.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    root: PathBuf,
}

impl Machine {
    pub(super) fn new(root: Option<&Path>) -> Self {
        Self { root: root.unwrap_or_else(|| Path::new("/")).to_owned() }
    }

    /// The file or folder that has this path from the root.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// How `path` is called from the root.
    pub(super) fn named(&self, path: &Path) -> String {
        match path.strip_prefix(&self.root) {
            Ok(rest) => format!("/{}", rest.display()),
            Err(_) => path.display().to_string(),
        }
    }

    /// A program of the system.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let mut paths = PROGRAM_FOLDERS.iter().map(|folder| self.at(folder).join(name));
        paths.find(|path| path.is_file())
    }

    /// What a program writes; none if it is not there, fails, or takes longer than `most`.
    pub(super) async fn output(
        &self,
        name: &str,
        arguments: &[&str],
        most: Duration,
    ) -> Option<String> {
        let mut command = Command::new(self.program(name)?);
        command.args(arguments).env("LC_ALL", "C").stdin(Stdio::null()).kill_on_drop(true);
        let output = timeout(most, command.output()).await.ok()?.ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The group of bina's own user, where a package has created one because systemd hands no secrets over.
    pub(super) fn service_group(&self) -> Option<u32> {
        own_group(&fs::read_to_string(self.at("/etc/group")).ok()?)
    }

    /// Whether services are started by systemd here.
    pub(super) fn has_systemd(&self) -> bool {
        self.at("/run/systemd/system").is_dir() && self.program("systemctl").is_some()
    }
}

/// Whether this process may do everything.
pub(super) fn is_root() -> bool {
    geteuid().is_root()
}

/// The mode of a new folder.
const FOLDER_MODE: u32 = 0o755;

/// Creates a folder with an owner, if it is not there. What takes its place meanwhile is not changed.
pub(super) fn create_folder(path: &Path, owner: Option<(u32, u32)>) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        created => created?,
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = File::from(open(path, flags, Mode::empty())?);
    folder.set_permissions(Permissions::from_mode(FOLDER_MODE))?;
    match owner {
        Some((user, group)) => fchown(&folder, Some(user), Some(group)),
        None => Ok(()),
    }
}

/// Whether a file can be written at `path`: the closest folder above it that is there decides.
pub(super) fn is_writable(path: &Path) -> bool {
    let folder = path.ancestors().skip(1).find(|folder| folder.exists());
    folder.is_some_and(|folder| access(folder, Access::WRITE_OK).is_ok())
}
