//! `bina lookup`: prints the answer a PBX would receive for one number, and explains it on request.

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

use super::{Failed, client, explain, print_line};

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
    // A running service already has a token when a call arrives, so its time does not count here.
    let start = Instant::now();
    let token = hubsoft.warm().await;
    let explained = Arc::new(Explained { hubsoft, explain, completed: Notify::new() });
    let app = App::in_front_of(Arc::clone(&explained) as Arc<dyn Source>, &config);
    let call = Call {
        interface: "lookup",
        caller: Some(number.clone()),
        did: did.and_then(Did::new),
        accepted: Instant::now(),
        timeout: None,
    };
    let phone = config.numbers.phone(&call);
    if explain {
        let ms = start.elapsed().as_millis();
        match token {
            Ok(()) => explain_line(format_args!("token       ready after {ms} ms")),
            Err(failure) => explain_line(format_args!("token       {failure}, {ms} ms")),
        }
        explain_number(phone);
    }
    let answer = app.responder.respond(&call).await;
    let took = call.accepted.elapsed();
    if explain && phone.is_ok() {
        // The call's deadline may have passed before HubSoft answered; wait to explain its answer.
        let _ = timeout(config.hubsoft.attempt * 2, explained.completed.notified()).await;
        let rule = if answer.rule().is_empty() { "none" } else { answer.rule() };
        explain_line(format_args!("rule        {rule}"));
    }
    if explain {
        let deadline = config.lookup.deadline.as_millis();
        explain_line(format_args!(
            "answered    {} after {} ms of {deadline} ms",
            answer.status().word(),
            took.as_millis()
        ));
        let lines = explain::lines(&config, &number, did).await;
        lines.iter().for_each(|line| explain_line(format_args!("{line}")));
        explain_line(format_args!(
            "below       HubSoft's answer alone, without directory and alerts"
        ));
    }
    print_line(format_args!("{}", render(format, &answer, &config.freeswitch).body.trim_end()));
    Ok(())
}

fn explain_number(phone: Result<Phone, crate::domain::phone::NoNumber>) {
    match phone {
        Ok(phone) => {
            let candidates: Vec<_> =
                phone.candidates().map(|candidate| candidate.as_str().to_owned()).collect();
            explain_line(format_args!(
                "number      {}, searched as {}",
                phone.reveal(),
                candidates.join(" and ")
            ));
        }
        Err(reason) => {
            explain_line(format_args!(
                "number      none to look up: {reason}; HubSoft is not contacted"
            ));
        }
    }
}

/// Requests from HubSoft and prints the results to standard error: counts, not personal data.
struct Explained {
    hubsoft: HubSoft,
    explain: bool,
    completed: Notify,
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
            self.completed.notify_one();
            record
        })
    }
}

fn describe(step: &SearchStep<'_>) {
    let ms = step.took.as_millis();
    match step.outcome {
        Ok((returned, own)) => explain_line(format_args!(
            "HubSoft     {} -> {returned} returned, {own} with this exact number, {ms} ms",
            step.term
        )),
        Err(failure) => {
            explain_line(format_args!("HubSoft     {} -> {failure}, {ms} ms", step.term));
        }
    }
}

/// Prints a line to standard error. A closed pipe is no reason to panic.
fn explain_line(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}
