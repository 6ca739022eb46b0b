//! The walk beside calls: when it begins, that it waits for them, and how much HubSoft is asked for.

use std::time::{Duration, Instant};

use bina::simulator::Fault;
use bina::sources::directory::Activity;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::app::{self, TestApp};
use crate::scene::Scene;

/// Requests per second, and at once.
const RATE: usize = 10;
const BURST: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_walk_begins_within_a_second() {
    let start = Instant::now();
    let scene = Scene::start("begins").await;
    scene.when(|status| status.activity != Activity::Opening).await;
    while scene.sim.list_requests() == 0 {
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", scene.status());
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_pauses_while_calls_wait() {
    let scene = Scene::before_start("pauses").await;
    scene.slow_pages(50);
    let scene = scene.restarted_with("page_rows = 10\n").await;
    scene.when(|status| status.walk.as_ref().is_some_and(|walk| walk.rows_done > 0)).await;
    scene.sim.set_lookup_fault(Fault::Slow { first_byte: Duration::from_millis(3_000) });
    let phone = scene.phone();
    let (_, requests) = tokio::join!(scene.ask(&phone), async {
        sleep(Duration::from_millis(300)).await;
        let before = scene.sim.list_requests();
        sleep(Duration::from_millis(600)).await;
        assert_eq!(scene.status().activity, Activity::Paused);
        scene.sim.list_requests() - before
    });
    assert_eq!(requests, 0);
    scene.sim.set_lookup_fault(Fault::Normal);
    assert!(scene.walked().await.generation.expect("one").is_whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_requests_together_stay_within_burst_and_rate() {
    let scene = Scene::before_start("budget").await;
    let settings = format!(
        "[limiter]\nrate = {RATE}\nburst = {BURST}\n[directory]\nenabled = true\nduty_percent = 100\n\
         page_rows = 10\n"
    );
    let app = TestApp::with(&scene.sim, &settings).await;
    let numbers = (0..200).filter_map(|index| scene.population.phone(index));
    let mut calls = JoinSet::new();
    for (at, phone) in numbers.take(60).enumerate() {
        let address = app.address;
        calls.spawn(async move {
            sleep(Duration::from_millis(50 * at as u64)).await;
            let target = format!("/v1/lookup?caller={phone}");
            let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            app::exchange(address, request.as_bytes()).await
        });
    }
    while calls.join_next().await.is_some() {}
    sleep(Duration::from_millis(1_500)).await;
    let requests = scene.sim.requests();
    let is_counted = |path: &str| !path.contains("token");
    let counted = requests.iter().filter(|request| is_counted(&request.path));
    let times: Vec<_> = counted.map(|request| request.at).collect();
    assert!(scene.sim.list_requests() > 0 && scene.sim.lookups() > 0);
    for (first, at) in times.iter().enumerate() {
        let later = times[first..].iter();
        let within = later.take_while(|time| **time - *at < Duration::from_secs(1)).count();
        // One more, because a request may be slower on its way than the one after it.
        assert!(within <= RATE + BURST + 1, "{within} within a second");
    }
}
