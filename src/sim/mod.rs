//! A small HubSoft that can misbehave, for `bina demo` and every test that needs an upstream.
//!
//! It is written from the vendor's page alone and shares no code with the client, so that a
//! mistake in one does not hide in the other. It listens on loopback only and holds invented
//! customers only.
//!
//! A request walks through it like this:
//!
//! ```text
//! socket -> server -> question -> desk -> mood -> [api, search] -> plan -> server -> socket
//!                                 |       which    the right       steps
//!                                 log     fault    answer
//! ```
//!
//! Read `mood` for what can go wrong, `api` and `search` for the right answers, `server` for how
//! both reach the socket. Only `server` waits.

mod account;
mod api;
mod bomb;
mod customers;
mod desk;
mod mood;
mod plan;
mod question;
mod reply;
mod search;
mod server;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use account::{CREDENTIALS, Tokens};
use api::Hub;
use desk::Desk;
use server::{Server, Shared};

pub use account::{CLIENT_ID, CLIENT_SECRET, Credentials, PASSWORD, TOKEN_PREFIX, USERNAME};
pub use customers::{
    CANARIES, CANARY_CPF, CANARY_PASSWORD, CANARY_TRACE, customer, printed_example, with_alert,
};
pub use desk::Request;
pub use mood::{Mood, RetryAfter};
pub use search::Matching;

/// As nginx keeps an idle connection by default.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// A running simulator; dropping it closes every socket before it returns.
pub struct Sim {
    server: Server,
    shared: Arc<Shared>,
}

impl Sim {
    /// Starts on a free port of 127.0.0.1, in `Mood::Normal`.
    pub async fn start(customers: Vec<Value>) -> io::Result<Self> {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), customers).await
    }

    /// Starts on that address, for instance the one of a simulator that was dropped. Refuses an
    /// address that is not loopback: whoever can reach the simulator can ask it anything.
    pub async fn start_at(addr: SocketAddr, customers: Vec<Value>) -> io::Result<Self> {
        let hub = Hub { customers, matching: Matching::default(), tokens: Tokens::new() };
        let shared = Arc::new(Shared::new(Desk::new(hub), KEEP_ALIVE));
        let server = Server::start(addr, Arc::clone(&shared)).await?;
        Ok(Self { server, shared })
    }

    pub fn addr(&self) -> SocketAddr {
        self.server.addr
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// What the token route wants to be told.
    pub fn credentials(&self) -> Credentials {
        CREDENTIALS
    }

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
        self.shared.desk().mood = mood;
    }

    /// Sets the mood of `/oauth/token` alone, from now on, whatever `set_mood` says.
    pub fn set_token_mood(&self, mood: Mood) {
        self.shared.desk().token_mood = Some(mood);
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

    /// Sets how long a connection may say nothing before it is closed, from its next wait on; 75
    /// seconds if never set. Close to a client's pace, it brings about the keep-alive race.
    pub fn set_keep_alive(&self, limit: Duration) {
        self.shared.set_keep_alive(limit);
    }

    /// Every request read so far, in the order read; malformed ones, answered with a 4xx, are not
    /// among them.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.desk().log.clone()
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
