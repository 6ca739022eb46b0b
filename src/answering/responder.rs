//! Answers a call by its deadline: number, lookup, choice of the prompt, log line and metrics.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::time::Instant;
use tracing::{Level, warn};

use crate::answering::explanation::{CallExplanation, ExpectedAnswer, QueriedHubsoft};
use crate::answering::figures::{FiguredCall, Figures, PromptKind};
use crate::answering::identify::{self, Identify};
use crate::answering::journal::{CallRecord, ChosenAlert, Journal};
use crate::answering::lookup::Lookup;
use crate::answering::metrics::CallMetrics;
use crate::answering::numbers::Numbers;
use crate::answering::outage::Announcer;
use crate::domain::answer::{Answer, Told};
use crate::domain::call::{Call, StatedTrunk};
use crate::domain::finding::Finding;
use crate::domain::identification::Identification;
use crate::domain::phone::{NoNumber, Phone};
use crate::domain::prompt::Choice;
use crate::runtime::access::{MISSES_MAX, Misses, MissesMetrics};
use crate::runtime::logging::{CallLine, RateLimitedLog, key};
use crate::sources::alerts::{Board, CallerAlerts};
use crate::sources::hubsoft::HubSoft;
use crate::sources::source::Key;

/// Distinguishes the calls of one run of the program from those of another in the log.
static RUN: LazyLock<String> =
    LazyLock::new(|| format!("{:04x}-", RandomState::new().build_hasher().finish() & 0xFFFF));
/// The number of the next call in the log.
static CALLS: AtomicU64 = AtomicU64::new(1);

static UNKNOWN_TRUNK: RateLimitedLog = RateLimitedLog::new(Level::WARN, "unknown trunk");

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
    kind: PromptKind,
}

/// Answers calls.
pub struct Responder {
    lookup: Lookup,
    announcer: Announcer,
    numbers: Numbers,
    misses: Arc<Misses>,
    identify: Identify,
    metrics: CallMetrics,
    journal: Option<Arc<Journal>>,
    figures: Arc<Figures>,
}

impl Responder {
    /// A responder without any recorded misses.
    pub fn new(lookup: Lookup, announcer: Announcer, numbers: Numbers) -> Self {
        Self {
            lookup,
            announcer,
            numbers,
            misses: Arc::default(),
            identify: Identify::default(),
            metrics: CallMetrics::default(),
            journal: None,
            figures: Arc::default(),
        }
    }

    /// The same with the application's metrics.
    pub fn counting(self, metrics: CallMetrics, misses: MissesMetrics) -> Self {
        metrics.trunks.begin(&self.numbers.trunks);
        Self { metrics, misses: Arc::new(Misses::new(misses)), ..self }
    }

    /// The same with a journal, which says who has been told.
    pub fn noting(self, journal: Arc<Journal>) -> Self {
        Self { journal: Some(journal), ..self }
    }

    /// The same with the figures that an operator sees.
    pub fn figuring(self, figures: Arc<Figures>) -> Self {
        Self { figures, ..self }
    }

    /// The same with limits of its own for callers who type what identifies them.
    pub fn identifying(self, identify: Identify) -> Self {
        Self { identify, ..self }
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
        let finding = match (&call.identification, &phone) {
            (Some(given), phone) => self.identified(call, given, phone.as_ref().ok()).await,
            (None, Ok(phone)) => self.lookup.find(&Key::from(*phone), self.deadline(call)).await,
            (None, Err(reason)) => Finding::NoNumber(*reason),
        };
        if let (None, Finding::NotFound(_), Ok(phone)) = (&call.identification, &finding, &phone) {
            self.note_miss(phone, call);
        }
        let decision = self.decide(call, phone.ok(), &finding);
        match occasion {
            Occasion::Call => self.note(call, phone, &finding, decision),
            Occasion::Check => {
                self.metrics.count_answer(call, &decision.answer);
                decision.answer
            }
        }
    }

    /// When the answer to `call` is due.
    fn deadline(&self, call: &Call) -> Instant {
        Instant::from_std(call.deadline(self.lookup.deadline()))
    }

    /// Looks up what the caller has typed, if it may be tried.
    async fn identified(
        &self,
        call: &Call,
        given: &Identification,
        phone: Option<&Phone>,
    ) -> Finding {
        let key = match self.identify.admitted(given, phone, call.client, call.accepted) {
            Ok(key) => key,
            Err(finding) => return finding,
        };
        let finding = self.lookup.find(&key, self.deadline(call)).await;
        self.identify.note(given, &key, &finding, call.accepted);
        finding
    }

    /// Counts and logs a call that has been answered; returns its answer.
    fn note(
        &self,
        call: &Call,
        phone: Result<Phone, NoNumber>,
        finding: &Finding,
        decision: Decision,
    ) -> Answer {
        let Decision { answer, chosen, told, kind } = decision;
        let took = call.accepted.elapsed();
        let number = CALLS.fetch_add(1, Ordering::Relaxed);
        let reason = reason(finding);
        self.announcer.note_call();
        self.metrics.count(call, finding, &answer, took);
        let trunk = self.counted_trunk(call, &answer);
        log(call, (phone, trunk), &answer, (reason, took, number));
        self.figures.note(FiguredCall {
            accepted: call.accepted,
            took,
            interface: call.interface,
            phone: phone.ok().map(|phone| phone.masked()),
            status: answer.status(),
            source: answer.source(),
            rule: answer.shared_rule().cloned(),
            prompt: answer.shared_playlist().cloned(),
            kind,
            reason,
            alert: chosen.as_ref().map(|chosen| chosen.key),
            told,
            number,
        });
        if let Some(journal) = &self.journal {
            leave(journal, call, phone.ok(), &answer, (chosen, told));
        }
        answer
    }

    /// Counts the trunk of an answered call, if there are trunks, and returns its name.
    fn counted_trunk(&self, call: &Call, answer: &Answer) -> Option<&str> {
        let trunks = &self.numbers.trunks;
        if trunks.is_empty() {
            return None;
        }
        let trunk = trunks.of(call);
        if trunk.is_none() && matches!(call.trunk, Some(StatedTrunk::Name(_))) {
            UNKNOWN_TRUNK.log(
                "a request names a trunk that is not in bina.toml, or names two, and its number was read as it is \
                 (compare `trunk=` and BINA_TRUNK of the dialplan with the names of [[trunk]])",
            );
        }
        self.metrics.trunks.count(trunk, answer.status());
        trunk.map(|trunk| trunk.name.as_str())
    }

    /// Decides what the caller hears.
    fn decide(&self, call: &Call, phone: Option<Phone>, finding: &Finding) -> Decision {
        let board = self.announcer.board();
        let board = board.as_deref();
        let choice = self.announcer.choose(board, finding, phone.as_ref(), call);
        self.decide_on(board, choice, call, phone, finding)
    }

    /// Decides what the caller hears by a choice that has been made.
    fn decide_on(
        &self,
        board: Option<&Board>,
        choice: Choice<'_>,
        call: &Call,
        phone: Option<Phone>,
        finding: &Finding,
    ) -> Decision {
        let spoken = self.announcer.spoken(&choice);
        let kind = if spoken.is_some() { PromptKind::Spoken } else { PromptKind::Prepared };
        let choice = Choice { play: spoken.as_ref().or(choice.play), ..choice };
        let chosen = self.announcer.chosen(board, &choice);
        let told = match (&self.journal, &chosen, &phone) {
            (Some(journal), Some(chosen), Some(phone)) => {
                journal.told(phone, chosen, call.accepted)
            }
            _ => Told::NotYet,
        };
        let facts = self.announcer.facts(board, &choice, told);
        let answer = Answer::new(phone, finding, &choice, facts);
        let withholds_name = call.identification.is_some() && !self.identify.returns_names();
        let answer = if withholds_name { answer.nameless() } else { answer };
        Decision { answer, chosen, told, kind }
    }

    /// Explains how `call` would be answered; `caller` returns what is known of a number and the alerts.
    /// Nothing is logged or counted, and HubSoft is queried only through `hubsoft`.
    pub async fn explain(
        &self,
        call: &Call,
        hubsoft: Option<&HubSoft>,
        caller: impl FnOnce(Option<&Phone>) -> CallerAlerts,
    ) -> CallExplanation {
        let phone = self.numbers.phone(call);
        let key = phone.map(Key::from);
        let outlook = key.as_ref().ok().map(|key| self.lookup.outlook(key));
        let queried = match (hubsoft, &phone) {
            (Some(hubsoft), Ok(phone)) => {
                let deadline = Instant::now() + self.lookup.deadline();
                Some(QueriedHubsoft::about(hubsoft, phone, deadline).await)
            }
            _ => None,
        };
        let (steps, outcome) =
            queried.map_or((Vec::new(), None), |queried| (queried.steps, Some(queried.outcome)));
        let finding = match (&key, outcome) {
            (_, Some(Ok(sighting))) => self.lookup.finding_of_hubsoft(sighting),
            (Ok(key), _) => self.lookup.at_hand(key),
            (Err(reason), _) => Finding::NoNumber(*reason),
        };
        let board = self.announcer.board();
        let board = board.as_deref();
        let choice = self.announcer.choose(board, &finding, phone.as_ref().ok(), call);
        let rules = self.announcer.judged(board, &finding, &choice, call);
        let decision = self.decide_on(board, choice, call, phone.ok(), &finding);
        let Decision { answer, chosen, told, .. } = decision;
        CallExplanation {
            rules,
            took_us: u64::try_from(call.accepted.elapsed().as_micros()).unwrap_or(u64::MAX),
            no_number: phone.err().map(|reason| reason.label().to_owned()),
            outlook,
            hubsoft: steps,
            caller: caller(phone.as_ref().ok()),
            answer: ExpectedAnswer::new(&answer, chosen.as_ref(), told),
        }
    }

    /// A responder with another lookup and other settings that keeps the recorded misses.
    pub fn renewed(
        &self,
        lookup: Lookup,
        announcer: Announcer,
        numbers: Numbers,
        identify: identify::Settings,
    ) -> Self {
        let (misses, metrics) = (Arc::clone(&self.misses), self.metrics.clone());
        metrics.trunks.begin(&numbers.trunks);
        let (journal, figures) = (self.journal.clone(), Arc::clone(&self.figures));
        let identify = self.identify.renewed(identify);
        Self { lookup, announcer, numbers, misses, identify, metrics, journal, figures }
    }

    /// The lookup of callers.
    pub fn lookup(&self) -> &Lookup {
        &self.lookup
    }

    /// Reads a number in any format, as a call's.
    pub fn phone(&self, number: &str) -> Result<Phone, NoNumber> {
        Phone::parse(number, self.numbers.default_ddd)
    }

    /// Reads the number of `call`, as its lookup does.
    pub fn phone_of(&self, call: &Call) -> Result<Phone, NoNumber> {
        self.numbers.phone(call)
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
fn leave(
    journal: &Journal,
    call: &Call,
    phone: Option<Phone>,
    answer: &Answer,
    (chosen, told): (Option<ChosenAlert>, Told),
) {
    if journal.takes_calls() {
        let record = CallRecord::new(call.accepted, phone, answer, chosen, told);
        // Whoever typed somebody else's code leaves no trace of it.
        let is_identified = call.identification.is_some();
        journal.note(if is_identified { record.without_customer() } else { record });
    } else if let (Some(phone), Some(chosen)) = (phone, chosen) {
        journal.hear(&phone, chosen.key, told, call.accepted);
    }
}

/// Why there was no number or no answer, or empty.
fn reason(finding: &Finding) -> &'static str {
    match finding {
        Finding::NoNumber(reason) => reason.label(),
        Finding::Unavailable(failure) => failure.label(),
        Finding::Found { .. } | Finding::Invalid | Finding::NotFound(_) => "",
    }
}

/// Logs a call in one line; the type of the number masks it.
fn log(
    call: &Call,
    (phone, trunk): (Result<Phone, NoNumber>, Option<&str>),
    answer: &Answer,
    (reason, took, number): (&'static str, Duration, u64),
) {
    let Some(line) = CallLine::begin("call answered") else { return };
    let line = line.word(key!("door"), call.interface);
    let line = match phone {
        Ok(phone) => line.masked(key!("phone"), &phone.masked()),
        Err(_) => line.word(key!("phone"), "-"),
    };
    let line = match &call.identification {
        Some(given) => line.word(key!("by"), given.word()),
        None => line,
    };
    let line = match trunk {
        Some(name) => line.label(key!("trunk"), name),
        None => line,
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
