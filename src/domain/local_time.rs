//! A time as people write it, by the clock on the wall, without its zone.

use std::fmt;
use std::ops::RangeInclusive;

/// Seconds of a day.
pub(super) const DAY_S: i64 = 24 * 60 * 60;

/// A time by a zone's clock, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// Seconds since the beginning of 1970 by the same clock.
    seconds: i64,
}

impl LocalTime {
    /// A time `seconds` after the beginning of 1970 by the same clock.
    pub const fn of(seconds: i64) -> Self {
        Self { seconds }
    }

    /// The time on a day of the calendar; `None` if there is no such day or time. `24:00:00` is the end of
    /// the day.
    pub fn new(day: (i64, i64, i64), time: (i64, i64, i64)) -> Option<Self> {
        let (year, month, date) = day;
        let (hour, minute, second) = time;
        let is_time = (0..60).contains(&minute) && (0..60).contains(&second);
        let is_hour = (0..24).contains(&hour) || (hour, minute, second) == (24, 0, 0);
        if !(is_time && is_hour && (1970..10_000).contains(&year)) {
            return None;
        }
        let days = days(year, month, date);
        let of_day = (hour * 60 + minute) * 60 + second;
        (civil(days) == day).then_some(Self { seconds: days * DAY_S + of_day })
    }

    /// Seconds since the beginning of 1970 by the same clock.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// The time `seconds` later.
    #[must_use]
    pub const fn after(self, seconds: i64) -> Self {
        Self { seconds: self.seconds.saturating_add(seconds) }
    }

    /// Year, month and day.
    pub fn day(self) -> (i64, i64, i64) {
        civil(self.seconds.div_euclid(DAY_S))
    }

    /// Hour, minute and second.
    pub fn time(self) -> (i64, i64, i64) {
        let of_day = self.seconds.rem_euclid(DAY_S);
        (of_day / 3600, of_day / 60 % 60, of_day % 60)
    }
}

/// `2026-11-30 18:00:00`.
impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.day();
        let (hour, minute, second) = self.time();
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// Reads the day that `text` states: `2026-12-01`, or `01/12/2026` as Brazilians write it.
pub fn read_day(text: &str) -> Option<(i64, i64, i64)> {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let [first, month, last] = parts[..] else { return None };
    let (year, day) = if text.contains('-') { (first, last) } else { (last, first) };
    Some((read_digits(year, 4..=4)?, read_digits(month, 1..=2)?, read_digits(day, 1..=2)?))
}

/// Reads a number of so many digits.
pub fn read_digits(text: &str, length: RangeInclusive<usize>) -> Option<i64> {
    let is_number = length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Returns year, month and day of the `days`-th day after 1970-01-01, by the Gregorian calendar: eras of
/// 400 years, whose years begin in March, so that the day that is added in leap years is the last one.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Returns how many days after 1970-01-01 a day is. A day that does not exist gives one that does.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9).rem_euclid(12);
    let of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_of_four_centuries_comes_back_as_it_was() {
        for number in 0..146_097 {
            let (year, month, day) = civil(number);
            assert_eq!(days(year, month, day), number);
            let time = LocalTime::new((year, month, day), (23, 59, 59)).expect("a day");
            assert_eq!((time.day(), time.time()), ((year, month, day), (23, 59, 59)));
        }
    }

    #[test]
    fn days_and_times_that_do_not_exist_are_refused() {
        for (day, time) in [
            ((2026, 2, 29), (0, 0, 0)),
            ((2026, 4, 31), (0, 0, 0)),
            ((2026, 13, 1), (0, 0, 0)),
            ((2026, 0, 1), (0, 0, 0)),
            ((0, 1, 1), (0, 0, 0)),
            ((2026, 1, 1), (24, 0, 1)),
            ((2026, 1, 1), (10, 60, 0)),
            ((2026, 1, 1), (-1, 0, 0)),
        ] {
            assert_eq!(LocalTime::new(day, time), None, "{day:?} {time:?}");
        }
        let midnight = LocalTime::new((2026, 12, 31), (24, 0, 0)).expect("the end of a day");
        assert_eq!(midnight.to_string(), "2027-01-01 00:00:00");
    }
}
