//! Writes the log to standard error without ever making a call wait for it.
//!
//! A log pipe that nobody empties (a stuck journal) blocks whoever writes to it. So lines go
//! through a bounded queue to a thread of their own, and are dropped when it is full.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait to be written; a few seconds of a mass outage.
const LINES_MAX: usize = 4_096;

static DROPPED: AtomicU64 = AtomicU64::new(0);
/// Lines in the queue.
static PENDING: AtomicU64 = AtomicU64::new(0);

/// Lines that were dropped because nobody read the log.
pub fn dropped() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

/// Starts logging at `level`; later calls change nothing.
pub fn start(level: LevelFilter) {
    let (sender, lines) = sync_channel(LINES_MAX);
    let spawned = thread::Builder::new().name("log".to_owned()).spawn(move || write(&lines));
    if let Err(error) = spawned {
        eprintln!("bina: no log, as its thread cannot be started: {error}");
    }
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(Queue(sender))
        .finish();
    // Refused only when a log is there already, as in tests.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Waits a moment until what was logged is written, for a program that is about to end.
pub fn flush() {
    const ROUNDS: u32 = 50;
    for _ in 0..ROUNDS {
        if PENDING.load(Ordering::Acquire) == 0 {
            return;
        }
        thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// Puts each line into the queue, or drops it.
struct Queue(SyncSender<Vec<u8>>);

impl<'a> MakeWriter<'a> for Queue {
    type Writer = &'a Queue;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Write for &Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        PENDING.fetch_add(1, Ordering::Release);
        if self.0.try_send(line.to_owned()).is_err() {
            PENDING.fetch_sub(1, Ordering::Release);
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(lines: &Receiver<Vec<u8>>) {
    let mut reported = 0;
    for line in lines {
        // A log that cannot be written has nowhere to say so.
        let _ = io::stderr().write_all(&line);
        PENDING.fetch_sub(1, Ordering::Release);
        let dropped = dropped();
        if dropped > reported {
            let _ = writeln!(io::stderr(), "bina: {} log lines dropped", dropped - reported);
            reported = dropped;
        }
    }
}
