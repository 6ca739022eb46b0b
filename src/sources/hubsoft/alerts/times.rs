//! Reads the window of an alert, whose times are by the provider's clock.

use std::collections::BTreeSet;

use crate::domain::local_time::{LocalTime, read_day, read_digits};
use crate::domain::zone::Zone;
use crate::sources::hubsoft::loose::{Loose, Scalar};

const DAY_S: i64 = 24 * 60 * 60;

/// The fields of a window.
#[derive(Default)]
pub(super) struct WindowFields {
    pub(super) start: Loose,
    pub(super) start_hour: Loose,
    pub(super) end: Loose,
    pub(super) end_hour: Loose,
}

/// The window of an alert.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Window {
    pub(super) starts: Option<LocalTime>,
    pub(super) ends: Option<LocalTime>,
    /// The latest end that is possible, if the end is ambiguous.
    pub(super) may_last: Option<LocalTime>,
}

/// A time as a text states it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct StatedTime {
    /// As it is written.
    local: LocalTime,
    zone: StatedZone,
    /// Whether it is the beginning of a day.
    is_midnight: bool,
}

/// The zone that a text states beside a time.
#[derive(Clone, Copy, Debug, PartialEq)]
enum StatedZone {
    None,
    Offset(i64),
    /// Frameworks write `Z` beside local times, too.
    Utc,
}

impl WindowFields {
    /// Returns the window; `None` if one of its times cannot be read.
    pub(super) fn window(&self, zone: Zone) -> Option<Window> {
        let start = stated(&self.start, &self.start_hour)?;
        let starts = start.map(|start| start.by(zone));
        let Some(end) = stated(&self.end, &self.end_hour)? else {
            return Some(Window { starts, ..Window::default() });
        };
        let possible = end.readings(zone).into_iter().flat_map(|reading| reading.ends(starts));
        let possible: BTreeSet<_> = possible.collect();
        let (first, last) = (possible.first().copied(), possible.last().copied());
        Some(Window { starts, ends: first, may_last: last.filter(|_| first != last) })
    }
}

impl StatedTime {
    /// The time by the provider's clock.
    fn by(self, zone: Zone) -> LocalTime {
        let offset_s = match self.zone {
            StatedZone::None => return self.local,
            StatedZone::Offset(offset_s) => offset_s,
            StatedZone::Utc => 0,
        };
        let epoch_s = self.local.seconds().saturating_sub(offset_s);
        zone.local_time(u64::try_from(epoch_s).unwrap_or_default())
    }

    /// What the text may mean by the provider's clock.
    fn readings(self, zone: Zone) -> Vec<Self> {
        let local = self.by(zone);
        let is_midnight = match self.zone {
            StatedZone::None => self.is_midnight,
            StatedZone::Offset(_) | StatedZone::Utc => local.time() == (0, 0, 0),
        };
        let converted = Self { local, zone: StatedZone::None, is_midnight };
        let written = Self { zone: StatedZone::None, ..self };
        if self.zone == StatedZone::Utc { vec![converted, written] } else { vec![converted] }
    }

    /// When an alert ends that began at `starts`. An end at midnight may mean the whole day, and does if
    /// the alert would end before it begins.
    fn ends(self, starts: Option<LocalTime>) -> Vec<LocalTime> {
        let whole_day = self.local.after(DAY_S);
        if !self.is_midnight {
            return vec![self.local];
        }
        let is_within = starts.is_some_and(|starts| starts >= self.local && starts < whole_day);
        if is_within { vec![whole_day] } else { vec![self.local, whole_day] }
    }
}

/// The time of a field, if it is by the provider's clock.
pub(super) fn without_zone(value: &Loose) -> Option<LocalTime> {
    let stated = stated(value, &Loose::default())??;
    (stated.zone == StatedZone::None).then_some(stated.local)
}

/// The time of a date, which may have the hour apart. The outer `None` stands for an unreadable one.
fn stated(date: &Loose, hour: &Loose) -> Option<Option<StatedTime>> {
    if is_blank(date) {
        return Some(None);
    }
    let text = date.text()?;
    let read = read_time(text)?;
    match hour.text() {
        Some(hour) if read.is_midnight => {
            let (day, _) = text.split_once([' ', 'T']).unwrap_or((text, ""));
            read_time(&format!("{day} {hour}")).map(Some)
        }
        _ => Some(Some(read)),
    }
}

/// Whether there is no time. PHP writes false, an empty text or list, and MySQL `0000-00-00 00:00:00`.
pub(super) fn is_blank(value: &Loose) -> bool {
    let is_zero = |text: &str| text.chars().all(|c| "0-/:. TZ".contains(c));
    match value {
        Loose::EmptyList | Loose::Scalar(Scalar::Bool(false) | Scalar::Null) => true,
        Loose::Scalar(Scalar::Text(text) | Scalar::Number(text)) => is_zero(text.trim()),
        Loose::Scalar(Scalar::Bool(true)) | Loose::Tree => false,
    }
}

/// The time that `text` states: `2026-11-30 18:00:00`, with `T`, without seconds or time, with a zone, or
/// with the day first, as in `30/11/2026 18:00`. A fraction of a second is ignored.
fn read_time(text: &str) -> Option<StatedTime> {
    let (date, time) = match text.trim().split_once([' ', 'T']) {
        Some((date, time)) => (date, time.trim()),
        None => (text.trim(), "00:00:00"),
    };
    let end = time.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(time.len());
    let (time, rest) = time.split_at(end);
    let zone = read_zone(rest)?;
    let time = time_of_day(time)?;
    let local = LocalTime::new(read_day(date)?, time)?;
    Some(StatedTime { local, zone, is_midnight: time == (0, 0, 0) })
}

fn time_of_day(text: &str) -> Option<(i64, i64, i64)> {
    let parts: Vec<_> =
        text.split(':').map(|part| read_digits(part, 1..=2)).collect::<Option<_>>()?;
    match parts[..] {
        [hour, minute] => Some((hour, minute, 0)),
        [hour, minute, second] => Some((hour, minute, second)),
        _ => None,
    }
}

/// Reads what follows a time: a fraction of the second, and `Z` or an offset like `-03:00`.
fn read_zone(text: &str) -> Option<StatedZone> {
    let text = text
        .strip_prefix('.')
        .map_or(text, |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit()));
    let text = text.trim();
    let (sign, offset) = match text.as_bytes() {
        [] => return Some(StatedZone::None),
        [b'+', ..] => (1, &text[1..]),
        [b'-', ..] => (-1, &text[1..]),
        _ => return ["Z", "UTC", "GMT"].contains(&text).then_some(StatedZone::Utc),
    };
    let (hours, minutes) = match offset.len() {
        2 => (offset, "00"),
        4 => offset.split_at_checked(2)?,
        _ => offset.split_once(':')?,
    };
    let (hours, minutes) = (read_digits(hours, 2..=2)?, read_digits(minutes, 2..=2)?);
    let offset_s = (hours * 60 + minutes) * 60;
    let is_offset = hours <= 14 && minutes < 60;
    let zone = if offset_s == 0 { StatedZone::Utc } else { StatedZone::Offset(sign * offset_s) };
    is_offset.then_some(zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Loose {
        Loose::Scalar(Scalar::Text(text.to_owned()))
    }

    /// The end and the latest end of a window, by Brasília's clock.
    fn ends(start: &str, end: &str, hour: &str) -> Option<[String; 2]> {
        let fields = WindowFields {
            start: text(start),
            end: text(end),
            end_hour: text(hour),
            ..WindowFields::default()
        };
        let window = fields.window(Zone::default())?;
        let shown = |time: Option<LocalTime>| time.map_or(String::new(), |time| time.to_string());
        Some([shown(window.ends), shown(window.may_last)])
    }

    #[test]
    fn a_time_is_read_in_each_form_of_hubsoft() {
        for (text, time) in [
            ("2026-11-30 18:05:09", "2026-11-30 18:05:09"),
            ("2026-11-30T18:05:09", "2026-11-30 18:05:09"),
            ("2026-11-30 18:05:09.123", "2026-11-30 18:05:09"),
            ("2026-11-30T18:05:09-03:00", "2026-11-30 18:05:09"),
            ("2026-11-30T18:05:09 -0400", "2026-11-30 19:05:09"),
            ("2026-11-30 18:05:09+02", "2026-11-30 13:05:09"),
            ("2026-11-30 18:05", "2026-11-30 18:05:00"),
            ("2026-11-30 24:00:00", "2026-12-01 00:00:00"),
            ("30/11/2026 18:05", "2026-11-30 18:05:00"),
            (" 30/11/2026 18:05:09 ", "2026-11-30 18:05:09"),
        ] {
            assert_eq!(ends("", text, ""), Some([time.to_owned(), String::new()]), "{text}");
        }
    }

    #[test]
    fn an_ambiguous_end_has_its_earliest_and_its_latest_meaning() {
        let (day, next) = ("2026-11-30 00:00:00", "2026-12-01 00:00:00");
        for (start, end, hour, expected) in [
            ("", "2026-11-30", "", [day, next]),
            ("", "2026-11-30 00:00:00", "", [day, next]),
            ("2026-11-29 10:00:00", "2026-11-30", "00:00:00", [day, next]),
            ("", "30/11/2026", "", [day, next]),
            // The alert would end before it begins.
            ("2026-11-30", "2026-11-30", "", [next, ""]),
            ("2026-11-30 08:00:00", "2026-11-30 00:00:00", "", [next, ""]),
            ("", "2026-11-30", "18:00", ["2026-11-30 18:00:00", ""]),
            ("", "2026-11-30 00:00:00", "18:00:00", ["2026-11-30 18:00:00", ""]),
            ("", "2026-11-30 17:00:00", "18:00:00", ["2026-11-30 17:00:00", ""]),
            ("", "2026-11-30T21:00:00Z", "", ["2026-11-30 18:00:00", "2026-11-30 21:00:00"]),
            ("", "2026-11-30T03:00:00.000000Z", "", [day, next]),
            ("", "0000-00-00", "", ["", ""]),
            ("", "0000-00-00 00:00:00", "00:00:00", ["", ""]),
        ] {
            assert_eq!(ends(start, end, hour), Some(expected.map(str::to_owned)), "{start}, {end}");
        }
    }

    #[test]
    fn what_is_no_time_makes_the_window_unreadable() {
        for text in [
            "2026-02-30 10:00:00",
            "2026-11-30 25:00:00",
            "30/11 18h",
            "amanhã",
            "2026-11-30 18h",
            "2026-11-30 06:00:00 PM",
            "2026-11-30 18:00:00-99:00",
            "20261130",
            "2026-11-30 10:00:00:00",
            "+2026-11-30",
            "2026-é-30",
        ] {
            assert_eq!(ends("", text, ""), None, "{text}");
            assert_eq!(ends(text, "", ""), None, "{text}");
        }
        assert_eq!(ends("", "2026-11-30", "18h"), None);
    }
}
