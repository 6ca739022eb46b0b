//! A journal in a folder of its own, with a clock that the test sets.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bina::answering::journal::{
    CallRecord, ChosenAlert, Journal, JournalInputs, JournalMetrics, ReportForm, ReportQuery,
};
use bina::answering::suspicion::{SuspicionMetrics, Suspicions};
use bina::domain::alert::TextKey;
use bina::domain::answer::{AlertFacts, Answer, Told};
use bina::domain::finding::{AlertCertainty, AnswerSource, Finding, Record};
use bina::domain::phone::Phone;
use bina::domain::prompt::Choice;
use bina::domain::reported::ReportedCustomer;
use bina::domain::zone::Zone;
use bina::runtime::metrics::{Exposition, Registry};
use bina::sources::alerts::AlertOrigin;
use serde_json::Value;

/// 2026-11-30 18:00:00 in São Paulo.
pub(crate) const NOW_S: u64 = 1_796_072_400;
pub(crate) const TOLD_S: u64 = 3 * 60 * 60;

pub(crate) struct Bench {
    pub(crate) journal: Arc<Journal>,
    pub(crate) folder: PathBuf,
    pub(crate) inputs: JournalInputs,
    clock: Arc<AtomicU64>,
    began: Instant,
    registry: Registry,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn phone(number: u64) -> Phone {
    Phone::parse(&format!("37{}", 988_000_000 + number), None).expect("a mobile")
}

/// The alert with a local id.
pub(crate) fn alert(id: &str) -> ChosenAlert {
    let key = TextKey(id.bytes().map(u64::from).sum());
    ChosenAlert { key, origin: Some(AlertOrigin::Local(id.into())), since: None }
}

impl Bench {
    pub(crate) fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("bina-journal-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let clock = Arc::new(AtomicU64::new(NOW_S));
        let now_s = Arc::clone(&clock);
        let inputs = JournalInputs {
            folder: Some(folder.clone()),
            told: Duration::from_secs(TOLD_S),
            kept: Duration::from_secs(30 * 86_400),
            zone: Zone::default(),
            directory: None,
            board: None,
            now_s: Arc::new(move || now_s.load(Ordering::Relaxed)),
        };
        let (journal, registry) = opened(&inputs);
        Self { journal, folder, inputs, clock, began: Instant::now(), registry }
    }

    /// Another process with the same folder.
    pub(crate) fn restarted(mut self) -> Self {
        let inputs = JournalInputs { folder: None, ..self.inputs.clone() };
        // The old one leaves the folder.
        self.journal.adjust(inputs);
        (self.journal, self.registry) = opened(&self.inputs);
        self.began = Instant::now().checked_sub(self.passed()).expect("the clock has no beginning");
        self
    }

    /// The clock goes on.
    pub(crate) fn later(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The clock is set.
    pub(crate) fn set_clock(&self, now_s: u64) {
        self.clock.store(now_s, Ordering::Relaxed);
    }

    /// A time by the clock that measures, as calls have it.
    pub(crate) fn now(&self) -> Instant {
        self.began + self.passed()
    }

    fn passed(&self) -> Duration {
        Duration::from_secs(self.clock.load(Ordering::Relaxed).saturating_sub(NOW_S))
    }

    /// Answers a call; returns whether its caller had heard the alert.
    pub(crate) fn call(&self, number: Option<u64>, chosen: Option<&ChosenAlert>) -> Told {
        let code = number.map(|number| (number + 100).to_string()).unwrap_or_default();
        self.call_of(&code, number, chosen, self.now())
    }

    /// The same for a customer's code and a time of acceptance.
    pub(crate) fn call_of(
        &self,
        code: &str,
        number: Option<u64>,
        chosen: Option<&ChosenAlert>,
        now: Instant,
    ) -> Told {
        let phone = number.map(phone);
        let told = match (&phone, chosen) {
            (Some(phone), Some(chosen)) => self.journal.told(phone, chosen, now),
            _ => Told::NotYet,
        };
        let (code, name) = (code.to_owned(), "Zuleica".into());
        let customer = ReportedCustomer { code, name, ..Default::default() };
        let finding = Finding::Found {
            record: Record::new(vec![customer]),
            source: AnswerSource::Hubsoft,
            alerts: AlertCertainty::Certain,
        };
        let answer = Answer::new(phone, &finding, &Choice::default(), AlertFacts::default());
        self.journal.note(CallRecord::new(now, phone, &answer, chosen.cloned(), told));
        told
    }

    pub(crate) fn is_told(&self, number: u64, alert: &ChosenAlert) -> bool {
        self.journal.told(&phone(number), alert, self.now()) == Told::Already
    }

    pub(crate) async fn flush(&self) {
        self.journal.flush().await;
    }

    /// What one counter has counted.
    pub(crate) fn counted(&self, sample: &str) -> u64 {
        self.journal.measure();
        let text = self.registry.written(Exposition::Prometheus);
        let line = text.lines().find_map(|line| line.strip_prefix(sample));
        line.and_then(|value| value.trim().parse().ok()).expect(sample)
    }

    /// The files of days, by name.
    pub(crate) fn days(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).expect("the folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let is_day = |path: &PathBuf| {
            let ending = path.extension().and_then(|ending| ending.to_str());
            ending.is_some_and(|ending| ending.bytes().all(|b| b.is_ascii_digit()))
        };
        let mut days: Vec<_> = paths.filter(is_day).collect();
        days.sort();
        days
    }

    pub(crate) async fn report(&self, form: ReportForm, alert: &str) -> String {
        let since = "60d".to_owned();
        let query = ReportQuery { since, alert: alert.into(), form, ..ReportQuery::default() };
        self.journal.report(&query).await.expect("a report")
    }

    pub(crate) async fn json(&self, alert: &str) -> Value {
        serde_json::from_str(&self.report(ReportForm::Json, alert).await).expect("JSON")
    }
}

fn opened(inputs: &JournalInputs) -> (Arc<Journal>, Registry) {
    let metrics = JournalMetrics::default();
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    let suspicions = Arc::new(Suspicions::new(SuspicionMetrics::default()));
    (Arc::new(Journal::open(inputs.clone(), suspicions, metrics)), registry)
}
