//! Writes one finding: verdict, what was looked at, what was seen and what helps.

use std::fmt::{self, Display};

/// What a finding comes to, from harmless to harmful.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    LeftOut,
    Ok,
    Warning,
    Failed,
}

/// One finding.
pub(super) struct Line<'a, T> {
    pub(super) verdict: Severity,
    pub(super) what: &'a str,
    pub(super) seen: T,
}

impl<T: Display> Display for Line<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Severity::LeftOut => "-",
            Severity::Ok => "ok",
            Severity::Warning => "warning",
            Severity::Failed => "failed",
        };
        write!(f, "{verdict:<8} {:<14} {}", self.what, self.seen)
    }
}
