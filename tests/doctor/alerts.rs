//! What `bina doctor` finds out about HubSoft's list of alerts, the zone of its times, and the clock.

use bina::simulator::{AlertFault, AlertTime, Fault, Population, Sim, SimAlert, SimScope};

use crate::{Findings, Setup};

const BRASILIA_S: i64 = -3 * 60 * 60;

async fn provider(alerts: Vec<SimAlert>) -> Sim {
    let population = Population { customers: 2_000, seed: 7 };
    let sim = Sim::start_generated(population).await.expect("loopback");
    sim.publish_alerts(alerts).expect("interfaces");
    sim
}

fn cut() -> SimAlert {
    SimAlert {
        text: "Rompimento de fibra".to_owned(),
        scope: SimScope { interfaces: vec![70_001.into()], ..SimScope::default() },
        ..SimAlert::default()
    }
}

async fn examined(sim: &Sim) -> Findings {
    let setup = Setup::of(sim, "");
    tokio::task::spawn_blocking(move || setup.examined(&[])).await.expect("it ends")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_active_alerts_are_counted_with_their_kinds() {
    let planned = SimAlert { starts: Some(AlertTime::FromNow(3_600)), ..cut() };
    let sim = provider(vec![cut(), planned]).await;
    let findings = examined(&sim).await;
    let text = "1 active, with scopes of the kinds interface";
    findings.have(0, "ok", "alerts", text);
    findings.have(0, "ok", "alerts", "name every place");
    findings.have(0, "ok", "timezone", "(-03:00)");
    let sim = provider(Vec::new()).await;
    let findings = examined(&sim).await;
    findings.have(0, "ok", "alerts", "HubSoft's list can be read: 0 active");
    findings.have(0, "-", "timezone", "no alert whose time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_may_not_be_read_is_a_warning_with_the_remedy() {
    let sim = provider(vec![cut()]).await;
    for fault in [AlertFault::Forbidden, AlertFault::PermissionError] {
        sim.set_alert_faults(vec![fault]);
        let findings = examined(&sim).await;
        findings.have(0, "warning", "alerts", "give the API user the permission");
        findings.lack("timezone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_cannot_be_placed_is_named() {
    let sim = provider(vec![cut()]).await;
    sim.set_alert_faults(vec![AlertFault::UnknownScope]);
    let findings = examined(&sim).await;
    findings.have(0, "warning", "alerts", "cannot place");
    findings.have(0, "warning", "alerts", "zonas_atendimento");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_in_which_alerts_are_of_the_future_is_a_warning_with_a_better_one() {
    let sim = provider(Vec::new()).await;
    for (ahead_s, zone) in [(60 * 60, "-02:00"), (3 * 60 * 60, "+00:00")] {
        sim.set_provider_clock(0, BRASILIA_S + ahead_s);
        sim.publish_alerts(vec![cut()]).expect("an interface");
        let findings = examined(&sim).await;
        findings.have(0, "warning", "timezone", &format!("set hubsoft.timezone = \"{zone}\""));
    }
    let sim = provider(Vec::new()).await;
    sim.set_provider_clock(0, BRASILIA_S + 10 * 60);
    sim.publish_alerts(vec![cut()]).expect("an interface");
    examined(&sim).await.have(0, "ok", "timezone", "not of the future");
}

#[tokio::test]
async fn a_clock_that_differs_is_a_warning() {
    let sim = provider(Vec::new()).await;
    let date = ("Date".to_owned(), "Sun, 06 Nov 1994 08:49:37 GMT".to_owned());
    let body = br#"{"status":"success","clientes":[]}"#.to_vec();
    sim.set_lookup_fault(Fault::Answer { status: 200, headers: vec![date], body });
    let findings = Setup::of(&sim, "").examined(&[]);
    findings.have(0, "warning", "clock", "s ahead of HubSoft's: see `timedatectl`");
}
