//! Speaks with systemd, where it has started the service: sockets, readiness, the watchdog.
//!
//! Without systemd there are no sockets and nobody to tell, which is no error.

use std::collections::HashMap;
use std::env;
use std::net::TcpListener;
use std::time::Duration;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tracing::warn;

/// Most sockets that are looked at; there are listeners for three.
const SOCKETS_MAX: usize = 64;

/// The sockets systemd has opened for us (`bina.socket`), by the names they have there.
#[derive(Default)]
pub struct Sockets(HashMap<String, TcpListener>);

impl Sockets {
    /// Takes what was handed over; a second call finds nothing.
    pub fn take() -> Self {
        if let Some(count) = too_many(env::var("LISTEN_FDS").ok().as_deref()) {
            warn!(
                "LISTEN_FDS is `{}`: bina.socket hands over {SOCKETS_MAX} at most; none is used",
                count.escape_debug()
            );
            return Self::default();
        }
        let mut handed = ListenFd::from_env();
        let names = env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut names = names.split(':');
        let mut sockets = HashMap::new();
        for index in 0..handed.len() {
            let name = names.next().unwrap_or_default().to_owned();
            match handed.take_tcp_listener(index) {
                Ok(Some(socket)) => drop(sockets.insert(name, socket)),
                Ok(None) => {}
                Err(error) => {
                    warn!("socket {name} of bina.socket is not used, it is no TCP: {error}");
                }
            }
        }
        Self(sockets)
    }

    /// The socket with `FileDescriptorName=` `name`.
    pub fn named(&mut self, name: &str) -> Option<TcpListener> {
        self.0.remove(name)
    }

    /// The names of those that nobody has asked for.
    pub fn left(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// The number in `LISTEN_FDS`, where it is none that systemd would write.
fn too_many(told: Option<&str>) -> Option<&str> {
    let told = told?;
    let is_usual = told.parse::<usize>().is_ok_and(|count| count <= SOCKETS_MAX);
    (!is_usual).then_some(told)
}

/// Says that calls are answered from now on.
pub fn ready() {
    tell(NotifyState::Ready);
}

/// Says that the end has begun.
pub fn stopping() {
    tell(NotifyState::Stopping);
}

/// Says that the service is well; without it systemd starts it again.
pub fn pet_watchdog() {
    tell(NotifyState::Watchdog);
}

/// How often systemd wants to hear that, if it does.
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        warn!("systemd cannot be told: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_sockets_are_no_systemds() {
        for usual in [None, Some("0"), Some("3"), Some("64")] {
            assert_eq!(too_many(usual), None);
        }
        for odd in ["65", "999999999", "99999999999999999999", "-1", "x", ""] {
            assert_eq!(too_many(Some(odd)), Some(odd));
        }
    }
}
