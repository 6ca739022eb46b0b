//! Why a source did not answer, as the log and the metrics report it.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// What a failure is evidence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The source answered, but its answer for this key is unusable. The source itself works.
    AboutThisKey,
    /// A bug of this program.
    Bug,
    /// The source was not queried at all.
    NotQueried,
    /// The source itself, or the network path to it.
    Upstream,
}

/// One reason for failures: a row of the table in `sources/reasons.rs`.
#[derive(Debug, PartialEq, Eq)]
pub struct Reason {
    /// One word for the log and for metrics.
    pub label: &'static str,
    pub kind: FailureKind,
    /// What is wrong; `{}` is replaced by the detail of the failure. Never a URL or a phone number.
    pub text: &'static str,
    /// The remedy; empty if there is nothing to do.
    pub remedy: &'static str,
    /// How long the key is not queried again after the failure.
    pub rest: Duration,
}

/// Why a source did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    reason: &'static Reason,
    status: Option<u16>,
    detail: Cow<'static, str>,
    retry_after: Option<Duration>,
}

impl Reason {
    /// A reason after which the key may be queried again immediately.
    pub const fn new(
        label: &'static str,
        kind: FailureKind,
        text: &'static str,
        remedy: &'static str,
    ) -> Self {
        Self { label, kind, text, remedy, rest: Duration::ZERO }
    }

    /// The same, but the key is not queried again for `rest`.
    pub const fn resting(self, rest: Duration) -> Self {
        Self { rest, ..self }
    }

    /// A failure for this reason.
    pub const fn failure(&'static self) -> Failure {
        self.because("")
    }

    /// A failure with a detail.
    pub const fn because(&'static self, detail: &'static str) -> Failure {
        Failure { reason: self, status: None, detail: Cow::Borrowed(detail), retry_after: None }
    }

    /// A failure with a detail that is formatted at run time.
    pub fn because_of(&'static self, detail: String) -> Failure {
        Failure { detail: Cow::Owned(detail), ..self.failure() }
    }

    /// A failure with an HTTP status.
    pub fn with_status(&'static self, status: u16) -> Failure {
        let detail = Cow::Owned(status.to_string());
        Failure { status: Some(status), detail, ..self.failure() }
    }

    /// A failure for which the source may have sent `Retry-After`.
    pub const fn retry_after(&'static self, retry_after: Option<Duration>) -> Failure {
        Failure { reason: self, status: None, detail: Cow::Borrowed(""), retry_after }
    }
}

impl Failure {
    /// Returns whether `reason` is the reason.
    pub fn is(&self, reason: &Reason) -> bool {
        std::ptr::eq(self.reason, reason)
    }

    /// Returns whether the reason is one of `reasons`.
    pub fn is_any(&self, reasons: &[&Reason]) -> bool {
        reasons.iter().any(|reason| self.is(reason))
    }

    /// One word for the log and for metrics.
    pub fn label(&self) -> &'static str {
        self.reason.label
    }

    /// What the failure is evidence of.
    pub fn kind(&self) -> FailureKind {
        self.reason.kind
    }

    /// How long the key is not queried again after the failure.
    pub fn rest(&self) -> Duration {
        self.reason.rest
    }

    /// The HTTP status, if it is the reason.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// What the reason's text is completed with; empty if there is none.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The pause that the source requested.
    pub fn requested_pause(&self) -> Option<Duration> {
        self.retry_after
    }

    /// What is wrong, without the remedy.
    pub fn cause(&self) -> Cow<'static, str> {
        match self.reason.text.split_once("{}") {
            Some((before, after)) => format!("{before}{}{after}", self.detail).into(),
            None => self.reason.text.into(),
        }
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause())?;
        match self.reason.remedy {
            "" => Ok(()),
            remedy => write!(f, ": {remedy}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ODD: Reason =
        Reason::new("odd", FailureKind::Upstream, "the answer is odd ({})", "check the address");

    #[test]
    fn a_failure_names_its_detail_and_the_remedy() {
        assert_eq!(ODD.because("x").to_string(), "the answer is odd (x): check the address");
        assert_eq!(ODD.with_status(404).to_string(), "the answer is odd (404): check the address");
        assert_eq!(ODD.with_status(404).status(), Some(404));
    }

    #[test]
    fn failures_are_equal_when_reason_and_detail_are() {
        assert_eq!(ODD.because("x"), ODD.because_of("x".to_owned()));
        assert_ne!(ODD.because("x"), ODD.failure());
        assert!(ODD.because("x").is(&ODD) && ODD.failure().is_any(&[&ODD]));
    }
}
