//! The expected end that the text of an alert states: a clear one, or none.

use bina::domain::alert::{Alert, Scope};
use bina::domain::alert_text::AlertText;
use bina::domain::forecast::Forecast;
use bina::domain::local_time::LocalTime;
use bina::domain::safe_text::is_machine_word;
use proptest::prelude::*;

/// A text, and `previsao` on Monday, 2026-11-30 at 10:00; `-` for none.
const TEXTS: &str = include_str!("forecast/texts.tsv");

fn now() -> LocalTime {
    LocalTime::new((2026, 11, 30), (10, 0, 0)).expect("a time")
}

fn alert(typed: &str) -> Option<Alert> {
    Some(Alert::new(AlertText::new(typed)?, Scope::Carrier))
}

fn word(typed: &str) -> Option<String> {
    alert(typed)?.forecast()?.word(now())
}

#[test]
fn each_text_states_a_clear_end_or_none() {
    let mut wrong = Vec::new();
    let rows: Vec<_> = TEXTS.lines().skip(1).collect();
    assert!(rows.len() >= 100);
    for (expected, text) in rows.into_iter().map(|row| row.split_once('\t').expect("a tab")) {
        let found = word(&text.replace("\\n", "\n")).unwrap_or_else(|| "-".into());
        if found != expected {
            wrong.push(format!("{text}: {found} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_time_that_has_passed_is_none() {
    let forecast = Forecast::of_text("previsão de retorno 18h").expect("a time");
    for (hour, expected) in [(17, Some("18h00")), (18, None), (23, None)] {
        let now = LocalTime::new((2026, 11, 30), (hour, 0, 0)).expect("a time");
        assert_eq!(forecast.word(now).as_deref(), expected, "{hour}");
    }
    let dated = Forecast::of_text("previsão 30/11 às 14h").expect("a time");
    for (day, expected) in [
        ((2026, 11, 30), Some("14h00")),
        ((2026, 11, 29), Some("2026-11-30_14h00")),
        ((2026, 12, 1), None),
        ((2027, 4, 1), None),
        ((2027, 11, 1), Some("2027-11-30_14h00")),
    ] {
        let now = LocalTime::new(day, (10, 0, 0)).expect("a time");
        assert_eq!(dated.word(now).as_deref(), expected, "{day:?}");
    }
}

#[test]
fn the_end_of_a_window_is_a_word_as_well() {
    let at = |day, time| Forecast::at(LocalTime::new(day, time)?)?.word(now());
    assert_eq!(at((2026, 11, 30), (18, 30, 59)).as_deref(), Some("18h30"));
    assert_eq!(at((2026, 12, 1), (0, 0, 0)).as_deref(), Some("2026-12-01_00h00"));
    assert_eq!(at((2026, 11, 30), (10, 0, 0)), None);
    assert_eq!(at((2099, 1, 1), (0, 0, 0)), None);
    assert_eq!(at((1970, 1, 1), (0, 0, 0)), None);
}

#[test]
fn a_text_with_an_end_is_an_alert_like_any_other() {
    let typed = "Previsão de retorno 18h\n30/11/2026 09:02 - Maria";
    let one = alert(typed).expect("a text");
    assert_eq!(one.reveal(), "Previsão de retorno 18h");
    assert_eq!(one.folded(), " previsao de retorno 18h 30/11/2026 09:02 maria ");
    assert_eq!(one.bytes(), AlertText::new(typed).expect("a text").bytes());
    let copy = one.copy();
    assert!(*copy == one && copy.forecast() == one.forecast());
    assert!(alert("Previsão de retorno 19h\n30/11/2026 09:02 - Maria") != Some(one));
}

/// Words from which most stated ends are made.
fn piece() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "previsão",
        "retorno",
        "até",
        "às",
        "18h",
        "18:30",
        "4 horas",
        "30/11",
        "amanhã",
        "hoje",
        "prev.",
        "normalização",
        "previsto",
        "sem",
        "não",
        "de",
        "para",
        "será normalizado",
        ".",
        ",",
        "31/02/2026",
        "99/99",
        "24:00",
        "25h",
        "\n30/11/2026 09:02 - Maria",
        "\n30/11 às 09:02 - Zé",
    ]);
    prop_oneof![words.prop_map(str::to_owned), "[0-9]{1,3}[h:/.-][0-9]{0,5}", "\\PC{0,4}",]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn any_text_gives_a_machine_word_or_none(
        pieces in prop::collection::vec(piece(), 0..14),
        noise in ".{0,60}",
        seconds in any::<i64>(),
    ) {
        for text in [pieces.join(" "), noise] {
            let Some(forecast) = alert(&text).and_then(|alert| alert.forecast()) else { continue };
            prop_assert_eq!(Forecast::unpacked(forecast.packed()), Some(forecast));
            for now in [now(), LocalTime::of(seconds % 300_000_000_000)] {
                let word = forecast.word(now);
                prop_assert!(word.is_none_or(|word| is_machine_word(&word, 16)), "{}", text);
            }
        }
    }

    #[test]
    fn any_number_is_a_forecast_or_none(packed in any::<u32>(), seconds in any::<i64>()) {
        let now = LocalTime::of(seconds);
        if let Some(forecast) = Forecast::unpacked(packed) {
            prop_assert_eq!(forecast.packed(), packed);
            prop_assert!(forecast.word(now).is_none_or(|word| is_machine_word(&word, 16)));
        }
        prop_assert!(Forecast::at(now).is_none_or(|end| end.word(now).is_none()));
    }
}
