//! The share of callers who hear what HubSoft would say, without and with what is read ahead.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::bench::{Bench, Features};
use crate::hubsoft::StubHubsoft;
use crate::outages::Outage;
use crate::population::Population;
use crate::surge::{Report, surge};

const MEDIAN: Duration = Duration::from_millis(200);
const SEEDS: [u64; 3] = [1, 2, 3];

/// Outages whose scope the list shows, each of more than 5,000 customers.
fn visible() -> [Outage; 4] {
    [
        Outage::Interfaces(100..220),
        Outage::PopAndInterfaces(0, 110..310),
        Outage::PopOrInterfaces(0, 220..310),
        Outage::DistrictsAndStatus(10..20),
    ]
}

/// How a surge is prepared.
#[derive(Clone, Copy)]
struct Row {
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
const FIRST: Row =
    Row { name: "first alert", features: Features::Ahead { poll_s: 5 }, ..TODAY };

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
    let population = Arc::new(Population::new(seed));
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

#[tokio::test(start_paused = true)]
async fn today() {
    for seed in SEEDS {
        measured(TODAY, &visible()[0], seed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn first() {
    for outage in visible() {
        for seed in SEEDS {
            measured(FIRST, &outage, seed).await;
        }
    }
}
