//! Opens the listeners, or takes over the sockets that systemd has opened.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tracing::{info, warn};

use crate::runtime::systemd::Sockets;
use crate::servers::listener::{self, Listener};

use super::application::require_protection;
use super::config::Config;
use super::error::AppError;
use super::texts;

/// Every open listener.
pub struct Listeners {
    pub(super) http: Listener,
    pub(super) agi: Option<Listener>,
    pub(super) metrics: Option<Listener>,
    pub(super) console: Option<Listener>,
}

impl Listeners {
    /// Opens each listener, or takes over systemd's socket of that name.
    pub fn open(config: &Config) -> Result<Self, AppError> {
        let mut sockets = Sockets::take();
        let mut listener = |name, address| match sockets.named(name) {
            Some(socket) => {
                let actual = socket.local_addr().ok();
                if actual.is_some_and(|actual| actual != address && address.port() != 0) {
                    warn!(
                        "listen.{name} ignored: bina.socket opens another address than `{address}`"
                    );
                }
                listener::adopt(name, socket).map_err(AppError::runtime)
            }
            None => open(name, address),
        };
        let http = listener("http", config.http)?.with(config.listener.clone());
        let agi = config.agi.map(|agi| listener("agi", agi)).transpose()?;
        let metrics = config.metrics.map(|metrics| listener("metrics", metrics)).transpose()?;
        let console = config.console_address.and_then(|console| {
            let opened = listener("console", console);
            opened.inspect_err(|error| warn!("the console is off: {error}")).ok()
        });
        for name in sockets.unused() {
            warn!("socket ignored: no listener uses `{name}` of bina.socket");
        }
        let listeners = Self {
            agi: agi.map(|agi| agi.beside(&http)),
            // Slots of its own, so that monitoring works when the others are taken.
            console: console.map(|console| console.with_console_slots(config.listener.clone())),
            metrics: metrics.map(|metrics| metrics.with_few_slots(config.listener.clone())),
            http,
        };
        // Systemd's sockets may have other addresses than the configuration.
        require_protection(config, &listeners.addresses()?)?;
        Ok(listeners)
    }

    /// The actual address of each listener, by name.
    pub fn addresses(&self) -> Result<Vec<(&'static str, SocketAddr)>, AppError> {
        let open = [
            ("agi", self.agi.as_ref()),
            ("metrics", self.metrics.as_ref()),
            ("console", self.console.as_ref()),
        ];
        let open = open.into_iter().filter_map(|(name, listener)| Some((name, listener?)));
        let open = open.chain([("http", &self.http)]);
        open.map(|(name, listener)| Ok((name, listener.local_addr()?))).collect()
    }

    /// The actual address of the HTTP listener for calls.
    pub fn http_address(&self) -> Result<SocketAddr, AppError> {
        Ok(self.http.local_addr()?)
    }

    /// The actual address of the operations listener, if it is on.
    pub fn metrics_address(&self) -> Result<Option<SocketAddr>, AppError> {
        Ok(self.metrics.as_ref().map(Listener::local_addr).transpose()?)
    }

    /// The actual address of the console, if it is on.
    pub fn console_address(&self) -> Result<Option<SocketAddr>, AppError> {
        Ok(self.console.as_ref().map(Listener::local_addr).transpose()?)
    }

    /// Logs the addresses.
    pub fn announce(&self) -> Result<(), AppError> {
        let shown = |listener: &Option<Listener>| {
            let address = listener.as_ref().map(Listener::local_addr).transpose()?;
            Ok::<_, AppError>(address.map_or_else(|| "off".to_owned(), |it| it.to_string()))
        };
        info!(
            version = %env!("CARGO_PKG_VERSION"),
            console = %shown(&self.console)?,
            metrics = %shown(&self.metrics)?,
            agi = %shown(&self.agi)?,
            http = %self.http_address()?,
            "bina answers calls"
        );
        Ok(())
    }
}

/// Opens a listener; the error states how to find the program that uses its port.
fn open(name: &'static str, address: SocketAddr) -> Result<Listener, AppError> {
    listener::open(name, address).map_err(|error| {
        let port = address.port();
        AppError::Runtime(texts::LISTENER.message(&[
            ("address", &address),
            ("error", &error),
            ("port", &port),
        ]))
    })
}

/// The address at which this machine reaches a listener at `address`, which may be unspecified.
pub fn own_address(address: SocketAddr) -> SocketAddr {
    let own: IpAddr = match address {
        SocketAddr::V4(all) if all.ip().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(all) if all.ip().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => return address,
    };
    SocketAddr::new(own, address.port())
}
