//! What HubSoft answers for single calls corrects the directory, until and after the next walk.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::bench::{Bench, phone};

fn text(code: &str) -> Option<String> {
    Some(code.to_owned())
}

#[tokio::test(start_paused = true)]
async fn corrections_count_at_once_and_become_part_of_a_generation() {
    let bench = Bench::start(30).await_walked().await;
    bench.answered(&phone(1), &["2"]);
    bench.answered(&phone(3), &[]);
    bench.answered("37988990001", &["901"]);
    for _ in 0..2 {
        assert_eq!(bench.code(&phone(1)), text("2"), "moved to another customer");
        assert_eq!(bench.code(&phone(3)), text(""), "no customer's any more");
        assert_eq!(bench.code("37988990001"), text("901"), "a new customer");
        bench.pass(61).await;
    }
    let generation = bench.walked().await.generation.expect("one");
    assert_eq!(generation.customers, 31, "the new one is part of it");
}

#[tokio::test(start_paused = true)]
async fn a_correction_outlives_a_walk_that_was_interrupted_before_it() {
    let bench = Bench::start(30).await_walked().await;
    bench.list.fails.store(true, Ordering::SeqCst);
    bench.directory.request_walk();
    bench.when(|status| status.last_walk.is_some()).await;
    // The walk has read this customer already, and goes on behind.
    bench.answered(&phone(1), &["2"]);
    bench.list.fails.store(false, Ordering::SeqCst);
    bench.directory.request_walk();
    bench.when(|status| status.generation.as_ref().is_some_and(|it| it.number == 2)).await;
    assert_eq!(bench.code(&phone(1)), text("2"));
}

#[tokio::test(start_paused = true)]
async fn no_answer_brings_a_forgotten_number_back() {
    let bench = Bench::start(30).await_walked().await;
    bench.directory.forget(&crate::app::phone(&phone(1))).await.expect("in memory");
    bench.answered(&phone(1), &["1"]);
    assert_eq!(bench.code(&phone(1)), None);
    bench.pass(61).await;
    assert!(!bench.has_traces(&phone(1)).await);
    assert_eq!(bench.code(&phone(1)), None);
}

#[tokio::test(start_paused = true)]
async fn a_requested_walk_is_shown_as_one_while_the_tables_are_read() {
    let bench = Bench::start(30).await_walked().await;
    *bench.list.tables_take.lock() = Duration::from_secs(60);
    bench.directory.request_walk();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let status = bench.walked().await;
    assert_eq!(status.generation.expect("one").number, 2, "`bina directory walk` ends with it");
}

impl Bench {
    async fn await_walked(self) -> Self {
        self.walked().await;
        self
    }
}
