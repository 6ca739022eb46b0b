//! Queues lines for the thread "log", which writes many with one system call.
//!
//! Waking a thread for each line costs more than writing the line. So only the first line wakes the
//! thread, which then waits briefly for others.

use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};

/// Capacity in bytes: about 3,500 lines, a few seconds of a mass outage.
const BYTES_MAX: usize = 512 * 1024;
/// Buffer capacity that is kept between two writes.
const BYTES_KEPT: usize = 64 * 1024;
/// How long the first line waits for others to be written with it.
const GATHER: Duration = Duration::from_millis(10);

/// Lines that wait to be written.
pub(super) struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

struct QueueState {
    /// The lines, each with its line feed.
    text: Vec<u8>,
    lines: u64,
    /// Lines that were taken out and may be unwritten.
    in_write: u64,
    /// No thread takes lines out: before the start, or when it cannot be started.
    closed: bool,
    /// A caller waits until all lines are written.
    is_flushing: bool,
    /// The thread waits for a line.
    idle: bool,
}

/// Why a line was rejected.
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
            in_write: 0,
            closed: true,
            is_flushing: false,
            idle: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Accepts lines from now on.
    pub(super) fn open(&self) {
        self.state.lock().closed = false;
    }

    /// Accepts no more lines.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
    }

    /// Queues a complete line, unless the queue is full.
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
            self.changed.notify_one();
        }
        Ok(())
    }

    /// Whether lines are unwritten; the thread stops waiting for others.
    pub(super) fn flush_pending(&self) -> bool {
        let mut state = self.state.lock();
        state.is_flushing = state.lines + state.in_write > 0;
        let is_pending = state.is_flushing;
        drop(state);
        self.changed.notify_one();
        is_pending
    }

    /// Swaps the queued lines with `written`, whose lines are all written; returns their number,
    /// which is zero after `longest` without a line.
    pub(super) fn take(&self, written: &mut Vec<u8>, longest: Duration) -> u64 {
        written.clear();
        written.shrink_to(BYTES_KEPT);
        let mut state = self.state.lock();
        state.in_write = 0;
        if state.lines == 0 {
            state.idle = true;
            self.wait(&mut state, longest, |state| state.lines == 0);
            state.idle = false;
        }
        if state.lines > 0 {
            self.wait(&mut state, GATHER, |state| !state.is_flushing);
        }
        std::mem::swap(&mut state.text, written);
        state.in_write = std::mem::take(&mut state.lines);
        state.in_write
    }

    fn wait(
        &self,
        state: &mut MutexGuard<'_, QueueState>,
        longest: Duration,
        condition: impl Fn(&QueueState) -> bool,
    ) {
        self.changed.wait_while_for(state, |state| condition(state), longest);
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
        assert!(queue.flush_pending(), "they may not be written yet");
        assert_eq!(queue.take(&mut text, Duration::ZERO), 0);
        assert!(!queue.flush_pending());
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
