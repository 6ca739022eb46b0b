//! Decides how slowly a recording may be taken, and how many may be taken slowly at a time.
//!
//! ```text
//! no progress for 2 s, ordinary answer                   closed
//! no progress for 2 s, recording                         needs one of 128 slots (unknown addresses: 32)
//! recording behind 4 kB/s, ten seconds after its start   closed
//! recording of which nothing was taken for ten seconds   closed
//! ```
//! So a recording of SIZE bytes takes at most 10 s + SIZE / 4 kB/s, and a line that carries one G.711
//! call (8 kB/s) takes it whole.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use tracing::Level;

use crate::runtime::logging::Sparing;

/// Longer answers than this are recordings, or as long; the others fit the buffers of the system.
const LONG_BYTES: u64 = 16 * 1024;
/// Least bytes a second on average: half of what one G.711 call takes.
const RATE_MIN: u64 = 4_000;
/// How much later than at that rate they may be taken; the system's buffers are filled and emptied
/// in steps that take up to half of that. It is also the longest time without any.
const GRACE: Duration = Duration::from_secs(10);
/// Recordings taken slowly at a time: by PBXs and this machine, and by unknown addresses. Each holds
/// a connection, of which a PBX has 960.
const SLOW_MAX: usize = 128;
const SLOW_UNKNOWN_MAX: usize = 32;

static SLOW: Semaphore = Semaphore::const_new(SLOW_MAX);
static SLOW_UNKNOWN: Semaphore = Semaphore::const_new(SLOW_UNKNOWN_MAX);
static CUT: Sparing = Sparing::new(Level::WARN, "recording not sent whole");

/// How the answer that is being written on a connection is taken.
pub(super) struct Pace {
    slots: &'static Semaphore,
    long: Mutex<Option<Long>>,
}

/// A long answer on its way.
struct Long {
    begun: Instant,
    /// When some of it was taken last.
    taken: Instant,
    left: u64,
    sent: u64,
    slot: Option<SemaphorePermit<'static>>,
}

impl Long {
    fn new(length: u64) -> Self {
        let now = Instant::now();
        // Its head, and what TLS adds.
        let left = length + length / 64 + LONG_BYTES;
        Self { begun: now, taken: now, left, sent: 0, slot: None }
    }

    /// When it is too slow, unless more of it is taken by then.
    fn limit(&self) -> Instant {
        let at_the_least_rate = self.begun + Duration::from_millis(self.sent * 1_000 / RATE_MIN);
        at_the_least_rate.min(self.taken) + GRACE
    }
}

impl Pace {
    /// The pace of a connection from a PBX or this machine, or from an unknown address.
    pub(super) fn new(is_unknown: bool) -> Self {
        let slots = if is_unknown { &SLOW_UNKNOWN } else { &SLOW };
        Self { slots, long: Mutex::default() }
    }

    /// An answer of `length` bytes is on its way from now on.
    pub(super) fn begin(&self, length: u64) {
        let long = (length > LONG_BYTES).then(|| Long::new(length));
        *self.long.lock() = long;
    }

    /// So many bytes were taken; tells whether that goes on quickly enough.
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
        long.taken = now;
        drop(state);
        if !in_time {
            too_slow();
        }
        in_time
    }

    /// Nothing was taken for the longest time an ordinary answer has. Tells how much longer to wait.
    pub(super) fn more_time(&self) -> Option<Instant> {
        let mut state = self.long.lock();
        let long = state.as_mut()?;
        if Instant::now() >= long.limit() {
            too_slow();
            return None;
        }
        if long.slot.is_none() {
            let Ok(slot) = self.slots.try_acquire() else {
                CUT.say("others take theirs slowly already: is the line to the PBX overloaded?");
                return None;
            };
            long.slot = Some(slot);
        }
        Some(long.limit())
    }
}

fn too_slow() {
    CUT.say(format_args!(
        "the PBX took less than {RATE_MIN} bytes a second: check the line, or copy the files to it"
    ));
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    /// Takes `total` bytes at `rate` bytes a second in steps of two seconds; tells when it was cut.
    async fn taken(total: u64, rate: u64) -> Option<Duration> {
        let pace = Pace::new(false);
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
    async fn a_steady_reader_gets_all_and_a_slower_one_is_cut_early() {
        const FOUR_MINUTES: u64 = 4 << 20;
        for rate in [4_000, 8_000, 32_000, 64_000] {
            assert_eq!(taken(FOUR_MINUTES, rate).await, None, "{rate} bytes a second");
        }
        for rate in [0, 1, 100, 3_000] {
            let cut = taken(FOUR_MINUTES, rate).await.expect("it is cut");
            assert!(cut <= Duration::from_secs(45), "{rate} bytes a second: {cut:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_for_ten_seconds_is_cut_however_much_was_taken() {
        let pace = Pace::new(false);
        pace.begin(4 << 20);
        assert!(pace.took(3 << 20));
        advance(Duration::from_secs(9)).await;
        assert!(pace.more_time().is_some());
        advance(Duration::from_secs(1)).await;
        assert!(pace.more_time().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn ordinary_answers_have_no_more_time() {
        let pace = Pace::new(false);
        assert!(pace.more_time().is_none(), "there is no answer yet");
        pace.begin(700);
        assert!(pace.more_time().is_none());
        pace.begin(100_000);
        assert!(pace.more_time().is_some());
        pace.begin(700);
        assert!(pace.more_time().is_none(), "what was granted ends with its answer");
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_unknown_addresses_take_recordings_slowly() {
        let paces: Vec<_> = (0..40).map(|_| Pace::new(true)).collect();
        let slow = |pace: &&Pace| {
            pace.begin(100_000);
            pace.more_time().is_some()
        };
        assert_eq!(paces.iter().filter(slow).count(), SLOW_UNKNOWN_MAX);
        assert!(!paces[39].took(0) || paces[39].more_time().is_none());
        drop(paces);
        let pace = Pace::new(true);
        assert!(slow(&&pace), "the slots are free again");
    }
}
