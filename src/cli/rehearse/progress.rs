//! A progress line on standard error, rewritten each second on a terminal.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use tokio::time::Instant;

/// Interval of the lines on a terminal; in a log, every tenth is written.
pub(super) const PROGRESS: Duration = Duration::from_secs(1);
const PROGRESS_LOGGED: u64 = 10;

/// A progress line; dropping it removes it from a terminal.
pub(super) struct ProgressLine {
    is_terminal: bool,
    lines: u64,
    next_at: Instant,
}

impl ProgressLine {
    pub(super) fn new() -> Self {
        let is_terminal = stderr().is_terminal();
        Self { is_terminal, lines: 0, next_at: Instant::now() + PROGRESS }
    }

    /// Shows the text if the next line is due.
    pub(super) fn show(&mut self, text: impl FnOnce() -> String) {
        let now = Instant::now();
        if now < self.next_at {
            return;
        }
        self.next_at = now + PROGRESS;
        let is_shown = self.is_terminal || self.lines.is_multiple_of(PROGRESS_LOGGED);
        self.lines += 1;
        if !is_shown {
            return;
        }
        let text = text();
        // Return to the start of the line and clear it.
        let line = if self.is_terminal { format!("\r\x1b[K{text}") } else { format!("{text}\n") };
        let _ = stderr().write_all(line.as_bytes());
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.is_terminal && self.lines > 0 {
            let _ = stderr().write_all(b"\r\x1b[K");
        }
    }
}
