//! Authentication: the one account of the simulator, and the tokens it has issued.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The client id of the account; a string, as on the vendor's page.
pub const CLIENT_ID: &str = "3";
/// The client secret of the account.
pub const CLIENT_SECRET: &str = "canario-client-secret";
/// The user of the account.
pub const USERNAME: &str = "canario.usuario@example.com";
/// The password of the account.
pub const PASSWORD: &str = "canario-password";
/// How every issued token begins, so that a leaked one is found by searching.
pub const TOKEN_PREFIX: &str = "canario-token-";

/// Thirty days, which the vendor's page shows.
const LIFE_DEFAULT: Duration = Duration::from_secs(2_592_000);
/// Real tokens are a thousand characters long; a buffer too small for them shows here.
const TOKEN_LENGTH: usize = 1_000;

/// What the token route requires, all invented.
#[derive(Clone, Copy, Debug)]
pub struct AccountCredentials {
    pub client_id: &'static str,
    pub client_secret: &'static str,
    pub username: &'static str,
    pub password: &'static str,
}

/// The right ones.
pub(super) const CREDENTIALS: AccountCredentials = AccountCredentials {
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    username: USERNAME,
    password: PASSWORD,
};

/// IssuedTokens issued, each with its end.
pub(super) struct IssuedTokens {
    ends: HashMap<String, Instant>,
    life: Duration,
}

impl Default for IssuedTokens {
    fn default() -> Self {
        Self { ends: HashMap::new(), life: LIFE_DEFAULT }
    }
}

impl IssuedTokens {
    /// How long a token issued from now on lives.
    pub(super) fn set_life(&mut self, life: Duration) {
        self.life = life;
    }

    pub(super) fn life(&self) -> Duration {
        self.life
    }

    /// A token never seen before, in this process: a simulator started again accepts none of
    /// the tokens of the one before.
    pub(super) fn issue(&mut self, now: Instant) -> String {
        static ISSUED: AtomicU64 = AtomicU64::new(1);
        let number = ISSUED.fetch_add(1, Ordering::Relaxed);
        let token = format!("{:A<TOKEN_LENGTH$}", format!("{TOKEN_PREFIX}{number}-"));
        self.ends.retain(|_, end| *end > now);
        self.ends.insert(token.clone(), now + self.life);
        token
    }

    /// Whether `token` was issued, has not ended and was not voided.
    pub(super) fn accepts(&self, token: &str, now: Instant) -> bool {
        self.ends.get(token).is_some_and(|end| *end > now)
    }

    /// Invalidates every token, as an update of the real server does.
    pub(super) fn void(&mut self) {
        self.ends.clear();
    }
}
