//! The provider's clock: local times as HubSoft writes them, without a zone. No clock is read here.

const DAY_S: i64 = 86_400;
const HOUR_S: i64 = 3_600;

/// A time by the provider's clock, in seconds since its 1970 began.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::simulator) struct ClockTime(pub(super) i64);

/// How the provider's clock differs from the time of the machine, which is UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProviderClock {
    pub(super) zone_s: i64,
    /// How far it is ahead of the right time, and of the wait of whoever tests.
    pub(super) ahead_s: i64,
}

impl Default for ProviderClock {
    /// Brasília's.
    fn default() -> Self {
        Self { zone_s: -3 * HOUR_S, ahead_s: 0 }
    }
}

impl ProviderClock {
    pub(super) fn at(self, unix_s: i64) -> ClockTime {
        ClockTime(unix_s + self.zone_s + self.ahead_s)
    }
}

impl ClockTime {
    /// Reads `2026-11-29 14:02:11`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(' ')?;
        let [year, month, day] = numbers(date, '-')?;
        let [hour, minute, second] = numbers(time, ':')?;
        let is_day = (1970..=9999).contains(&year) && (1..=12).contains(&month);
        let is_time = (0..24).contains(&hour) && (0..60).contains(&minute);
        let days = is_day.then(|| days_before(year, month) + day - 1)?;
        let read = Self(days * DAY_S + hour * HOUR_S + minute * 60 + second);
        // A day or a second that does not exist would come back as another one.
        (is_time && read.to_string() == text).then_some(read)
    }

    pub(super) fn later(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }

    pub(super) fn is_midnight(self) -> bool {
        self.0.rem_euclid(DAY_S) == 0
    }

    pub(super) fn next_day(self) -> Self {
        self.later(DAY_S)
    }

    /// `29/11/2026 14:02`, as people write it.
    pub(super) fn for_people(self) -> String {
        let (year, month, day) = self.date();
        let of_day = self.0.rem_euclid(DAY_S);
        let (hour, minute) = (of_day / HOUR_S, of_day / 60 % 60);
        format!("{day:02}/{month:02}/{year} {hour:02}:{minute:02}")
    }

    fn date(self) -> (i64, i64, i64) {
        let days = self.0.div_euclid(DAY_S);
        let mut year = 1970 + days / 366;
        while days_before(year + 1, 1) <= days {
            year += 1;
        }
        let month = (1..=12).rev().find(|month| days_before(year, *month) <= days).unwrap_or(1);
        (year, month, days - days_before(year, month) + 1)
    }
}

/// `2026-11-29 14:02:11`.
impl std::fmt::Display for ClockTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.date();
        let of_day = self.0.rem_euclid(DAY_S);
        let (hour, minute, second) = (of_day / HOUR_S, of_day / 60 % 60, of_day % 60);
        write!(f, "{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let numbers: Option<Vec<_>> = text.split(between).map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// How many days of years since 1970 lie before a month.
fn days_before(year: i64, month: i64) -> i64 {
    const OF_MONTHS: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    let has_leap_day = is_leap(year) && month > 2;
    years + OF_MONTHS[(month - 1) as usize] + i64::from(has_leap_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_it_is_read() {
        for (text, seconds) in [
            ("1970-01-01 00:00:00", 0),
            ("2024-02-29 12:00:00", 1_709_208_000),
            ("2026-11-29 14:02:11", 1_795_960_931),
            ("2100-03-01 00:00:00", 4_107_542_400),
        ] {
            let time = ClockTime::read(text).unwrap();
            assert_eq!((time.0, time.to_string()), (seconds, text.to_owned()));
        }
        for day in 0..50_000 {
            let time = ClockTime(day * DAY_S);
            assert_eq!(ClockTime::read(&time.to_string()), Some(time));
        }
        assert_eq!(ClockTime(1_795_960_931).for_people(), "29/11/2026 14:02");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["", "2026-11-29", "2026-02-30 00:00:00", "2026-1-1 0:0:0", "2026-13-01 00:00:00"]
        {
            assert_eq!(ClockTime::read(text), None, "{text}");
        }
    }
}
