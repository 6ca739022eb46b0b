//! Decides whether a client is answered: how often an unknown address is, and with which credential.

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

/// What is required of clients. The default requires nothing, as on loopback.
#[derive(Default)]
pub struct Guard {
    pub credentials: Credentials,
    /// Which addresses are this machine's. Who may connect at all is the listener's business.
    pub networks: Networks,
    /// Those that may send as many requests as they need to.
    pub pbx: Vec<IpAddr>,
    /// Outlives a reload.
    pub rates: Arc<Rates>,
    pub tls: Option<Tls>,
}

/// Who has connected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    pub(super) address: IpAddr,
    /// It is on this machine.
    pub(super) is_own: bool,
    /// It is neither on this machine nor a PBX.
    pub(super) is_unknown: bool,
}

impl Client {
    /// Who is at the other end of `stream`, which is `peer`.
    pub(super) fn connected(stream: &TcpStream, peer: IpAddr, guard: &Guard) -> Self {
        let address = peer.to_canonical();
        let local = || stream.local_addr().ok().map(|address| address.ip());
        let is_own = guard.networks.is_own(address, local);
        let is_pbx = || guard.pbx.iter().any(|pbx| pbx.to_canonical() == address);
        Self { address, is_own, is_unknown: !is_own && !is_pbx() }
    }
}

/// Why a client is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// An unknown address has sent more requests than it may.
    Rate,
    /// No credential, or a wrong one.
    Unauthorized,
}

impl Guard {
    /// Decides whether a request of `client` is answered that needs `access`. A session would be read
    /// here, beside the credential.
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
        let mut shown = headers.get_all(AUTHORIZATION).iter();
        match (shown.next(), shown.next()) {
            (Some(shown), None) if self.credentials.accept(shown.as_bytes()) => Ok(()),
            _ => Err(Denial::Unauthorized),
        }
    }

    /// The reply to a client that is not answered; it says what a good credential looks like.
    pub(super) fn deny(&self, denial: Denial, client: Client) -> HttpReply {
        let address = client.address;
        if denial == Denial::Rate {
            return RATE.reply(format_args!(
                "more than {RATE_MAX} requests a second from {address}; if it is a PBX, name it in \
                 listen.pbx"
            ));
        }
        let mut reply = UNAUTHORIZED.reply(format_args!(
            "{address} shows no credential, or a wrong one: give it one of access.token_files or \
             basic_files"
        ));
        for challenge in self.credentials.challenges() {
            let challenge = HeaderValue::from_static(challenge);
            reply.headers_mut().append(WWW_AUTHENTICATE, challenge);
        }
        reply
    }
}
