//! Forms a log line: as text, with a level journald understands, or as JSON.

use std::env;
use std::fmt::Result;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::{Format as Formed, Full, Json, Writer};
use tracing_subscriber::fmt::time::SystemTime;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// What a line looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// An object a line, for programs that collect logs.
    Json,
    #[default]
    Text,
}

impl LogFormat {
    /// Every format by name.
    pub const VALUES: [(&'static str, Self); 2] = [("json", Self::Json), ("text", Self::Text)];
}

static JSON: AtomicBool = AtomicBool::new(false);
static JOURNAL: LazyLock<bool> = LazyLock::new(|| env::var_os("JOURNAL_STREAM").is_some());

/// How lines look now: the format, and who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// systemd's journal has a clock of its own, and takes a level in front.
    Journal,
    Json,
    Text,
}

/// How lines look now.
pub(super) fn look() -> Look {
    match (JSON.load(Ordering::Relaxed), *JOURNAL) {
        (true, _) => Look::Json,
        (false, true) => Look::Journal,
        (false, false) => Look::Text,
    }
}

/// Writes the lines from now on in `format`.
pub(super) fn write_in(format: LogFormat) {
    JSON.store(format == LogFormat::Json, Ordering::Relaxed);
}

/// Writes a line in the format in force.
pub(super) struct Lines {
    json: Formed<Json, SystemTime>,
    text: Formed<Full, SystemTime>,
    journal: Formed<Full, ()>,
}

impl Lines {
    pub(super) fn new() -> Self {
        let form = || tracing_subscriber::fmt::format().with_target(false);
        Self {
            json: form().json().flatten_event(true).with_current_span(false).with_span_list(false),
            text: form(),
            journal: form().with_level(false).without_time(),
        }
    }
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> Result {
        match look() {
            Look::Journal => {
                write!(writer, "<{}>", priority(*event.metadata().level()))?;
                self.journal.format_event(context, writer, event)
            }
            Look::Json => self.json.format_event(context, writer, event),
            Look::Text => self.text.format_event(context, writer, event),
        }
    }
}

/// syslog's number for a level, which `journalctl -p` and its colours go by.
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}
