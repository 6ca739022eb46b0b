//! The directory beside the cache: it answers only where nothing else can.

use bina::domain::finding::Record;
use bina::sources::source::{Origin, SightingStore};

use super::*;

/// A directory that has one record, for every key.
struct Listed {
    record: Record,
    learnt: AtomicUsize,
}

impl SightingStore for Listed {
    fn recall(&self, _: &Key, _: std::time::Instant) -> Option<Sighting> {
        let sighting = Sighting::of_hubsoft(self.record.clone());
        let age = Duration::from_secs(20 * 3_600);
        Some(Sighting { origin: Origin::Directory, age, ..sighting })
    }

    fn learn(&self, _: &Key, _: &Sighting, _: std::time::Instant) {
        self.learnt.fetch_add(1, Ordering::SeqCst);
    }

    fn purge(&self, _: &Key) -> bool {
        true
    }
}

fn beside(record: Record) -> (Harness, Arc<Listed>) {
    let stub = Arc::new(Stub::default());
    let source = Arc::clone(&stub) as Arc<dyn Source>;
    let directory = Arc::new(Listed { record, learnt: AtomicUsize::default() });
    let store = Arc::clone(&directory) as Arc<dyn SightingStore>;
    let lookup = Lookup::new(source, Settings::default()).beside(Some(store));
    (Harness { stub, lookup: Arc::new(lookup) }, directory)
}

fn from_directory(name: &str) -> (String, AnswerSource, bool) {
    (name.to_owned(), AnswerSource::Directory, true)
}

#[tokio::test(start_paused = true)]
async fn hubsoft_is_queried_first_and_teaches_the_directory() {
    let (harness, directory) = beside(found("DIRETORIO"));
    harness.then(50, Act::Tell(found("ANA")));
    assert_eq!(described(&harness.find().await), is("ANA", AnswerSource::Hubsoft));
    assert_eq!(directory.learnt.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_is_recognised_when_hubsoft_fails_or_is_late() {
    let failures = [&reasons::CONNECT, &reasons::BREAKER_OPEN, &reasons::SHED, &reasons::LIST_FULL];
    for reason in failures {
        let (harness, _) = beside(found("DIRETORIO"));
        harness.then(50, Act::Fail(reason.failure()));
        assert_eq!(described(&harness.find().await), from_directory("DIRETORIO"), "{reason:?}");
    }
    let (harness, _) = beside(found("DIRETORIO"));
    harness.then(5_000, Act::Tell(found("ANA")));
    let start = Instant::now();
    assert_eq!(described(&harness.find().await), from_directory("DIRETORIO"));
    assert_eq!(start.elapsed(), DEADLINE);
}

#[tokio::test(start_paused = true)]
async fn a_cached_record_goes_before_the_directory() {
    let (harness, _) = beside(found("DIRETORIO"));
    harness.then(50, Act::Tell(found("ANA"))).then(50, Act::Fail(reasons::CONNECT.failure()));
    harness.find().await;
    advance(Duration::from_secs(3_600)).await;
    assert_eq!(described(&harness.find().await), ("ANA".into(), AnswerSource::Stale, true));
}

#[tokio::test(start_paused = true)]
async fn a_number_that_nobody_has_is_not_found_unless_hubsoft_has_something_about_it() {
    let (harness, _) = beside(Record::default());
    harness.then(50, Act::Fail(reasons::CONNECT.failure()));
    assert_eq!(harness.find().await, Finding::NotFound(AnswerSource::Directory));
    let (harness, _) = beside(Record::default());
    harness.then(50, Act::Fail(reasons::LIST_FULL.failure()));
    assert_eq!(harness.find().await, Finding::Unavailable(reasons::LIST_FULL.failure()));
}
