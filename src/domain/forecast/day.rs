//! The day of a stated time: which words refer to it, and when the text was written.

use super::date::{Date, DayOfYear};
use super::tokens::{TextPart, tokens};
use super::{AHEAD_MAX_S, Forecast, Moment, at};

use crate::domain::alert_text::fold;
use crate::domain::local_time::{DAY_S, LocalTime};

/// The day to which a time refers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayReference {
    Date(Date),
    /// No word refers to a day.
    Implied,
    Today,
    Tomorrow,
}

/// When a text was written, as its signatures state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WritingTime {
    At(LocalTime),
    /// On several days, or in a form that cannot be read.
    Unclear,
    /// There is no signature.
    Unsigned,
    /// On a day without a year.
    WithoutYear(DayOfYear),
}

impl WritingTime {
    /// Reads the signatures of a text, which begin with a date and a time.
    pub(super) fn of(signatures: &str) -> Self {
        if signatures.trim().is_empty() {
            return Self::Unsigned;
        }
        let folded = fold(signatures);
        let tokens = tokens(&folded);
        let dates = tokens.iter().filter_map(|token| match token {
            TextPart::Date(date) => Some(*date),
            _ => None,
        });
        let minute = tokens.iter().rev().find_map(|token| match token {
            TextPart::Clock(clock) => Some(clock.minute),
            _ => None,
        });
        let mut dates: Vec<_> = dates.collect();
        dates.dedup();
        match (&dates[..], minute) {
            ([Date { day, year: Some(year) }], Some(minute)) => {
                day.at(*year, minute).map_or(Self::Unclear, Self::At)
            }
            ([Date { day, year: None }], Some(_)) => Self::WithoutYear(*day),
            _ => Self::Unclear,
        }
    }

    /// That minute of the day of writing. If it had passed already, another day is meant.
    pub(super) fn today_at(self, minute: u16) -> Option<Moment> {
        match self {
            Self::At(written) => later(at(written, minute), written),
            Self::Unclear => None,
            Self::Unsigned => Some(Moment::OfDay(minute)),
            Self::WithoutYear(day) => Some(Moment::OfYear(day, minute)),
        }
    }

    /// That minute of the day after writing.
    pub(super) fn tomorrow_at(self, minute: u16) -> Option<Moment> {
        let Self::At(written) = self else { return None };
        later(at(written.after(DAY_S), minute), written)
    }

    /// That minute of a date.
    pub(super) fn date_at(self, date: Date, minute: u16) -> Option<Moment> {
        let at_year = |year| date.day.at(year, minute);
        match (self, date.year) {
            (Self::At(written), Some(year)) => later(at_year(year)?, written),
            (Self::At(written), None) => {
                let (year, ..) = written.day();
                let times = [year, year + 1].into_iter().filter_map(at_year);
                times.into_iter().find_map(|time| later(time, written))
            }
            (_, Some(year)) => Forecast::at(at_year(year)?).map(|forecast| forecast.0),
            (_, None) => Some(Moment::OfYear(date.day, minute)),
        }
    }
}

/// An end after the time of writing, and not too far from it.
fn later(end: LocalTime, written: LocalTime) -> Option<Moment> {
    let is_later = end > written && end <= written.after(AHEAD_MAX_S);
    Forecast::at(end).filter(|_| is_later).map(|forecast| forecast.0)
}
