//! Prints each finding at once, counts findings, and limits the time of all checks.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::language::Language;

use super::super::{Failed, print_line};
use super::line::{FindingLine, Severity};
use super::texts;

/// Longest time of all checks: an operator waits for them at night.
const ALL_MAX: Duration = Duration::from_secs(28);

/// The findings so far.
pub(in crate::cli) struct CheckReport {
    until: Instant,
    ok: usize,
    warnings: usize,
    failed: usize,
    language: Language,
}

impl CheckReport {
    /// Starts the clock.
    pub(in crate::cli) fn new(language: Language) -> Self {
        Self { until: Instant::now() + ALL_MAX, ok: 0, warnings: 0, failed: 0, language }
    }

    /// The language of who reads it.
    pub(super) fn language(&self) -> Language {
        self.language
    }

    /// The deadline of a check that may take `most` by itself.
    pub(in crate::cli) fn deadline(&self, most: Duration) -> Instant {
        self.until.min(Instant::now() + most)
    }

    /// Reports that `what` is in order.
    pub(in crate::cli) fn ok(&mut self, what: impl Display, seen: impl Display) {
        self.add(Severity::Ok, what, seen);
    }

    /// Reports that calls are answered, but `seen` needs a remedy.
    pub(in crate::cli) fn warning(&mut self, what: impl Display, seen: impl Display) {
        self.add(Severity::Warning, what, seen);
    }

    /// Reports that `seen` affects calls.
    pub(in crate::cli) fn failed(&mut self, what: impl Display, seen: impl Display) {
        self.add(Severity::Failed, what, seen);
    }

    /// Reports that `what` was not checked, and how to have it checked.
    pub(super) fn skipped(&self, what: impl Display, how: impl Display) {
        self.print(Severity::Skipped, what, texts::SKIPPED.message(&[("how", &how)]));
    }

    /// Prints lines to paste, below the findings that they are for.
    pub(super) fn note(&self, instruction: impl Display, lines: &[String]) {
        print_line(format_args!("         {}", self.language.shown(instruction)));
        for line in lines {
            print_line(format_args!("             {line}"));
        }
    }

    /// Adds a finding of the given severity.
    pub(super) fn add(&mut self, severity: Severity, what: impl Display, seen: impl Display) {
        match severity {
            Severity::Ok => self.ok += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Failed => self.failed += 1,
            Severity::Skipped => {}
        }
        self.print(severity, what, seen);
    }

    fn print(&self, severity: Severity, what: impl Display, seen: impl Display) {
        let language = self.language;
        let (what, seen) = (language.shown(what), language.shown(seen));
        print_line(FindingLine { severity, what: &what, seen, language });
    }

    /// Whether anything so far affects calls.
    pub(in crate::cli) fn has_failed(&self) -> bool {
        self.failed > 0
    }

    /// Prints the totals.
    pub(super) fn end(self) -> Result<(), Failed> {
        let Self { ok, warnings, failed, language, .. } = self;
        let parts: [(&str, &dyn Display); 3] =
            [("ok", &ok), ("warnings", &warnings), ("failed", &failed)];
        print_line(texts::END_TOTALS.filled(language, &parts));
        match failed {
            0 => Ok(()),
            1 => Err(Failed::runtime(texts::END_FAILED_ONE)),
            _ => Err(Failed::runtime(texts::END_FAILED.message(&[("count", &failed)]))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_check_never_runs_beyond_the_total_limit() {
        let report = CheckReport::new(Language::English);
        let start = Instant::now();
        let step = Duration::from_secs(4);
        assert_eq!(report.deadline(step), start + step);
        tokio::time::advance(ALL_MAX - step / 2).await;
        assert_eq!(report.deadline(step), start + ALL_MAX);
    }
}
