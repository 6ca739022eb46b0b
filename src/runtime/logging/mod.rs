//! Writes the log to standard error without ever making a call wait for it.
//!
//! A log pipe without a reader (a stuck journal) blocks its writer. So lines go through a bounded
//! queue to a dedicated thread, and are dropped when it is full:
//!
//! ```text
//! calls, panics, final error -> queue -> thread "log" -> standard error
//!                               full: dropped and counted
//! ```
//! Nothing else may write to standard error while calls are answered: it would wait for the lock that
//! the thread holds. `eprintln!` also panics when the pipe is closed.

mod call_line;
mod lines;
mod metrics;
mod queue;
mod settings;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::sync::{LazyLock, Once, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tracing::level_filters::LevelFilter;
use tracing::{Level, error, info, warn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload;

use self::lines::Lines;
use self::metrics::METRICS;
use self::queue::{Queue, Refused};

pub(crate) use self::call_line::key;
pub use self::call_line::{CallLine, FieldKey};
pub use self::lines::LogFormat;
pub use self::metrics::register;
pub use self::settings::{LEVELS, Settings};

/// Longest line; ours stay far below.
const LINE_BYTES_MAX: usize = 2_048;
/// Longest wait for the log at exit.
const FLUSH_MAX: Duration = Duration::from_millis(100);
/// Pause before a write is retried, when standard error is non-blocking.
const WRITE_PAUSE: Duration = Duration::from_millis(10);
/// Interval at which suppressed lines are reported.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

static QUEUE: Queue = Queue::new();
static PANICS: RateLimitedLog =
    RateLimitedLog::new(Level::ERROR, "a bug of bina, please report it");

/// The log level in the environment, which overrides the configuration.
pub fn env_level() -> Option<LevelFilter> {
    std::env::var("BINA_LOG").ok().and_then(|level| level.parse().ok())
}

/// Applies `settings`. A setting that is absent reverts to its value at the start.
pub fn adjust(settings: &Settings) {
    lines::set_format(settings.format);
    if let Some(started) = STARTED_LOG.get() {
        (started.adjust)(env_level().or(settings.level).unwrap_or(started.level));
    }
}

/// The started log.
struct StartedLog {
    /// The level at the start.
    level: LevelFilter,
    /// Changes the level.
    adjust: Box<dyn Fn(LevelFilter) + Send + Sync>,
}

static STARTED_LOG: OnceLock<StartedLog> = OnceLock::new();

/// Lines that were dropped because the log's reader was stuck.
pub fn dropped() -> u64 {
    METRICS.lines_dropped.get()
}

/// Panics since the start. Each has ended one connection or one lookup.
pub fn panics() -> u64 {
    METRICS.panics.get()
}

/// Starts logging at `level`, panics included; later calls have no effect.
pub fn start(level: LevelFilter) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| initialize(level));
}

fn initialize(level: LevelFilter) {
    QUEUE.open();
    // Not first by a panic or by a full queue.
    LazyLock::force(&METRICS);
    // Without its thread the queue is closed: every line counts as dropped, and the final error is
    // written directly.
    if let Err(error) = thread::Builder::new().name("log".to_owned()).spawn(write) {
        QUEUE.close();
        final_error(format_args!("bina: no log: cannot start its thread: {error}"));
    }
    let (filter, handle) = reload::Layer::new(level);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(io::stderr().is_terminal())
        // Its internal errors would go directly to standard error.
        .log_internal_errors(false)
        .event_format(Lines::new())
        .with_writer(|| LineWriter);
    let adjust = Box::new(move |level| drop(handle.reload(level)));
    let _ = STARTED_LOG.set(StartedLog { level, adjust });
    let subscriber = tracing_subscriber::registry().with(filter).with(lines);
    // Fails only when another log is set already, as in tests.
    let _ = tracing::subscriber::set_global_default(subscriber);
    std::panic::set_hook(Box::new(log_panic));
}

/// Waits briefly until queued lines are written, before the program exits.
#[expect(clippy::disallowed_methods, reason = "no calls are answered any more")]
pub fn flush() {
    let start = Instant::now();
    while QUEUE.flush_pending() && start.elapsed() < FLUSH_MAX {
        thread::sleep(Duration::from_millis(2));
    }
}

/// Writes the reason of the exit to standard error, at every log level. It waits briefly, and never
/// for a reader that is stuck.
pub fn final_error(error: impl Display) {
    let line = format!("{error}\n").into_bytes();
    flush();
    if QUEUE.put(&line) == Err(Refused::Closed) {
        let _ = put(&line);
    }
    flush();
}

/// Logs the location of a panic without its message, which may quote a number or a name. std's own
/// hook would print the message, and would wait for a stuck log.
fn log_panic(panic: &PanicHookInfo<'_>) {
    METRICS.panics.inc();
    let place = panic.location().map_or_else(String::new, ToString::to_string);
    if thread::current().name() == Some("main") {
        return final_error(format_args!("bina: {}: panic at {place}", PANICS.what));
    }
    PANICS.log(format_args!("panic at {place}"));
}

/// A rate-limited kind of line: ten a second are written, the others are counted, and the count is
/// reported every second.
pub struct RateLimitedLog {
    level: Level,
    what: &'static str,
    state: Mutex<LineCounts>,
}

struct LineCounts {
    /// Start of the present second.
    since: Option<Instant>,
    /// Lines written in it.
    written: u32,
    /// Lines suppressed since the last report.
    suppressed: u64,
    total: u64,
}

/// Whether a line is written.
#[derive(Debug, PartialEq, Eq)]
enum Admission {
    Suppressed,
    /// The first suppressed one since the last report.
    SuppressedFirst,
    Written,
}

/// Kinds with lines suppressed since the last report.
static SUPPRESSED: Mutex<Vec<&'static RateLimitedLog>> = Mutex::new(Vec::new());

impl RateLimitedLog {
    /// Lines of one kind written in a second.
    const LINES_MAX: u32 = 10;

    /// A kind of line; each line begins with `what`.
    pub const fn new(level: Level, what: &'static str) -> Self {
        let state = Mutex::new(LineCounts { since: None, written: 0, suppressed: 0, total: 0 });
        Self { level, what, state }
    }

    /// Number of lines, written or suppressed.
    pub fn total(&self) -> u64 {
        self.state.lock().total
    }

    /// Logs one line, unless there were too many within this second.
    pub fn log(&'static self, detail: impl Display) {
        let admission = self.state.lock().admit(Instant::now());
        match admission {
            Admission::Written => self.write(detail),
            Admission::SuppressedFirst => SUPPRESSED.lock().push(self),
            Admission::Suppressed => {}
        }
    }

    fn write(&self, detail: impl Display) {
        let what = self.what;
        match self.level {
            Level::ERROR => error!("{what}: {detail}"),
            Level::WARN => warn!("{what}: {detail}"),
            _ => info!("{what}: {detail}"),
        }
    }
}

impl LineCounts {
    fn admit(&mut self, now: Instant) -> Admission {
        self.total += 1;
        if self.since.is_none_or(|since| now.duration_since(since) >= Duration::from_secs(1)) {
            (self.since, self.written) = (Some(now), 0);
        }
        if self.written < RateLimitedLog::LINES_MAX {
            self.written += 1;
            return Admission::Written;
        }
        self.suppressed += 1;
        if self.suppressed == 1 { Admission::SuppressedFirst } else { Admission::Suppressed }
    }
}

/// Reports the number of suppressed lines of each kind.
fn report_suppressed() {
    let kinds = std::mem::take(&mut *SUPPRESSED.lock());
    for kind in kinds {
        let count = std::mem::take(&mut kind.state.lock().suppressed);
        kind.write(format_args!("{count} similar lines suppressed"));
    }
}

fn drop_lines(lines: u64) {
    METRICS.lines_dropped.inc_by(lines);
}

/// Whether the level `info` is logged.
fn is_info_enabled() -> bool {
    LevelFilter::current() >= LevelFilter::INFO
}

/// Queues a complete line for the log thread, or drops it.
fn queue(line: &[u8]) {
    if QUEUE.put(line).is_err() {
        drop_lines(1);
    }
}

/// The writer of `tracing`'s lines.
struct LineWriter;

impl Write for LineWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if line.len() <= LINE_BYTES_MAX {
            queue(line);
        } else {
            queue(&[&line[..LINE_BYTES_MAX], b"\n"].concat());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The thread "log": the only one that waits for the reader of standard error.
fn write() {
    let mut reported_at = Instant::now();
    let mut reported = 0;
    let mut text = Vec::new();
    loop {
        let lines = QUEUE.take(&mut text, REPORT_INTERVAL);
        // An error of the log cannot be logged.
        if put(&text).is_err() {
            drop_lines(lines);
        }
        if reported_at.elapsed() < REPORT_INTERVAL {
            continue;
        }
        reported_at = Instant::now();
        report_suppressed();
        let dropped = dropped();
        if dropped > reported {
            let _ = put(format!("bina: {} log lines dropped\n", dropped - reported).as_bytes());
            reported = dropped;
        }
    }
}

/// Writes lines completely, also where standard error is non-blocking.
#[expect(clippy::disallowed_methods, reason = "only the log thread waits")]
fn put(mut rest: &[u8]) -> io::Result<()> {
    while !rest.is_empty() {
        match io::stderr().write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => rest = &rest[length..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(WRITE_PAUSE),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_lines_a_second_are_written_and_the_others_counted() {
        static FLOOD: RateLimitedLog = RateLimitedLog::new(Level::INFO, "a flood");
        let start = Instant::now();
        let admit = |ms| FLOOD.state.lock().admit(start + Duration::from_millis(ms));
        assert!((0..10).all(|ms| admit(ms) == Admission::Written));
        assert_eq!(admit(500), Admission::SuppressedFirst);
        assert!((501..999).all(|ms| admit(ms) == Admission::Suppressed));
        assert_eq!(FLOOD.state.lock().suppressed, 499);
        assert!((1_000..1_010).all(|ms| admit(ms) == Admission::Written));
        assert_eq!(admit(1_999), Admission::Suppressed);
        assert_eq!(FLOOD.total(), 520);
    }

    #[test]
    fn suppressed_lines_are_reported_once() {
        static FLOOD: RateLimitedLog = RateLimitedLog::new(Level::INFO, "another flood");
        for _ in 0..100 {
            FLOOD.log("x");
        }
        assert!(FLOOD.state.lock().suppressed > 0);
        report_suppressed();
        assert_eq!(FLOOD.state.lock().suppressed, 0);
        assert!(SUPPRESSED.lock().iter().all(|known| !std::ptr::eq(*known, &raw const FLOOD)));
    }
}
