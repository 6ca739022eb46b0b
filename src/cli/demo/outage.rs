//! The outage of the demo: two interfaces fail after a while, customers call, and it ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use crate::runtime::language::Language;
use crate::simulator::{ScopeEntry, Sim, SimAlert, SimCaller, SimScope};

use super::{print_line, request, texts};

/// Time to read what the demo prints, and to open the console.
const BEGINS_AFTER: Duration = Duration::from_secs(30);
/// How long it lasts.
const LASTS: Duration = Duration::from_secs(150);
/// How long customers go on calling: that they hear nothing any more is what shows its end.
const CALLS_AFTER: Duration = Duration::from_secs(60);
/// Time between two calls.
const PACE: Duration = Duration::from_millis(900);
/// Every fourth caller is not concerned.
const OTHERS: usize = 4;
const TEXT: &str = "Rompimento de fibra no Centro. Equipe a caminho, previsão 18h30";
/// Of the generated equipment.
const INTERFACES: [u64; 2] = [70_001, 70_002];
const CALLERS: usize = 200;

/// Plays the outage once. Callers are those of the generated customers; every call goes to `bina`.
pub(super) async fn play(sim: Arc<Sim>, bina: SocketAddr, language: Language) {
    sleep(BEGINS_AFTER).await;
    let interfaces = INTERFACES.map(ScopeEntry::Id).to_vec();
    let scope = SimScope { interfaces, ..SimScope::default() };
    let alert = SimAlert { text: TEXT.to_owned(), scope, ..SimAlert::default() };
    let Some(id) = sim.publish_alerts(vec![alert]).ok().and_then(|ids| ids.first().copied()) else {
        return;
    };
    let begins = texts::OUTAGE_BEGINS.filled(language, &[("alert", &TEXT)]);
    print_line(format_args!("\n# {begins}"));
    let affected = sim.affected_callers(id, CALLERS, 1);
    let others = sim.unaffected_callers(&[id], CALLERS, 1);
    call_until(Instant::now() + LASTS, &affected, &others, bina).await;
    // It was published a while ago, and nobody else ends it.
    let _ = sim.end_alert(id);
    print_line(format_args!("\n# {}", texts::OUTAGE_ENDS.of(language)));
    call_until(Instant::now() + CALLS_AFTER, &affected, &others, bina).await;
}

async fn call_until(end: Instant, affected: &[SimCaller], others: &[SimCaller], bina: SocketAddr) {
    tokio::select! {
        () = call(affected, others, bina) => {}
        () = sleep_until(end) => {}
    }
}

async fn call(affected: &[SimCaller], others: &[SimCaller], bina: SocketAddr) {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let callers = (0..).map(|call: usize| {
        let from = if call % OTHERS == OTHERS - 1 { others } else { affected };
        from.get(call % from.len().max(1))
    });
    for caller in callers {
        pace.tick().await;
        let Some(caller) = caller else { return };
        // What the caller hears is in the log and in the console.
        let _ = request(&format!("http://{bina}/asterisk?caller={}", caller.phone)).await;
    }
}
