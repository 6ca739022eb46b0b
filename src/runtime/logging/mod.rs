//! Writes the log to standard error without ever making a call wait for it.
//!
//! A log pipe that nobody empties (a stuck journal) blocks whoever writes to it. So lines go
//! through a bounded queue to a thread of their own, and are dropped when it is full:
//!
//! ```text
//! calls, panics, last words -> queue -> thread "log" -> standard error
//!                              full: dropped and counted
//! ```
//! Nothing else may write to standard error while calls are answered: it would wait with that
//! thread, for the lock it holds. `eprintln!` also panics when nobody reads any more.

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
/// Longest wait for the log at the end of the program.
const FLUSH_MAX: Duration = Duration::from_millis(100);
/// Pause before a write is tried again, when standard error was opened not to block.
const WRITE_PAUSE: Duration = Duration::from_millis(10);
/// How often what was left out is told.
const TALLY: Duration = Duration::from_secs(1);

static QUEUE: Queue = Queue::new();
static PANICS: Sparing = Sparing::new(Level::ERROR, "a bug of bina, please report it");

/// How much is logged according to the environment, which goes before the configuration.
pub fn asked_level() -> Option<LevelFilter> {
    std::env::var("BINA_LOG").ok().and_then(|level| level.parse().ok())
}

/// Goes on logging as `settings` say. What they leave out is as it was at the start, so that a
/// setting can be taken back.
pub fn adjust(settings: &Settings) {
    lines::write_in(settings.format);
    if let Some(begun) = BEGUN.get() {
        (begun.adjust)(asked_level().or(settings.level).unwrap_or(begun.level));
    }
}

/// A log that was started.
struct Begun {
    /// The level at the start.
    level: LevelFilter,
    /// Changes the level.
    adjust: Box<dyn Fn(LevelFilter) + Send + Sync>,
}

static BEGUN: OnceLock<Begun> = OnceLock::new();

/// Lines that were dropped because nobody read the log.
pub fn dropped() -> u64 {
    METRICS.lines_dropped.get()
}

/// Panics since the start. Each cost one connection or one lookup.
pub fn panics() -> u64 {
    METRICS.panics.get()
}

/// Starts logging at `level`, panics included; later calls change nothing.
pub fn start(level: LevelFilter) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| begin(level));
}

fn begin(level: LevelFilter) {
    QUEUE.open();
    // Not first by a panic or by a full queue.
    LazyLock::force(&METRICS);
    // Without its thread the queue is closed: every line counts as dropped, and last words are
    // written directly.
    if let Err(error) = thread::Builder::new().name("log".to_owned()).spawn(write) {
        QUEUE.close();
        last_words(format_args!("bina: no log, as its thread cannot be started: {error}"));
    }
    let (filter, handle) = reload::Layer::new(level);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(io::stderr().is_terminal())
        // Its own complaints would go straight to standard error.
        .log_internal_errors(false)
        .event_format(Lines::new())
        .with_writer(|| Lined);
    let adjust = Box::new(move |level| drop(handle.reload(level)));
    let _ = BEGUN.set(Begun { level, adjust });
    let subscriber = tracing_subscriber::registry().with(filter).with(lines);
    // Refused only when a log is there already, as in tests.
    let _ = tracing::subscriber::set_global_default(subscriber);
    std::panic::set_hook(Box::new(note_panic));
}

/// Waits a moment until what was logged is written, for a program that is about to end.
#[expect(clippy::disallowed_methods, reason = "nothing is answered any more")]
pub fn flush() {
    let start = Instant::now();
    while QUEUE.hurries() && start.elapsed() < FLUSH_MAX {
        thread::sleep(Duration::from_millis(2));
    }
}

/// Says on standard error, whatever is logged, why the program ends. It waits a moment for that,
/// and never for a reader who has stopped reading.
pub fn last_words(words: impl Display) {
    let line = format!("{words}\n").into_bytes();
    flush();
    if QUEUE.put(&line) == Err(Refused::Closed) {
        let _ = put(&line);
    }
    flush();
}

/// Logs where a panic happened and nothing of what it said, because its message may quote a
/// number or a name. std's own hook would print it, and would wait for a stalled log.
fn note_panic(panic: &PanicHookInfo<'_>) {
    METRICS.panics.inc();
    let place = panic.location().map_or_else(String::new, ToString::to_string);
    if thread::current().name() == Some("main") {
        return last_words(format_args!("bina: {}: panic at {place}", PANICS.what));
    }
    PANICS.say(format_args!("panic at {place}"));
}

/// A kind of line that a flood would repeat: ten a second are written, the others counted, and
/// the count is told every second.
pub struct Sparing {
    level: Level,
    what: &'static str,
    state: Mutex<Spared>,
}

struct Spared {
    /// Start of the present second.
    since: Option<Instant>,
    /// Lines written in it.
    written: u32,
    /// Lines left out since that was told last.
    held: u64,
    total: u64,
}

/// What is done with a line.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Held,
    /// The first one since the count was told.
    HeldFirst,
    Written,
}

/// Kinds of which lines were left out since that was told last.
static HELD: Mutex<Vec<&'static Sparing>> = Mutex::new(Vec::new());

impl Sparing {
    /// Lines of one kind written in a second.
    const LINES_MAX: u32 = 10;

    /// A kind of line, each of which begins with `what`.
    pub const fn new(level: Level, what: &'static str) -> Self {
        let state = Mutex::new(Spared { since: None, written: 0, held: 0, total: 0 });
        Self { level, what, state }
    }

    /// How often it was said, written or not.
    pub fn total(&self) -> u64 {
        self.state.lock().total
    }

    /// Logs one of its kind, unless there were too many within this second.
    pub fn say(&'static self, detail: impl Display) {
        let verdict = self.state.lock().admit(Instant::now());
        match verdict {
            Verdict::Written => self.write(detail),
            Verdict::HeldFirst => HELD.lock().push(self),
            Verdict::Held => {}
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

impl Spared {
    fn admit(&mut self, now: Instant) -> Verdict {
        self.total += 1;
        if self.since.is_none_or(|since| now.duration_since(since) >= Duration::from_secs(1)) {
            (self.since, self.written) = (Some(now), 0);
        }
        if self.written < Sparing::LINES_MAX {
            self.written += 1;
            return Verdict::Written;
        }
        self.held += 1;
        if self.held == 1 { Verdict::HeldFirst } else { Verdict::Held }
    }
}

/// Tells how many lines were left out, each kind once.
fn tell_held() {
    let kinds = std::mem::take(&mut *HELD.lock());
    for sparing in kinds {
        let held = std::mem::take(&mut sparing.state.lock().held);
        sparing.write(format_args!("and {held} more like it"));
    }
}

fn drop_lines(lines: u64) {
    METRICS.lines_dropped.inc_by(lines);
}

/// Whether lines of ordinary news are written.
fn says_info() -> bool {
    LevelFilter::current() >= LevelFilter::INFO
}

/// Hands a whole line to the thread that writes, or drops it.
fn queue(line: &[u8]) {
    if QUEUE.put(line).is_err() {
        drop_lines(1);
    }
}

/// Where `tracing` writes its lines.
struct Lined;

impl Write for Lined {
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

/// The thread "log": the only one that waits for whoever reads standard error.
fn write() {
    let (mut told_at, mut told, mut text) = (Instant::now(), 0, Vec::new());
    loop {
        let lines = QUEUE.take(&mut text, TALLY);
        // A log that cannot be written has nowhere to say so.
        if put(&text).is_err() {
            drop_lines(lines);
        }
        if told_at.elapsed() < TALLY {
            continue;
        }
        told_at = Instant::now();
        tell_held();
        let dropped = dropped();
        if dropped > told {
            let _ = put(format!("bina: {} log lines dropped\n", dropped - told).as_bytes());
            told = dropped;
        }
    }
}

/// Writes lines whole, also where standard error was opened not to block.
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
        static FLOOD: Sparing = Sparing::new(Level::INFO, "a flood");
        let start = Instant::now();
        let admit = |ms| FLOOD.state.lock().admit(start + Duration::from_millis(ms));
        assert!((0..10).all(|ms| admit(ms) == Verdict::Written));
        assert_eq!(admit(500), Verdict::HeldFirst);
        assert!((501..999).all(|ms| admit(ms) == Verdict::Held));
        assert_eq!(FLOOD.state.lock().held, 499);
        assert!((1_000..1_010).all(|ms| admit(ms) == Verdict::Written));
        assert_eq!(admit(1_999), Verdict::Held);
        assert_eq!(FLOOD.total(), 520);
    }

    #[test]
    fn what_was_left_out_is_told_once() {
        static FLOOD: Sparing = Sparing::new(Level::INFO, "another flood");
        for _ in 0..100 {
            FLOOD.say("x");
        }
        assert!(FLOOD.state.lock().held > 0);
        tell_held();
        assert_eq!(FLOOD.state.lock().held, 0);
        assert!(HELD.lock().iter().all(|known| !std::ptr::eq(*known, &raw const FLOOD)));
    }
}
