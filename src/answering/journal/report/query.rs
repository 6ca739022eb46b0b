//! Reads what a report is asked for: a span of time, one alert, a form.

use thiserror::Error;

use crate::domain::local_time::{LocalTime, read_day, read_digits};
use crate::domain::zone::Zone;
use crate::runtime::language::Language;

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
const DAY_S: u64 = 24 * HOUR_S;
/// The span unless another one is given.
const SPAN_DEFAULT_S: u64 = DAY_S;
/// Longest span: no journal is kept longer.
const SPAN_MAX_S: u64 = 366 * DAY_S;

/// Why there is no report.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ReportError {
    #[error("a bug of bina ended it: see the log")]
    Bug,
    #[error("`{0}` is not a form of a report; expected text, csv or json")]
    Form(String),
    #[error("`{0}` is not a language of a report; expected pt or en")]
    Language(String),
    #[error(
        "there is no state folder, so no call is kept: use StateDirectory= of systemd, or set \
         service.state_folder"
    )]
    NoFolder,
    #[error("the report would end before it begins: `since` has to be earlier than `until`")]
    Order,
    #[error(
        "`{0}` is not a time: write it like `2h`, `30m`, `7d`, `18:30`, `2026-11-30` or \
         `2026-11-30 18:30`"
    )]
    Time(String),
    #[error("the journal cannot be read: {0}")]
    Unreadable(String),
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportForm {
    Csv,
    Json,
    #[default]
    Text,
}

impl ReportForm {
    /// All forms, with their words.
    pub const VALUES: [(&'static str, Self); 3] =
        [("text", Self::Text), ("csv", Self::Csv), ("json", Self::Json)];

    /// The form of a word; an empty one is that of a text.
    pub fn named(word: &str) -> Result<Self, ReportError> {
        let found = Self::VALUES.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
        match found {
            Some((_, form)) => Ok(form),
            None if word.is_empty() => Ok(Self::default()),
            None => Err(ReportError::Form(shortened(word))),
        }
    }
}

/// What a report is asked for, as it was typed; empty where nothing was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportQuery {
    pub since: String,
    pub until: String,
    /// The id of an alert, whose callers are listed.
    pub alert: String,
    pub form: ReportForm,
    /// The language of a text.
    pub language: Language,
}

/// The calls that a report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReportSpan {
    pub(super) since_s: u64,
    pub(super) until_s: u64,
    pub(super) alert: Option<String>,
}

impl ReportQuery {
    /// The language of a word; an empty one is English.
    pub fn language_named(word: &str) -> Result<Language, ReportError> {
        match Language::named(word) {
            Some(language) => Ok(language),
            None if word.is_empty() => Ok(Language::English),
            None => Err(ReportError::Language(shortened(word))),
        }
    }

    pub(super) fn span(&self, zone: Zone, now_s: u64) -> Result<ReportSpan, ReportError> {
        let read = |text: &str, default_s| match text.trim() {
            "" => Ok(default_s),
            text => time(text, zone, now_s).ok_or_else(|| ReportError::Time(shortened(text))),
        };
        // A call of this second is in it.
        let until_s = read(&self.until, now_s + 1)?.min(now_s + 1);
        let since_s = read(&self.since, until_s.saturating_sub(SPAN_DEFAULT_S))?;
        let since_s = since_s.max(until_s.saturating_sub(SPAN_MAX_S));
        if since_s >= until_s {
            return Err(ReportError::Order);
        }
        let alert = self.alert.trim().to_ascii_lowercase();
        Ok(ReportSpan { since_s, until_s, alert: Some(alert).filter(|id| !id.is_empty()) })
    }
}

/// Reads a time: so long ago, a time of the last 24 hours, a day, or a day with a time.
fn time(text: &str, zone: Zone, now_s: u64) -> Option<u64> {
    if let Some(ago_s) = ago(text) {
        return Some(now_s.saturating_sub(ago_s));
    }
    if let Some((day, of_day)) = text.split_once([' ', 'T']) {
        let of_day = time_of_day(of_day.trim())?;
        return Some(zone.epoch_s(LocalTime::new(read_day(day)?, of_day)?));
    }
    if let Some(day) = read_day(text) {
        return Some(zone.epoch_s(LocalTime::new(day, (0, 0, 0))?));
    }
    let today = zone.local_time(now_s).day();
    let at_s = zone.epoch_s(LocalTime::new(today, time_of_day(text)?)?);
    Some(if at_s <= now_s { at_s } else { at_s.saturating_sub(DAY_S) })
}

/// Reads `2h`, `30m`, `30min` or `7d`.
fn ago(text: &str) -> Option<u64> {
    let (digits, unit_s) = [("min", MINUTE_S), ("m", MINUTE_S), ("h", HOUR_S), ("d", DAY_S)]
        .into_iter()
        .find_map(|(unit, unit_s)| Some((text.strip_suffix(unit)?, unit_s)))?;
    u64::try_from(read_digits(digits, 1..=5)?).ok()?.checked_mul(unit_s)
}

fn time_of_day(text: &str) -> Option<(i64, i64, i64)> {
    let (hour, minute) = text.split_once([':', 'h'])?;
    Some((read_digits(hour, 1..=2)?, read_digits(minute, 2..=2)?, 0))
}

fn shortened(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-30 18:00:00 in São Paulo.
    const NOW_S: u64 = 1_796_072_400;

    fn span(since: &str, until: &str) -> Result<(u64, u64), ReportError> {
        let query =
            ReportQuery { since: since.into(), until: until.into(), ..ReportQuery::default() };
        let span = query.span(Zone::default(), NOW_S)?;
        Ok((NOW_S + 1 - span.since_s, NOW_S + 1 - span.until_s))
    }

    #[test]
    fn a_time_is_read_as_people_write_it() {
        for (since, seconds) in [
            ("", 86_400),
            ("2h", 7_201),
            ("30m", 1_801),
            ("30min", 1_801),
            ("7d", 7 * 86_400 + 1),
            ("17:30", 1_801),
            ("17h30", 1_801),
            ("18:30", 84_601),
            ("2026-11-30", 18 * 3_600 + 1),
            ("30/11/2026", 18 * 3_600 + 1),
            ("2026-11-29 18:00", 86_401),
            ("2026-11-29T18:00", 86_401),
            ("99999d", 366 * 86_400),
        ] {
            assert_eq!(span(since, ""), Ok((seconds, 0)), "{since}");
        }
        assert_eq!(span("2h", "1h"), Ok((7_201, 3_601)));
        assert_eq!(span("", "2030-01-01"), Ok((86_400, 0)), "there are no calls of the future");
    }

    #[test]
    fn what_is_no_time_or_no_span_is_refused() {
        for odd in ["h", "2", "2y", "-2h", "2026-13-01", "2026-11-30 25:00", "18:3", "ontem"] {
            assert!(matches!(span(odd, ""), Err(ReportError::Time(_))), "{odd}");
        }
        assert_eq!(span("1h", "2h"), Err(ReportError::Order));
        assert_eq!(ReportForm::named("CSV"), Ok(ReportForm::Csv));
        assert!(ReportForm::named("pdf").is_err_and(|error| error.to_string().contains("`pdf`")));
    }
}
