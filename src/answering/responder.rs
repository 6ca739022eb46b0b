//! Answers a call by its deadline: number, lookup, choice of the prompt, log line and metrics.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::time::Instant;
use tracing::warn;

use crate::answering::explanation::{CallExplanation, ExpectedAnswer};
use crate::answering::journal::{CallRecord, ChosenAlert, Journal};
use crate::answering::lookup::Lookup;
use crate::answering::metrics::CallMetrics;
use crate::answering::numbers::Numbers;
use crate::answering::outage::Announcer;
use crate::domain::answer::{Answer, Told};
use crate::domain::call::Call;
use crate::domain::finding::Finding;
use crate::domain::phone::{NoNumber, Phone};
use crate::domain::prompt::Choice;
use crate::runtime::access::{MISSES_MAX, Misses, MissesMetrics};
use crate::runtime::logging::{CallLine, key};
use crate::sources::alerts::CallerAlerts;
use crate::sources::source::Key;

/// Distinguishes the calls of one run of the program from those of another in the log.
static RUN: LazyLock<String> =
    LazyLock::new(|| format!("{:04x}-", RandomState::new().build_hasher().finish() & 0xFFFF));
/// The number of the next call in the log.
static CALLS: AtomicU64 = AtomicU64::new(1);

/// What an answer is for.
enum Occasion {
    Call,
    Check,
}

/// What a caller hears, and of which alert.
struct Decision {
    answer: Answer,
    chosen: Option<ChosenAlert>,
    told: Told,
}

/// Answers calls.
pub struct Responder {
    lookup: Lookup,
    announcer: Announcer,
    numbers: Numbers,
    misses: Arc<Misses>,
    metrics: CallMetrics,
    journal: Option<Arc<Journal>>,
}

impl Responder {
    /// A responder without any recorded misses.
    pub fn new(lookup: Lookup, announcer: Announcer, numbers: Numbers) -> Self {
        let metrics = CallMetrics::default();
        Self { lookup, announcer, numbers, misses: Arc::default(), metrics, journal: None }
    }

    /// The same with the application's metrics.
    pub fn counting(self, metrics: CallMetrics, misses: MissesMetrics) -> Self {
        Self { metrics, misses: Arc::new(Misses::new(misses)), ..self }
    }

    /// The same with a journal, which says who has been told.
    pub fn noting(self, journal: Arc<Journal>) -> Self {
        Self { journal: Some(journal), ..self }
    }

    /// Answers one call by its deadline.
    pub fn respond<'a>(&'a self, call: &'a Call) -> impl Future<Output = Answer> + Send + 'a {
        self.answer(call, Occasion::Call)
    }

    /// Answers the self-check of the service in the same way. It is no call, so it is not logged, and counted
    /// by status alone.
    pub fn check<'a>(&'a self, call: &'a Call) -> impl Future<Output = Answer> + Send + 'a {
        self.answer(call, Occasion::Check)
    }

    async fn answer(&self, call: &Call, occasion: Occasion) -> Answer {
        let phone = self.numbers.phone(call);
        let finding = match &phone {
            Ok(phone) => {
                let deadline = Instant::from_std(call.deadline(self.lookup.deadline()));
                self.lookup.find(&Key::from(*phone), deadline).await
            }
            Err(reason) => Finding::NoNumber(*reason),
        };
        if let (Finding::NotFound(_), Ok(phone)) = (&finding, &phone) {
            self.note_miss(phone, call);
        }
        let Decision { answer, chosen, told } = self.decide(call, phone.ok(), &finding);
        let took = call.accepted.elapsed();
        match occasion {
            Occasion::Call => {
                self.announcer.note_call();
                self.metrics.count(call, &finding, &answer, took);
                log(call, phone, &finding, &answer, took);
                if let Some(journal) = &self.journal {
                    note(journal, call.accepted, phone.ok(), &answer, (chosen, told));
                }
            }
            Occasion::Check => self.metrics.count_answer(call, &answer),
        }
        answer
    }

    /// Decides what the caller hears.
    fn decide(&self, call: &Call, phone: Option<Phone>, finding: &Finding) -> Decision {
        let board = self.announcer.board();
        let board = board.as_deref();
        let choice = self.announcer.choose(board, finding, phone.as_ref(), call);
        let spoken = self.announcer.spoken(&choice);
        let choice = Choice { play: spoken.as_ref().or(choice.play), ..choice };
        let chosen = self.announcer.chosen(board, &choice);
        let told = match (&self.journal, &chosen, &phone) {
            (Some(journal), Some(chosen), Some(phone)) => {
                journal.told(phone, chosen, call.accepted)
            }
            _ => Told::NotYet,
        };
        let facts = self.announcer.facts(board, &choice, told);
        Decision { answer: Answer::new(phone, finding, &choice, facts), chosen, told }
    }

    /// Explains how `call` would be answered; `caller` returns what is known of a number and the alerts.
    /// Nothing is queried, logged or counted.
    pub fn explain(
        &self,
        call: &Call,
        caller: impl FnOnce(Option<&Phone>) -> CallerAlerts,
    ) -> CallExplanation {
        let phone = self.numbers.phone(call);
        let key = phone.map(Key::from);
        let finding = match &key {
            Ok(key) => self.lookup.at_hand(key),
            Err(reason) => Finding::NoNumber(*reason),
        };
        let Decision { answer, chosen, told } = self.decide(call, phone.ok(), &finding);
        CallExplanation {
            no_number: phone.err().map(|reason| reason.label().to_owned()),
            outlook: key.ok().map(|key| self.lookup.outlook(&key)),
            caller: caller(phone.as_ref().ok()),
            answer: ExpectedAnswer::new(&answer, chosen.as_ref(), told),
        }
    }

    /// A responder with another lookup and other settings that keeps the recorded misses.
    pub fn renewed(&self, lookup: Lookup, announcer: Announcer, numbers: Numbers) -> Self {
        let (misses, metrics) = (Arc::clone(&self.misses), self.metrics.clone());
        let journal = self.journal.clone();
        Self { lookup, announcer, numbers, misses, metrics, journal }
    }

    /// The lookup of callers.
    pub fn lookup(&self) -> &Lookup {
        &self.lookup
    }

    /// Reads a number in any format, as a call's.
    pub fn phone(&self, number: &str) -> Result<Phone, NoNumber> {
        Phone::parse(number, self.numbers.default_ddd)
    }

    /// Purges `phone`, and returns whether it was cached or under way.
    pub fn purge(&self, phone: &Phone) -> bool {
        self.lookup.purge(&(*phone).into())
    }

    /// The choice of what callers hear.
    pub fn announcer(&self) -> &Announcer {
        &self.announcer
    }

    /// Returns whether the cache has a record of `phone`.
    pub fn remembers(&self, phone: &Phone) -> bool {
        self.lookup.remembers(&(*phone).into())
    }

    /// Records a number that was not found, and warns if there are too many of them.
    fn note_miss(&self, phone: &Phone, call: &Call) {
        if self.misses.note(phone, call.accepted) {
            warn!(
                "possible number scan: more than {MISSES_MAX} different numbers were not found within \
                 a minute (check the callers in the PBX, and allow only the PBX in access.networks \
                 and access.token_files)"
            );
        }
    }
}

/// Leaves to the journal what it needs of a call.
fn note(
    journal: &Journal,
    at: std::time::Instant,
    phone: Option<Phone>,
    answer: &Answer,
    (chosen, told): (Option<ChosenAlert>, Told),
) {
    if journal.takes_calls() {
        journal.note(CallRecord::new(at, phone, answer, chosen, told));
    } else if let (Some(phone), Some(chosen)) = (phone, chosen) {
        journal.hear(&phone, chosen.key, told, at);
    }
}

/// Logs a call in one line; the type of the number masks it.
fn log(
    call: &Call,
    phone: Result<Phone, NoNumber>,
    finding: &Finding,
    answer: &Answer,
    took: Duration,
) {
    let number = CALLS.fetch_add(1, Ordering::Relaxed);
    let Some(line) = CallLine::begin("call answered") else { return };
    let reason = match finding {
        Finding::NoNumber(reason) => reason.label(),
        Finding::Unavailable(failure) => failure.label(),
        Finding::Found { .. } | Finding::NotFound(_) => "",
    };
    let line = line.word(key!("door"), call.interface);
    let line = match phone {
        Ok(phone) => line.masked(key!("phone"), &phone.masked()),
        Err(_) => line.word(key!("phone"), "-"),
    };
    line.word(key!("status"), answer.status().word())
        .word(key!("source"), answer.source().word())
        .label(key!("rule"), answer.rule())
        .flag(key!("plays"), answer.playlist().is_some())
        .word(key!("reason"), reason)
        .number(key!("ms"), u64::try_from(took.as_millis()).unwrap_or(u64::MAX))
        .numbered(key!("id"), &RUN, number)
        .end();
}
