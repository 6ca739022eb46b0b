//! Limits how slowly a client may read a recording, and how many clients may read slowly at a time.
//!
//! ```text
//! no progress for 2 s, ordinary answer                   closed
//! no progress for 2 s, recording                         needs one of 128 slots (unknown addresses: 32)
//! recording behind 4 kB/s, ten seconds after its start   closed
//! recording of which nothing was read for ten seconds    closed
//! ```
//! So a recording of SIZE bytes takes at most 10 s + SIZE / 4 kB/s, and a line with the bandwidth
//! of one G.711 call (8 kB/s) reads it completely.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use tracing::Level;

use crate::runtime::logging::RateLimitedLog;

/// Answers above this size are paced; shorter ones fit the system's buffers.
const LONG_BYTES: u64 = 16 * 1024;
/// Least bytes a second on average: half the rate of one G.711 call.
const RATE_MIN: u64 = 4_000;
/// Permitted delay behind that rate, and longest time without progress. The system's buffers are
/// filled and emptied in steps of up to half of it.
const GRACE: Duration = Duration::from_secs(10);
/// Recordings read slowly at a time: by PBXs and this machine, and by unknown addresses. Each
/// occupies a connection, of which a PBX has 960.
const SLOW_MAX: usize = 128;
const SLOW_UNKNOWN_MAX: usize = 32;

static SLOW: Semaphore = Semaphore::const_new(SLOW_MAX);
static SLOW_UNKNOWN: Semaphore = Semaphore::const_new(SLOW_UNKNOWN_MAX);
static TRUNCATED: RateLimitedLog = RateLimitedLog::new(Level::WARN, "recording truncated");

/// The reading pace of the answer that is being written on a connection.
pub(super) struct TransferPace {
    slots: &'static Semaphore,
    long: Mutex<Option<LongAnswer>>,
}

/// A long answer that is being written.
struct LongAnswer {
    started: Instant,
    /// The time of the last progress.
    progressed: Instant,
    left: u64,
    sent: u64,
    slot: Option<SemaphorePermit<'static>>,
}

impl LongAnswer {
    fn new(length: u64) -> Self {
        let now = Instant::now();
        // Plus its head, and the overhead of TLS.
        let left = length + length / 64 + LONG_BYTES;
        Self { started: now, progressed: now, left, sent: 0, slot: None }
    }

    /// The time by which the client must have read more.
    fn limit(&self) -> Instant {
        let at_the_least_rate = self.started + Duration::from_millis(self.sent * 1_000 / RATE_MIN);
        at_the_least_rate.min(self.progressed) + GRACE
    }
}

impl TransferPace {
    /// The pace of a connection from a PBX or this machine, or from an unknown address.
    pub(super) fn new(is_unknown: bool) -> Self {
        let slots = if is_unknown { &SLOW_UNKNOWN } else { &SLOW };
        Self { slots, long: Mutex::default() }
    }

    /// Starts an answer of `length` bytes.
    pub(super) fn begin(&self, length: u64) {
        let long = (length > LONG_BYTES).then(|| LongAnswer::new(length));
        *self.long.lock() = long;
    }

    /// Records that `bytes` were written; returns whether the client is fast enough.
    pub(super) fn took(&self, bytes: usize) -> bool {
        let mut state = self.long.lock();
        let Some(long) = state.as_mut() else { return true };
        long.sent += bytes as u64;
        if long.sent >= long.left {
            *state = None;
            return true;
        }
        let now = Instant::now();
        let in_time = now <= long.limit();
        long.progressed = now;
        drop(state);
        if !in_time {
            too_slow();
        }
        in_time
    }

    /// Called after the timeout of ordinary answers; returns the time until which a long answer may
    /// wait.
    pub(super) fn more_time(&self) -> Option<Instant> {
        let mut state = self.long.lock();
        let long = state.as_mut()?;
        if Instant::now() >= long.limit() {
            too_slow();
            return None;
        }
        if long.slot.is_none() {
            let Ok(slot) = self.slots.try_acquire() else {
                TRUNCATED.log("too many slow readers (check the line to the PBX for overload)");
                return None;
            };
            long.slot = Some(slot);
        }
        Some(long.limit())
    }
}

fn too_slow() {
    TRUNCATED.log(format_args!(
        "the PBX read less than {RATE_MIN} bytes a second (check the line, or copy the files to it)"
    ));
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    /// Reads `total` bytes at `rate` bytes a second in steps of two seconds; returns when it was
    /// truncated.
    async fn truncated_after(total: u64, rate: u64) -> Option<Duration> {
        let pace = TransferPace::new(false);
        let start = Instant::now();
        pace.begin(total);
        let mut sent = 0;
        while sent < total {
            advance(Duration::from_secs(2)).await;
            if pace.more_time().is_none() || !pace.took(2 * rate as usize) {
                return Some(start.elapsed());
            }
            sent += 2 * rate;
        }
        None
    }

    #[tokio::test(start_paused = true)]
    async fn a_steady_reader_receives_everything_and_a_slower_one_is_truncated() {
        const FOUR_MINUTES: u64 = 4 << 20;
        for rate in [4_000, 8_000, 32_000, 64_000] {
            assert_eq!(truncated_after(FOUR_MINUTES, rate).await, None, "{rate} bytes a second");
        }
        for rate in [0, 1, 100, 3_000] {
            let end = truncated_after(FOUR_MINUTES, rate).await.expect("it is truncated");
            assert!(end <= Duration::from_secs(45), "{rate} bytes a second: {end:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_without_progress_for_ten_seconds_is_truncated() {
        let pace = TransferPace::new(false);
        pace.begin(4 << 20);
        assert!(pace.took(3 << 20));
        advance(Duration::from_secs(9)).await;
        assert!(pace.more_time().is_some());
        advance(Duration::from_secs(1)).await;
        assert!(pace.more_time().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn ordinary_answers_get_no_extra_time() {
        let pace = TransferPace::new(false);
        assert!(pace.more_time().is_none(), "there is no answer yet");
        pace.begin(700);
        assert!(pace.more_time().is_none());
        pace.begin(100_000);
        assert!(pace.more_time().is_some());
        pace.begin(700);
        assert!(pace.more_time().is_none(), "extra time ends with its answer");
    }

    #[tokio::test(start_paused = true)]
    async fn the_number_of_slow_unknown_addresses_is_limited() {
        let paces: Vec<_> = (0..40).map(|_| TransferPace::new(true)).collect();
        let slow = |pace: &&TransferPace| {
            pace.begin(100_000);
            pace.more_time().is_some()
        };
        assert_eq!(paces.iter().filter(slow).count(), SLOW_UNKNOWN_MAX);
        assert!(!paces[39].took(0) || paces[39].more_time().is_none());
        drop(paces);
        let pace = TransferPace::new(true);
        assert!(slow(&&pace), "the slots are free again");
    }
}
