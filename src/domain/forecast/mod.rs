//! The expected end of an alert: from its window, or clearly stated in its text.

mod date;
mod day;
mod introduction;
mod reading;
mod tokens;
mod words;

use self::date::DayOfYear;
use self::day::{DayReference, WritingTime};
use self::tokens::tokens;

use crate::domain::alert_text::fold;
use crate::domain::local_time::{DAY_S, LocalTime};

const MINUTE_S: i64 = 60;
const MINUTES_OF_DAY: u32 = 24 * 60;
/// A later end is a slip of the pen, or of no use to a caller.
const AHEAD_MAX_S: i64 = 180 * DAY_S;

/// The least packed time since 1970, in 1971: below a day it is a time of day, and then the days of a year
/// follow, which are numbered below 416.
const ABSOLUTE_MIN: u32 = 417 * MINUTES_OF_DAY;

/// The expected end of an alert, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast(Moment);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// At this minute of the day of the call: the text has no day.
    OfDay(u16),
    /// At this minute of a day in the year that is nearest to the call: the text has no year.
    OfYear(DayOfYear, u16),
    /// At this minute after the beginning of 1970.
    Absolute(u32),
}

impl Forecast {
    /// The end at a known time, like that of an alert's window.
    pub fn at(time: LocalTime) -> Option<Self> {
        let minutes = u32::try_from(time.seconds().div_euclid(MINUTE_S)).ok()?;
        (minutes >= ABSOLUTE_MIN).then_some(Self(Moment::Absolute(minutes)))
    }

    /// The end that an unsigned text clearly states; in doubt `None`.
    pub fn of_text(text: &str) -> Option<Self> {
        Self::of_signed(text, "")
    }

    /// The end that a text clearly states, with the signatures that follow the text: they have the day on
    /// which it was written.
    pub fn of_signed(text: &str, signatures: &str) -> Option<Self> {
        if !has_time(text) || text.contains('?') {
            return None;
        }
        let folded = fold(text);
        let stated = reading::stated_end(&tokens(&folded))?;
        let written = WritingTime::of(signatures);
        match stated.day {
            DayReference::Implied | DayReference::Today => written.today_at(stated.minute),
            DayReference::Tomorrow => written.tomorrow_at(stated.minute),
            DayReference::Date(date) => written.date_at(date, stated.minute),
        }
        .map(Self)
    }

    /// The value of `previsao`: `18h00` today, `2026-11-30_18h00` on another day. `None` once it has passed.
    pub fn word(&self, now: LocalTime) -> Option<String> {
        let end = self.0.nearest(now)?;
        let is_ahead = end > now && end <= now.after(AHEAD_MAX_S);
        let (hour, minute, _) = end.time();
        let (year, month, day) = end.day();
        is_ahead.then(|| match end.day() == now.day() {
            true => format!("{hour:02}h{minute:02}"),
            false => format!("{year:04}-{month:02}-{day:02}_{hour:02}h{minute:02}"),
        })
    }

    /// The same in one number, to be kept with a text.
    pub fn packed(self) -> u32 {
        match self.0 {
            Moment::OfDay(minute) => u32::from(minute),
            Moment::OfYear(day, minute) => (day.index() + 1) * MINUTES_OF_DAY + u32::from(minute),
            Moment::Absolute(minutes) => minutes,
        }
    }

    /// Reads what `packed` returned.
    pub fn unpacked(packed: u32) -> Option<Self> {
        let minute = u16::try_from(packed % MINUTES_OF_DAY).ok()?;
        let moment = match packed / MINUTES_OF_DAY {
            0 => Moment::OfDay(minute),
            _ if packed >= ABSOLUTE_MIN => Moment::Absolute(packed),
            days => Moment::OfYear(DayOfYear::of_index(days - 1)?, minute),
        };
        Some(Self(moment))
    }
}

impl Moment {
    /// The time that it means in a call.
    fn nearest(self, now: LocalTime) -> Option<LocalTime> {
        match self {
            Self::OfDay(minute) => Some(at(now, minute)),
            Self::OfYear(day, minute) => {
                let (year, ..) = now.day();
                let years = [year - 1, year, year + 1];
                let times = years.into_iter().filter_map(|year| day.at(year, minute));
                times.min_by_key(|time| time.seconds().abs_diff(now.seconds()))
            }
            Self::Absolute(minutes) => Some(LocalTime::of(i64::from(minutes) * MINUTE_S)),
        }
    }
}

/// The minute of the day that `time` is in.
fn at(time: LocalTime, minute: u16) -> LocalTime {
    let midnight = time.seconds().div_euclid(DAY_S) * DAY_S;
    LocalTime::of(midnight.saturating_add(i64::from(minute) * MINUTE_S))
}

/// Whether a digit precedes `h` or `:`, maybe with a space between. It spares most texts the folding.
fn has_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let rest = &bytes[at + 1..];
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        byte.is_ascii_digit() && matches!(rest.first(), Some(b'h' | b'H' | b':'))
    })
}
