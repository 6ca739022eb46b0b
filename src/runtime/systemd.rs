//! The interface to systemd: sockets, readiness, the status line, the watchdog.
//!
//! Without systemd there are no sockets, and notifications have no effect.

use std::collections::HashMap;
use std::env;
use std::ffi::OsStr;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tracing::warn;

/// Most sockets that are accepted from systemd; there are three listeners.
const SOCKETS_MAX: usize = 64;

/// The sockets that systemd has opened (`bina.socket`), by their names there.
#[derive(Default)]
pub struct Sockets(HashMap<String, TcpListener>);

impl Sockets {
    /// Takes the sockets; a second call returns none.
    pub fn take() -> Self {
        if let Some(count) = invalid_count(env::var("LISTEN_FDS").ok().as_deref()) {
            warn!(
                "sockets of systemd ignored: LISTEN_FDS is `{}` (expected at most {SOCKETS_MAX})",
                count.escape_debug()
            );
            return Self::default();
        }
        let mut descriptors = ListenFd::from_env();
        let names = env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut names = names.split(':');
        let mut sockets = HashMap::new();
        for index in 0..descriptors.len() {
            let name = names.next().unwrap_or_default().to_owned();
            match descriptors.take_tcp_listener(index) {
                Ok(Some(socket)) => drop(sockets.insert(name, socket)),
                Ok(None) => {}
                Err(error) => {
                    warn!("socket ignored: `{name}` of bina.socket is not a TCP socket: {error}");
                }
            }
        }
        Self(sockets)
    }

    /// The socket with `FileDescriptorName=` `name`.
    pub fn named(&mut self, name: &str) -> Option<TcpListener> {
        self.0.remove(name)
    }

    /// The names of the sockets that were not taken.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// The value of `LISTEN_FDS`, if systemd would not write it.
fn invalid_count(value: Option<&str>) -> Option<&str> {
    let value = value?;
    let is_valid = value.parse::<usize>().is_ok_and(|count| count <= SOCKETS_MAX);
    (!is_valid).then_some(value)
}

/// The folder for state that systemd has created for the service (`StateDirectory=`), if it has.
pub fn state_folder() -> Option<PathBuf> {
    first_folder(&env::var_os("STATE_DIRECTORY")?)
}

/// The first of several folders, which systemd separates by colons.
fn first_folder(value: &OsStr) -> Option<PathBuf> {
    let first = value.as_bytes().split(|byte| *byte == b':').next()?;
    let path = PathBuf::from(OsStr::from_bytes(first));
    path.is_absolute().then_some(path)
}

/// Notifies systemd that calls are answered from now on.
pub fn ready() {
    notify(&[NotifyState::Ready]);
}

/// Notifies systemd that the service is stopping.
pub fn stopping() {
    let status = NotifyState::Status("stopping: calls already accepted are answered first");
    notify(&[NotifyState::Stopping, status]);
}

/// Shows `line` as the status of the service in `systemctl status`.
pub fn status(line: &str) {
    notify(&[NotifyState::Status(line)]);
}

/// Whether systemd receives notifications.
pub fn is_notified() -> bool {
    env::var_os("NOTIFY_SOCKET").is_some()
}

/// Notifies systemd that the service is healthy; otherwise systemd restarts it.
pub fn pet_watchdog() {
    notify(&[NotifyState::Watchdog]);
}

/// The watchdog's interval, if systemd has enabled it.
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        warn!("cannot notify systemd: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_folder_is_the_first_absolute_path() {
        let first = |value: &str| first_folder(OsStr::new(value));
        assert_eq!(first("/var/lib/bina"), Some(PathBuf::from("/var/lib/bina")));
        assert_eq!(first("/var/lib/bina:/var/lib/other"), Some(PathBuf::from("/var/lib/bina")));
        for odd in ["", ":", ":/var/lib/bina", "var/lib/bina"] {
            assert_eq!(first(odd), None, "{odd}");
        }
    }

    #[test]
    fn an_invalid_number_of_sockets_is_rejected() {
        for valid in [None, Some("0"), Some("3"), Some("64")] {
            assert_eq!(invalid_count(valid), None);
        }
        for odd in ["65", "999999999", "99999999999999999999", "-1", "x", ""] {
            assert_eq!(invalid_count(Some(odd)), Some(odd));
        }
    }
}
