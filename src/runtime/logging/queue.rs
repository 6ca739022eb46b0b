//! Keeps lines until the thread "log" writes them, many with one call of the system.
//!
//! Waking a thread for each line costs a call more than writing the line, so the thread is woken by
//! the first one only, and then waits a moment for others.

use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};

/// Bytes that may wait to be written; some 3,500 lines, a few seconds of a mass outage.
const BYTES_MAX: usize = 512 * 1024;
/// Room that is kept between two turns.
const BYTES_KEPT: usize = 64 * 1024;
/// How long a line waits for others to be written with it.
const GATHER: Duration = Duration::from_millis(10);

/// Lines on their way to whoever reads the log.
pub(super) struct Queue {
    state: Mutex<QueueState>,
    news: Condvar,
}

struct QueueState {
    /// The lines, each with its line feed.
    text: Vec<u8>,
    lines: u64,
    /// Lines that were taken out and may not be written yet.
    leaving: u64,
    /// Nobody takes lines out: before the start, or without a thread.
    closed: bool,
    /// Somebody waits until all is written.
    hurry: bool,
    /// The thread waits for a line.
    idle: bool,
}

/// Why a line was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Closed,
    Full,
}

impl Queue {
    pub(super) const fn new() -> Self {
        let state = QueueState {
            text: Vec::new(),
            lines: 0,
            leaving: 0,
            closed: true,
            hurry: false,
            idle: false,
        };
        Self { state: Mutex::new(state), news: Condvar::new() }
    }

    /// Accepts lines from now on.
    pub(super) fn open(&self) {
        self.state.lock().closed = false;
    }

    /// Accepts no more lines.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
    }

    /// Takes a whole line, unless it would have to wait for too many others.
    pub(super) fn put(&self, line: &[u8]) -> Result<(), Refused> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.text.len() + line.len() > BYTES_MAX {
            return Err(Refused::Full);
        }
        state.text.extend_from_slice(line);
        state.lines += 1;
        let wake = std::mem::take(&mut state.idle);
        drop(state);
        if wake {
            self.news.notify_one();
        }
        Ok(())
    }

    /// Whether a line is still to be written; the thread does not wait for others any more.
    pub(super) fn hurries(&self) -> bool {
        let mut state = self.state.lock();
        state.hurry = state.lines + state.leaving > 0;
        let hurry = state.hurry;
        drop(state);
        self.news.notify_one();
        hurry
    }

    /// Exchanges what waits for `written`, whose lines are all written, and says how many lines it
    /// is: none when none came for so long as `patience`.
    pub(super) fn take(&self, written: &mut Vec<u8>, patience: Duration) -> u64 {
        written.clear();
        written.shrink_to(BYTES_KEPT);
        let mut state = self.state.lock();
        state.leaving = 0;
        if state.lines == 0 {
            state.idle = true;
            self.wait(&mut state, patience, |state| state.lines == 0);
            state.idle = false;
        }
        if state.lines > 0 {
            self.wait(&mut state, GATHER, |state| !state.hurry);
        }
        std::mem::swap(&mut state.text, written);
        state.leaving = std::mem::take(&mut state.lines);
        state.leaving
    }

    fn wait(
        &self,
        state: &mut MutexGuard<'_, QueueState>,
        longest: Duration,
        waits: impl Fn(&QueueState) -> bool,
    ) {
        self.news.wait_while_for(state, |state| waits(state), longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_together_and_in_order_up_to_a_limit() {
        let queue = Queue::new();
        assert_eq!(queue.put(b"early\n"), Err(Refused::Closed));
        queue.open();
        let mut text = Vec::new();
        assert_eq!(queue.take(&mut text, Duration::from_millis(1)), 0);
        assert!(queue.put(b"one\n").is_ok() && queue.put(b"two\n").is_ok());
        assert_eq!(queue.take(&mut text, Duration::ZERO), 2);
        assert_eq!(text, b"one\ntwo\n");
        assert!(queue.hurries(), "they may not be written yet");
        assert_eq!(queue.take(&mut text, Duration::ZERO), 0);
        assert!(!queue.hurries());
        let line = [b'x'; 1_024];
        let taken = (0..1_000).take_while(|_| queue.put(&line).is_ok()).count();
        assert_eq!(taken, 512);
        assert_eq!(queue.put(b"more\n"), Err(Refused::Full));
    }

    #[test]
    fn a_line_wakes_the_thread_that_waits_for_one() {
        static QUEUE: Queue = Queue::new();
        QUEUE.open();
        let thread = std::thread::spawn(|| QUEUE.take(&mut Vec::new(), Duration::from_secs(60)));
        while !QUEUE.state.lock().idle {
            std::thread::yield_now();
        }
        assert!(QUEUE.put(b"line\n").is_ok());
        assert_eq!(thread.join().ok(), Some(1));
    }
}
