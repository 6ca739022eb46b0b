//! Compares this machine's clock with HubSoft's, and with the end of a certificate.
//!
//! The one place outside the simulator that looks at the time of day: a clock that is wrong makes
//! certificates look bad and logs lie, and nobody else would notice. No call depends on it.

use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::report::CheckReport;

/// Beyond it, log lines of bina and HubSoft can no longer be laid side by side.
const APART_MAX: Duration = Duration::from_secs(60);
/// Certificates of the usual authorities are renewed when 30 days are left.
const NEAR_DAYS: i64 = 21;
const DAY_S: i64 = 24 * 60 * 60;
const WHAT: &str = "clock";

/// Compares with the `Date` of an answer that came at `dated.1`.
#[expect(clippy::disallowed_methods, reason = "the wall clock is what is examined")]
pub(super) fn examine(dated: Option<(String, Instant)>, report: &mut CheckReport) {
    let remedy = "see `timedatectl` whether it is synchronised";
    let theirs = dated.and_then(|(text, at)| Some((httpdate::parse_http_date(&text).ok()?, at)));
    let Some((theirs, at)) = theirs else {
        return report.left_out(WHAT, format_args!("HubSoft has named no time, {remedy}"));
    };
    let Some(ours) = SystemTime::now().checked_sub(at.elapsed()) else { return };
    let (apart, way) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    let seconds = apart.as_secs();
    match apart > APART_MAX {
        true => report.warning(WHAT, format_args!("it is {seconds} s {way} HubSoft's: {remedy}")),
        // A `Date` has whole seconds, and was written a little before it came.
        false => report.ok(WHAT, format_args!("within {} s of HubSoft's", seconds + 1)),
    }
}

/// The end of a certificate, as seen now.
pub(super) struct End {
    date: String,
    days: i64,
    today: String,
}

impl End {
    /// The end `since` 1970.
    #[expect(clippy::disallowed_methods, reason = "certificates end at a date")]
    pub(super) fn of(since: Duration) -> Self {
        let now = SystemTime::now();
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let today = seconds(now.duration_since(UNIX_EPOCH).unwrap_or_default());
        let days = (seconds(since) - today).div_euclid(DAY_S);
        Self { date: date(UNIX_EPOCH + since), days, today: date(now) }
    }

    /// Tells whether it is time to do something about it.
    pub(super) fn is_near(&self) -> bool {
        self.days < NEAR_DAYS
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, days, today } = self;
        match days {
            ..0 => write!(f, "ended on {date}, and here it is {today}"),
            _ => write!(f, "ends on {date}, in {days} days"),
        }
    }
}

/// The day, out of the middle of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date(time: SystemTime) -> String {
    let text = httpdate::fmt_http_date(time);
    text.get(5..16).unwrap_or(&text).to_owned()
}
