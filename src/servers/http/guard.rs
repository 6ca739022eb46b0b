//! Knows who asks, and decides whether to answer: how often a stranger may, and with what to show.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use tokio::net::TcpStream;

use crate::runtime::access::{Credentials, Networks, Rates};
use crate::runtime::tls::Tls;

use super::route::{Refusal, is_for_everybody};

/// What is asked of those who ask. The default asks for nothing, as on loopback.
#[derive(Default)]
pub struct Guard {
    pub credentials: Credentials,
    /// Which addresses are this machine's. Who may connect at all is the listener's business.
    pub networks: Networks,
    /// Those that may ask as often as they need to.
    pub pbx: Vec<IpAddr>,
    /// Outlives a reading of the configuration.
    pub rates: Arc<Rates>,
    pub tls: Option<Tls>,
}

/// Who has connected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guest {
    pub(super) address: IpAddr,
    /// It is on this machine.
    pub(super) is_own: bool,
    /// It is neither on this machine nor a PBX.
    pub(super) is_stranger: bool,
}

impl Guest {
    /// Who is at the other end of `stream`, which is `peer`.
    pub(super) fn meet(stream: &TcpStream, peer: IpAddr, guard: &Guard) -> Self {
        let address = peer.to_canonical();
        let local = || stream.local_addr().ok().map(|address| address.ip());
        let is_own = guard.networks.is_own(address, local);
        let is_pbx = || guard.pbx.iter().any(|pbx| pbx.to_canonical() == address);
        Self { address, is_own, is_stranger: !is_own && !is_pbx() }
    }
}

impl Guard {
    /// Decides whether a request of `guest` is answered.
    pub(super) fn admit(
        &self,
        guest: Guest,
        path: &str,
        headers: &HeaderMap,
        now: Instant,
    ) -> Result<(), Refusal> {
        if guest.is_stranger && !self.rates.allow(guest.address, now) {
            return Err(Refusal::Rate(guest.address));
        }
        if self.credentials.is_empty() || is_for_everybody(path) {
            return Ok(());
        }
        let mut shown = headers.get_all(AUTHORIZATION).iter();
        match (shown.next(), shown.next()) {
            (Some(shown), None) if self.credentials.accept(shown.as_bytes()) => Ok(()),
            _ => Err(Refusal::Unauthorized(guest.address)),
        }
    }

    /// The refusal that says what would have been a good credential.
    pub(super) fn challenge(&self, mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
        for challenge in self.credentials.challenges() {
            let challenge = HeaderValue::from_static(challenge);
            response.headers_mut().append(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
