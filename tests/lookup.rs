//! Cache, shared requests and deadlines, in paused time with a scripted source.

#[path = "lookup/board.rs"]
mod board;
#[path = "lookup/directory.rs"]
mod directory;
mod kept;
#[path = "lookup/memories.rs"]
mod memories;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bina::answering::lookup::{Lookup, Settings};
use bina::domain::alert_text::AlertText;
use bina::domain::failure::Failure;
use bina::domain::finding::{AlertCertainty, AnswerSource, Finding, Record};
use bina::domain::phone::Phone;
use bina::domain::reported::ReportedCustomer;
use bina::sources::limiter::Urgency;
use bina::sources::reasons;
use bina::sources::shared_request::Partial;
use bina::sources::source::{Budget, Fetch, Key, Sighting, Source};
use parking_lot::Mutex;
use tokio::time::{Instant, advance, sleep};

const DEADLINE: Duration = Duration::from_millis(800);

/// What the source does with one request.
enum Act {
    /// Reports the first at once, and ends with the second.
    Begin(Sighting, Sighting),
    Bring(Sighting),
    Fail(Failure),
    Panic,
    Tell(Record),
}

/// A source with scripted answers and delays.
#[derive(Default)]
struct Stub {
    acts: Mutex<VecDeque<(Duration, Act)>>,
    requested: AtomicUsize,
    /// Of the latest request.
    urgency: Mutex<Option<Urgency>>,
}

impl Source for Stub {
    fn fetch<'a>(&'a self, _: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a> {
        *self.urgency.lock() = Some(budget.urgency);
        self.requested.fetch_add(1, Ordering::SeqCst);
        let next = self.acts.lock().pop_front();
        Box::pin(async move {
            let (after, act) = next.expect("requested more often than scripted");
            if let Act::Begin(begun, _) = &act {
                partial.report(begun.clone());
            }
            sleep(after).await;
            match act {
                Act::Begin(_, fetched) | Act::Bring(fetched) => Ok(fetched),
                Act::Fail(failure) => Err(failure),
                Act::Panic => panic!("as scripted"),
                Act::Tell(record) => Ok(Sighting::of_hubsoft(record)),
            }
        })
    }
}

struct Harness {
    stub: Arc<Stub>,
    lookup: Arc<Lookup>,
}

impl Harness {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        let stub = Arc::new(Stub::default());
        let lookup = Lookup::new(Arc::clone(&stub) as Arc<dyn Source>, settings);
        Self { stub, lookup: Arc::new(lookup) }
    }

    fn then(&self, after_ms: u64, act: Act) -> &Self {
        let after = Duration::from_millis(after_ms);
        self.stub.acts.lock().push_back((after, act));
        self
    }

    async fn find(&self) -> Finding {
        self.find_number("37988242968").await
    }

    async fn find_number(&self, number: &str) -> Finding {
        let phone = Phone::parse(number, None).expect("a number");
        self.lookup.find(&phone.into(), Instant::now() + DEADLINE).await
    }

    fn requested(&self) -> usize {
        self.stub.requested.load(Ordering::SeqCst)
    }
}

fn found(name: &str) -> Record {
    let alert = AlertText::new("rompimento").map(|text| vec![text]);
    Record::new(vec![ReportedCustomer { name: name.into(), alert, ..ReportedCustomer::default() }])
}

fn is_expired(alerts: AlertCertainty) -> bool {
    alerts == AlertCertainty::Expired
}

fn described(finding: &Finding) -> (String, AnswerSource, bool) {
    match finding {
        Finding::Found { record, source, alerts } => {
            (record.customers()[0].customer().name().to_owned(), *source, is_expired(*alerts))
        }
        Finding::NotFound(origin) => ("nobody".into(), *origin, false),
        Finding::Unavailable(failure) => (failure.label().into(), AnswerSource::None, false),
        Finding::Invalid | Finding::NoNumber(_) => {
            unreachable!("the lookup is given a number")
        }
    }
}

fn is(name: &str, origin: AnswerSource) -> (String, AnswerSource, bool) {
    (name.into(), origin, false)
}

#[tokio::test(start_paused = true)]
async fn a_found_customer_is_cached_for_a_minute() {
    let harness = Harness::new();
    harness.then(50, Act::Tell(found("ANA"))).then(50, Act::Tell(found("BIA")));
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Hubsoft));
    advance(Duration::from_secs(59)).await;
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Cache));
    assert_eq!(harness.requested(), 1);
    advance(Duration::from_secs(1)).await;
    assert_eq!(described(&harness.find().await), is("BIA", AnswerSource::Hubsoft));
}

#[tokio::test(start_paused = true)]
async fn not_found_is_cached_for_half_a_minute() {
    let harness = Harness::new();
    harness.then(0, Act::Tell(Record::default())).then(0, Act::Tell(Record::default()));
    assert_eq!(described(&harness.find().await), is("nobody", AnswerSource::Hubsoft));
    advance(Duration::from_secs(29)).await;
    assert_eq!(described(&harness.find().await), is("nobody", AnswerSource::Cache));
    advance(Duration::from_secs(1)).await;
    assert_eq!(described(&harness.find().await), is("nobody", AnswerSource::Hubsoft));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_never_cached() {
    let harness = Harness::new();
    harness.then(0, Act::Fail(reasons::CONNECT.failure())).then(0, Act::Tell(found("ANA")));
    assert_eq!(described(&harness.find().await), is("connect", AnswerSource::None));
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Hubsoft));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_from_one_number_send_one_request() {
    let harness = Arc::new(Harness::new());
    harness.then(300, Act::Tell(found("ANA")));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        let harness = Arc::clone(&harness);
        calls.spawn(async move { described(&harness.find().await) });
    }
    while let Some(call) = calls.join_next().await {
        assert_eq!(call.expect("no panic"), is("ANA", AnswerSource::Hubsoft));
    }
    assert_eq!(harness.requested(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_source_does_not_hold_the_call_and_still_fills_the_cache() {
    let harness = Harness::new();
    harness.then(2_000, Act::Tell(found("ANA")));
    let start = Instant::now();
    assert_eq!(described(&harness.find().await), is("deadline", AnswerSource::None));
    assert_eq!(start.elapsed(), DEADLINE);
    sleep(Duration::from_millis(1_300)).await;
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Cache));
    assert_eq!(harness.requested(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_hangs_up_does_not_end_the_lookup_of_the_others() {
    let harness = Arc::new(Harness::new());
    harness.then(300, Act::Tell(found("ANA")));
    let leaving = {
        let harness = Arc::clone(&harness);
        tokio::spawn(async move { harness.find().await })
    };
    sleep(Duration::from_millis(100)).await;
    leaving.abort();
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Hubsoft));
    assert_eq!(harness.requested(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_costs_one_lookup_and_leaves_the_number_free() {
    let harness = Harness::new();
    harness.then(10, Act::Panic).then(0, Act::Tell(found("ANA")));
    assert_eq!(described(&harness.find().await), is("panic", AnswerSource::None));
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Hubsoft));
}

#[tokio::test(start_paused = true)]
async fn a_stale_record_gives_way_to_a_newer_one_that_comes_before_the_deadline() {
    for slow in [10, 200, 400, 700] {
        let harness = Harness::new();
        harness.then(0, Act::Tell(found("ANA"))).then(slow, Act::Tell(found("BIA")));
        harness.find().await;
        advance(Duration::from_secs(120)).await;
        let start = Instant::now();
        assert_eq!(described(&harness.find().await), is("BIA", AnswerSource::Hubsoft), "{slow} ms");
        assert_eq!(start.elapsed(), Duration::from_millis(slow));
    }
}

#[tokio::test(start_paused = true)]
async fn a_young_stale_record_waits_only_a_moment_for_its_refresh() {
    let harness = Harness::new();
    harness.then(0, Act::Tell(found("ANA"))).then(500, Act::Tell(found("BIA")));
    harness.find().await;
    advance(Duration::from_secs(119)).await;
    let start = Instant::now();
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Stale));
    assert_eq!(start.elapsed(), Duration::from_millis(150));
    sleep(Duration::from_millis(400)).await;
    assert_eq!(described(&harness.find().await), is("BIA", AnswerSource::Cache));
}

#[tokio::test(start_paused = true)]
async fn a_stale_record_waits_only_a_moment_for_a_hubsoft_slower_than_the_deadline() {
    let harness = Harness::new();
    harness.then(0, Act::Tell(found("ANA")));
    harness.find().await;
    advance(Duration::from_secs(300)).await;
    for last in 1..=5 {
        harness.then(1_000, Act::Tell(found("EVA")));
        harness.find_number(&format!("3798824000{last}")).await;
    }
    harness.then(1_000, Act::Tell(found("BIA")));
    sleep(Duration::from_millis(500)).await;
    let start = Instant::now();
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Stale));
    assert_eq!(start.elapsed(), Duration::from_millis(150));
    // How fast HubSoft was a minute ago does not count now.
    sleep(Duration::from_secs(300)).await;
    harness.then(700, Act::Tell(found("LIA")));
    assert_eq!(described(&harness.find().await), is("LIA", AnswerSource::Hubsoft));
}

#[tokio::test(start_paused = true)]
async fn a_purged_number_stays_purged_although_a_request_for_it_is_in_progress() {
    let harness = Arc::new(Harness::new());
    harness.then(500, Act::Tell(found("ANA"))).then(500, Act::Tell(found("BIA")));
    let calling = {
        let harness = Arc::clone(&harness);
        tokio::spawn(async move { described(&harness.find().await) })
    };
    sleep(Duration::from_millis(200)).await;
    assert!(harness.lookup.purge(&Phone::parse("37988242968", None).expect("a number").into()));
    assert_eq!(calling.await.expect("no panic"), is("ANA", AnswerSource::Hubsoft));
    assert_eq!(described(&harness.find().await), is("BIA", AnswerSource::Hubsoft));
    assert_eq!(harness.requested(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_request_from_before_a_purge_does_not_replace_what_came_after_it() {
    let harness = Arc::new(Harness::new());
    harness.then(700, Act::Tell(found("ANA"))).then(100, Act::Tell(found("BIA")));
    let first = {
        let harness = Arc::clone(&harness);
        tokio::spawn(async move { harness.find().await })
    };
    sleep(Duration::from_millis(200)).await;
    harness.lookup.purge(&Phone::parse("37988242968", None).expect("a number").into());
    assert_eq!(described(&harness.find().await), is("BIA", AnswerSource::Hubsoft));
    first.await.expect("no panic");
    assert_eq!(described(&harness.find().await), is("BIA", AnswerSource::Cache));
}

#[tokio::test(start_paused = true)]
async fn a_number_that_fails_is_not_queried_for_three_seconds() {
    let harness = Harness::new();
    harness.then(0, Act::Fail(reasons::of_status(500))).then(0, Act::Tell(found("ANA")));
    assert_eq!(described(&harness.find().await), is("server", AnswerSource::None));
    advance(Duration::from_millis(2_900)).await;
    assert_eq!(described(&harness.find().await), is("server", AnswerSource::None));
    assert_eq!(harness.requested(), 1);
    advance(Duration::from_millis(100)).await;
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Hubsoft));
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_record_is_requested_again_after_five_seconds() {
    let harness = Harness::new();
    let incomplete = Sighting { is_complete: false, ..Sighting::of_hubsoft(found("ANA")) };
    harness.then(0, Act::Bring(incomplete)).then(0, Act::Tell(found("BIA")));
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Hubsoft));
    advance(Duration::from_secs(4)).await;
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Cache));
    advance(Duration::from_secs(1)).await;
    assert_eq!(described(&harness.find().await), is("BIA", AnswerSource::Hubsoft));
}

#[tokio::test(start_paused = true)]
async fn after_ten_minutes_an_old_record_is_used_only_on_error_or_at_the_deadline() {
    let harness = Harness::new();
    harness.then(0, Act::Tell(found("ANA"))).then(500, Act::Tell(found("BIA")));
    harness.find().await;
    advance(Duration::from_secs(700)).await;
    assert_eq!(described(&harness.find().await), is("BIA", AnswerSource::Hubsoft));
    advance(Duration::from_secs(700)).await;
    harness.then(2_000, Act::Fail(reasons::TIMEOUT.failure()));
    let start = Instant::now();
    assert_eq!(described(&harness.find().await), is("BIA", AnswerSource::Stale));
    assert_eq!(start.elapsed(), DEADLINE);
}

#[tokio::test(start_paused = true)]
async fn an_old_alert_is_not_played_but_the_customer_is_still_named() {
    let harness = Harness::new();
    harness.then(0, Act::Tell(found("ANA")));
    harness.find().await;
    for (wait, expired) in [(29 * 60, false), (60, true), (20 * 60 * 60, true)] {
        advance(Duration::from_secs(wait)).await;
        harness.then(0, Act::Fail(reasons::CONNECT.failure()));
        assert_eq!(described(&harness.find().await), ("ANA".into(), AnswerSource::Stale, expired));
    }
    advance(Duration::from_secs(4 * 60 * 60)).await;
    harness.then(0, Act::Fail(reasons::CONNECT.failure()));
    assert_eq!(described(&harness.find().await), is("connect", AnswerSource::None));
}

#[tokio::test(start_paused = true)]
async fn lookups_in_progress_are_capped() {
    let harness = Arc::new(Harness::with(Settings { requests_max: 2, ..Settings::default() }));
    for _ in 0..2 {
        harness.then(5_000, Act::Tell(found("ANA")));
    }
    for number in ["37988240001", "37988240002"] {
        let finding = harness.find_number(number).await;
        assert_eq!(described(&finding), is("deadline", AnswerSource::None));
    }
    let start = Instant::now();
    assert_eq!(
        described(&harness.find_number("37988240003").await),
        is("busy", AnswerSource::None)
    );
    assert_eq!(start.elapsed(), Duration::ZERO);
    sleep(Duration::from_secs(5)).await;
    harness.then(0, Act::Tell(found("BIA")));
    assert_eq!(
        described(&harness.find_number("37988240003").await),
        is("BIA", AnswerSource::Hubsoft)
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_wait_gets_the_cached_record() {
    let harness = Harness::new();
    let half = Sighting { is_complete: false, ..Sighting::of_hubsoft(found("ANA")) };
    harness.then(1_000, Act::Begin(half, Sighting::of_hubsoft(found("ANA E BIA"))));
    let start = Instant::now();
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Hubsoft));
    assert_eq!(start.elapsed(), DEADLINE);
    sleep(Duration::from_millis(300)).await;
    assert_eq!(described(&harness.find().await), is("ANA E BIA", AnswerSource::Cache));
}

#[tokio::test(start_paused = true)]
async fn one_number_that_hangs_does_not_make_other_records_stale() {
    let harness = Harness::new();
    harness.then(0, Act::Tell(found("ANA")));
    harness.find().await;
    advance(Duration::from_secs(300)).await;
    harness.then(3_000, Act::Fail(reasons::TIMEOUT.failure())).then(300, Act::Tell(found("BIA")));
    harness.find_number("37988240001").await;
    sleep(Duration::from_secs(3)).await;
    assert_eq!(described(&harness.find().await), is("BIA", AnswerSource::Hubsoft));
}
