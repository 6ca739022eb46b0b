//! `bina lookup`: answers one number as a PBX would be answered, and explains it on request.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;
use tokio::time::timeout;

use crate::answering::render::{Format, render};
use crate::app::App;
use crate::app::config::Config;
use crate::domain::call::{Call, Did};
use crate::domain::phone::Phone;
use crate::sources::hubsoft::{HubSoft, SearchStep};
use crate::sources::reasons;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Fetch, Key, Sighting, Source};

use super::{Failed, client, say};

/// Answers `number` on standard output; explanations go to standard error.
pub(super) async fn run(
    path: &Path,
    number: String,
    did: Option<&str>,
    format: Format,
    explain: bool,
) -> Result<(), Failed> {
    let config = Config::load(path)?;
    let hubsoft = client(&config)?;
    // A service has its token before a call comes; this one must not count its time either.
    let start = Instant::now();
    let token = hubsoft.warm().await;
    let explained = Arc::new(Explained { hubsoft, explain, landed: Notify::new() });
    let app = App::in_front_of(Arc::clone(&explained) as Arc<dyn Source>, &config);
    let call = Call {
        interface: "lookup",
        caller: Some(number),
        did: did.and_then(Did::new),
        accepted: Instant::now(),
        timeout: None,
    };
    let phone = config.numbers.phone(&call);
    if explain {
        let ms = start.elapsed().as_millis();
        match token {
            Ok(()) => tell(format_args!("token       ready after {ms} ms")),
            Err(failure) => tell(format_args!("token       {failure}, {ms} ms")),
        }
        explain_number(phone);
    }
    let answer = app.responder.respond(&call).await;
    let took = call.accepted.elapsed();
    if explain && phone.is_ok() {
        // The caller's deadline may have passed before HubSoft answered; wait to tell the rest.
        let _ = timeout(config.hubsoft.attempt * 2, explained.landed.notified()).await;
        let rule = if answer.rule().is_empty() { "none" } else { answer.rule() };
        tell(format_args!("rule        {rule}"));
    }
    if explain {
        let deadline = config.lookup.deadline.as_millis();
        tell(format_args!(
            "answered    {} after {} ms of {deadline} ms",
            answer.status().word(),
            took.as_millis()
        ));
    }
    say(format_args!("{}", render(format, &answer, &config.freeswitch).body.trim_end()));
    Ok(())
}

fn explain_number(phone: Result<Phone, crate::domain::phone::NoNumber>) {
    match phone {
        Ok(phone) => {
            let candidates: Vec<_> =
                phone.candidates().map(|candidate| candidate.as_str().to_owned()).collect();
            tell(format_args!(
                "number      {}, searched as {}",
                phone.reveal(),
                candidates.join(" and ")
            ));
        }
        Err(reason) => {
            tell(format_args!("number      none to look up: {reason}; HubSoft is not asked"));
        }
    }
}

/// Asks HubSoft and says on standard error what came: counts, not persons.
struct Explained {
    hubsoft: HubSoft,
    explain: bool,
    landed: Notify,
}

impl Source for Explained {
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async move {
            let observe = |step: SearchStep<'_>| {
                if self.explain {
                    describe(&step);
                }
            };
            let Key::Phone(phone) = key else { return Err(reasons::UNSUPPORTED.failure()) };
            let record = self.hubsoft.lookup(phone, budget, &partial, &observe).await;
            self.landed.notify_one();
            record
        })
    }
}

fn describe(step: &SearchStep<'_>) {
    let ms = step.took.as_millis();
    match step.outcome {
        Ok((returned, own)) => tell(format_args!(
            "HubSoft     {} -> {returned} returned, {own} with this very number, {ms} ms",
            step.term
        )),
        Err(failure) => tell(format_args!("HubSoft     {} -> {failure}, {ms} ms", step.term)),
    }
}

/// Explains on standard error; that nobody reads it is no reason to panic.
fn tell(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}
