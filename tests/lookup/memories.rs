//! Several caches and records from other sources: a record keeps its age.

use bina::domain::document::Document;
use bina::sources::source::SightingStore;

use super::*;

const HOUR: Duration = Duration::from_secs(3_600);

/// A cache that holds one record of a certain age, for every key.
struct Filled {
    age: Duration,
    forgotten: AtomicUsize,
    learnt: AtomicUsize,
}

impl Filled {
    fn aged(age: Duration) -> Arc<Self> {
        Arc::new(Self { age, forgotten: AtomicUsize::default(), learnt: AtomicUsize::default() })
    }
}

impl SightingStore for Filled {
    fn recall(&self, _: &Key, _: std::time::Instant) -> Option<Sighting> {
        Some(Sighting { age: self.age, ..Sighting::of_hubsoft(found("DIRETORIO")) })
    }

    fn learn(&self, _: &Key, _: &Sighting, _: std::time::Instant) {
        self.learnt.fetch_add(1, Ordering::SeqCst);
    }

    fn purge(&self, _: &Key) -> bool {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        true
    }
}

fn beside(memory: &Arc<Filled>) -> Harness {
    let stub = Arc::new(Stub::default());
    let source = Arc::clone(&stub) as Arc<dyn Source>;
    let memory = Arc::clone(memory) as Arc<dyn SightingStore>;
    let lookup = Lookup::new(source, Settings::default()).beside(Some(memory));
    Harness { stub, lookup: Arc::new(lookup) }
}

#[tokio::test(start_paused = true)]
async fn a_row_of_ten_hours_is_not_fresh_and_answers_when_the_source_fails() {
    let harness = beside(&Filled::aged(10 * HOUR));
    harness.then(50, Act::Tell(found("ANA")));
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Hubsoft));
    advance(2 * HOUR).await;
    harness.then(50, Act::Fail(reasons::CONNECT.failure()));
    // The cache's record is younger than the row.
    assert_eq!(described(&harness.find().await), ("ANA".into(), AnswerSource::Stale, true));
    let harness = beside(&Filled::aged(10 * HOUR));
    harness.then(50, Act::Fail(reasons::CONNECT.failure()));
    assert_eq!(described(&harness.find().await), ("DIRETORIO".into(), AnswerSource::Stale, true));
}

#[tokio::test(start_paused = true)]
async fn a_young_row_answers_without_a_request() {
    let harness = beside(&Filled::aged(Duration::from_secs(10)));
    assert_eq!(described(&harness.find().await), is("DIRETORIO", AnswerSource::Cache));
    assert_eq!(harness.requested(), 0);
}

#[tokio::test(start_paused = true)]
async fn every_cache_stores_and_purges() {
    let memory = Filled::aged(10 * HOUR);
    let harness = beside(&memory);
    harness.then(50, Act::Tell(found("ANA")));
    harness.find().await;
    assert_eq!(memory.learnt.load(Ordering::SeqCst), 1);
    let key = Phone::parse("37988242968", None).expect("a number").into();
    assert!(harness.lookup.purge(&key));
    assert_eq!(memory.forgotten.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_sighting_keeps_the_age_of_its_source() {
    for (age, source, alert_expired) in [
        (Duration::ZERO, AnswerSource::Hubsoft, false),
        (Duration::from_secs(59), AnswerSource::Cache, false),
        (Duration::from_secs(60), AnswerSource::Stale, false),
        (HOUR / 2, AnswerSource::Stale, true),
    ] {
        let harness = Harness::new();
        let sighting = Sighting { age, ..Sighting::of_hubsoft(found("ANA")) };
        harness.then(50, Act::Bring(sighting));
        assert_eq!(described(&harness.find().await), ("ANA".into(), source, alert_expired));
        harness.then(50, Act::Fail(reasons::CONNECT.failure()));
        advance(Duration::from_secs(60)).await;
        let expired = age + Duration::from_secs(60) >= HOUR / 2;
        let again = described(&harness.find().await);
        assert_eq!(again, ("ANA".into(), AnswerSource::Stale, expired), "after {age:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_is_a_key_of_its_own() {
    let harness = Harness::new();
    harness.then(50, Act::Tell(found("ANA"))).then(50, Act::Tell(found("BIA")));
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Hubsoft));
    let key = Document::parse("529.982.247-25").expect("valid").into();
    let by_document = harness.lookup.find(&key, Instant::now() + DEADLINE).await;
    assert_eq!(described(&by_document), is("BIA", AnswerSource::Hubsoft));
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Cache));
}
