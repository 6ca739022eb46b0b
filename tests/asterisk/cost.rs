//! What a lookup costs a call by each snippet, when bina answers from its memory.

use std::time::Duration;

use crate::calls::Call;
use crate::pbx::asterisk;
use crate::program::{Program, hubsoft};
use crate::record::Record;
use crate::snippets::{AGI, CURL, SNIPPETS, each};
use crate::{QUIET, customers};

/// Calls by each snippet.
const ROUNDS: usize = 200;

#[test]
fn fastagi_costs_a_call_about_as_much_as_curl() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let round = || {
        let mut calls =
            each(|snippet| [Call::from(QUIET, snippet, bina.at(snippet)).to("entrada")]);
        calls.push(Call::from(QUIET, &CURL, "globals").to("atendimento"));
        calls
    };
    // By turns, so that whatever else this machine does meets all of them.
    let calls: Vec<_> = (0..ROUNDS).flat_map(|_| round()).collect();
    let calls = asterisk.place_in_turn(&calls);
    let kinds = SNIPPETS.len() + 1;
    let times = |kind: usize| sorted(calls.iter().skip(kind).step_by(kinds));
    let none = times(SNIPPETS.len());
    println!("added to a call, microseconds, {ROUNDS} calls each: median, 90 %, 99 %");
    let added = |times: &[Duration], of: usize| {
        times[times.len() * of / 100].saturating_sub(none[none.len() / 2]).as_micros()
    };
    for (kind, snippet) in SNIPPETS.iter().enumerate() {
        let times = times(kind);
        let [p50, p90, p99] = [50, 90, 99].map(|of| added(&times, of));
        println!("  {:<14} {p50:>6} {p90:>6} {p99:>6}", snippet.file);
    }
    let found = calls.iter().filter(|call| call.get("status") == "found").count();
    assert_eq!(found, ROUNDS * SNIPPETS.len());
    let median = |file: &str| {
        added(&times(SNIPPETS.iter().position(|snippet| snippet.file == file).unwrap()), 50)
    };
    let (agi, curl) = (median(AGI.file), median(CURL.file));
    assert!(agi * 2 < curl * 3, "FastAGI adds {agi} µs, CURL {curl} µs");
}

fn sorted<'r>(calls: impl Iterator<Item = &'r Record>) -> Vec<Duration> {
    let mut times: Vec<_> = calls.map(Record::took).collect();
    times.sort();
    times
}
