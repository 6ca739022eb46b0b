//! A day as people write it, with or without its year.

use crate::domain::local_time::LocalTime;

/// A day as a text states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) day: DayOfYear,
    pub(super) year: Option<i64>,
}

/// A day of the calendar without its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayOfYear {
    month: u8,
    day: u8,
}

impl DayOfYear {
    /// A day that some year has.
    fn new(month: u32, day: u32) -> Option<Self> {
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        let one = Self { month, day };
        one.at(2024, 0).is_some().then_some(one)
    }

    /// Its number, below 416.
    pub(super) fn index(self) -> u32 {
        u32::from(self.month) * 32 + u32::from(self.day)
    }

    /// The day with this number.
    pub(super) fn of_index(index: u32) -> Option<Self> {
        Self::new(index / 32, index % 32)
    }

    /// A minute of the day in a year, unless the year lacks the day.
    pub(super) fn at(self, year: i64, minute: u16) -> Option<LocalTime> {
        let minute = i64::from(minute);
        let time = (minute / 60, minute % 60, 0);
        LocalTime::new((year, i64::from(self.month), i64::from(self.day)), time)
    }
}

impl Date {
    /// Reads `30/11`, `30/11/2026`, `30/11/26`, `30-11-2026`, `30.11.2026` and `2026-11-30`.
    ///
    /// `1/4` and `0/1/12` are ports of the network.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let separator = word.find(['/', '-', '.'])?;
        let parts: Vec<_> = word.split(&word[separator..=separator]).collect();
        let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
        if !parts.iter().all(is_number) {
            return None;
        }
        let (day, month, year) = match lengths[..] {
            [2, 2] if word.contains('/') => (parts[0], parts[1], None),
            [2, 2, 2 | 4] => (parts[0], parts[1], Some(parts[2])),
            [4, 2, 2] if word.contains('-') => (parts[2], parts[1], Some(parts[0])),
            _ => return None,
        };
        let day = DayOfYear::new(month.parse().ok()?, day.parse().ok()?)?;
        let year = year.and_then(|year| year.parse::<i64>().ok());
        let date = Self { day, year: year.map(|year| if year < 100 { 2000 + year } else { year }) };
        let exists = date.year.is_none_or(|year| day.at(year, 0).is_some());
        exists.then_some(date)
    }
}
