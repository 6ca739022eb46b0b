//! Watches the machine itself: how late it lets a thread wake up that has nothing else to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

const BEAT: Duration = Duration::from_millis(2);

/// A thread that only sleeps. What it oversleeps, others can only have overslept too: an answer
/// that is late by as much is due to the machine, not about bina.
pub(crate) struct Metronome {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

impl Metronome {
    pub(crate) fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = spawn(move || {
            let mut worst = Duration::ZERO;
            while !stopped.load(Ordering::Relaxed) {
                let start = Instant::now();
                sleep(BEAT);
                worst = worst.max(start.elapsed().saturating_sub(BEAT));
            }
            worst
        });
        Self { stop, thread }
    }

    /// The longest it overslept.
    pub(crate) fn stop(self) -> Duration {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("it only sleeps")
    }
}
