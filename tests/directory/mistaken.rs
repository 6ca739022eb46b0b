//! Lists with mistakes: what is concluded from each, and that nobody who exists is denied.

use std::time::Duration;

use bina::simulator::{Fault, ListFault, PopulationUpdate};

use crate::scene::{CALLERS, Scene};

/// Asks for customers while HubSoft answers no lookup.
async fn assert_all_are_known(scene: &Scene, what: &str) {
    scene.sim.set_lookup_fault(Fault::HangUp);
    for index in CALLERS {
        let Some(phone) = scene.population.phone(index) else { continue };
        let answer = scene.ask(&phone).await;
        assert_eq!(answer["status"], "found", "{what}: customer {index}: {answer:?}");
    }
    scene.sim.set_lookup_fault(Fault::Normal);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mistake_of_a_list_loses_a_customer() {
    let scene = Scene::start("mistakes").await;
    scene.walked().await;
    let cases = [
        (ListFault::AlertFlags, ""),
        (ListFault::FailingPage { page: 1, times: 2 }, ""),
        (ListFault::FilterIgnored, ""),
        (ListFault::FirstPageOne, ""),
        (ListFault::ForbiddenTables, ""),
        (ListFault::GatewayTimeout { rows_max: 100 }, ""),
        (ListFault::MissingRows { page: 1, rows: 3 }, "997 of 1000 customers"),
        (ListFault::RepeatedCustomer { page: 1 }, "999 of 1000 customers"),
        (ListFault::VariedTypes, ""),
        // The last one, because such a walk is repeated at once.
        (ListFault::MovingTotal { rows_per_page: -1 }, "changed meanwhile"),
    ];
    for (fault, problem) in cases {
        scene.sim.set_list_faults(vec![fault.clone()]);
        scene.walk_again().await;
        let status = scene.walked().await;
        let generation = status.generation.expect("one");
        assert_eq!((generation.customers, generation.is_whole), (1_000, true), "{fault:?}");
        let last = status.last_walk.unwrap_or_default();
        assert!(
            last.contains(problem) && last.is_empty() == problem.is_empty(),
            "{fault:?} {last}"
        );
        assert_all_are_known(&scene, &format!("{fault:?}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_walk_that_is_not_whole_denies_nobody() {
    for (name, fault) in [
        ("missing", ListFault::MissingRows { page: 0, rows: 3 }),
        ("moving", ListFault::MovingTotal { rows_per_page: -1 }),
        ("repeated", ListFault::RepeatedCustomer { page: 1 }),
    ] {
        let scene = Scene::before_start(name).await;
        scene.sim.set_list_faults(vec![fault]);
        let scene = scene.restarted().await;
        let status = scene.when(|status| status.generation.is_some()).await;
        assert!(!status.generation.expect("one").is_whole, "{name}");
        scene.sim.set_fault(Fault::HangUp);
        assert_eq!(scene.ask("11911110000").await["status"], "unavailable", "{name}");
        for index in CALLERS {
            let Some(phone) = scene.population.phone(index) else { continue };
            assert_ne!(scene.ask(&phone).await["status"], "not_found", "{name} {index}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_answered_in_time_while_a_page_fails_again_and_again() {
    let scene = Scene::start("truncated").await;
    scene.walked().await;
    scene.sim.set_list_faults(vec![ListFault::TruncatedPage { page: 1 }]);
    scene.post("/v1/directory/walk", "").await;
    scene.when(|status| status.walk.as_ref().is_some_and(|walk| walk.rows_done > 0)).await;
    for index in CALLERS {
        let Some(phone) = scene.population.phone(index) else { continue };
        let start = std::time::Instant::now();
        assert_eq!(scene.ask(&phone).await["status"], "found");
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    }
    scene.sim.set_list_faults(Vec::new());
    scene.when(|status| status.generation.as_ref().is_some_and(|it| it.number == 2)).await;
    assert_all_are_known(&scene, "after the fault").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_missed_after_three_whole_walks() {
    let scene = Scene::start("gone").await;
    scene.walked().await;
    let gone = CALLERS.filter(|index| scene.population.phone(*index).is_some());
    let gone = gone.filter(|index| scene.population.shares_phone_with(*index).is_none());
    let gone: Vec<_> = gone.take(2).collect();
    scene.sim.update_population(&PopulationUpdate::Removed { indexes: gone.clone() });
    let mut customers = Vec::new();
    for _ in 0..3 {
        scene.walk_again().await;
        customers.push(scene.walked().await.generation.expect("one").customers);
    }
    assert_eq!(customers, [1_000, 1_000, 998]);
    scene.sim.set_fault(Fault::HangUp);
    let phone = scene.population.phone(gone[0]).expect("he has one");
    assert_eq!(scene.ask(&phone).await["status"], "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_has_shrunk_by_much_is_believed_the_third_time() {
    let scene = Scene::start("shrunk").await;
    scene.walked().await;
    let indexes = (500..530).collect();
    scene.sim.update_population(&PopulationUpdate::Removed { indexes });
    for walks in 1..=5 {
        scene.walk_again().await;
        let customers = scene.walked().await.generation.expect("one").customers;
        let expected = if walks < 5 { 1_000 } else { 970 };
        assert_eq!(customers, expected, "after {walks} walks");
    }
}
