//! Suspected outages: how many callers of one place are enough, and that none are suspected by chance.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bina::answering::suspicion::{PlacedCall, SUSPICIONS_MAX, SuspicionMetrics, Suspicions};
use bina::sources::directory::{NamedPlace, PlaceKind};

use crate::scene::Scene;

fn place(kind: PlaceKind, name: &str) -> NamedPlace {
    let within: &[&str] = match kind {
        PlaceKind::Interface => &["olt", "10.0.0.1"],
        PlaceKind::District => &["betim", "mg"],
        _ => &[],
    };
    let path = [name].iter().chain(within).map(|part| (*part).to_owned()).collect();
    NamedPlace { kind, path }
}

struct Watch {
    suspicions: Suspicions,
    start: Instant,
    /// The share of all customers at any place.
    share: f64,
}

impl Watch {
    fn new() -> Self {
        let suspicions = Suspicions::new(SuspicionMetrics::default());
        Self { suspicions, start: Instant::now(), share: 0.0001 }
    }

    fn call(&self, at_s: f64, caller: u64, places: &[NamedPlace], is_alerted: bool) {
        let now = self.start + Duration::from_secs_f64(at_s);
        let call = PlacedCall { caller, places, is_alerted, now, now_s: at_s as u64 };
        self.suspicions.note(&call, |_| self.share);
    }

    fn expire(&self, at_s: u64) {
        self.suspicions.expire(self.start + Duration::from_secs(at_s), |_| false);
    }

    fn count(&self) -> usize {
        self.suspicions.list().len()
    }
}

#[test]
fn five_callers_of_an_interface_or_eight_of_a_box_or_district_are_enough() {
    for (kind, needed) in [(PlaceKind::Interface, 5), (PlaceKind::Box, 8), (PlaceKind::District, 8)]
    {
        let watch = Watch::new();
        let there = [place(kind, "a")];
        for caller in 1..=needed {
            assert_eq!(watch.count(), 0, "{kind:?}: {caller} callers");
            watch.call(caller as f64, caller, &there, false);
        }
        let list = watch.suspicions.list();
        assert_eq!(list.len(), 1, "{kind:?}");
        assert_eq!((list[0].kind, list[0].callers, list[0].since_s), (kind, needed, needed));
        assert!(list[0].place.starts_with('a'), "{list:?}");
    }
}

#[test]
fn one_caller_who_calls_again_is_one() {
    let watch = Watch::new();
    let there = [place(PlaceKind::Interface, "a")];
    (0..50).for_each(|second| watch.call(f64::from(second), 1 + second as u64 % 4, &there, false));
    assert_eq!(watch.count(), 0);
    watch.call(50.0, 9, &there, false);
    assert_eq!(watch.count(), 1);
}

#[test]
fn callers_of_different_places_or_times_are_no_suspicion() {
    let watch = Watch::new();
    for caller in 0..100_u32 {
        let there = [place(PlaceKind::Interface, &format!("{}", caller % 25))];
        watch.call(f64::from(caller) / 10.0, caller.into(), &there, false);
    }
    assert_eq!(watch.count(), 0, "four of each");
    let (watch, there) = (Watch::new(), [place(PlaceKind::Interface, "a")]);
    (0..20_u32)
        .for_each(|caller| watch.call(f64::from(caller) * 75.0, caller.into(), &there, false));
    assert_eq!(watch.count(), 0, "four within five minutes");
}

#[test]
fn where_a_caller_has_an_alert_none_is_suspected() {
    let (watch, there) = (Watch::new(), [place(PlaceKind::Interface, "a")]);
    watch.call(0.0, 1, &there, true);
    (2..20_u32).for_each(|caller| watch.call(f64::from(caller), caller.into(), &there, false));
    assert_eq!(watch.count(), 0);
    let watch = Watch::new();
    (1..=5_u32).for_each(|caller| watch.call(f64::from(caller), caller.into(), &there, false));
    assert_eq!(watch.count(), 1);
    watch.call(6.0, 6, &there, true);
    assert_eq!(watch.count(), 0, "an alert has come");
}

#[test]
fn a_suspicion_ends_when_nobody_calls_or_an_alert_covers_it() {
    let (watch, there) = (Watch::new(), [place(PlaceKind::Interface, "a")]);
    (1..=5_u32).for_each(|caller| watch.call(f64::from(caller), caller.into(), &there, false));
    watch.expire(304);
    assert_eq!(watch.count(), 1, "one has called within five minutes");
    watch.expire(305);
    assert_eq!(watch.count(), 0);
    (1..=5_u32)
        .for_each(|caller| watch.call(400.0 + f64::from(caller), caller.into(), &there, false));
    assert_eq!(watch.count(), 1);
    watch.suspicions.expire(watch.start + Duration::from_secs(406), |place| *place == there[0]);
    assert_eq!(watch.count(), 0);
}

#[test]
fn a_flood_from_everywhere_is_bounded() {
    let watch = Watch { share: 0.0, ..Watch::new() };
    for caller in 0..100_000_u32 {
        let there = [place(PlaceKind::Interface, &format!("{}", caller % 1_000))];
        watch.call(f64::from(caller) / 1_000.0, caller.into(), &there, false);
    }
    assert_eq!(watch.count(), SUSPICIONS_MAX);
    let most = watch.suspicions.list().into_iter().map(|one| one.callers).max();
    assert_eq!(most, Some(20), "the latest 20,000 calls count");
}

/// Pseudo-random numbers.
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, limit: u32) -> u32 {
        (self.unit() * f64::from(limit)) as u32
    }
}

/// 50,000 customers: interfaces of 48, boxes of 8, districts of some 15 interfaces with 15 % elsewhere.
const CUSTOMERS: u32 = 50_000;
const DISTRICTS: u32 = CUSTOMERS / 48 / 15;

fn places(customer: u32) -> [NamedPlace; 3] {
    let interface = customer / 48;
    let own = interface / 15 % DISTRICTS;
    // The same for each call of a customer.
    let spill = customer.wrapping_mul(2_654_435_761) >> 16;
    let district = if spill % 100 < 15 { spill % DISTRICTS } else { own };
    [
        place(PlaceKind::Interface, &format!("if {interface}")),
        place(PlaceKind::Box, &format!("box {}", customer / 8)),
        place(PlaceKind::District, &format!("d {district}")),
    ]
}

fn share(place: &NamedPlace) -> f64 {
    match place.kind {
        PlaceKind::Interface => 48.0 / f64::from(CUSTOMERS),
        PlaceKind::Box => 8.0 / f64::from(CUSTOMERS),
        _ => 1.0 / f64::from(DISTRICTS),
    }
}

#[test]
fn none_is_suspected_in_fourteen_days_of_ordinary_calls_and_one_within_seconds_of_a_surge() {
    const DAYS: f64 = 14.0;
    let all: Vec<_> = (0..CUSTOMERS).map(places).collect();
    for seed in [1_u64, 2, 3] {
        let (watch, mut dice) = (Watch::new(), Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        let mut at_s = 0.0;
        let call = |watch: &Watch, at_s: f64, customer: u32| {
            let places = &all[customer as usize];
            let now = watch.start + Duration::from_secs_f64(at_s);
            let (caller, now_s) = (customer.into(), at_s as u64);
            let call = PlacedCall { caller, places, is_alerted: false, now, now_s };
            watch.suspicions.note(&call, share);
        };
        while at_s < DAYS * 86_400.0 {
            at_s += -dice.unit().max(1e-12).ln() / 0.33;
            let customer = dice.below(CUSTOMERS);
            call(&watch, at_s, customer);
            assert_eq!(watch.count(), 0, "seed {seed}: after {:.1} days", at_s / 86_400.0);
        }
        // 5,000 customers of neighbouring interfaces call within a minute.
        let surge_s = at_s;
        while watch.count() == 0 {
            at_s += -dice.unit().max(1e-12).ln() / (5_000.0 / 60.0);
            let customer = 20_000 + dice.below(5_000);
            call(&watch, at_s, customer);
        }
        let first = at_s - surge_s;
        println!("seed {seed}: the first sign comes {first:.1} s into the surge");
        assert!(first < 5.0, "seed {seed}: {first:.1} s");
    }
}

#[test]
fn eight_of_a_district_alone_would_be_a_false_alarm_within_a_day() {
    let (watch, mut dice) = (Watch { share: 0.0, ..Watch::new() }, Dice(5));
    let mut at_s = 0.0;
    while watch.count() == 0 {
        at_s += -dice.unit().max(1e-12).ln() / 0.33;
        let customer = dice.below(CUSTOMERS);
        watch.call(at_s, customer.into(), &places(customer), false);
    }
    assert!(at_s < 86_400.0, "{at_s} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn further_callers_from_a_suspected_place_hear_the_prompt() {
    let scene = Scene::before_start("journal-suspect").await;
    let prompt = "[prompts]\nsuspeita = \"suspeita\"\n[outage]\nsuspect_prompt = \"suspeita\"\n";
    let scene = scene.restarted_with(prompt).await;
    scene.walked().await;
    let app = scene.app().service.app();
    let view = app.directory().and_then(|directory| directory.view()).expect("it was walked");
    let mut by_interface: HashMap<NamedPlace, Vec<String>> = HashMap::new();
    for phone in (0..1_000).filter_map(|index| scene.population.phone(index)) {
        let [row] = view.rows(&crate::app::phone(&phone))[..] else { continue };
        let places = view.customer(row).expect("a row").places();
        let interface = places.into_iter().find(|place| place.kind == PlaceKind::Interface);
        if let Some(interface) = interface {
            by_interface.entry(interface).or_default().push(phone);
        }
    }
    let neighbours = by_interface.values().find(|phones| phones.len() > 6).expect("some").clone();
    let elsewhere = by_interface.values().find(|phones| phones[0] != neighbours[0]).expect("some");
    let prompt = async |phone: &str| scene.ask(phone).await["prompt"].clone();
    for phone in &neighbours[..5] {
        assert_eq!(prompt(phone).await, "");
    }
    app.journal().flush().await;
    assert_eq!(app.journal().suspicions().list().len(), 1);
    assert_eq!(scene.app().counted("bina_suspicions_active"), 1);
    assert_eq!(scene.app().counted("bina_suspicions_total{kind=\"interface\"}"), 1);
    let sixth = scene.ask(&neighbours[5]).await;
    assert_eq!(sixth["prompt"], "bina/suspeita");
    assert_eq!((&*sixth["avisado"], &*sixth["alerta"]), ("0", "0"));
    assert_eq!(prompt(&elsewhere[0]).await, "");
    let (_, text) = scene.get("/v1/report").await;
    assert!(text.contains("Outage suspected now:\n  interface"), "{text}");
}
