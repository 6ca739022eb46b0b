//! Customers of the directory are placed in the strata of each alert, and judged by evidence.

use std::collections::BTreeSet;
use std::sync::Arc;

use bina::domain::alert_text::AlertText;
use bina::domain::finding::Record;
use bina::domain::reported::ReportedCustomer;
use bina::sources::alerts::{AlertBoard, ListedAlert, Reach, Testimony, Verdict, Verdicts};
use bina::sources::directory::{AlertScope, Stratum};
use tokio::time::Instant;

use crate::bench::{Bench, alert, settings};
use crate::customers::{GROUP, code, directory, phone, tables};

fn of_groups(groups: &[u64]) -> ListedAlert {
    let groups: BTreeSet<_> = groups.iter().copied().collect();
    let scope = AlertScope { groups, ..AlertScope::default() };
    ListedAlert { scope, ..alert(7, "Queda") }
}

fn stratum(bench: &Bench, customer: u64) -> Option<Stratum> {
    let board = bench.board();
    board.alerts[0].stratum(board.rows(&phone(customer))[0])
}

fn verdicts(bench: &Bench) -> Arc<Verdicts> {
    match &bench.board().alerts[0].reach {
        Reach::Strata { verdicts, .. } => Arc::clone(verdicts),
        other => panic!("{other:?}"),
    }
}

/// Has all probes of the alert confirm it.
fn confirm(bench: &Bench) {
    for _ in 0..20 {
        let Some(probe) = bench.evidence.next_probe() else { return };
        bench.evidence.probed(&probe, Some(Testimony::Confirms), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_verdicts_of_an_alert_survive_another_state_of_the_directory() {
    let (customers, directory) = directory().await;
    let bench = Bench::with(settings(), Some(Arc::clone(&directory))).await;
    bench.show(&[of_groups(&[GROUP])]).await;
    let fits = stratum(&bench, 2).expect("placed");
    assert_ne!(Some(fits), stratum(&bench, 1));
    confirm(&bench);
    let before = verdicts(&bench);
    assert_eq!(before.of(fits), Verdict::Alert);
    *customers.count.lock() = 42;
    directory.request_walk();
    bench.pass(60.0).await;
    assert_eq!(stratum(&bench, 42), Some(fits), "a new customer");
    assert!(Arc::ptr_eq(&before, &verdicts(&bench)) && before.of(fits) == Verdict::Alert);
    directory.clear().await.expect("in memory");
    bench.pass(0.1).await;
    assert_eq!(bench.board().rows(&phone(2)).len(), bench.board().directory.iter().count());
    bench.pass(60.0).await;
    assert_eq!(verdicts(&bench).of(fits), Verdict::Alert);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_id_has_the_tables_requested_every_ten_minutes_until_they_have_it() {
    let (customers, directory) = directory().await;
    let bench = Bench::with(settings(), Some(directory)).await;
    let before = *customers.tables_requested.lock();
    bench.show(&[of_groups(&[GROUP, 6])]).await;
    // At 0, 10 and 20 minutes, or some polls later.
    bench.pass(22.0 * 60.0).await;
    assert_eq!(*customers.tables_requested.lock(), before + 3);
    *customers.tables.lock() = tables(&[GROUP, 6]);
    bench.pass(10.0 * 60.0).await;
    let groups = bench.board().directory.as_ref().map(|view| view.tables().groups.len());
    assert_eq!((*customers.tables_requested.lock(), groups), (before + 4, Some(2)));
    bench.pass(60.0 * 60.0).await;
    assert_eq!(*customers.tables_requested.lock(), before + 4);
}

#[tokio::test(start_paused = true)]
async fn tables_that_cannot_be_read_do_not_replace_those_that_could() {
    let (customers, directory) = directory().await;
    *customers.tables.lock() = tables(&[]);
    let mut states = directory.states();
    directory.request_tables();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert!(!states.has_changed().expect("it is kept"));
    *customers.tables.lock() = tables(&[GROUP, 6]);
    directory.request_tables();
    states.changed().await.expect("it is kept");
    let view = directory.view().expect("a view");
    assert_eq!((view.tables().groups.len(), view.generation().customers()), (2, 40));
}

fn answer(customer: u64, text: Option<&str>) -> Record {
    let alert = text.map(|text| AlertText::new(text).into_iter().collect());
    Record::new(vec![ReportedCustomer {
        code: code(customer),
        alert,
        ..ReportedCustomer::default()
    }])
}

/// Confirmed and all live answers about customer 2.
fn live(bench: &Bench) -> (u32, u32) {
    let epoch = bench.board().alerts[0].epoch;
    let fits = stratum(bench, 2).expect("placed");
    let status = bench.evidence.status(epoch).into_iter().find(|one| one.stratum == fits);
    status.map(|one| (one.live_confirmed, one.live_answers)).expect("judged")
}

#[tokio::test(start_paused = true)]
async fn live_answers_count_if_they_were_requested_since_and_are_about_one_customer() {
    let (_, directory) = directory().await;
    let bench = Bench::with(settings(), Some(directory)).await;
    let before = Instant::now().into_std();
    bench.show(&[of_groups(&[GROUP])]).await;
    let observe = |record: &Record, asked| bench.alerts.observe(&phone(2), record, asked);
    let now = Instant::now().into_std();
    observe(&answer(2, Some("QUEDA")), before);
    observe(&answer(4, Some("QUEDA")), now);
    observe(&Record::default(), now);
    assert_eq!(live(&bench), (0, 0), "too early, another customer, none");
    observe(&answer(2, Some("QUEDA")), now);
    observe(&answer(2, Some("Boleto vencido")), now);
    observe(&answer(2, None), now);
    assert_eq!(live(&bench), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn without_a_directory_nobody_is_placed() {
    let bench = Bench::start().await;
    bench.show(&[of_groups(&[GROUP])]).await;
    assert!(matches!(bench.board().alerts[0].reach, Reach::Unplaced));
    let status = serde_json::to_string(&bench.alerts.status()).expect("JSON");
    assert!(status.contains(r#""id":"7""#) && !status.contains("Queda"), "{status}");
}
