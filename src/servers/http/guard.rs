//! Decides whether a client is answered: rate limit of unknown addresses, and credentials.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use tokio::net::TcpStream;

use crate::runtime::access::{Credentials, Networks, RATE_MAX, Rates};
use crate::runtime::tls::Tls;

use super::endpoint::Access;
use super::rejection::Rejection;
use super::reply::HttpReply;

pub(super) static RATE: Rejection = Rejection::warning(429, "rate");
pub(super) static UNAUTHORIZED: Rejection = Rejection::warning(401, "unauthorized");

/// The requirements for clients. The default has none, as on loopback.
#[derive(Clone, Default)]
pub struct Guard {
    pub credentials: Credentials,
    /// The addresses of this machine. The listener decides which addresses may connect.
    pub networks: Networks,
    /// Addresses without a rate limit.
    pub pbx: Vec<IpAddr>,
    /// Kept at a reload.
    pub rates: Arc<Rates>,
    pub tls: Option<Tls>,
}

/// A connected client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    pub(super) address: IpAddr,
    /// The client is on this machine.
    pub(super) is_own: bool,
    /// The client is neither on this machine nor a PBX.
    pub(super) is_unknown: bool,
    /// The connection has TLS.
    pub(super) is_encrypted: bool,
}

impl Client {
    /// The client of `stream`, whose address is `peer`.
    pub(super) fn connected(stream: &TcpStream, peer: IpAddr, guard: &Guard) -> Self {
        let address = peer.to_canonical();
        let local = || stream.local_addr().ok().map(|address| address.ip());
        let is_own = guard.networks.is_own(address, local);
        let is_pbx = || guard.pbx.iter().any(|pbx| pbx.to_canonical() == address);
        Self { address, is_own, is_unknown: !is_own && !is_pbx(), is_encrypted: false }
    }
}

/// Why a client is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// An unknown address has exceeded its rate limit.
    Rate,
    /// No credential, or a wrong one.
    Unauthorized,
}

impl Guard {
    /// Decides whether a request of `client` that needs `access` is answered.
    pub(super) fn admit(
        &self,
        client: Client,
        access: Access,
        headers: &HeaderMap,
        now: Instant,
    ) -> Result<(), Denial> {
        if client.is_unknown && !self.rates.allow(client.address, now) {
            return Err(Denial::Rate);
        }
        if self.credentials.is_empty() || access == Access::Everyone {
            return Ok(());
        }
        let mut sent = headers.get_all(AUTHORIZATION).iter();
        match (sent.next(), sent.next()) {
            (Some(header), None) if self.credentials.accept(header.as_bytes()) => Ok(()),
            _ => Err(Denial::Unauthorized),
        }
    }

    /// The reply to a denied client, with the accepted authentication schemes.
    pub(super) fn deny(&self, denial: Denial, client: Client) -> HttpReply {
        let address = client.address;
        if denial == Denial::Rate {
            return RATE.reply(format_args!(
                "more than {RATE_MAX} requests a second from {address} (if it is a PBX, add it to \
                 listen.pbx)"
            ));
        }
        let mut reply = UNAUTHORIZED.reply(format_args!(
            "{address} sent no credential, or a wrong one (configure one of access.token_files or \
             access.basic_files there)"
        ));
        for challenge in self.credentials.challenges() {
            let challenge = HeaderValue::from_static(challenge);
            reply.headers_mut().append(WWW_AUTHENTICATE, challenge);
        }
        reply
    }
}
