//! Formats one finding: severity, subject, result and remedy.

use std::fmt::{self, Display};

use crate::runtime::language::Language;

use super::texts;

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
    pub(super) language: Language,
}

impl<T: Display> Display for FindingLine<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Skipped => "-",
            Severity::Ok => texts::SEVERITY_OK.of(self.language),
            Severity::Warning => texts::SEVERITY_WARNING.of(self.language),
            Severity::Failed => texts::SEVERITY_FAILED.of(self.language),
        };
        write!(f, "{severity:<8} {:<14} {}", self.what, self.seen)
    }
}
