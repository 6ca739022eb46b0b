//! What each class of requests gets of HubSoft's rate, over random mixtures of classes and times.

use std::time::{Duration, Instant};

use bina::sources::limiter::{Limiter, NoSlot, Settings, Urgency};
use proptest::prelude::*;

const CALL_DEADLINE: Duration = Duration::from_millis(800);
const UNHURRIED: Duration = Duration::from_secs(30);
/// How often a waiting program looks at the clock.
const STEP: Duration = Duration::from_millis(5);
const SECONDS: u32 = 60;
/// More calls than any rate here allows.
const FLOOD: f64 = 10.0;

/// A class, and how many requests a second it would like to make.
type Wish = (Urgency, f64);

/// When each class got its slots.
struct Served(Vec<(Urgency, Instant)>);

impl Served {
    fn count(&self, urgency: Urgency) -> u32 {
        self.0.iter().filter(|(served, _)| *served == urgency).count() as u32
    }

    /// The part of `rate` that a class got on average.
    fn part(&self, urgency: Urgency, rate: f64) -> f64 {
        f64::from(self.count(urgency)) / f64::from(SECONDS) / rate
    }

    fn sorted(&self) -> Vec<Instant> {
        let mut slots: Vec<_> = self.0.iter().map(|(_, at)| *at).collect();
        slots.sort();
        slots
    }
}

/// Runs a minute in which each class makes its requests evenly. A call that gets no slot gives up,
/// other requests wait for one.
fn served(limiter: &Limiter, wishes: &[Wish]) -> Served {
    let start = Instant::now();
    let mut served = Served(vec![]);
    let mut owed = vec![0.0; wishes.len()];
    for step in 0..SECONDS * 1_000 / STEP.as_millis() as u32 {
        let now = start + STEP * step;
        for (owed, (urgency, rate)) in owed.iter_mut().zip(wishes) {
            *owed += rate * STEP.as_secs_f64();
            let deadline = if urgency.is_call() { CALL_DEADLINE } else { UNHURRIED };
            while *owed >= 1.0 {
                match limiter.admit(now, now + deadline, *urgency) {
                    Ok(slot) => served.0.push((*urgency, slot)),
                    Err(NoSlot::Late) => {}
                    Err(NoSlot::NotBefore(_) | NoSlot::Paused) => break,
                }
                *owed -= 1.0;
            }
        }
    }
    served
}

/// No span from one slot to another holds more than burst + rate x its length.
fn check_spans(
    slots: &[Instant],
    Settings { rate, burst }: &Settings,
) -> Result<(), TestCaseError> {
    let Some(start) = slots.first() else { return Ok(()) };
    let mut lowest = f64::INFINITY;
    for (count, slot) in slots.iter().enumerate() {
        // How far the slots are ahead of the rate; what it rises within a span is that span's burst.
        let ahead = count as f64 - rate * slot.duration_since(*start).as_secs_f64();
        lowest = lowest.min(ahead);
        let burst_seen = ahead - lowest + 1.0;
        prop_assert!(burst_seen <= f64::from(*burst) + 0.001, "{burst_seen} instead of {burst}");
    }
    Ok(())
}

fn urgency() -> impl Strategy<Value = Urgency> {
    prop::sample::select(vec![
        Urgency::Feed,
        Urgency::UndecidedProbe,
        Urgency::Call,
        Urgency::UndecidedCall,
        Urgency::ExpectedCall,
        Urgency::SecondSpelling,
        Urgency::Probe,
        Urgency::Bulk,
    ])
}

fn settings() -> impl Strategy<Value = Settings> {
    (1.0..60.0f64, 1u32..60).prop_map(|(rate, burst)| Settings { rate, burst })
}

/// Requests of random classes, each some milliseconds after the one before, with their deadlines.
fn requests() -> impl Strategy<Value = Vec<(Urgency, u64, u64)>> {
    let gap = prop_oneof![Just(0), 0u64..60];
    prop::collection::vec((urgency(), gap, 0u64..5_000), 1..600)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn no_span_sees_more_than_burst_and_rate(
        settings in settings(),
        requests in requests(),
        took in 0u64..2_000,
    ) {
        let limiter = Limiter::new(settings.clone());
        (0..20).for_each(|_| limiter.took(Duration::from_millis(took)));
        let mut now = Instant::now();
        let mut slots = vec![];
        for (urgency, gap, deadline) in requests {
            now += Duration::from_millis(gap);
            slots.extend(limiter.admit(now, now + Duration::from_millis(deadline), urgency));
        }
        slots.sort();
        check_spans(&slots, &settings)?;
    }

    #[test]
    fn neither_a_429_nor_a_reload_lets_more_pass(
        one in settings(),
        other in settings(),
        requests in requests(),
        changes in prop::collection::vec((0usize..600, any::<bool>()), 0..8),
    ) {
        let limiter = Limiter::new(one.clone());
        let largest = Settings { rate: one.rate.max(other.rate), burst: one.burst.max(other.burst) };
        let mut reloads = [other, one].into_iter().cycle();
        let mut now = Instant::now();
        let mut slots = vec![];
        for (at, (urgency, gap, deadline)) in requests.into_iter().enumerate() {
            now += Duration::from_millis(gap);
            for (_, is_reload) in changes.iter().filter(|(when, _)| *when == at) {
                match is_reload {
                    true => limiter.adjust(reloads.next().expect("endless"), now),
                    false => limiter.throttled(now, Urgency::Call),
                }
            }
            slots.extend(limiter.admit(now, now + Duration::from_millis(deadline), urgency));
        }
        slots.sort();
        check_spans(&slots, &largest)?;
    }

    #[test]
    fn a_waiting_class_gets_its_slot_at_the_announced_time(
        settings in settings(),
        requests in requests(),
    ) {
        let limiter = Limiter::new(settings);
        let mut now = Instant::now();
        for (urgency, gap, _) in requests {
            now += Duration::from_millis(gap);
            if let Err(NoSlot::NotBefore(at)) = limiter.admit(now, now + UNHURRIED, urgency) {
                prop_assert!(at > now, "{urgency:?}");
                prop_assert_eq!(at, limiter.free_at(now, urgency));
                now = at;
                prop_assert!(limiter.admit(now, now + UNHURRIED, urgency).is_ok(), "{:?}", urgency);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn a_flood_of_calls_leaves_the_feed_its_share(settings in settings()) {
        let rate = settings.rate;
        let limiter = Limiter::new(settings);
        let share = (rate / 4.0).min(0.5);
        let wishes = [(Urgency::Call, FLOOD * rate), (Urgency::Feed, share)];
        let served = served(&limiter, &wishes);
        let expected = share * f64::from(SECONDS);
        let count = f64::from(served.count(Urgency::Feed));
        prop_assert!(count >= (expected * 0.97).floor() - 1.0, "{count} of {expected}");
    }

    #[test]
    fn a_flood_of_calls_leaves_undecided_probes_what_they_need_up_to_half(
        settings in settings(),
        need in 0.05f64..2.0,
    ) {
        let rate = settings.rate;
        let limiter = Limiter::new(settings.clone());
        let wishes = [
            (Urgency::Call, FLOOD * rate),
            (Urgency::UndecidedProbe, need * rate),
            (Urgency::Feed, 1.0),
        ];
        let served = served(&limiter, &wishes);
        let few = 2.0 / f64::from(SECONDS) / rate;
        let (part, expected) = (served.part(Urgency::UndecidedProbe, rate), need.min(0.5));
        prop_assert!(part >= expected * 0.98 - few, "{part} of {expected}");
        prop_assert!(part <= 0.5 + few, "{part}");
        let calls = served.part(Urgency::Call, rate);
        prop_assert!(calls >= 0.25 - few, "calls keep a quarter: {calls}");
        check_spans(&served.sorted(), &settings)?;
    }

    #[test]
    fn calls_go_before_other_probes_and_bulk(settings in settings(), requested in 1.2..FLOOD) {
        let rate = settings.rate;
        let calls = (Urgency::Call, requested * rate);
        let others = [Urgency::SecondSpelling, Urgency::Probe, Urgency::Bulk];
        let others = others.map(|urgency| (urgency, rate));
        let alone = served(&Limiter::new(settings.clone()), &[calls]);
        let wishes = [&[calls], &others[..]].concat();
        let mixed = served(&Limiter::new(settings), &wishes);
        let (alone, mixed_calls) = (alone.count(Urgency::Call), mixed.count(Urgency::Call));
        prop_assert!(mixed_calls + 3 >= alone, "{mixed_calls} instead of {alone}");
        for (urgency, _) in others {
            prop_assert!(mixed.count(urgency) <= 2, "{urgency:?}: {}", mixed.count(urgency));
        }
    }

    #[test]
    fn calls_go_before_undecided_calls_and_those_before_expected_ones(
        rate in 1.0..60.0,
        burst in 2u32..60,
        part in 0.1..0.6,
    ) {
        let settings = Settings { rate, burst };
        let floods = [Urgency::UndecidedCall, Urgency::ExpectedCall];
        let floods = floods.map(|urgency| (urgency, FLOOD * rate));
        let calls = (Urgency::Call, part * rate);
        let alone = served(&Limiter::new(settings.clone()), &[calls]).count(Urgency::Call);
        let mixed = served(&Limiter::new(settings.clone()), &[&[calls], &floods[..]].concat());
        prop_assert!(mixed.count(Urgency::Call) + 2 >= alone, "{}", mixed.count(Urgency::Call));
        check_spans(&mixed.sorted(), &settings)?;
        let few = 2.0 / f64::from(SECONDS) / rate;
        prop_assert!(mixed.part(Urgency::UndecidedCall, rate) >= 0.9 * (1.0 - part) - few);
    }

    #[test]
    fn other_probes_go_before_bulk(rate in 1.0..40.0, burst in 2u32..60) {
        let limiter = Limiter::new(Settings { rate, burst });
        let wishes = [(Urgency::Bulk, FLOOD * rate), (Urgency::Probe, FLOOD * rate)];
        let served = served(&limiter, &wishes);
        prop_assert!(served.count(Urgency::Bulk) <= 2, "{}", served.count(Urgency::Bulk));
        prop_assert!(served.part(Urgency::Probe, rate) >= 0.85);
    }

    #[test]
    fn bulk_gets_what_is_left(
        rate in 1.0..60.0,
        burst in 2u32..60,
        calls in 0.0..0.5,
        probes in 0.0..0.3,
    ) {
        let limiter = Limiter::new(Settings { rate, burst });
        let wishes = [
            (Urgency::Call, calls * rate),
            (Urgency::Probe, probes * rate),
            (Urgency::Bulk, FLOOD * rate),
        ];
        let served = served(&limiter, &wishes);
        let left = 1.0 - calls - probes;
        let part = served.part(Urgency::Bulk, rate);
        prop_assert!(part >= left * 0.7, "{part} of {left}");
        let probed = served.part(Urgency::Probe, rate);
        let few = 2.0 / f64::from(SECONDS) / rate;
        prop_assert!(probed >= probes - few, "{probed} of {probes}");
    }

    #[test]
    fn a_bucket_of_one_does_not_starve_bulk_for_ever(rate in 1.0..60.0, calls in 0.0..0.5) {
        let limiter = Limiter::new(Settings { rate, burst: 1 });
        let wishes = [(Urgency::Call, calls * rate), (Urgency::Bulk, FLOOD * rate)];
        let part = served(&limiter, &wishes).part(Urgency::Bulk, rate);
        prop_assert!(part >= 0.15, "{part}");
    }
}

#[test]
fn shares_are_small_when_the_rate_is() {
    let limiter = Limiter::new(Settings { rate: 1.0, burst: 1 });
    let wishes = [(Urgency::Call, 10.0), (Urgency::Feed, 10.0), (Urgency::UndecidedProbe, 10.0)];
    let served = served(&limiter, &wishes);
    assert!(served.count(Urgency::Feed) <= SECONDS / 4 + 1, "{}", served.count(Urgency::Feed));
    assert!(served.count(Urgency::Call) >= SECONDS / 4 - 1, "{}", served.count(Urgency::Call));
}
