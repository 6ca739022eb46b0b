//! The way through: a call goes in, an answer comes out; it cannot fail and cannot be late.

use std::collections::HashMap;

use tokio::time::Instant;
use tracing::info;

use crate::answer::Answer;
use crate::call::{Call, Did};
use crate::finding::Finding;
use crate::lookup::Lookup;
use crate::phone::{Ddd, NoNumber, Phone};
use crate::prompt::{Choice, Rules};

/// Which area code a number without one belongs to.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    pub default_ddd: Option<Ddd>,
    pub default_ddd_by_did: HashMap<Did, Ddd>,
}

impl Numbers {
    /// Reads the caller of `call`, or says why there is nothing to look up.
    pub fn phone(&self, call: &Call) -> Result<Phone, NoNumber> {
        let own = call.did.as_ref().and_then(|did| self.default_ddd_by_did.get(did)).copied();
        let caller = call.caller.as_deref().ok_or(NoNumber::Anonymous)?;
        Phone::parse(caller, own.or(self.default_ddd))
    }
}

/// Answers calls.
pub struct Responder {
    lookup: Lookup,
    rules: Rules,
    numbers: Numbers,
}

impl Responder {
    /// Puts the way together.
    pub fn new(lookup: Lookup, rules: Rules, numbers: Numbers) -> Self {
        Self { lookup, rules, numbers }
    }

    /// Answers one call by its deadline.
    pub async fn respond(&self, call: &Call) -> Answer {
        let phone = self.numbers.phone(call);
        let finding = match &phone {
            Ok(phone) => {
                let deadline = Instant::from_std(call.deadline(self.lookup.deadline()));
                self.lookup.find(phone, deadline).await
            }
            Err(reason) => Finding::NoNumber(*reason),
        };
        let answer = Answer::new(phone.ok(), &finding, &self.choose(&finding, call));
        report(call, phone, &finding, &answer);
        answer
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
fn report(call: &Call, phone: Result<Phone, NoNumber>, finding: &Finding, answer: &Answer) {
    let took = call.accepted.elapsed().as_millis();
    let phone = phone.map_or_else(|_| "-".to_owned(), |phone| phone.to_string());
    let reason = match finding {
        Finding::NoNumber(reason) => reason.to_string(),
        Finding::Unavailable(failure) => failure.label().to_owned(),
        Finding::Found { .. } | Finding::Nobody(_) => String::new(),
    };
    info!(
        door = %call.door,
        %phone,
        status = %answer.status(),
        source = %answer.source(),
        rule = %answer.rule(),
        plays = answer.playlist().is_some(),
        %reason,
        ms = took,
        "call answered"
    );
}
