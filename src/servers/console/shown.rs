//! Numbers, times and the sparkline, as a page shows them.

use maud::{Markup, html};

use crate::answering::figures::MinuteFigures;
use crate::runtime::language::Language;

use super::texts;

/// A number with a separator between its thousands.
pub(super) fn count(number: u64, language: Language) -> String {
    let separator = match language {
        Language::English => ',',
        Language::Portuguese => '.',
    };
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(separator);
        }
        shown.push(digit);
    }
    shown
}

/// A share in percent, to a tenth.
pub(super) fn percent(part: u64, whole: u64, language: Language) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let tenths = (part * 1_000 + whole / 2) / whole;
    let point = match language {
        Language::English => '.',
        Language::Portuguese => ',',
    };
    format!("{}{point}{} %", tenths / 10, tenths % 10)
}

/// A time that a call took, from microseconds.
pub(super) fn took(took_us: u64, language: Language) -> String {
    if took_us >= 1_000 {
        return format!("{} ms", count((took_us + 500) / 1_000, language));
    }
    format!("{took_us} µs")
}

/// A span of time in its two largest units.
pub(super) fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// A moment, which the browser shows by its own clock; without a script, in UTC.
pub(super) fn moment(epoch_s: u64) -> Markup {
    let (day, time) = utc(epoch_s);
    html! { time datetime=(format!("{day}T{time}Z")) { (time) " UTC" } }
}

/// The day and the time of a moment.
fn utc(epoch_s: u64) -> (String, String) {
    let at = crate::domain::local_time::LocalTime::of(i64::try_from(epoch_s).unwrap_or_default());
    let ((year, month, day), (hour, minute, second)) = (at.day(), at.time());
    (format!("{year:04}-{month:02}-{day:02}"), format!("{hour:02}:{minute:02}:{second:02}"))
}

/// Columns of the sparkline.
const COLUMNS: usize = 96;
const HEIGHT: u64 = 48;

/// The calls of a day in columns of 15 minutes, the unavailable ones below in another colour.
pub(super) fn sparkline(minutes: &[MinuteFigures], language: Language) -> Markup {
    let per_column = crate::answering::figures::MINUTES / COLUMNS;
    let columns: Vec<(u64, u64)> = minutes
        .rchunks(per_column)
        .map(|chunk| {
            let calls = chunk.iter().map(MinuteFigures::calls).sum();
            (calls, chunk.iter().map(|minute| u64::from(minute.unavailable)).sum())
        })
        .collect();
    let most = columns.iter().map(|(calls, _)| *calls).max().unwrap_or_default();
    let height = |calls: u64| if calls == 0 { 0 } else { (calls * HEIGHT / most.max(1)).max(1) };
    let label = texts::CALLS_OF_DAY.of(language);
    html! {
        svg.spark viewBox=(format!("0 0 {} {HEIGHT}", COLUMNS * 4)) role="img" aria-label=(label)
            preserveAspectRatio="none" {
            @for (at, (calls, unavailable)) in columns.iter().enumerate() {
                @let x = (COLUMNS - 1 - at) * 4;
                @if *calls > 0 {
                    rect.calls x=(x) y=(HEIGHT - height(*calls)) width="3" height=(height(*calls)) {}
                }
                @if *unavailable > 0 {
                    @let bad = height(*unavailable);
                    rect.bad x=(x) y=(HEIGHT - bad) width="3" height=(bad) {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_reader_writes_them() {
        for (number, portuguese, english) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_000, "1.000", "1,000"),
            (1_234_567, "1.234.567", "1,234,567"),
        ] {
            assert_eq!(count(number, Language::Portuguese), portuguese);
            assert_eq!(count(number, Language::English), english);
        }
        assert_eq!(percent(1, 3, Language::Portuguese), "33,3 %");
        assert_eq!(percent(2, 3, Language::English), "66.7 %");
        assert_eq!(percent(0, 0, Language::English), "–");
        assert_eq!(took(80, Language::English), "80 µs");
        assert_eq!(took(800_000, Language::Portuguese), "800 ms");
        for (seconds, text) in
            [(5, "5 s"), (65, "1 min"), (7_260, "2 h 1 min"), (90_000, "1 d 1 h")]
        {
            assert_eq!(span(seconds), text);
        }
    }

    #[test]
    fn a_moment_is_in_utc_for_the_browser_to_convert() {
        let shown = moment(1_796_050_800).into_string();
        assert_eq!(shown, "<time datetime=\"2026-11-30T15:00:00Z\">15:00:00 UTC</time>");
    }
}
