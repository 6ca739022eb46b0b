//! Calls in an open loop: each comes when it is due, whatever became of those before.
//!
//! A call's time counts from when it was due, so that a server that stumbles cannot hide it by
//! slowing its callers down.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::table::{Table, time};

/// The times of all calls that were answered, sorted.
#[derive(Clone, Debug, Default)]
pub struct Times {
    sorted: Vec<Duration>,
    pub failed: u32,
}

impl Times {
    pub fn new(mut times: Vec<Duration>, failed: u32) -> Self {
        times.sort_unstable();
        Self { sorted: times, failed }
    }

    /// The time that `percent` of the calls did not exceed.
    pub fn percentile(&self, percent: f64) -> Duration {
        let last = self.sorted.len().saturating_sub(1);
        let at = (last as f64 * percent / 100.0).round() as usize;
        self.sorted.get(at).copied().unwrap_or(Duration::MAX)
    }

    /// The percentiles that tables show, and how many calls failed.
    fn row(&self) -> Vec<String> {
        let times = [50.0, 90.0, 99.0, 99.9].map(|percent| time(self.percentile(percent)));
        [times.to_vec(), vec![self.failed.to_string()]].concat()
    }

    /// The same calls and those of another round.
    pub fn and(mut self, other: Self) -> Self {
        self.sorted.extend(other.sorted);
        Self::new(self.sorted, self.failed + other.failed)
    }
}

/// Waits to the point. Who sleeps is woken late, by the timer's slack of 50 us and by whatever else
/// runs; the last moment is spent awake, so that this is not taken for the server's time. Not where
/// there is one core, which the server needs to itself.
fn wait_for(due: Instant) {
    const AWAKE: Duration = Duration::from_micros(150);
    static CORES: OnceLock<usize> = OnceLock::new();
    let cores = *CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from));
    let awake = if cores > 1 { AWAKE } else { Duration::ZERO };
    thread::sleep(due.saturating_duration_since(Instant::now() + awake));
    while Instant::now() < due {
        std::hint::spin_loop();
    }
}

/// Prints the times of each contestant.
pub fn tell<'t>(all: impl Iterator<Item = (&'static str, &'t Times)>) {
    let mut table = Table::new(&["contestant", "p50", "p90", "p99", "p99.9", "failed"]);
    for (name, times) in all {
        table.row([vec![name.to_owned()], times.row()].concat());
    }
    table.print();
}

/// Makes `call(index)` so many times a second for `length`. `callers` of them can be under way at
/// once; a call that finds none of them free waits, and its time goes on.
pub fn play(
    rate: u32,
    length: Duration,
    callers: usize,
    call: impl Fn(u32) -> bool + Sync,
) -> Times {
    let calls = (length.as_secs_f64() * f64::from(rate)) as u32;
    // A moment to start the threads.
    let start = Instant::now() + Duration::from_millis(20);
    let (next, call) = (AtomicU32::new(0), &call);
    let next = &next;
    let one = move || {
        let (mut times, mut failed) = (Vec::new(), 0);
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= calls {
                return (times, failed);
            }
            let due = start + Duration::from_secs(1).mul_f64(f64::from(index) / f64::from(rate));
            wait_for(due);
            if call(index) {
                times.push(due.elapsed());
            } else {
                failed += 1;
            }
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..callers).map(|_| scope.spawn(one)).collect();
        let ended = threads.into_iter().filter_map(|thread| thread.join().ok());
        let (mut all, mut failed) = (Vec::new(), 0);
        for (times, more) in ended {
            all.extend(times);
            failed += more;
        }
        Times::new(all, failed)
    })
}
