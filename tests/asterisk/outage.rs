//! An alert of HubSoft that begins and ends while calls come in, with HubSoft dead in between.

use std::thread::sleep;
use std::time::{Duration, Instant};

use bina::simulator::{Fault, Population, ScopeEntry, Sim, SimAlert, SimCaller, SimScope};

use crate::calls::Call;
use crate::pbx::asterisk;
use crate::program::Program;
use crate::record::{Problems, Record};
use crate::snippets::{AGI, CURL, Snippet};

const CUSTOMERS: Population = Population { customers: 1_000, seed: 7 };
const TEXT: &str = "Rompimento de fibra na região.";
/// Within this time an alert's beginning and its end reach callers, at 5 s between two readings of the list.
const REACHES_WITHIN: Duration = Duration::from_secs(10);
const PROMPTS: &str = "bina/rompimento-fibra(pt_BR) bina/equipe-a-caminho(pt_BR)";

/// A HubSoft with generated customers; it has a thread of its own.
fn hubsoft() -> Sim {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(Sim::start_generated(CUSTOMERS)).unwrap()
}

/// Waits until an alert has begun or ended for a caller who has not called yet.
fn until(began: Instant, is_it: impl Fn() -> bool) -> Duration {
    while !is_it() {
        assert!(began.elapsed() < REACHES_WITHIN, "not within {REACHES_WITHIN:?}");
        sleep(Duration::from_millis(100));
    }
    began.elapsed()
}

#[test]
fn an_alert_begins_and_ends_for_those_whom_it_concerns_with_hubsoft_dead_in_between() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft();
    let state = asterisk.run.join("outage-state");
    let ahead = Program::start_ahead(asterisk, &hubsoft.base_url(), &state);
    ahead.walked();
    let interfaces = vec![ScopeEntry::Id(70_001), ScopeEntry::Id(70_002)];
    let scope = SimScope { interfaces, ..SimScope::default() };
    let alert = SimAlert { text: TEXT.to_owned(), scope, ..SimAlert::default() };
    let published = Instant::now();
    let alert = hubsoft.publish_alerts(vec![alert]).unwrap()[0];
    let affected = hubsoft.affected_callers(alert, 30, 1);
    let unaffected = hubsoft.unaffected_callers(&[alert], 6, 1);
    let is_judged = |caller: &SimCaller| ahead.way(&caller.phone) == "evidence";
    let judged = until(published, || affected.iter().any(is_judged));
    println!("the alert reaches callers after {judged:?}");
    // A few customers are not in the list, or not where it says.
    let affected: Vec<_> = affected.into_iter().filter(is_judged).take(7).collect();
    assert_eq!(affected.len(), 7, "most of thirty can be placed");

    let call = |caller: &SimCaller, snippet: &'static Snippet| {
        Call::from(&caller.phone, snippet, ahead.bina.at(snippet))
    };
    let place = |callers: &[SimCaller]| -> Vec<Record> {
        asterisk.place(&[call(&callers[0], &CURL), call(&callers[1], &AGI)])
    };
    let mut problems = Problems::default();
    for record in place(&affected[0..2]) {
        record.plays(PROMPTS, "suporte", &mut problems);
        record.has("status=found source=directory alerta=1 rule=rompimento", &mut problems);
    }
    for record in place(&unaffected[0..2]) {
        record.played_exactly("", &mut problems);
        record.has("status=found alerta=0 rule=", &mut problems);
    }

    hubsoft.set_fault(Fault::HangUp);
    for record in place(&affected[2..4]) {
        record.plays(PROMPTS, "suporte", &mut problems);
        record.has("status=found source=directory alerta=1", &mut problems);
    }
    for record in place(&unaffected[2..4]) {
        record.played_exactly("", &mut problems);
        record.has("status=found source=directory alerta=0", &mut problems);
    }

    hubsoft.set_fault(Fault::Normal);
    hubsoft.end_alert(alert).unwrap();
    let ended = Instant::now();
    let after = until(ended, || ahead.way(&affected[6].phone) != "evidence");
    println!("its end reaches callers after {after:?}");
    for record in place(&affected[4..6]) {
        record.played_exactly("", &mut problems);
        record.has("status=found alerta=0 rule=", &mut problems);
    }
    // A caller whose alert is cached has it no more, either.
    for record in place(&affected[0..2]) {
        record.played_exactly("", &mut problems);
        record.has("alerta=0 rule=", &mut problems);
    }
    problems.none();
}
