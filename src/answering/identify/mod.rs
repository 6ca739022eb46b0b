//! Lets callers be identified by what they type, within limits that make guessing useless.

mod metrics;
mod settings;
mod tries;

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tracing::warn;

use crate::domain::finding::Finding;
use crate::domain::identification::Identification;
use crate::domain::phone::Phone;
use crate::runtime::access::Misses;
use crate::sources::reasons;
use crate::sources::source::Key;

use self::tries::Tries;

pub use self::metrics::IdentifyMetrics;
pub use self::settings::Settings;

/// Different documents and codes within a minute that no customer has and that do not raise an alarm.
const MISSES_MAX: usize = 30;

/// The identification of callers.
pub struct Identify {
    settings: Settings,
    state: Arc<State>,
    metrics: IdentifyMetrics,
}

/// What outlasts a reload.
struct State {
    seed: RandomState,
    tries: Mutex<Tries>,
    misses: Misses,
    /// What was tried when a PBX had no tries left.
    refusals: Misses,
}

impl Default for Identify {
    fn default() -> Self {
        Self::new(Settings::default(), IdentifyMetrics::default())
    }
}

impl Identify {
    /// Nobody has tried anything yet.
    pub fn new(settings: Settings, metrics: IdentifyMetrics) -> Self {
        let state = State {
            seed: RandomState::default(),
            tries: Mutex::default(),
            misses: Misses::beyond(MISSES_MAX),
            refusals: Misses::beyond(0),
        };
        Self { settings, state: Arc::new(state), metrics }
    }

    /// The same with other settings: a reload gives nobody new tries.
    pub fn renewed(&self, settings: Settings) -> Self {
        Self { settings, state: Arc::clone(&self.state), metrics: self.metrics.clone() }
    }

    /// Whether the name of a customer who was identified is returned.
    pub fn returns_names(&self) -> bool {
        self.settings.names
    }

    /// The key to look up, or what the caller gets instead of a lookup.
    pub(super) fn admitted(
        &self,
        given: &Identification,
        caller: Option<&Phone>,
        client: Option<IpAddr>,
        now: Instant,
    ) -> Result<Key, Finding> {
        let key = match given {
            Identification::Code(code) => Key::from(*code),
            Identification::Document(document) => Key::from(*document),
            Identification::Invalid => {
                self.metrics.count(given, "invalid");
                return Err(Finding::Invalid);
            }
        };
        let State { seed, tries, .. } = &*self.state;
        let tried = seed.hash_one(key);
        // Callers without a number cannot be told apart, and share what is more than one of them needs.
        let caller_tries = match caller {
            Some(_) => self.settings.caller_tries,
            None => self.settings.anonymous_tries(),
        };
        let [caller, client] = [seed.hash_one((0, caller)), seed.hash_one((1, client))];
        let mut tries = tries.lock();
        let may_caller = tries.admits((caller, caller_tries), tried, now);
        if may_caller && tries.admits((client, self.settings.client_tries), tried, now) {
            return Ok(key);
        }
        drop(tries);
        if may_caller {
            self.refuse_client(&key, now);
        }
        self.metrics.count(given, "limited");
        Err(Finding::Unavailable(reasons::IDENTIFY_LIMIT.failure()))
    }

    /// Warns that all callers of one PBX together have no tries left. Whoever forges caller IDs gets that far, whether
    /// what he tries is somebody's or nobody's.
    fn refuse_client(&self, key: &Key, now: Instant) {
        if self.state.refusals.note(key, now) {
            self.metrics.alarms.inc();
            warn!(
                "possible document scan: the callers of one PBX have used up identify.client_tries, and none of \
                 them is identified until some come back (check the callers in the PBX; if they are customers, \
                 raise it)"
            );
        }
    }

    /// Counts what came of a lookup, and warns if many documents and codes are nobody's.
    pub(super) fn note(&self, given: &Identification, key: &Key, finding: &Finding, now: Instant) {
        let result = match finding {
            Finding::Found { .. } => "found",
            Finding::NotFound(_) => "not_found",
            _ => "unavailable",
        };
        self.metrics.count(given, result);
        if matches!(finding, Finding::NotFound(_)) && self.state.misses.note(key, now) {
            self.metrics.alarms.inc();
            warn!(
                "possible document scan: more than {MISSES_MAX} different documents or codes were nobody's \
                 within a minute (check the callers in the PBX; identify.caller_tries limits each of them)"
            );
        }
    }
}

#[cfg(test)]
mod tests;
