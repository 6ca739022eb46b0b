//! A small HubSoft that can misbehave, for `bina demo` and every test that needs an upstream.
//!
//! It is written from the vendor's page alone and shares no code with the client, so that a
//! mistake in one does not hide in the other. It listens on loopback only and holds invented
//! customers only.
//!
//! A request walks through it like this:
//!
//! ```text
//! socket -> door -> line -> question -> desk -> mood -> [api, search] -> plan -> line -> socket
//!           who     TLS                 |       which    the right       steps
//!           gets in                     log     fault    answer
//! controller -> line -> question -> control -> [desk, door, tls]
//! ```
//!
//! Read `mood` and `door` for what can go wrong, `api` and `search` for the right answers,
//! `control` for how somebody else sets it all, and `server` for how it hangs together. Only
//! `server`, `line`, `door` and `shared` wait.

#![expect(clippy::large_futures, reason = "few connections, each with its buffer")]

mod account;
mod api;
mod bomb;
mod control;
mod customers;
mod desk;
mod door;
mod encoding;
mod line;
mod mixed;
mod mood;
mod plan;
mod question;
mod reply;
mod search;
mod server;
mod shared;
mod spelling;
mod tls;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use serde_json::Value;

use account::{CREDENTIALS, Tokens};
use api::{Hub, Route};
use desk::Desk;
use server::Server;
use shared::Shared;

pub use account::{AccountCredentials, CLIENT_ID, CLIENT_SECRET, PASSWORD, TOKEN_PREFIX, USERNAME};
pub use customers::{
    CANARIES, CANARY_CPF, CANARY_PASSWORD, CANARY_TRACE, customer, printed_example, with_alert,
};
pub use desk::Request;
pub use door::Door;
pub use mood::{Mood, RetryAfter};
pub use search::Matching;

/// A running simulator; dropping it closes every socket before it returns.
pub struct Sim {
    server: Server,
    shared: Arc<Shared>,
}

// ------------ Its life -------------------------------------------------------------------------

impl Sim {
    /// Starts on a free port of 127.0.0.1, in `Mood::Normal`.
    pub async fn start(customers: Vec<Value>) -> io::Result<Self> {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), customers).await
    }

    /// Starts on that address, for instance the one of a simulator that was dropped. Refuses an
    /// address that is not loopback: whoever can reach the simulator can ask it anything.
    pub async fn start_at(addr: SocketAddr, customers: Vec<Value>) -> io::Result<Self> {
        Self::start_with(addr, customers, None).await
    }

    /// Starts with TLS, showing the certificate of `tls`.
    pub async fn start_tls(customers: Vec<Value>, tls: Arc<ServerConfig>) -> io::Result<Self> {
        Self::start_with((Ipv4Addr::LOCALHOST, 0).into(), customers, Some(tls)).await
    }

    async fn start_with(
        addr: SocketAddr,
        customers: Vec<Value>,
        tls: Option<Arc<ServerConfig>>,
    ) -> io::Result<Self> {
        let hub = Hub { customers, matching: Matching::default(), tokens: Tokens::new() };
        let (shared, door_orders) = Shared::new(Desk::new(hub));
        shared.reception().tls = tls;
        let shared = Arc::new(shared);
        let server = Server::start(addr, Arc::clone(&shared), door_orders).await?;
        Ok(Self { server, shared })
    }

    pub fn addr(&self) -> SocketAddr {
        self.server.addr
    }

    /// Where the control path is: plain HTTP on a port of its own, which neither a mood nor the
    /// door can close. `control` says what may be ordered there.
    pub fn control_addr(&self) -> SocketAddr {
        self.server.control_addr
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end; `https://localhost:PORT` with TLS, for
    /// certificates are given to names. One for the address itself is met at `addr()`.
    pub fn base_url(&self) -> String {
        match self.shared.reception().tls {
            None => format!("http://{}", self.addr()),
            Some(_) => format!("https://localhost:{}", self.addr().port()),
        }
    }

    /// What the token route wants to be told.
    pub fn credentials(&self) -> AccountCredentials {
        CREDENTIALS
    }
}

// ------------ What it does with a request ------------------------------------------------------

impl Sim {
    pub fn set_customers(&self, customers: Vec<Value>) {
        self.shared.desk().hub.customers = customers;
    }

    pub fn set_matching(&self, matching: Matching) {
        self.shared.desk().hub.matching = matching;
    }

    /// Sets the mood for every request: all routes, the token route among them unless it has a mood
    /// of its own. A test of what a *lookup* meets calls `set_token_mood(Mood::Normal)` first, or
    /// its client never gets that far.
    pub fn set_mood(&self, mood: Mood) {
        self.shared.desk().set_mood(None, mood);
    }

    /// Sets the mood of lookups alone, from now on, whatever `set_mood` says.
    pub fn set_lookup_mood(&self, mood: Mood) {
        self.shared.desk().set_mood(Some(Route::Lookup), mood);
    }

    /// Sets the mood of `/oauth/token` alone, from now on, whatever `set_mood` says.
    pub fn set_token_mood(&self, mood: Mood) {
        self.shared.desk().set_mood(Some(Route::Token), mood);
    }

    /// Mixes misbehaviour in: `set_mood` with `Mood::Mixed`.
    pub fn misbehave(&self, seed: u64, share: f64) {
        self.set_mood(Mood::Mixed { seed, share });
    }

    /// The next lookups meet these moods, one each in that order, and after them the set mood
    /// again. Moods left over from an earlier script are forgotten.
    pub fn script(&self, moods: Vec<Mood>) {
        self.shared.desk().script = moods.into();
    }

    /// Makes every token issued so far a 401, as an update of the real server does.
    pub fn void_tokens(&self) {
        self.shared.desk().hub.tokens.void();
    }

    /// Sets how long the tokens issued from now on live, and say they do; thirty days if never set.
    pub fn set_token_life(&self, seconds: u64) {
        self.shared.desk().hub.tokens.set_life(Duration::from_secs(seconds));
    }
}

// ------------ What it does with a connection ---------------------------------------------------

impl Sim {
    /// Sets how long a connection may say nothing before it is closed, from its next wait on; 75
    /// seconds if never set. Close to a client's pace, it brings about the keep-alive race.
    pub fn set_keep_alive(&self, limit: Duration) {
        self.shared.reception().keep_alive = limit;
    }

    /// Sets what new connections meet, and returns when they do. Open connections go on: a client
    /// that keeps some meets the door only after `close_connections`.
    ///
    /// Fails, and refuses, if the system does not leave connections unanswered as
    /// `Door::Blackhole` needs it.
    pub async fn set_door(&self, door: Door) -> io::Result<()> {
        self.shared.set_door(door).await
    }

    /// Shows that certificate to new connections, and speaks plain HTTP no longer.
    pub fn set_tls(&self, tls: Arc<ServerConfig>) {
        self.shared.reception().tls = Some(tls);
    }

    /// Closes every open connection, whatever it was about, and returns when they are closed.
    pub async fn close_connections(&self) {
        self.shared.close_connections().await;
    }
}

// ------------ What it was asked ----------------------------------------------------------------

impl Sim {
    /// Every request read so far, in the order read; malformed ones, answered with a 4xx, are not
    /// among them, and the control path's neither.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.desk().log.clone()
    }

    /// Forgets the requests so far, and how many there were.
    pub fn forget_requests(&self) {
        self.shared.desk().forget();
    }

    /// How many connections were accepted so far, used or not.
    pub fn connections(&self) -> usize {
        self.shared.desk().connections
    }

    /// How many lookups were read so far.
    pub fn lookups(&self) -> usize {
        self.shared.desk().lookups
    }

    /// How many token requests were read so far.
    pub fn token_requests(&self) -> usize {
        self.shared.desk().token_requests
    }
}
