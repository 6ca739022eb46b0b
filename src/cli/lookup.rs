//! `bina lookup`: prints the answer a PBX would receive for one number, and explains it on request.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;
use tokio::time::timeout;

use crate::answering::render::{Format, render};
use crate::answering::trunks::Trunk;
use crate::app::App;
use crate::app::config::Config;
use crate::domain::call::{Call, Did, StatedTrunk};
use crate::domain::phone::{NoNumber, Phone};
use crate::runtime::language::{Language, Text};
use crate::sources::hubsoft::{HubSoft, SearchStep};
use crate::sources::sentences::in_both;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Fetch, Key, Sighting, Source};

use super::explain::CallerArguments;
use super::texts::{self, labelled};
use super::{Failed, client, explain, print_line};

/// The call of `caller`; a failure if it names a trunk that `config` does not have.
fn call_of(caller: &CallerArguments, config: &Config) -> Result<Call, Failed> {
    let did = caller.did.as_deref().and_then(Did::new);
    let trunk = caller.trunk.as_deref().and_then(StatedTrunk::of);
    let trunks = &config.numbers.trunks;
    if let Some(StatedTrunk::Name(name)) = &trunk
        && trunks.named(name).is_none()
    {
        let names = trunks.names().collect::<Vec<_>>().join(", ");
        let message = if names.is_empty() {
            texts::LOOKUP_NO_TRUNKS.message(&[("name", name)])
        } else {
            texts::LOOKUP_NO_TRUNK.message(&[("name", name), ("names", &names)])
        };
        return Err(Failed::configuration(message));
    }
    let call = Call::of(Some(caller.number.clone()), "lookup", Instant::now());
    Ok(Call { did, trunk, ..call })
}

/// Answers `caller` on standard output; explanations go to standard error.
pub(super) async fn run(
    path: &Path,
    caller: CallerArguments,
    format: Format,
    explain: bool,
    language: Language,
) -> Result<(), Failed> {
    let config = Config::load(path)?;
    let call = call_of(&caller, &config)?;
    let hubsoft = client(&config)?;
    // A running service already has a token when a call arrives, so its time does not count here.
    let start = Instant::now();
    let token = hubsoft.warm().await;
    let explained = Arc::new(Explained { hubsoft, explain, language, completed: Notify::new() });
    let app = App::in_front_of(Arc::clone(&explained) as Arc<dyn Source>, &config);
    let call = Call { accepted: Instant::now(), ..call };
    let phone = config.numbers.phone(&call);
    if explain {
        let ms = start.elapsed().as_millis();
        let token = match token {
            Ok(()) => texts::LOOKUP_TOKEN_READY.filled(language, &[("ms", &ms)]),
            Err(failure) => format!("{}, {ms} ms", in_both(failure).of(language)),
        };
        explain_line(texts::LABEL_TOKEN, language, token);
        if let Some(trunk) = config.numbers.trunks.of(&call) {
            explain_line(texts::LABEL_TRUNK, language, as_read(trunk, &call, phone, language));
        }
        explain_line(texts::LABEL_NUMBER, language, searched(phone, language));
    }
    let answer = app.responder.respond(&call).await;
    let took = call.accepted.elapsed();
    if explain && phone.is_ok() {
        // The call's deadline may have passed before HubSoft answered; wait to explain its answer.
        let _ = timeout(config.hubsoft.attempt * 2, explained.completed.notified()).await;
        let none = texts::LOOKUP_NO_RULE.of(language);
        let rule = if answer.rule().is_empty() { none } else { answer.rule() };
        explain_line(texts::LABEL_RULE, language, rule);
    }
    if explain {
        let deadline = config.lookup.deadline.as_millis();
        let (status, ms) = (answer.status().word(), took.as_millis());
        let parts: [(&str, &dyn Display); 3] =
            [("status", &status), ("ms", &ms), ("deadline", &deadline)];
        let answered = texts::LOOKUP_ANSWERED.filled(language, &parts);
        explain_line(texts::LABEL_ANSWERED, language, answered);
        let lines = explain::lines(&config, &caller, language).await;
        lines.iter().for_each(|line| write_line(line));
        explain_line(texts::LABEL_BELOW, language, texts::LOOKUP_BELOW.of(language));
    }
    print_line(format_args!("{}", render(format, &answer, &config.freeswitch).body.trim_end()));
    Ok(())
}

/// How the number of `call` was read by `trunk`, step by step.
fn as_read(
    trunk: &Trunk,
    call: &Call,
    phone: Result<Phone, NoNumber>,
    language: Language,
) -> String {
    let presented = call.caller.as_deref().unwrap_or_default();
    let outcome = match phone {
        Ok(phone) => phone.reveal().to_owned(),
        Err(reason) => reason.to_string(),
    };
    let Ok(steps) = trunk.rewriting.steps(presented) else {
        let parts: [(&str, &dyn Display); 3] =
            [("trunk", &trunk.name), ("presented", &presented), ("outcome", &outcome)];
        return texts::TRUNK_UNREAD.filled(language, &parts);
    };
    let parts: [(&str, &dyn Display); 6] = [
        ("trunk", &trunk.name),
        ("presented", &steps.presented),
        ("category", &steps.after_category),
        ("strip", &steps.after_strip),
        ("prefix", &steps.after_prefix),
        ("outcome", &outcome),
    ];
    texts::TRUNK_READ.filled(language, &parts)
}

/// How a number is searched, or why it is not.
fn searched(phone: Result<Phone, NoNumber>, language: Language) -> String {
    match phone {
        Ok(phone) => {
            let forms: Vec<_> =
                phone.candidates().map(|candidate| candidate.as_str().to_owned()).collect();
            let forms = forms.join(texts::AND.of(language));
            texts::LOOKUP_SEARCHED
                .filled(language, &[("number", &phone.reveal()), ("forms", &forms)])
        }
        Err(reason) => texts::LOOKUP_NO_NUMBER.filled(language, &[("reason", &reason)]),
    }
}

/// Requests from HubSoft and prints the results to standard error: counts, not personal data.
struct Explained {
    hubsoft: HubSoft,
    explain: bool,
    language: Language,
    completed: Notify,
}

impl Source for Explained {
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async move {
            let observe = |step: SearchStep<'_>| {
                if self.explain {
                    explain_line(
                        texts::LABEL_HUBSOFT,
                        self.language,
                        outcome(&step, self.language),
                    );
                }
            };
            let record = match key {
                Key::Phone(phone) => self.hubsoft.lookup(phone, budget, &partial, &observe).await,
                other => self.hubsoft.fetch(other, budget, partial).await,
            };
            self.completed.notify_one();
            record
        })
    }
}

fn outcome(step: &SearchStep<'_>, language: Language) -> String {
    let (term, ms) = (&step.term, step.took.as_millis());
    match step.outcome {
        Ok((returned, own)) => texts::LOOKUP_RETURNED.filled(
            language,
            &[("term", &term), ("returned", &returned), ("own", &own), ("ms", &ms)],
        ),
        Err(failure) => format!("{term} -> {}, {ms} ms", in_both(failure).of(language)),
    }
}

fn explain_line(label: Text, language: Language, text: impl Display) {
    write_line(&labelled(label, language, text));
}

/// Prints a line to standard error. A closed pipe is no reason to panic.
fn write_line(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
