//! Prints each finding at once, counts findings, and limits the time of all checks.

use std::fmt::Display;
use std::time::Duration;

use anyhow::anyhow;
use tokio::time::Instant;

use super::super::{Failed, print_line};
use super::line::{FindingLine, Severity};

/// Longest time of all checks: an operator waits for them at night.
const ALL_MAX: Duration = Duration::from_secs(28);

/// The findings so far.
pub(super) struct CheckReport {
    until: Instant,
    ok: usize,
    warnings: usize,
    failed: usize,
}

impl CheckReport {
    /// Starts the clock.
    pub(super) fn new() -> Self {
        Self { until: Instant::now() + ALL_MAX, ok: 0, warnings: 0, failed: 0 }
    }

    /// The deadline of a check that may take `most` by itself.
    pub(super) fn deadline(&self, most: Duration) -> Instant {
        self.until.min(Instant::now() + most)
    }

    /// Reports that `what` is in order.
    pub(super) fn ok(&mut self, what: &str, seen: impl Display) {
        self.add(Severity::Ok, what, seen);
    }

    /// Reports that calls are answered, but `seen` needs a remedy.
    pub(super) fn warning(&mut self, what: &str, seen: impl Display) {
        self.add(Severity::Warning, what, seen);
    }

    /// Reports that `seen` affects calls.
    pub(super) fn failed(&mut self, what: &str, seen: impl Display) {
        self.add(Severity::Failed, what, seen);
    }

    /// Reports that `what` was not checked, and how to have it checked.
    pub(super) fn skipped(&self, what: &str, how: impl Display) {
        print_line(FindingLine {
            severity: Severity::Skipped,
            what,
            seen: format_args!("skipped: {how}"),
        });
    }

    /// Prints lines to paste, below the findings that they are for.
    pub(super) fn note(&self, instruction: &str, lines: &[String]) {
        print_line(format_args!("         {instruction}"));
        for line in lines {
            print_line(format_args!("             {line}"));
        }
    }

    /// Adds a finding of the given severity.
    pub(super) fn add(&mut self, severity: Severity, what: &str, seen: impl Display) {
        match severity {
            Severity::Ok => self.ok += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Failed => self.failed += 1,
            Severity::Skipped => {}
        }
        print_line(FindingLine { severity, what, seen });
    }

    /// Prints the totals.
    pub(super) fn end(self) -> Result<(), Failed> {
        let Self { ok, warnings, failed, .. } = self;
        print_line(format_args!("{ok} ok, {warnings} warning, {failed} failed"));
        match failed {
            0 => Ok(()),
            1 => Err(Failed::Runtime(anyhow!("one check failed: its line names the remedy"))),
            _ => Err(Failed::Runtime(anyhow!("{failed} checks failed: begin with the first one"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_check_never_runs_beyond_the_total_limit() {
        let report = CheckReport::new();
        let start = Instant::now();
        let step = Duration::from_secs(4);
        assert_eq!(report.deadline(step), start + step);
        tokio::time::advance(ALL_MAX - step / 2).await;
        assert_eq!(report.deadline(step), start + ALL_MAX);
    }
}
