//! Formats one finding: severity, subject, result and remedy.

use std::fmt::{self, Display};

/// The severity of a finding, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    Skipped,
    Ok,
    Warning,
    Failed,
}

/// One finding.
pub(super) struct FindingLine<'a, T> {
    pub(super) severity: Severity,
    pub(super) what: &'a str,
    pub(super) seen: T,
}

impl<T: Display> Display for FindingLine<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Skipped => "-",
            Severity::Ok => "ok",
            Severity::Warning => "warning",
            Severity::Failed => "failed",
        };
        write!(f, "{severity:<8} {:<14} {}", self.what, self.seen)
    }
}
