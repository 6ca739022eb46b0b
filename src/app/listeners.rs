//! Opens the listeners, or takes those that systemd has opened.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tracing::{info, warn};

use crate::runtime::systemd::Sockets;
use crate::servers::listener::{self, Listener};

use super::application::protected;
use super::config::Config;
use super::error::AppError;

/// Every open listener.
pub struct Listeners {
    pub(super) http: Listener,
    pub(super) agi: Option<Listener>,
    pub(super) metrics: Option<Listener>,
}

impl Listeners {
    /// Opens each listener, or takes the one systemd has opened under its name.
    pub fn open(config: &Config) -> Result<Self, AppError> {
        let mut sockets = Sockets::take();
        let mut listener = |name, address| match sockets.named(name) {
            Some(socket) => {
                let there = socket.local_addr().ok();
                if there.is_some_and(|there| there != address && address.port() != 0) {
                    warn!(
                        "bina.socket opens listen.{name} elsewhere than the file says ({address})"
                    );
                }
                listener::adopt(name, socket).map_err(AppError::runtime)
            }
            None => open(name, address),
        };
        let http = listener("http", config.http)?.with(config.listener.clone());
        let agi = config.agi.map(|agi| listener("agi", agi)).transpose()?;
        let metrics = config.metrics.map(|metrics| listener("metrics", metrics)).transpose()?;
        for name in sockets.left() {
            warn!("bina.socket hands over a socket called `{name}`, which no open listener uses");
        }
        let listeners = Self {
            agi: agi.map(|agi| agi.beside(&http)),
            // Slots of its own: whoever monitors the service must get in when it is full.
            metrics: metrics.map(|metrics| metrics.with_few_places(config.listener.clone())),
            http,
        };
        // Those that systemd has opened may be elsewhere than the file says.
        protected(config, &listeners.addresses()?)?;
        Ok(listeners)
    }

    /// Where each of them is, by name, also when the system chose the port.
    pub fn addresses(&self) -> Result<Vec<(&'static str, SocketAddr)>, AppError> {
        let open = [("agi", self.agi.as_ref()), ("metrics", self.metrics.as_ref())];
        let open = open.into_iter().filter_map(|(name, listener)| Some((name, listener?)));
        let open = open.chain([("http", &self.http)]);
        open.map(|(name, listener)| Ok((name, listener.local_addr()?))).collect()
    }

    /// Where calls are answered over HTTP.
    pub fn http_address(&self) -> Result<SocketAddr, AppError> {
        Ok(self.http.local_addr()?)
    }

    /// Logs where they are.
    pub fn announce(&self) -> Result<(), AppError> {
        let shown = |listener: &Option<Listener>| {
            let address = listener.as_ref().map(Listener::local_addr).transpose()?;
            Ok::<_, AppError>(address.map_or_else(|| "off".to_owned(), |it| it.to_string()))
        };
        info!(
            version = %env!("CARGO_PKG_VERSION"),
            metrics = %shown(&self.metrics)?,
            agi = %shown(&self.agi)?,
            http = %self.http_address()?,
            "bina answers calls"
        );
        Ok(())
    }
}

/// Opens a listener, or says how to find who uses its port.
fn open(name: &'static str, address: SocketAddr) -> Result<Listener, AppError> {
    listener::open(name, address).map_err(|error| {
        let port = address.port();
        AppError::Runtime(format!(
            "cannot listen on {address} ({error}): see who does with `ss -ltnp sport = :{port}`, \
             or choose another port"
        ))
    })
}

/// Where this machine reaches a listener at `address`, which may be all of its addresses.
pub fn own_address(address: SocketAddr) -> SocketAddr {
    let own: IpAddr = match address {
        SocketAddr::V4(all) if all.ip().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(all) if all.ip().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => return address,
    };
    SocketAddr::new(own, address.port())
}
