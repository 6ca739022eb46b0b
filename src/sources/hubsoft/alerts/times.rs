//! Reads the times of an alert, which are by the provider's clock.

use crate::domain::local_time::{LocalTime, read_day, read_digits};

/// The time that `text` states: `2026-11-30 18:00:00`, with `T`, without seconds or time, or with the day
/// first, as in `30/11/2026 18:00`. A fraction of a second and a zone are ignored.
pub(super) fn local_time(text: &str) -> Option<LocalTime> {
    let (date, time) = match text.trim().split_once([' ', 'T']) {
        Some((date, time)) => (date, time.trim()),
        None => (text.trim(), "00:00:00"),
    };
    LocalTime::new(read_day(date)?, time_of_day(time)?)
}

fn time_of_day(text: &str) -> Option<(i64, i64, i64)> {
    let end = text.find(['.', 'Z', '+', '-', ' ']).unwrap_or(text.len());
    let parts: Vec<_> =
        text[..end].split(':').map(|part| read_digits(part, 1..=4)).collect::<Option<_>>()?;
    match parts[..] {
        [hour, minute] => Some((hour, minute, 0)),
        [hour, minute, second] => Some((hour, minute, second)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_each_form_of_hubsoft() {
        for (text, time) in [
            ("2026-11-30 18:05:09", "2026-11-30 18:05:09"),
            ("2026-11-30T18:05:09.000000Z", "2026-11-30 18:05:09"),
            ("2026-11-30T18:05:09-03:00", "2026-11-30 18:05:09"),
            ("2026-11-30 18:05", "2026-11-30 18:05:00"),
            ("2026-11-30", "2026-11-30 00:00:00"),
            ("2026-11-30 24:00:00", "2026-12-01 00:00:00"),
            ("30/11/2026 18:05", "2026-11-30 18:05:00"),
            (" 30/11/2026 18:05:09 ", "2026-11-30 18:05:09"),
        ] {
            assert_eq!(local_time(text).map(|time| time.to_string()).as_deref(), Some(time));
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "0000-00-00 00:00:00",
            "2026-02-30 10:00:00",
            "2026-11-30 25:00:00",
            "30/11 18h",
            "amanhã",
            "2026-11-30 18h",
            "20261130",
            "2026-11-30 10:00:00:00",
            "+2026-11-30",
            "2026-é-30",
        ] {
            assert_eq!(local_time(text), None, "{text}");
        }
    }
}
