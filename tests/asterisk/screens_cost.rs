//! What a report of a call at an agent's telephone costs that call.

use std::time::Duration;

use bina::simulator::{Fault, Sim};

use crate::calls::Call;
use crate::pbx::{Asterisk, Ports, asterisk};
use crate::program::{Program, hubsoft};
use crate::record::Problems;
use crate::snippets::CURL;
use crate::{QUIET, customers};

/// Calls of each kind.
const ROUNDS: usize = 40;
/// So often at most, on a machine that is busy with other things.
const ROUNDS_MAX: usize = 5;
/// What a report may add to the call's set-up.
const ADDED_MAX: Duration = Duration::from_millis(5);
/// The longest that a report holds a call, as the snippet states.
const HOLD_MAX: Duration = Duration::from_millis(300);

/// Median and longest time until the agent's telephone rang, without and with a report.
fn set_up(asterisk: &Asterisk, named: &str) -> [[Duration; 2]; 2] {
    let kinds = ["tela-sem", "tela-com"];
    let round = |_| kinds.map(|to| Call::from(QUIET, &CURL, "http://127.0.0.1:1").to(to));
    let calls: Vec<_> = (0..ROUNDS).flat_map(round).collect();
    let calls = asterisk.place_in_turn(&calls);
    let times = [0, 1].map(|kind| {
        let mut times: Vec<_> =
            calls.iter().skip(kind).step_by(2).map(|call| call.until("rang")).collect();
        times.sort();
        [times[times.len() / 2], times[times.len() - 1]]
    });
    println!("until it rings, {named}: without {:?}, with a report {:?}", times[0], times[1]);
    times
}

/// The values up to the first that is good, or all of them.
fn until<T>(values: impl Iterator<Item = T>, is_good: impl Fn(&T) -> bool) -> Vec<T> {
    let mut taken = Vec::new();
    for value in values {
        let good = is_good(&value);
        taken.push(value);
        if good {
            break;
        }
    }
    taken
}

/// A PBX of its own, whose `[globals]` name this bina.
fn with_bina(shared: &Asterisk, hubsoft: &Sim) -> (Asterisk, Program) {
    let asterisk = shared.with(&|_| ());
    let Ports { http, agi } = asterisk.globals_ports;
    let bina = Program::start_at(Ports { http, agi }, shared, &hubsoft.base_url());
    (asterisk, bina)
}

#[test]
fn a_report_adds_five_milliseconds_at_most_though_hubsoft_is_dead() {
    let Some(shared) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let (asterisk, _bina) = with_bina(shared, &hubsoft);
    let mut problems = Problems::default();
    let mut medians = Vec::new();
    for (named, fault) in [("HubSoft answers", Fault::Normal), ("HubSoft is dead", Fault::Silent)] {
        hubsoft.set_screen_fault(fault);
        // Other load on this machine makes a round slower, but none faster.
        let rounds = (0..ROUNDS_MAX).map(|_| set_up(&asterisk, named));
        let added = rounds.map(|[[without, _], [with, _]]| with.saturating_sub(without));
        let added: Vec<_> = until(added, |added| *added <= ADDED_MAX);
        medians.push(added[added.len() - 1]);
        problems.check(medians[medians.len() - 1] <= ADDED_MAX, || {
            format!("{named}: {added:?} were added")
        });
    }
    println!("a report adds {medians:?} (HubSoft answers, HubSoft is dead)");
    problems.check(!hubsoft.screen_reports().is_empty(), || "nothing was reported".to_owned());
    problems.none();
}

#[test]
fn a_bina_that_is_stopped_or_frozen_holds_one_call_shortly_and_the_next_ones_not() {
    let Some(shared) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let mut problems = Problems::default();
    let (asterisk, bina) = with_bina(shared, &hubsoft);
    bina.freeze();
    // Twelve telephones that ring at once are twelve reports, and twelve ends.
    let all = Call::from(QUIET, &CURL, "http://127.0.0.1:1").to("tela-doze");
    let call = &asterisk.place(&[all])[0];
    let (rang, lasted) = (call.until("rang"), call.lasted());
    println!("twelve telephones, bina is frozen: answered after {rang:?}, ended after {lasted:?}");
    let wait = Duration::from_secs(1);
    let limit = wait + HOLD_MAX + Duration::from_millis(400);
    problems.check(rang < limit && lasted < limit, || format!("{rang:?}, {lasted:?}"));
    let [[without, _], [with, longest]] = set_up(&asterisk, "bina is frozen");
    let added = with.saturating_sub(without);
    problems.check(added <= ADDED_MAX, || format!("frozen: {added:?} were added"));
    let limit = HOLD_MAX + Duration::from_millis(400);
    problems.check(longest < limit, || format!("frozen: {longest:?}"));
    drop(bina);
    let [[without, _], [with, _]] = set_up(&asterisk, "bina is stopped");
    let added = with.saturating_sub(without);
    problems.check(added <= ADDED_MAX, || format!("stopped: {added:?} were added"));
    problems.none();
}
