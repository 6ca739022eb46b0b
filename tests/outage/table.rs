//! The share of callers who hear what HubSoft would say, without and with what is read ahead.

use std::time::Duration;

use tokio::time::sleep;

use crate::bench::{Bench, Features};
use crate::hubsoft::StubHubsoft;
use crate::outages::Outage;
use crate::population::Population;
use crate::surge::{Report, surge};

pub(crate) const MEDIAN: Duration = Duration::from_millis(200);
pub(crate) const SEEDS: [u64; 3] = [1, 2, 3];

/// Outages whose scope the list shows, each of more than 5,000 customers.
pub(crate) fn visible() -> [Outage; 4] {
    [
        Outage::Interfaces(100..220),
        Outage::PopAndInterfaces(0, 110..310),
        Outage::PopOrInterfaces(0, 220..310),
        Outage::DistrictsAndStatus(10..20),
    ]
}

/// How a surge is prepared.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    name: &'static str,
    features: Features,
    /// Alerts with the same kinds in the same week.
    earlier: u32,
    /// Time from the publication of the alert to the first call.
    lead: Duration,
}

const TODAY: Row = Row {
    name: "cache and limiter",
    features: Features::CacheOnly,
    earlier: 0,
    lead: Duration::ZERO,
};
pub(crate) const FIRST: Row =
    Row { name: "first alert", features: Features::Ahead { poll_s: 5 }, ..TODAY };
const THIRD: Row = Row { name: "after two alerts", earlier: 2, ..FIRST };
const FAST: Row =
    Row { name: "the same, poll 2 s", features: Features::Ahead { poll_s: 2 }, ..THIRD };
const LED: Row = Row { name: "a minute of lead", lead: Duration::from_secs(60), ..FIRST };

/// Another outage with the same kinds, elsewhere.
fn elsewhere(outage: &Outage) -> Outage {
    match outage {
        Outage::Interfaces(_) => Outage::Interfaces(500..620),
        Outage::PopAndInterfaces(..) => Outage::PopAndInterfaces(2, 600..800),
        Outage::PopOrInterfaces(..) => Outage::PopOrInterfaces(2, 700..800),
        Outage::DistrictsAndStatus(_) => Outage::DistrictsAndStatus(40..50),
        Outage::DistrictsAndGroup(_, share) => Outage::DistrictsAndGroup(40..54, *share),
    }
}

async fn measured(row: Row, outage: &Outage, seed: u64) -> Report {
    let population = Population::seeded(seed);
    let hubsoft = StubHubsoft::new(population, MEDIAN, seed);
    let bench = Bench::start(hubsoft, row.features, seed).await;
    for _ in 0..row.earlier {
        bench.publish(&elsewhere(outage), None);
        sleep(Duration::from_secs(120)).await;
        bench.hubsoft.delete_alerts();
        sleep(Duration::from_secs(30)).await;
    }
    // The list is read at any time before or after it.
    sleep(Duration::from_millis(seed * 1_717 % 5_000)).await;
    let text = bench.publish(outage, None);
    sleep(row.lead).await;
    let report = surge(seed).run(&bench, outage, &text).await;
    println!("{:<18} {:<22} seed {seed}: {report}", row.name, outage.name());
    report
}

/// Each outage over all seeds.
pub(crate) async fn over_seeds(row: Row, outages: &[Outage]) -> Vec<Report> {
    let mut reports = Vec::new();
    for outage in outages {
        let mut sum = Report::default();
        for seed in SEEDS {
            sum = sum.with(&measured(row, outage, seed).await);
        }
        println!("{:<18} {:<22} together: {sum}", row.name, outage.name());
        reports.push(sum);
    }
    reports
}

/// Each outage of a row has to be right at least so often, and all together as often as the design says,
/// within three percentage points.
fn hold(reports: &[Report], (low, high): (f64, f64)) {
    let mean = reports.iter().map(Report::right_percent).sum::<f64>() / reports.len() as f64;
    println!("mean {mean:.1} %, expected {low} to {high} %");
    assert!((low - 3.0..=high + 3.0).contains(&mean), "{mean} {low} {high}");
    for report in reports {
        assert!(report.right_percent() >= low - 3.0, "{report}");
        assert!(report.false_percent() <= 0.2, "{report}");
        assert!(report.longest <= Duration::from_millis(820), "{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_list_a_fifth_is_right_and_half_of_that_is_silence() {
    let reports = over_seeds(TODAY, &visible()[..1]).await;
    hold(&reports, (20.0, 20.0));
    assert!((8.0..14.0).contains(&reports[0].silent_percent()), "{}", reports[0]);
}

#[tokio::test(start_paused = true)]
async fn the_first_alert_of_its_kinds_reaches_nine_of_ten() {
    hold(&over_seeds(FIRST, &visible()).await, (89.0, 92.0));
}

#[tokio::test(start_paused = true)]
async fn the_third_alert_of_its_kinds_reaches_more() {
    hold(&over_seeds(THIRD, &visible()).await, (94.0, 95.0));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_read_every_two_seconds_reaches_more() {
    hold(&over_seeds(FAST, &visible()).await, (97.5, 97.5));
}

#[tokio::test(start_paused = true)]
async fn a_minute_of_lead_reaches_nearly_all() {
    hold(&over_seeds(LED, &visible()).await, (98.0, 98.0));
}
