//! Compares this machine's clock with HubSoft's, and with the end of a certificate.
//!
//! A wrong clock invalidates certificates and misdates logs, and no other check detects it. No call
//! depends on the time of day.

use std::fmt::Display;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::runtime::language::{Message, Text};

use super::report::CheckReport;
use super::texts;

/// Beyond this difference, log lines of bina and HubSoft cannot be correlated.
const APART_MAX: Duration = Duration::from_secs(60);
/// Certificates of the usual authorities are renewed when 30 days are left.
const NEAR_DAYS: i64 = 21;
const DAY_S: i64 = 24 * 60 * 60;
const WHAT: Text = texts::WHAT_CLOCK;

/// Compares with the `Date` of a response that arrived at `dated.1`.
#[expect(clippy::disallowed_methods, reason = "the wall clock is what is examined")]
pub(super) fn examine(dated: Option<(String, Instant)>, report: &mut CheckReport) {
    let remedy = texts::CLOCK_REMEDY;
    let theirs = dated.and_then(|(text, at)| Some((httpdate::parse_http_date(&text).ok()?, at)));
    let Some((theirs, at)) = theirs else {
        return report.skipped(WHAT, texts::CLOCK_UNKNOWN.message(&[("remedy", &remedy)]));
    };
    let Some(ours) = SystemTime::now().checked_sub(at.elapsed()) else { return };
    let (apart, text) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead, texts::CLOCK_AHEAD),
        Err(behind) => (behind.duration(), texts::CLOCK_BEHIND),
    };
    let seconds = apart.as_secs();
    match apart > APART_MAX {
        true => {
            let parts: [(&str, &dyn Display); 2] = [("seconds", &seconds), ("remedy", &remedy)];
            report.warning(WHAT, text.message(&parts));
        }
        // A `Date` has whole seconds, and was written shortly before it arrived.
        false => report.ok(WHAT, texts::CLOCK_WITHIN.message(&[("seconds", &(seconds + 1))])),
    }
}

/// The expiry of a certificate, relative to now.
pub(super) struct End {
    date: String,
    days: i64,
    today: String,
}

impl End {
    /// The expiry at `since` after 1970.
    #[expect(clippy::disallowed_methods, reason = "certificates end at a date")]
    pub(super) fn of(since: Duration) -> Self {
        let now = SystemTime::now();
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let today = seconds(now.duration_since(UNIX_EPOCH).unwrap_or_default());
        let days = (seconds(since) - today).div_euclid(DAY_S);
        Self { date: date(UNIX_EPOCH + since), days, today: date(now) }
    }

    /// When it expires, as the end of a sentence.
    pub(super) fn message(&self) -> Message {
        let Self { date, days, today } = self;
        match days {
            ..0 => texts::CERTIFICATE_ENDED.message(&[("date", date), ("today", today)]),
            _ => texts::CERTIFICATE_ENDS.message(&[("date", date), ("days", days)]),
        }
    }

    /// Whether the certificate should be renewed now.
    pub(super) fn is_near(&self) -> bool {
        self.days < NEAR_DAYS
    }
}

/// The date part of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date(time: SystemTime) -> String {
    let text = httpdate::fmt_http_date(time);
    text.get(5..16).unwrap_or(&text).to_owned()
}
