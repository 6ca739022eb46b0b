//! The alerts that are active now revise what is cached, and answer for the customers of the directory.

use std::collections::BTreeSet;

use bina::domain::alert::{Alert, Scope};
use bina::domain::place::{InterfaceName, ServicePlace};
use bina::sources::alerts::{
    ActiveAlert, AlertBoard, AlertEpoch, AlertOrigin, Board, EndedText, Reach, Verdict, Verdicts,
};
use bina::sources::directory::{
    AlertScope, CustomerList, Directory, InterfaceEntry, ListFuture, ListPage, ListedCustomer,
    PageRequest, RowIndex, ScopeTables,
};
use bina::sources::source::SightingStore;

use super::*;
use crate::kept;

/// A customer of the directory on each of three interfaces; the last one cannot be placed.
const NUMBERS: [&str; 3] = ["37999990001", "37999990002", "37999990003"];
const TEXT: &str = "Rompimento de fibra no Centro";

struct Listing;

impl CustomerList for Listing {
    fn page(&self, request: PageRequest) -> ListFuture<'_, ListPage> {
        let customers = if request.number == 0 { listed() } else { Vec::new() };
        let page =
            ListPage { customers, number: Some(0), last: Some(0), total: Some(3), unreadable: 0 };
        Box::pin(async move { Ok(page) })
    }

    fn tables(&self, _: Instant) -> ListFuture<'_, ScopeTables> {
        let entry = |id: u64| InterfaceEntry {
            id,
            name: format!("PON {id}"),
            equipment_id: 1,
            equipment: "OLT".into(),
            address: String::new(),
        };
        let interfaces = vec![entry(1), entry(2)];
        Box::pin(async move { Ok(ScopeTables { interfaces, ..ScopeTables::default() }) })
    }
}

fn listed() -> Vec<ListedCustomer> {
    let customer = |(at, number): (usize, &&str)| {
        let interface = InterfaceName {
            equipment: "OLT".into(),
            address: String::new(),
            interface: format!("PON {}", at + 1),
        };
        ListedCustomer {
            id: at as u64,
            code: (100 + at).to_string(),
            phones: vec![Phone::parse(number, None).expect("a number")],
            services: vec![ServicePlace { interface: Some(interface), ..ServicePlace::default() }],
            ..ListedCustomer::default()
        }
    };
    NUMBERS.iter().enumerate().map(customer).collect()
}

/// A board that a test changes.
struct Watched {
    board: Mutex<Arc<Board>>,
    observed: AtomicUsize,
}

impl AlertBoard for Watched {
    fn board(&self) -> Arc<Board> {
        Arc::clone(&self.board.lock())
    }

    fn observe(&self, _: &Phone, _: &Record, _: std::time::Instant) {
        self.observed.fetch_add(1, Ordering::SeqCst);
    }
}

struct Scene {
    harness: Harness,
    directory: Arc<Directory>,
    watched: Arc<Watched>,
    verdicts: Arc<Verdicts>,
}

fn alert(text: &str) -> Arc<Alert> {
    Arc::new(Alert::new(AlertText::new(text).expect("a text"), Scope::Carrier))
}

impl Scene {
    /// Nothing is active, and the list of alerts has been read.
    async fn quiet() -> Self {
        let directory = kept::directory(Arc::new(Listing)).await;
        let board = Board { is_current: true, directory: directory.view(), ..Board::default() };
        let board = Mutex::new(Arc::new(board));
        let watched = Arc::new(Watched { board, observed: AtomicUsize::default() });
        let stub = Arc::new(Stub::default());
        let lookup = Lookup::new(Arc::clone(&stub) as Arc<dyn Source>, Settings::default())
            .beside(Some(Arc::clone(&directory) as Arc<dyn SightingStore>))
            .watching(Some(Arc::clone(&watched) as Arc<dyn AlertBoard>));
        let harness = Harness { stub, lookup: Arc::new(lookup) };
        Self { harness, directory, watched, verdicts: Arc::default() }
    }

    fn change(&self, change: impl FnOnce(&mut Board)) {
        let mut board = Board::clone(&self.watched.board.lock());
        board.changed = Some(Instant::now().into_std());
        change(&mut board);
        *self.watched.board.lock() = Arc::new(board);
    }

    /// An alert begins on the first interface.
    fn begin(&self) {
        let view = self.directory.view().expect("a walk");
        let interfaces = BTreeSet::from([1]);
        let scope = AlertScope { interfaces, ..AlertScope::default() };
        let strata = Arc::new(view.generation().scan(view.joins(), &scope));
        let active = ActiveAlert {
            origin: AlertOrigin::Hubsoft(301),
            epoch: AlertEpoch(1),
            alert: Some(alert(TEXT)),
            rule: None,
            ends_at_s: None,
            is_end_default: false,
            seen: Instant::now().into_std(),
            absent_at: None,
            is_held: false,
            reach: Reach::Strata { strata, verdicts: Arc::clone(&self.verdicts) },
        };
        self.change(|board| board.alerts.push(active));
    }

    fn end(&self) {
        let text = alert(&TEXT.to_uppercase()).key();
        self.change(|board| {
            board.alerts.clear();
            board.ended.push(EndedText { text, ended: Instant::now().into_std() });
        });
    }

    /// The customers like that of the `at`-th number have the alert, or not.
    fn judge(&self, at: usize, verdict: Verdict) {
        let board = self.watched.board();
        let Reach::Strata { strata, .. } = &board.alerts[0].reach else { panic!("no strata") };
        let phone = Phone::parse(NUMBERS[at], None).expect("a number");
        let rows: Vec<RowIndex> = board.rows(&phone);
        self.verdicts.set(strata.of(rows[0]), verdict);
    }

    async fn find(&self, at: usize) -> (Vec<String>, AnswerSource, AlertCertainty) {
        match self.harness.find_number(NUMBERS[at]).await {
            Finding::Found { record, source, alerts } => {
                let texts = record.alerts().map(|alert| alert.reveal().to_owned()).collect();
                (texts, source, alerts)
            }
            other => panic!("{other:?}"),
        }
    }
}

fn quiet_record() -> Record {
    Record::new(vec![ReportedCustomer { name: "ANA".into(), ..ReportedCustomer::default() }])
}

fn alerted_record(text: &str) -> Record {
    let alert = AlertText::new(text).map(|text| vec![text]);
    Record::new(vec![ReportedCustomer { alert, ..ReportedCustomer::default() }])
}

fn told(source: AnswerSource) -> (Vec<String>, AnswerSource, AlertCertainty) {
    (vec![TEXT.to_owned()], source, AlertCertainty::Certain)
}

fn silent(source: AnswerSource) -> (Vec<String>, AnswerSource, AlertCertainty) {
    (Vec::new(), source, AlertCertainty::Certain)
}

/// The directory's answer about a customer who may have an alert that nobody has heard of.
fn unknown() -> (Vec<String>, AnswerSource, AlertCertainty) {
    (Vec::new(), AnswerSource::Directory, AlertCertainty::Unknown)
}

/// No alert in a list that was never read, or long ago, is no proof that there is none.
#[tokio::test(start_paused = true)]
async fn only_a_current_list_says_that_a_customer_of_the_directory_has_no_alert() {
    for is_current in [true, false] {
        let scene = Scene::quiet().await;
        scene.change(|board| board.is_current = is_current);
        scene.harness.then(50, Act::Fail(reasons::SERVER_ERROR.failure()));
        let expected = if is_current { silent(AnswerSource::Directory) } else { unknown() };
        assert_eq!(scene.find(0).await, expected, "current: {is_current}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_in_an_alerted_stratum_is_answered_at_once_and_some_are_checked() {
    let scene = Scene::quiet().await;
    scene.begin();
    scene.judge(0, Verdict::Alert);
    for _ in 0..34 {
        scene.harness.then(300, Act::Fail(reasons::CONNECT.failure()));
    }
    let start = Instant::now();
    for _ in 0..34 {
        assert_eq!(scene.find(0).await, told(AnswerSource::Directory));
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(scene.harness.requested(), 1, "the two that are checked share a request");
}

#[tokio::test(start_paused = true)]
async fn an_undecided_stratum_is_queried_and_may_be_wrong_without_an_answer() {
    let scene = Scene::quiet().await;
    scene.begin();
    scene.harness.then(50, Act::Tell(alerted_record(TEXT)));
    assert_eq!(scene.find(0).await, told(AnswerSource::Hubsoft));
    assert_eq!(scene.watched.observed.load(Ordering::SeqCst), 1);
    scene.harness.then(50, Act::Fail(reasons::SHED.failure()));
    let undecided = (Vec::new(), AnswerSource::Directory, AlertCertainty::Undecided);
    assert_eq!(scene.find(1).await, undecided);
    scene.judge(1, Verdict::NoAlert);
    scene.harness.then(50, Act::Fail(reasons::SHED.failure()));
    assert_eq!(scene.find(1).await, silent(AnswerSource::Directory));
}

#[tokio::test(start_paused = true)]
async fn a_cached_record_without_an_alert_is_revised_when_one_begins() {
    let scene = Scene::quiet().await;
    for _ in 0..3 {
        scene.harness.then(50, Act::Tell(quiet_record()));
    }
    for at in 0..3 {
        assert_eq!(scene.find(at).await, silent(AnswerSource::Hubsoft));
    }
    scene.begin();
    scene.judge(0, Verdict::Alert);
    scene.judge(1, Verdict::NoAlert);
    scene.harness.then(50, Act::Fail(reasons::SHED.failure()));
    assert_eq!(scene.find(0).await, told(AnswerSource::Directory));
    assert_eq!(scene.find(1).await, silent(AnswerSource::Cache), "nothing has changed for it");
    scene.harness.then(50, Act::Tell(alerted_record(TEXT)));
    assert_eq!(scene.find(2).await, told(AnswerSource::Hubsoft), "it cannot be placed");
    assert_eq!(scene.find(2).await, told(AnswerSource::Cache));
}

#[tokio::test(start_paused = true)]
async fn a_flag_whose_text_has_ended_is_off_without_a_request() {
    let scene = Scene::quiet().await;
    scene.begin();
    scene.harness.then(50, Act::Tell(alerted_record(&format!("{TEXT}\n\n21/08/2023 15:49 - Ana"))));
    assert_eq!(scene.find(0).await, told(AnswerSource::Hubsoft));
    sleep(Duration::from_secs(5)).await;
    scene.end();
    assert_eq!(scene.find(0).await, silent(AnswerSource::Cache));
    assert_eq!(scene.harness.requested(), 1);
    scene.begin();
    scene.judge(0, Verdict::Alert);
    scene.harness.then(50, Act::Fail(reasons::SHED.failure()));
    assert_eq!(scene.find(0).await, told(AnswerSource::Directory), "it is back");
}

#[tokio::test(start_paused = true)]
async fn a_flag_is_off_when_its_alert_has_changed_and_concerns_the_customer_no_more() {
    for (verdict, source) in
        [(Verdict::NoAlert, AnswerSource::Cache), (Verdict::Unknown, AnswerSource::Hubsoft)]
    {
        let scene = Scene::quiet().await;
        scene.begin();
        scene.harness.then(50, Act::Tell(alerted_record(TEXT)));
        assert_eq!(scene.find(0).await, told(AnswerSource::Hubsoft));
        assert_eq!(scene.find(0).await, told(AnswerSource::Cache));
        sleep(Duration::from_secs(5)).await;
        // The same text with another scope.
        scene.change(|board| board.alerts.clear());
        scene.begin();
        scene.judge(0, verdict);
        scene.harness.then(50, Act::Tell(quiet_record()));
        assert_eq!(scene.find(0).await, silent(source), "{verdict:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_flag_is_off_when_one_of_two_alerts_with_its_text_has_ended_and_the_other_concerns_others()
 {
    for (verdict, answer) in [
        (Verdict::NoAlert, silent(AnswerSource::Cache)),
        (Verdict::Alert, told(AnswerSource::Cache)),
        (Verdict::Unknown, told(AnswerSource::Stale)),
    ] {
        let scene = Scene::quiet().await;
        scene.begin();
        scene.harness.then(50, Act::Tell(alerted_record(TEXT)));
        assert_eq!(scene.find(0).await, told(AnswerSource::Hubsoft));
        scene.judge(0, verdict);
        scene.harness.then(50, Act::Fail(reasons::CONNECT.failure()));
        sleep(Duration::from_secs(5)).await;
        scene.change(|board| {
            let text = alert(TEXT).key();
            board.reduced.push(EndedText { text, ended: Instant::now().into_std() });
        });
        assert_eq!(scene.find(0).await, answer, "{verdict:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_text_that_ends_leaves_the_others_until_hubsoft_answers() {
    let scene = Scene::quiet().await;
    let alert = [TEXT, "Débito"].map(|text| AlertText::new(text).expect("a text")).to_vec();
    let both = ReportedCustomer { alert: Some(alert), ..ReportedCustomer::default() };
    scene.harness.then(50, Act::Tell(Record::new(vec![both])));
    scene.find(0).await;
    sleep(Duration::from_secs(5)).await;
    scene.end();
    scene.harness.then(50, Act::Fail(reasons::CONNECT.failure()));
    let left = (vec!["Débito".to_owned()], AnswerSource::Stale, AlertCertainty::Certain);
    assert_eq!(scene.find(0).await, left);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_requested_before_the_alert_is_stale_though_it_arrived_later() {
    let scene = Scene::quiet().await;
    scene.harness.then(500, Act::Tell(quiet_record())).then(50, Act::Tell(alerted_record(TEXT)));
    let lookup = Arc::clone(&scene.harness.lookup);
    let phone = Phone::parse(NUMBERS[0], None).expect("a number");
    let waiting = tokio::spawn(async move {
        lookup.find(&phone.into(), Instant::now() + DEADLINE).await;
    });
    sleep(Duration::from_millis(100)).await;
    scene.begin();
    waiting.await.expect("an answer");
    assert_eq!(scene.find(0).await, told(AnswerSource::Hubsoft));
}

#[tokio::test(start_paused = true)]
async fn hubsoft_is_queried_for_whom_the_directory_cannot_place_first() {
    for (at, verdict, urgency) in [
        (0, Some(Verdict::Alert), None),
        (0, None, Some(Urgency::UndecidedCall)),
        (0, Some(Verdict::NoAlert), Some(Urgency::ExpectedCall)),
        (2, None, Some(Urgency::Call)),
    ] {
        let scene = Scene::quiet().await;
        scene.begin();
        if let Some(verdict) = verdict {
            scene.judge(at, verdict);
        }
        scene.harness.then(50, Act::Fail(reasons::SHED.failure()));
        scene.find(at).await;
        let seen = *scene.harness.stub.urgency.lock();
        let expected = urgency.or(Some(Urgency::ExpectedCall));
        sleep(Duration::from_secs(1)).await;
        let seen = seen.or_else(|| *scene.harness.stub.urgency.lock());
        assert_eq!(seen, expected, "{at} {verdict:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_held_alert_is_not_played_but_may_concern_its_customers() {
    let scene = Scene::quiet().await;
    scene.begin();
    scene.judge(0, Verdict::Alert);
    scene.change(|board| board.alerts[0].is_held = true);
    scene.harness.then(50, Act::Fail(reasons::CONNECT.failure()));
    let undecided = (Vec::new(), AnswerSource::Directory, AlertCertainty::Undecided);
    assert_eq!(scene.find(0).await, undecided);
}

#[tokio::test(start_paused = true)]
async fn without_a_current_list_every_caller_is_queried_as_before() {
    let scene = Scene::quiet().await;
    scene.change(|board| board.is_current = false);
    scene.harness.then(50, Act::Fail(reasons::CONNECT.failure()));
    assert_eq!(scene.find(0).await, unknown());
    assert_eq!(*scene.harness.stub.urgency.lock(), Some(Urgency::Call));
}
