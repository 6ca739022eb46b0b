//! Reads the end of a local alert: a time by the provider's clock, or minutes from now.

use std::time::Duration;

use thiserror::Error;

use crate::domain::local_time::{LocalTime, read_day, read_digits};
use crate::domain::zone::Zone;

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * 60 * 60;
/// The end unless another one is given.
pub(super) const LENGTH_DEFAULT_S: u64 = 4 * HOUR_S;
/// A fault that lasts longer is looked at again by somebody.
pub(super) const LENGTH_MAX_S: u64 = 24 * HOUR_S;
pub(super) const LENGTH_MAX: Duration = Duration::from_secs(LENGTH_MAX_S);
/// A time of day that has passed means tomorrow's only if that is this near: `00:30` at 23:00 does,
/// `18:30` at 19:00 is a mistake.
const TOMORROW_MAX_S: u64 = 12 * HOUR_S;

/// Why an end is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum EndTimeError {
    #[error("an alert ends `until` a time or after `minutes`: give one of the two")]
    Both,
    #[error("`{day}` is a day without a time: add the time, like `{day} 18:00`")]
    Day { day: String },
    #[error("`{0}` is not a time: write it like `18:30`, or with the day like `2026-12-01 08:00`")]
    Unreadable(String),
    #[error(
        "the end `{end}` is in the past (it is {now}): give a later time, with its day if it is \
         tomorrow's"
    )]
    Past { end: String, now: String },
    #[error(
        "the end `{end}` is more than 24 h away (it is {now}): choose an earlier one, and extend the \
         alert when it is needed longer"
    )]
    Late { end: String, now: String },
}

/// Returns the end in seconds since the epoch; `None` if neither is given.
pub(super) fn read_end(
    until: Option<&str>,
    minutes: Option<u64>,
    zone: Zone,
    now_s: u64,
) -> Result<Option<u64>, EndTimeError> {
    let end_s = match (until, minutes) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(EndTimeError::Both),
        (None, Some(minutes)) => now_s.saturating_add(minutes.saturating_mul(MINUTE_S)),
        (Some(text), None) => read_time(text, zone, now_s).ok_or_else(|| unreadable(text))?,
    };
    let shown = || (shown_time(end_s, zone), shown_time(now_s, zone));
    if end_s <= now_s {
        let (end, now) = shown();
        return Err(EndTimeError::Past { end, now });
    }
    if end_s > now_s + LENGTH_MAX_S {
        let (end, now) = shown();
        return Err(EndTimeError::Late { end, now });
    }
    Ok(Some(end_s))
}

/// `2026-11-30 18:30` by the clock of the zone.
pub(in crate::sources::alerts) fn shown_time(at_s: u64, zone: Zone) -> String {
    // Beyond the calendar of four digits there is nothing to show.
    let at_s = at_s.min(253_402_300_799);
    zone.local_time(at_s).to_string().chars().take("2026-11-30 18:30".len()).collect()
}

fn unreadable(text: &str) -> EndTimeError {
    let text = text.trim();
    match read_day(text) {
        Some(_) => EndTimeError::Day { day: text.to_owned() },
        None => EndTimeError::Unreadable(text.chars().take(64).collect()),
    }
}

/// Reads `18:30`, `18h30`, `18h`, or one of them after a day.
fn read_time(text: &str, zone: Zone, now_s: u64) -> Option<u64> {
    let text = text.trim();
    match text.split_once([' ', 'T']) {
        Some((day, time)) => {
            let time = LocalTime::new(read_day(day)?, read_time_of_day(time.trim())?)?;
            Some(zone.epoch_s(time))
        }
        None => {
            let today = zone.local_time(now_s).day();
            let today = LocalTime::new(today, read_time_of_day(text)?)?;
            let tomorrow_s = zone.epoch_s(today.after(DAY_S));
            let is_passed = zone.epoch_s(today) <= now_s;
            let is_near = tomorrow_s <= now_s + TOMORROW_MAX_S;
            Some(if is_passed && is_near { tomorrow_s } else { zone.epoch_s(today) })
        }
    }
}

fn read_time_of_day(text: &str) -> Option<(i64, i64, i64)> {
    let (hour, minute) = text.split_once([':', 'h', 'H'])?;
    let is_hour_alone = minute.is_empty() && !text.contains(':');
    let minute = if is_hour_alone { 0 } else { read_digits(minute, 2..=2)? };
    Some((read_digits(hour, 1..=2)?, minute, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-30 18:00:00 in São Paulo.
    const NOW_S: u64 = 1_796_072_400;

    fn end(until: &str, now_s: u64) -> Result<String, EndTimeError> {
        let zone = Zone::default();
        let end_s = read_end(Some(until), None, zone, now_s)?.expect("it is given");
        Ok(shown_time(end_s, zone))
    }

    #[test]
    fn a_time_is_read_as_people_write_it() {
        for (text, read) in [
            ("18:30", "2026-11-30 18:30"),
            ("18h30", "2026-11-30 18:30"),
            ("19h", "2026-11-30 19:00"),
            ("24:00", "2026-12-01 00:00"),
            ("00:30", "2026-12-01 00:30"),
            ("5:45", "2026-12-01 05:45"),
            ("2026-12-01 08:00", "2026-12-01 08:00"),
            ("2026-12-01T08:00", "2026-12-01 08:00"),
            ("01/12/2026 18h", "2026-12-01 18:00"),
        ] {
            assert_eq!(end(text, NOW_S).as_deref(), Ok(read), "{text}");
        }
    }

    #[test]
    fn an_end_in_the_past_or_beyond_a_day_is_refused() {
        for past in ["18:00", "17:59", "06:01", "2026-11-30 17:00", "1999-01-01 10:00"] {
            assert!(matches!(end(past, NOW_S), Err(EndTimeError::Past { .. })), "{past}");
        }
        for late in ["2026-12-01 18:01", "2027-01-01 00:00", "9999-12-31 23:59"] {
            assert!(matches!(end(late, NOW_S), Err(EndTimeError::Late { .. })), "{late}");
        }
        for day in ["2026-12-05", " 05/12/2026 "] {
            let error = end(day, NOW_S).expect_err(day).to_string();
            assert!(error.contains(&format!("like `{} 18:00`", day.trim())), "{error}");
        }
        for odd in ["", "18", "18:5", "24:01", "25:00", "amanhã", "30/02/2026 10:00", ":", "h"] {
            assert!(matches!(end(odd, NOW_S), Err(EndTimeError::Unreadable(_))), "{odd}");
        }
    }

    #[test]
    fn minutes_count_from_now_up_to_a_day() {
        let read = |minutes| read_end(None, Some(minutes), Zone::default(), NOW_S);
        assert_eq!(read(90), Ok(Some(NOW_S + 5_400)));
        assert_eq!(read(24 * 60), Ok(Some(NOW_S + LENGTH_MAX_S)));
        assert!(matches!(read(0), Err(EndTimeError::Past { .. })));
        assert!(matches!(read(24 * 60 + 1), Err(EndTimeError::Late { .. })));
        assert!(matches!(read(u64::MAX), Err(EndTimeError::Late { .. })));
        let zone = Zone::default();
        assert_eq!(read_end(Some("18:30"), Some(1), zone, NOW_S), Err(EndTimeError::Both));
        assert_eq!(read_end(None, None, zone, NOW_S), Ok(None));
    }
}
