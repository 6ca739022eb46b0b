//! Converts a time into the days and the times of day of a Brazilian time zone.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::local_time::{DAY_S, LocalTime};

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;

/// The zones of Brazil in the tz database, with their offsets in hours. Brazil has had no daylight
/// saving time since 2019.
const ZONES: [(&str, i64); 21] = [
    ("America/Araguaina", -3),
    ("America/Bahia", -3),
    ("America/Belem", -3),
    ("America/Boa_Vista", -4),
    ("America/Campo_Grande", -4),
    ("America/Cuiaba", -4),
    ("America/Eirunepe", -5),
    ("America/Fortaleza", -3),
    ("America/Maceio", -3),
    ("America/Manaus", -4),
    ("America/Noronha", -2),
    ("America/Porto_Acre", -5),
    ("America/Porto_Velho", -4),
    ("America/Recife", -3),
    ("America/Rio_Branco", -5),
    ("America/Santarem", -3),
    ("America/Sao_Paulo", -3),
    ("Brazil/Acre", -5),
    ("Brazil/DeNoronha", -2),
    ("Brazil/East", -3),
    ("Brazil/West", -4),
];

/// Every offset on Earth is within this many hours.
const OFFSET_HOURS_MAX: i64 = 14;

/// A time zone: a fixed offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    offset_s: i64,
}

/// Not the name of a zone, nor an offset.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "`{text}` is not a Brazilian time zone; expected an offset like `-03:00` or one of {}",
    Zone::names()
)]
pub struct UnknownZone {
    text: String,
}

/// A time of day, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay {
    minutes: u16,
}

/// Not a time of day.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a time of day; expected one from `00:00` to `23:59`")]
pub struct InvalidTime(String);

impl Default for Zone {
    /// Brasília, and most of the country.
    fn default() -> Self {
        Self { offset_s: -3 * HOUR_S }
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        let named = ZONES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        let offset_s = named.map(|(_, hours)| hours * HOUR_S).or_else(|| offset(text));
        let offset_s = offset_s.ok_or_else(|| UnknownZone { text: text.to_owned() })?;
        Ok(Self { offset_s })
    }
}

/// Parses an offset like `-03:00` into seconds.
fn offset(text: &str) -> Option<i64> {
    let (sign, time) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let offset_s = i64::from(TimeOfDay::from_str(time).ok()?.minutes) * MINUTE_S;
    (offset_s <= OFFSET_HOURS_MAX * HOUR_S).then_some(sign * offset_s)
}

impl Zone {
    /// The names that are known, for a remedy.
    pub fn names() -> String {
        ZONES.map(|(name, _)| name).join(", ")
    }

    /// Returns the day at `epoch_s` (seconds since 1970, UTC), as `YYYY-MM-DD`.
    pub fn local_day(self, epoch_s: u64) -> String {
        let (year, month, day) = self.local_time(epoch_s).day();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Returns the seconds from `epoch_s` until the next `time`: 0 if it is exactly then.
    pub fn seconds_until(self, epoch_s: u64, time: TimeOfDay) -> u64 {
        let wanted = i64::from(time.minutes) * MINUTE_S;
        let wait = (wanted - self.local_time(epoch_s).seconds()).rem_euclid(DAY_S);
        wait.unsigned_abs()
    }

    /// Returns the time by this zone's clock at `epoch_s` (seconds since 1970, UTC).
    pub fn local_time(self, epoch_s: u64) -> LocalTime {
        let seconds = i64::try_from(epoch_s).unwrap_or(i64::MAX);
        LocalTime::of(seconds.saturating_add(self.offset_s))
    }

    /// Returns the zone so many hours ahead of this one.
    #[must_use]
    pub const fn ahead(self, hours: i64) -> Self {
        Self { offset_s: self.offset_s.saturating_add(hours * HOUR_S) }
    }

    /// Returns when it is `time` by this zone's clock, in seconds since 1970, UTC; 0 for times before.
    pub fn epoch_s(self, time: LocalTime) -> u64 {
        u64::try_from(time.seconds().saturating_sub(self.offset_s)).unwrap_or_default()
    }
}

impl fmt::Display for Zone {
    /// `-03:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.offset_s < 0 { '-' } else { '+' };
        let minutes = self.offset_s.abs() / MINUTE_S;
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl TimeOfDay {
    /// Three in the morning, when calls are fewest.
    pub const THREE: Self = Self { minutes: 3 * 60 };
}

impl FromStr for TimeOfDay {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let invalid = || InvalidTime(text.to_owned());
        let (hour, minute) = text.split_once(':').ok_or_else(invalid)?;
        let hour = two_digits(hour).filter(|hour| *hour < 24).ok_or_else(invalid)?;
        let minute = two_digits(minute).filter(|minute| *minute < 60).ok_or_else(invalid)?;
        Ok(Self { minutes: hour * 60 + minute })
    }
}

fn two_digits(text: &str) -> Option<u16> {
    let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-30 02:30:00 UTC.
    const EPOCH_S: u64 = 1_796_005_800;

    fn zone(text: &str) -> Zone {
        text.parse().expect("a zone")
    }

    fn time(text: &str) -> TimeOfDay {
        text.parse().expect("a time of day")
    }

    #[test]
    fn the_local_day_is_that_of_the_zone() {
        for (name, day) in [
            ("America/Sao_Paulo", "2026-11-29"),
            ("america/sao_paulo", "2026-11-29"),
            ("America/Noronha", "2026-11-30"),
            ("Brazil/Acre", "2026-11-29"),
            ("+00:00", "2026-11-30"),
            ("-02:30", "2026-11-30"),
            ("-02:31", "2026-11-29"),
        ] {
            assert_eq!(zone(name).local_day(EPOCH_S), day, "{name}");
        }
    }

    #[test]
    fn days_follow_the_calendar() {
        let utc = zone("+00:00");
        for (epoch_s, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_798_761_599, "2026-12-31"),
            (1_798_761_600, "2027-01-01"),
            (1_835_395_200, "2028-02-29"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(utc.local_day(epoch_s), day, "{epoch_s}");
        }
        assert_eq!(zone("-03:00").local_day(0), "1969-12-31");
    }

    #[test]
    fn the_wait_ends_at_the_time_of_day_in_the_zone() {
        let zone = Zone::default();
        assert_eq!(zone.seconds_until(EPOCH_S, time("23:30")), 0);
        assert_eq!(zone.seconds_until(EPOCH_S, time("23:31")), 60);
        assert_eq!(zone.seconds_until(EPOCH_S, TimeOfDay::THREE), 3 * 3_600 + 1_800);
        assert_eq!(zone.seconds_until(EPOCH_S + 1, time("23:30")), 86_399);
    }

    #[test]
    fn an_unknown_zone_is_reported_with_the_choices() {
        for text in ["", "America/Lima", "-3", "-3:00", "03:00", "-15:00", "+14:01", "-é:00", "UTC"]
        {
            let error = Zone::from_str(text).expect_err(text).to_string();
            assert!(error.starts_with(&format!("`{text}` is not")), "{error}");
            assert!(error.contains("`-03:00`") && error.contains("America/Manaus"), "{error}");
        }
    }

    #[test]
    fn a_time_of_day_has_two_digits_each() {
        for text in ["00:00", "03:00", "23:59"] {
            assert_eq!(time(text).to_string(), text);
        }
        for text in ["", "3:00", "24:00", "12:60", "12:3", "12:345", "+1:00", "12", "12:00:00"] {
            assert_eq!(TimeOfDay::from_str(text), Err(InvalidTime(text.to_owned())), "{text}");
        }
    }
}
