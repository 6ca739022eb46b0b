//! The way through: a call goes in, an answer comes out; it cannot fail and cannot be late.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::time::Instant;
use tracing::warn;

use crate::answering::lookup::Lookup;
use crate::answering::numbers::Numbers;
use crate::domain::answer::Answer;
use crate::domain::call::Call;
use crate::domain::finding::Finding;
use crate::domain::phone::{NoNumber, Phone};
use crate::domain::prompt::{Choice, Rules};
use crate::runtime::access::{MISSES_MAX, Misses};
use crate::runtime::logging::{CallLine, key};
use crate::runtime::metrics;
use crate::sources::source::Key;

/// Tells the calls of one run of the program from those of another in the log.
static RUN: LazyLock<String> =
    LazyLock::new(|| format!("{:04x}-", RandomState::new().build_hasher().finish() & 0xFFFF));
/// The number of the next call in the log.
static CALLS: AtomicU64 = AtomicU64::new(1);

/// Whether an answer leaves a line in the log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Logged {
    No,
    Yes,
}

/// Answers calls.
pub struct Responder {
    lookup: Lookup,
    rules: Rules,
    numbers: Numbers,
    misses: Arc<Misses>,
}

impl Responder {
    /// Puts the way together.
    pub fn new(lookup: Lookup, rules: Rules, numbers: Numbers) -> Self {
        Self { lookup, rules, numbers, misses: Arc::default() }
    }

    /// Answers one call by its deadline.
    pub fn respond<'a>(&'a self, call: &'a Call) -> impl Future<Output = Answer> + Send + 'a {
        self.answer(call, Logged::Yes)
    }

    /// Answers the service's check of itself in the same way. The log has calls only, and it is none.
    pub fn check<'a>(&'a self, call: &'a Call) -> impl Future<Output = Answer> + Send + 'a {
        self.answer(call, Logged::No)
    }

    async fn answer(&self, call: &Call, logged: Logged) -> Answer {
        let phone = self.numbers.phone(call);
        let finding = match &phone {
            Ok(phone) => {
                let deadline = Instant::from_std(call.deadline(self.lookup.deadline()));
                self.lookup.find(&Key::from(*phone), deadline).await
            }
            Err(reason) => Finding::NoNumber(*reason),
        };
        if let (Finding::NotFound(_), Ok(phone)) = (&finding, &phone) {
            self.missed(phone, call);
        }
        let answer = Answer::new(phone.ok(), &finding, &self.choose(&finding, call));
        let took = call.accepted.elapsed();
        tally(call, &finding, &answer, took);
        if logged == Logged::Yes {
            log(call, phone, &finding, &answer, took);
        }
        answer
    }

    /// The same with another lookup and other settings.
    pub fn renewed(&self, lookup: Lookup, rules: Rules, numbers: Numbers) -> Self {
        Self { lookup, rules, numbers, misses: Arc::clone(&self.misses) }
    }

    /// What finds the callers.
    pub fn lookup(&self) -> &Lookup {
        &self.lookup
    }

    /// Forgets what is remembered of `number`, written in any form, and says whether there was
    /// anything.
    pub fn forget(&self, number: &str) -> Result<bool, NoNumber> {
        let phone = Phone::parse(number, self.numbers.default_ddd)?;
        Ok(self.lookup.forget(&phone.into()))
    }

    /// Says so when too many numbers that nobody has were asked for.
    fn missed(&self, phone: &Phone, call: &Call) {
        if self.misses.note(phone, call.accepted) {
            metrics::misses_alarm();
            warn!(
                "more than {MISSES_MAX} different numbers that nobody has within a minute: somebody \
                 may be trying them out; see in the PBX who calls, and let only the PBX ask \
                 (access.networks, access.token_files)"
            );
        }
    }

    fn choose<'a>(&'a self, finding: &'a Finding, call: &Call) -> Choice<'a> {
        match finding {
            Finding::Found { record, alert_expired: false, .. } => {
                self.rules.choose(record.customers(), call.did.as_ref())
            }
            _ => Choice::default(),
        }
    }
}

/// Writes the one line each call leaves in the log; the number is masked by its type.
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
    line.word(key!("status"), answer.status())
        .word(key!("source"), answer.source())
        .label(key!("rule"), answer.rule())
        .flag(key!("plays"), answer.playlist().is_some())
        .word(key!("reason"), reason)
        .number(key!("ms"), u64::try_from(took.as_millis()).unwrap_or(u64::MAX))
        .numbered(key!("id"), &RUN, number)
        .end();
}

fn tally(call: &Call, finding: &Finding, answer: &Answer, took: Duration) {
    metrics::call_answered(call.interface, answer.status(), answer.source(), took);
    match finding {
        Finding::NoNumber(reason) => metrics::call_skipped(reason.label()),
        Finding::Unavailable(failure) => metrics::call_unavailable(failure.label()),
        Finding::Found { record, .. } if record.customers().len() > 1 => metrics::call_ambiguous(),
        Finding::Found { .. } | Finding::NotFound(_) => {}
    }
}
