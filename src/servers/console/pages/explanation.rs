//! The steps of an answer, as a page shows them.

use maud::{Markup, html};

use crate::answering::explanation::{CallExplanation, ExpectedAnswer};
use crate::answering::lookup::{Outlook, OutlookClass, OutlookWay};
use crate::runtime::language::{Language, Text};
use crate::sources::alerts::{CallerAlert, CallerStanding};

use super::super::{Console, alert_words, shown, texts};
use super::alerts::why;
use super::calls;
use super::player::players;

/// The answer first, then how it comes about.
pub(super) fn explained(
    console: &Console,
    number: &str,
    explanation: &CallExplanation,
    language: Language,
) -> Markup {
    html! {
        section.answer aria-live="polite" {
            h2 { (texts::NEXT_CALL.of(language)) }
            (answer(console, &explanation.answer, language))
        }
        section {
            h2 { (texts::STEPS.of(language)) }
            ol.steps {
                li { strong { (texts::NUMBER.of(language)) } " " (read(console, number, explanation, language)) }
                @if let Some(outlook) = &explanation.outlook {
                    li { strong { (texts::MEMORY.of(language)) } " " (memory(outlook, language)) }
                    li { strong { (texts::DIRECTORY.of(language)) } " "
                        @if console.parts.directory.is_none() { (texts::OFF.of(language)) } @else {
                            (texts::CUSTOMERS_WITH_NUMBER.of(language)) ": "
                            (shown::count(explanation.caller.customers, language))
                        } }
                }
                @for alert in &explanation.caller.alerts { li { (alert_step(alert, language)) } }
                @if explanation.caller.alerts.is_empty() {
                    li { strong { (texts::ALERTS.of(language)) } " " (texts::NO_LISTED_ALERT.of(language)) }
                }
                @for step in &explanation.hubsoft {
                    li { strong { "HubSoft" } " "
                        @if step.failure.is_empty() {
                            (step.digits) " " (texts::DIGITS.of(language)) ": "
                            (texts::RETURNED.of(language)) ": " (step.returned) ", "
                            (texts::WITH_THIS_NUMBER.of(language)) ": " (step.own)
                        } @else { span.bad { (step.failure) } }
                        ", " (step.took_ms) " ms" }
                }
                @for judged in &explanation.rules {
                    li { strong { (texts::RULE.of(language)) " " (judged.rule) } " "
                        (why(&judged.verdict, language)) }
                }
                @if explanation.rules.is_empty() {
                    li { strong { (texts::RULES.of(language)) } " " (no_rule(console).of(language)) }
                }
            }
            p.faint { (texts::EXPLAINED_IN.of(language)) " " (shown::took(explanation.took_us, language)) }
        }
    }
}

fn answer(console: &Console, answer: &ExpectedAnswer, language: Language) -> Markup {
    let ExpectedAnswer { status: word, source, is_alerted, prompt, rule, alert, is_told } = answer;
    html! {
        p.big {
            (calls::status(word, language)) " "
            @if *is_alerted { span.tag { (texts::WITH_ALERT.of(language)) } }
        }
        dl {
            dt { (texts::SOURCE.of(language)) } dd { (calls::source(source, language)) }
            dt { (texts::PLAYS.of(language)) }
            dd {
                @if prompt.is_empty() { (texts::PLAYS_NOTHING.of(language)) } @else {
                    code { (prompt) } (players(&console.parts, prompt, language))
                }
            }
            @if !rule.is_empty() { dt { (texts::RULE.of(language)) } dd { (rule) } }
            @if let Some(alert) = alert { dt { (texts::ALERT.of(language)) } dd { code { (alert) } } }
            @if *is_told { dt { (texts::TOLD.of(language)) } dd { (texts::HEARD_ALREADY.of(language)) } }
        }
    }
}

/// Why no rule was tried.
fn no_rule(console: &Console) -> Text {
    let has_rules = !console.parts.responder.announcer().rules.list().is_empty();
    if has_rules { texts::NO_ALERT_NO_RULE } else { texts::NO_RULES }
}

/// How the number was read.
fn read(
    console: &Console,
    number: &str,
    explanation: &CallExplanation,
    language: Language,
) -> Markup {
    match (&explanation.no_number, console.parts.responder.phone(number)) {
        (Some(reason), _) => html! { (texts::NOT_LOOKED_UP.of(language)) ": " code { (reason) } },
        (None, Ok(phone)) => html! { (texts::READ_AS.of(language)) " " (phone.to_string()) },
        (None, Err(reason)) => html! { code { (reason.label()) } },
    }
}

fn memory(outlook: &Outlook, language: Language) -> Markup {
    let way = match outlook.way {
        OutlookWay::Cache => texts::FROM_CACHE,
        OutlookWay::Evidence => texts::FROM_EVIDENCE,
        OutlookWay::Hubsoft => match outlook.class {
            Some(OutlookClass::Expected) => texts::FROM_HUBSOFT_LAST,
            Some(OutlookClass::Undecided) => texts::FROM_HUBSOFT_LATER,
            _ => texts::FROM_HUBSOFT_FIRST,
        },
    };
    html! {
        (way.of(language))
        @if let Some(stored) = &outlook.stored {
            ". " (texts::STORED.of(language)) ": "
            @if stored.is_found { (texts::FOUND.of(language)) } @else { (texts::NOT_FOUND.of(language)) }
            @if stored.is_alerted { ", " (texts::WITH_ALERT.of(language)) }
            ", " (shown::span(stored.age_s))
        }
    }
}

fn alert_step(caller: &CallerAlert, language: Language) -> Markup {
    let standing = match caller.standing {
        CallerStanding::Alert => texts::HAS_ALERT,
        CallerStanding::NoAlert => texts::HAS_NOT_ALERT,
        CallerStanding::Unknown => texts::ALERT_UNDECIDED,
        CallerStanding::NotPlaced => texts::NOT_PLACED,
    };
    html! {
        strong { (texts::ALERT.of(language)) " " (caller.alert.id) } " "
        (standing.of(language))
        @for line in &caller.alert.strata {
            ": " (alert_words::kinds(&line.kinds, language)) ", " (alert_words::verdict(line, language)) " " "(" (line.confirmed) "/" (line.answers) " "
            (texts::CONFIRMED.of(language)) ")"
        }
    }
}
