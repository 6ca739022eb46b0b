//! Random lists, failures and clock steps, against what a simple model says is active.

use std::collections::{BTreeMap, BTreeSet};

use bina::domain::alert::{Alert, Scope};
use bina::domain::alert_text::AlertText;
use bina::sources::alerts::{AlertPage, ListedAlert};
use bina::sources::reasons;
use proptest::prelude::*;
use tokio::runtime::Builder;

use crate::bench::{Bench, Mood, after, alert};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// The list shows other alerts: id, text, begin and end in minutes.
    List(Vec<(u64, u8, Option<u64>, Option<u64>)>),
    Mood(u8),
    /// The wall clock is set, by minutes.
    SetClock(i64),
}

fn listed() -> impl Strategy<Value = (u64, u8, Option<u64>, Option<u64>)> {
    let minute = || proptest::option::weighted(0.3, 0_u64..90);
    (1_u64..6, 0_u8..4, minute(), minute())
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => proptest::collection::vec(listed(), 0..5).prop_map(Step::List),
        2 => (0_u8..4).prop_map(Step::Mood),
        1 => (-30_i64..30).prop_map(Step::SetClock),
    ]
}

/// What is known of the list, and what was active so far.
#[derive(Default)]
struct Model {
    server: BTreeMap<u64, ListedAlert>,
    known: BTreeMap<u64, ListedAlert>,
    active: BTreeMap<u64, ListedAlert>,
    ended: BTreeSet<String>,
    minute: i64,
    mood: u8,
}

fn text(alert: &ListedAlert) -> Option<String> {
    alert.text.as_ref().map(|text| text.reveal().to_owned())
}

impl Model {
    fn apply(&mut self, step: &Step) {
        match step {
            Step::List(alerts) => self.server = alerts.iter().map(as_listed).collect(),
            Step::Mood(mood) => self.mood = *mood,
            Step::SetClock(minutes) => self.minute += minutes,
        }
    }

    /// The list is read, if it can be, and the clock is looked at.
    fn read(&mut self) {
        if self.mood < 2 {
            self.known.extend(self.server.clone());
        }
        self.judge();
        if self.mood == 0 {
            self.known.clone_from(&self.server);
        }
        self.judge();
    }

    fn judge(&mut self) {
        let minute = self.minute;
        let at =
            |time: Option<_>, minutes: i64| time.is_some_and(|time| time <= after_minutes(minutes));
        let is_active = |alert: &ListedAlert| {
            (alert.starts.is_none() || at(alert.starts, minute)) && !at(alert.ends, minute)
        };
        let active = self.known.iter().filter(|(_, alert)| is_active(alert));
        let active: BTreeMap<_, _> = active.map(|(id, alert)| (*id, alert.clone())).collect();
        let texts = |alerts: &BTreeMap<u64, ListedAlert>| -> BTreeSet<String> {
            alerts.values().filter_map(text).collect()
        };
        let now = texts(&active);
        self.ended.extend(texts(&self.active));
        self.ended.retain(|text| !now.contains(text));
        self.active = active;
    }
}

fn after_minutes(minutes: i64) -> bina::domain::local_time::LocalTime {
    after(0).expect("a time").after(minutes * 60)
}

fn as_listed((id, text, starts, ends): &(u64, u8, Option<u64>, Option<u64>)) -> (u64, ListedAlert) {
    // Text 0 is none. Windows begin and end 50 s after a minute, as steps take 32 s.
    let time = |minute: &Option<u64>| minute.and_then(|minute| after(minute * 60 + 1_850));
    let texts = ["", "Queda no Centro", "Queda no Norte", "Manutenção"];
    let shown = alert(*id, texts[usize::from(*text)]);
    (*id, ListedAlert { starts: time(starts), ends: time(ends), ..shown })
}

fn mood(number: u8) -> Mood {
    match number {
        0 => Mood::Good,
        1 => Mood::Distorted(|page| AlertPage { unreadable: 1, ..page }),
        2 => Mood::Failing(reasons::of_status(500)),
        _ => Mood::Failing(reasons::INVALID_ANSWER.because("truncated")),
    }
}

async fn play(steps: &[Step]) {
    let bench = Bench::start().await;
    // Clocks are set to about half an hour after the start, so that they can go back.
    bench.set_clock(1_800);
    let mut model = Model { minute: 30, ..Model::default() };
    let mut reading_s = bench.elapsed_s();
    for step in steps {
        model.apply(step);
        *bench.list.alerts.lock() = model.server.values().cloned().collect();
        bench.mood(mood(model.mood));
        if let Step::SetClock(minutes) = step {
            bench.set_clock(minutes * 60);
        }
        bench.pass(31.0).await;
        // Steps take no time by the wall clock.
        let passed_s = bench.elapsed_s() - reading_s;
        bench.set_clock(-passed_s.cast_signed());
        reading_s = bench.elapsed_s();
        bench.pass(1.1).await;
        model.read();
        let ids: Vec<_> = model.active.keys().copied().collect();
        assert_eq!(bench.active(), ids, "{step:?}");
        let key =
            |text: &String| Alert::new(AlertText::new(text).expect("a text"), Scope::Carrier).key();
        let ended: BTreeSet<_> = model.ended.iter().map(key).collect();
        let board = bench.board();
        assert_eq!(board.ended.iter().map(|one| one.text).collect::<BTreeSet<_>>(), ended);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn the_board_is_what_lists_and_clock_say(
        steps in proptest::collection::vec(step(), 1..12),
    ) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(play(&steps));
    }
}
