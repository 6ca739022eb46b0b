//! What the figures count, in paused time.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, advance};

use crate::domain::alert::TextKey;
use crate::domain::answer::{AnswerStatus, Told};
use crate::domain::finding::AnswerSource;
use crate::domain::phone::Phone;
use crate::domain::prompt::Playlist;

use super::{AlertFigures, FiguredCall, Figures, MINUTES, NamedFigure, PromptKind};

fn call() -> FiguredCall {
    let phone = Phone::parse("37988887777", None).expect("a number");
    FiguredCall {
        accepted: Instant::now().into_std(),
        took: Duration::from_micros(80),
        interface: "/asterisk",
        phone: Some(phone.masked()),
        status: AnswerStatus::Found,
        source: AnswerSource::Cache,
        rule: None,
        prompt: None,
        kind: PromptKind::Prepared,
        reason: "",
        alert: None,
        told: Told::NotYet,
        number: 1,
    }
}

fn named(figures: &[NamedFigure]) -> Vec<(&str, u64)> {
    figures.iter().map(|figure| (figure.name.as_str(), figure.calls)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_call_counts_in_its_minute_for_a_day() {
    let figures = Figures::default();
    figures.note(call());
    advance(Duration::from_secs(60)).await;
    figures.note(FiguredCall { status: AnswerStatus::NotFound, ..call() });
    figures.note(FiguredCall { status: AnswerStatus::Unavailable, ..call() });
    let day = figures.day();
    let minutes: Vec<_> = day.minutes.iter().map(super::MinuteFigures::calls).collect();
    assert_eq!((minutes, day.calls()), (vec![1, 2], 3));
    assert_eq!(day.sum(|minute| minute.found), 1);
    advance(Duration::from_secs(60 * (MINUTES as u64 - 1))).await;
    let day = figures.day();
    assert_eq!((day.minutes.len(), day.calls()), (MINUTES, 2), "the first is a day old");
    advance(Duration::from_secs(60)).await;
    assert_eq!(figures.day().calls(), 0);
    figures.note(call());
    assert_eq!(figures.day().calls(), 1, "the slot of a minute is used again");
}

#[tokio::test(start_paused = true)]
async fn times_are_the_ends_of_their_buckets() {
    let figures = Figures::default();
    assert_eq!(figures.day().quantile_us(0.99, 60), None);
    for _ in 0..98 {
        figures.note(call());
    }
    for took in [700, 790] {
        figures.note(FiguredCall { took: Duration::from_millis(took), ..call() });
    }
    let day = figures.day();
    assert_eq!(day.quantile_us(0.5, 60), Some(100));
    assert_eq!(day.quantile_us(0.98, 60), Some(100));
    assert_eq!(day.quantile_us(0.99, 60), Some(800_000));
    figures.note(FiguredCall { took: Duration::from_secs(2), ..call() });
    assert_eq!(figures.day().quantile_us(1.0, 60), Some(1_600_000));
    advance(Duration::from_secs(3_600)).await;
    assert_eq!(figures.day().quantile_us(0.5, 60), None, "an hour has passed");
}

#[tokio::test(start_paused = true)]
async fn rules_and_prompts_count_by_name_for_a_day_also_after_a_reload() {
    let figures = Figures::default();
    let prompt = Some(Arc::new(Playlist { asterisk: "bina/aviso".into(), ..Playlist::default() }));
    // A reload makes its names anew.
    for _ in 0..2 {
        let rule = Some(Arc::from("fibra"));
        figures.note(FiguredCall { rule: rule.clone(), prompt: prompt.clone(), ..call() });
        figures.note(FiguredCall { rule, ..call() });
    }
    figures.note(FiguredCall { rule: Some(Arc::from("queda")), ..call() });
    let day = figures.day();
    assert_eq!(named(&day.rules), [("fibra", 4), ("queda", 1)]);
    assert_eq!(named(&day.prompts), [("bina/aviso", 2)]);
    assert_eq!(named(&day.interfaces), [("/asterisk", 5)]);
    advance(Duration::from_secs(25 * 3_600)).await;
    assert_eq!(named(&figures.day().rules), []);
    figures.note(FiguredCall { prompt, ..call() });
    assert_eq!(named(&figures.day().prompts), [("bina/aviso", 1)], "no hour of the day before");
}

#[tokio::test(start_paused = true)]
async fn the_latest_thousand_calls_are_kept_masked() {
    let figures = Figures::default();
    for number in 1..=1_500 {
        figures.note(FiguredCall { number, ..call() });
        advance(Duration::from_millis(1)).await;
    }
    let (calls, noted) = figures.calls_after(0, 5_000);
    assert_eq!((calls.len(), noted), (1_000, 1_500));
    assert_eq!((calls[0].number, calls[0].position), (1_500, 1_500));
    assert_eq!((calls[999].number, calls[999].position), (501, 501));
    assert_eq!(calls[0].phone, "*********77");
    let (calls, _) = figures.calls_after(1_498, 5_000);
    assert_eq!(calls.iter().map(|call| call.position).collect::<Vec<_>>(), [1_500, 1_499]);
    assert_eq!(figures.calls_after(1_500, 10).0.len(), 0);
    assert_eq!(figures.calls_after(0, 10).0.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn an_alerts_callers_are_those_who_had_not_heard_it() {
    let figures = Figures::default();
    let alert = Some(TextKey(7));
    figures.note(FiguredCall { alert, ..call() });
    figures.note(FiguredCall { alert, told: Told::Already, ..call() });
    assert_eq!(figures.alert(TextKey(7)), AlertFigures { calls: 2, callers: 1 });
    assert_eq!(figures.alert(TextKey(8)), AlertFigures::default());
    advance(Duration::from_secs(60)).await;
    for key in 100..700 {
        figures.note(FiguredCall { alert: Some(TextKey(key)), ..call() });
    }
    assert_eq!(figures.alert(TextKey(7)), AlertFigures::default(), "the oldest makes room");
    assert_eq!(figures.alert(TextKey(699)).calls, 1);
}

#[tokio::test(start_paused = true)]
async fn names_that_come_and_go_stay_bounded() {
    let figures = Figures::default();
    for day in 0..3 {
        for name in 0..600 {
            let rule = Some(Arc::from(format!("rule {day} {name}")));
            figures.note(FiguredCall { rule, ..call() });
        }
        assert_eq!(figures.day().rules.len(), 512);
        advance(Duration::from_secs(26 * 3_600)).await;
    }
}
