//! Counts findings, prints each at once, and knows how much time is left.

use std::fmt::Display;
use std::time::Duration;

use anyhow::anyhow;
use tokio::time::Instant;

use super::super::{Failed, say};
use super::line::{Line, Severity};

/// Longest time of the whole examination: whoever waits for it has been woken by a telephone.
const ALL_MAX: Duration = Duration::from_secs(28);

/// The findings so far.
pub(super) struct CheckReport {
    until: Instant,
    ok: usize,
    warnings: usize,
    failed: usize,
}

impl CheckReport {
    /// Begins an examination.
    pub(super) fn new() -> Self {
        Self { until: Instant::now() + ALL_MAX, ok: 0, warnings: 0, failed: 0 }
    }

    /// When a step has to end that may take `most` by itself.
    pub(super) fn deadline(&self, most: Duration) -> Instant {
        self.until.min(Instant::now() + most)
    }

    /// `what` is as it should be.
    pub(super) fn ok(&mut self, what: &str, seen: impl Display) {
        self.add(Severity::Ok, what, seen);
    }

    /// Calls are answered, but `seen` deserves a remedy.
    pub(super) fn warning(&mut self, what: &str, seen: impl Display) {
        self.add(Severity::Warning, what, seen);
    }

    /// Calls suffer from what is `seen`.
    pub(super) fn failed(&mut self, what: &str, seen: impl Display) {
        self.add(Severity::Failed, what, seen);
    }

    /// `what` is not looked at, and how it would be.
    pub(super) fn left_out(&self, what: &str, how: impl Display) {
        say(Line { verdict: Severity::LeftOut, what, seen: format_args!("not looked at: {how}") });
    }

    /// Adds a finding whose verdict was reached elsewhere.
    pub(super) fn add(&mut self, verdict: Severity, what: &str, seen: impl Display) {
        match verdict {
            Severity::Ok => self.ok += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Failed => self.failed += 1,
            Severity::LeftOut => {}
        }
        say(Line { verdict, what, seen });
    }

    /// Sums up.
    pub(super) fn end(self) -> Result<(), Failed> {
        let Self { ok, warnings, failed, .. } = self;
        say(format_args!("{ok} ok, {warnings} warning, {failed} failed"));
        match failed {
            0 => Ok(()),
            1 => Err(Failed::Runtime(anyhow!("one examination failed: its line names the remedy"))),
            _ => Err(Failed::Runtime(anyhow!("{failed} failed: begin with the first of them"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_step_gets_time_beyond_that_of_the_whole() {
        let (report, start) = (CheckReport::new(), Instant::now());
        let step = Duration::from_secs(4);
        assert_eq!(report.deadline(step), start + step);
        tokio::time::advance(ALL_MAX - step / 2).await;
        assert_eq!(report.deadline(step), start + ALL_MAX);
    }
}
