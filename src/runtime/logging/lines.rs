//! Formats log lines: as text, with journald's level prefix, or as JSON.

use std::env;
use std::fmt::Result;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::{Format as EventFormat, Full, Json, Writer};
use tracing_subscriber::fmt::time::SystemTime;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The format of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line, for log collectors.
    Json,
    #[default]
    Text,
}

impl LogFormat {
    /// All formats by name.
    pub const VALUES: [(&'static str, Self); 2] = [("json", Self::Json), ("text", Self::Text)];
}

static JSON: AtomicBool = AtomicBool::new(false);
static JOURNAL: LazyLock<bool> = LazyLock::new(|| env::var_os("JOURNAL_STREAM").is_some());

/// The active style of lines: the format and its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineStyle {
    /// systemd's journal adds timestamps, and reads a level prefix.
    Journal,
    Json,
    Text,
}

/// The active style of lines.
pub(super) fn style() -> LineStyle {
    match (JSON.load(Ordering::Relaxed), *JOURNAL) {
        (true, _) => LineStyle::Json,
        (false, true) => LineStyle::Journal,
        (false, false) => LineStyle::Text,
    }
}

/// Activates `format`.
pub(super) fn set_format(format: LogFormat) {
    JSON.store(format == LogFormat::Json, Ordering::Relaxed);
}

/// Formats events in the active style.
pub(super) struct Lines {
    json: EventFormat<Json, SystemTime>,
    text: EventFormat<Full, SystemTime>,
    journal: EventFormat<Full, ()>,
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
        match style() {
            LineStyle::Journal => {
                write!(writer, "<{}>", priority(*event.metadata().level()))?;
                self.journal.format_event(context, writer, event)
            }
            LineStyle::Json => self.json.format_event(context, writer, event),
            LineStyle::Text => self.text.format_event(context, writer, event),
        }
    }
}

/// syslog's number for a level, used by `journalctl -p`.
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}
