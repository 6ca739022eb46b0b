//! The retry budget: enough for occasional broken connections, without doubling the load of an outage.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

/// Retries per request in the long run.
const SHARE: f64 = 0.2;
/// Maximum and initial saved retries.
const SAVED_MAX: f64 = 10.0;

/// The retry budget.
pub(super) struct Retries {
    saved: Mutex<f64>,
    spent: AtomicU64,
}

impl Retries {
    pub(super) fn new() -> Self {
        Self { saved: Mutex::new(SAVED_MAX), spent: AtomicU64::new(0) }
    }

    /// Adds the share of a retry for one request.
    pub(super) fn earn(&self) {
        let mut saved = self.saved.lock();
        *saved = (*saved + SHARE).min(SAVED_MAX);
    }

    /// Takes a retry, if one is left.
    pub(super) fn spend(&self) -> bool {
        let mut saved = self.saved.lock();
        let is_available = *saved >= 1.0;
        if is_available {
            *saved -= 1.0;
            self.spent.fetch_add(1, Ordering::Relaxed);
        }
        is_available
    }

    /// Retries so far.
    pub(super) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_of_the_requests_may_be_retried() {
        let retries = Retries::new();
        let mut tried_again = 0;
        for _ in 0..1_000 {
            retries.earn();
            tried_again += i32::from(retries.spend());
        }
        assert!((200..=211).contains(&tried_again), "{tried_again}");
    }
}
