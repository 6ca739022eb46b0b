//! Customers who call again and again hear an alert soon after it begins, and not after it ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::bench::{Bench, Features, Heard};
use crate::dice::Dice;
use crate::hubsoft::StubHubsoft;
use crate::outages::Outage;
use crate::population::Population;
use crate::surge::{Callers, Surge, answers};
use crate::table::{MEDIAN, SEEDS, visible};

const SECOND: Duration = Duration::from_secs(1);
/// When the alert begins, ends, and when the last call is.
const BEGINS: Duration = Duration::from_secs(30);
const ENDS: Duration = Duration::from_secs(100);
const SPAN: Duration = Duration::from_secs(200);
/// What anything may take to reach callers.
const WITHIN: Duration = Duration::from_secs(10);

/// How an alert ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is deleted.
    Deleted,
    /// It ends by the clock while HubSoft is dead.
    Dead,
}

/// Some customers, each of whom calls every ten seconds or so.
fn callers(population: &Population, outage: &Outage, seed: u64) -> Callers {
    let some = Surge { affected: 150, unaffected: 50, span: SECOND, seed };
    let mut dice = Dice::new(seed ^ 0xCA11);
    let mut callers = Callers::new();
    for (index, is_affected, _) in some.callers(population, outage) {
        let mut at = WITHIN.mul_f64(dice.share());
        while at < SPAN {
            callers.push((index, is_affected, at));
            at += 2 * WITHIN.mul_f64(dice.share());
        }
    }
    callers
}

async fn heard(end: End, outage: &Outage, seed: u64) -> (Vec<(Heard, bool)>, Arc<Population>) {
    let population = Population::seeded(seed);
    let hubsoft = StubHubsoft::new(Arc::clone(&population), MEDIAN, seed);
    let bench = Bench::start(hubsoft, Features::Ahead { poll_s: 5 }, seed).await;
    // The clock of an alert has whole seconds, as the provider's.
    let noc = async {
        sleep(BEGINS).await;
        let ends = (end == End::Dead).then(|| bench.clock_in(ENDS - BEGINS));
        bench.publish(outage, ends);
        sleep(ENDS - BEGINS - 5 * SECOND).await;
        if end == End::Dead {
            return bench.hubsoft.die();
        }
        sleep(5 * SECOND).await;
        bench.hubsoft.delete_alerts();
    };
    let calls = answers(&bench, callers(&population, outage, seed));
    let (calls, ()) = tokio::join!(calls, noc);
    (calls, population)
}

/// The calls of placeable customers that were answered wrongly, of the times when all should be known.
fn wrong(calls: &[(Heard, bool)], population: &Population) -> [usize; 3] {
    let mut wrong = [0; 3];
    for (heard, is_affected) in calls {
        let customer = population.customer(heard.index);
        if !customer.is_placeable() || customer.has_moved() {
            continue;
        }
        let period = match heard.at {
            at if at < BEGINS => 0,
            at if at >= BEGINS + WITHIN && at < ENDS - SECOND => 1,
            at if at >= ENDS + WITHIN => 2,
            _ => continue,
        };
        wrong[period] += usize::from(heard.text.is_some() != (*is_affected && period == 1));
    }
    wrong
}

#[tokio::test(start_paused = true)]
async fn an_alert_begins_and_ends_for_callers_within_ten_seconds() {
    for (outage, seed) in visible().iter().zip(SEEDS.into_iter().cycle()) {
        for end in [End::Deleted, End::Dead] {
            let (calls, population) = heard(end, outage, seed).await;
            let plays = calls.iter().filter(|(heard, _)| heard.text.is_some());
            let last = plays.clone().map(|(heard, _)| heard.at).max().expect("some have heard it");
            let first = plays.map(|(heard, _)| heard.at).min().expect("some have heard it");
            println!(
                "{end:?} {:<22} seed {seed}: first play after {:?}, last one {:?} from the end",
                outage.name(),
                first - BEGINS,
                last.as_secs_f64() - ENDS.as_secs_f64(),
            );
            assert_eq!(wrong(&calls, &population), [0, 0, 0], "{end:?} {outage:?} {seed}");
            let late = if end == End::Dead { SECOND } else { WITHIN };
            assert!(last <= ENDS + late, "{last:?}");
        }
    }
}
