//! *Alertas*: what is active, whom it concerns, what it plays, and how many callers heard it.

use std::sync::Arc;

use maud::{Markup, html};

use crate::answering::figures::AlertFigures;
use crate::domain::alert::TextKey;
use crate::domain::prompt::RuleVerdict;
use crate::runtime::language::Language;
use crate::sources::alerts::{ActiveAlert, AlertBoard, AlertEntry, AlertListing, AlertOrigin};
use crate::sources::sentences::in_both;

use super::super::active::{listing_of, until};
use super::super::links::encoded;
use super::super::visit::Visit;
use super::super::{Answering, Console, ConsoleParts, alert_words, layout, shown, texts};
use super::alert_forms;

/// Alerts that a page shows whole; the others are in a table.
const WHOLE_MAX: usize = 6;
/// Characters of an alert's text that stand for it.
const TITLE_CHARS_MAX: usize = 60;

/// An active alert with what it plays.
struct AlertView {
    entry: AlertEntry,
    /// Its text as an operator reads it; empty if it has none.
    text: String,
    /// The rule that is chosen for it, or empty.
    rule: String,
    prompt: String,
    heard: AlertFigures,
}

/// Shows all alerts, and the forms to add and end local ones.
pub(super) fn page<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let language = visit.language;
        let listing = listing_of(&console.parts, language).await;
        let [asked] = visit.fields(["alerta"]);
        let mut views = views(&console.parts, &listing);
        // The order stays that of the list but for the one that is asked for.
        views.sort_by_key(|view| anchor(&view.entry) != asked);
        let (first, others) = views.split_at(views.len().min(WHOLE_MAX));
        let content = html! {
            @if let Some(problem) = &listing.problem { p.bad role="alert" { (in_both(problem).of(language)) } }
            @if views.is_empty() { p { (texts::NO_ALERT.of(language)) } }
            @for view in first { (whole(&visit, view)) }
            @if !others.is_empty() { h2 { (texts::OTHER_ALERTS.of(language)) } (table(others, language)) }
            @if visit.session.is_some() { (alert_forms::add_form(console, &visit)) } @else {
                p.faint { (texts::LOG_IN_TO_CHANGE.of(language)) }
            }
        };
        layout::page(console, &visit, texts::ALERTS.of(language), &content)
    })
}

/// The alerts in one line each.
pub(super) fn brief(parts: &ConsoleParts, listing: &AlertListing, language: Language) -> Markup {
    let views = views(parts, listing);
    html! {
        @if views.is_empty() { p.faint { (texts::NO_ALERT.of(language)) } } @else { (table(&views, language)) }
    }
}

fn table(views: &[AlertView], language: Language) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(texts::ALERTS.of(language)) { table {
            thead { tr {
                th { (texts::ALERT.of(language)) } th { (texts::SCOPE.of(language)) }
                th { (texts::PLAYS.of(language)) } th.number { (texts::CALLERS_TOLD.of(language)) }
                th { (texts::UNTIL.of(language)) }
            } }
            tbody {
                @for view in views {
                    tr {
                        td { a href=(link(view)) { (title(view)) } }
                        td { (scope(&view.entry, language)) }
                        td.name { (plays(view, language)) (spoken(&view.entry, language)) }
                        td.number { (shown::count(view.heard.callers, language)) }
                        td { (until(&view.entry, language)) }
                    }
                }
            }
        } }
    }
}

/// The page on which the alert is shown whole.
fn link(view: &AlertView) -> String {
    let anchor = anchor(&view.entry);
    format!("/alertas?alerta={anchor}#{anchor}")
}

fn anchor(entry: &AlertEntry) -> String {
    format!("{}-{}", entry.origin, entry.id)
}

fn title(view: &AlertView) -> String {
    let mut characters = view.text.chars();
    let text: String = characters.by_ref().take(TITLE_CHARS_MAX).collect();
    if text.is_empty() {
        return format!("{} {}", view.entry.origin, view.entry.id);
    }
    if characters.next().is_none() { text } else { format!("{}…", text.trim_end()) }
}

fn scope(entry: &AlertEntry, language: Language) -> Markup {
    html! {
        (alert_words::scope(entry, language))
        @if let Some(customers) = entry.customers {
            " (" (shown::count(customers, language)) " " (texts::CUSTOMERS.of(language)) ")"
        }
    }
}

fn plays(view: &AlertView, language: Language) -> Markup {
    html! {
        @if view.prompt.is_empty() { span.bad { (texts::PLAYS_NOTHING.of(language)) } } @else {
            (view.prompt)
            @if !view.rule.is_empty() { " (" (texts::RULE.of(language)) " " (view.rule) ")" }
        }
    }
}

/// What has become of its words, if they are to be spoken.
fn spoken(entry: &AlertEntry, language: Language) -> Markup {
    html! {
        @if let Some(speech) = &entry.speech {
            @let is_bad = speech.state != "spoken" && speech.state != "waiting";
            br; span.faint { (texts::SPOKEN.of(language)) ": " }
            span.bad[is_bad] { (alert_words::speech(speech, language)) }
        }
    }
}

fn whole(visit: &Visit<'_>, view: &AlertView) -> Markup {
    let (language, entry) = (visit.language, &view.entry);
    html! {
        article id=(anchor(entry)) {
            h2 {
                span.tag { @if entry.origin == "local" { (texts::LOCAL.of(language)) } @else { "HubSoft" } }
                " " (title(view))
            }
            dl {
                dt { (texts::TEXT.of(language)) } dd { (view.text) }
                dt { (texts::SCOPE.of(language)) } dd { (scope(entry, language)) }
                dt { (texts::PLAYS.of(language)) } dd { (plays(view, language)) (spoken(entry, language)) }
                dt { (texts::CALLERS_TOLD.of(language)) }
                dd { (shown::count(view.heard.callers, language)) " "
                    span.faint { "(" (texts::CALLS_WORD.of(language)) ": "
                        (shown::count(view.heard.calls, language)) ")" } }
                @if let Some(since_s) = entry.since_s {
                    dt { (texts::SINCE.of(language)) } dd { (shown::moment(since_s)) }
                }
                dt { (texts::UNTIL.of(language)) } dd { (until(entry, language)) }
                @if !entry.by.is_empty() {
                    dt { (texts::ADDED_BY.of(language)) } dd { (entry.by) " (" (entry.from) ")" }
                }
                dt { "id" } dd { code { (entry.id) } }
            }
            @if view.prompt.is_empty() { p.bad { (texts::SILENT_ALERT.of(language)) } }
            @if !entry.sets.is_empty() { (evidence(entry, language)) }
            p {
                a href=(format!("/texto?texto={}", encoded(&view.text))) { (texts::TEST_TEXT.of(language)) }
            }
            @if entry.origin == "local" && visit.session.is_some() {
                (alert_forms::change_forms(visit, entry))
            }
        }
    }
}

/// The customers of an alert of HubSoft's who are judged apart.
fn evidence(entry: &AlertEntry, language: Language) -> Markup {
    let label = format!("{} {}", texts::EVIDENCE.of(language), entry.id);
    html! {
        details {
            summary { (texts::EVIDENCE.of(language)) }
            div.scroll tabindex="0" role="region" aria-label=(label) { table {
                thead { tr {
                    th { (texts::KINDS.of(language)) } th.number { (texts::CUSTOMERS.of(language)) }
                    th { (texts::VERDICT.of(language)) } th.number { (texts::CONFIRMED.of(language)) }
                    th.number { (texts::BY_CALLERS.of(language)) }
                } }
                tbody {
                    @for set in &entry.sets {
                        tr {
                            td { (alert_words::kinds(&set.kinds, language)) }
                            td.number { (shown::count(set.customers, language)) }
                            td { (alert_words::verdict(set, language)) }
                            td.number { (set.confirmed) "/" (set.answers) }
                            td.number { (set.live_confirmed) "/" (set.live_answers) }
                        }
                    }
                }
            } }
        }
    }
}

fn views(parts: &ConsoleParts, listing: &AlertListing) -> Vec<AlertView> {
    let board = parts.alerts.board();
    listing.alerts.iter().map(|entry| view(parts, &board.alerts, entry)).collect()
}

fn view(parts: &ConsoleParts, active: &[ActiveAlert], entry: &AlertEntry) -> AlertView {
    let is_it = |active: &&ActiveAlert| match &active.origin {
        AlertOrigin::Hubsoft(id) => entry.origin == "hubsoft" && entry.id == id.to_string(),
        AlertOrigin::Local(id) => entry.origin == "local" && entry.id == **id,
    };
    let found = active.iter().find(is_it);
    let alert = found.and_then(|active| active.alert.as_ref());
    let text = alert.map_or_else(|| entry.text.clone(), |alert| alert.reveal().to_owned());
    let key = alert.map_or(TextKey::NO_TEXT, |alert| alert.text_key());
    let key = if entry.origin == "local" { key.with(&entry.id) } else { key };
    let rules = &parts.responder.announcer().rules;
    let choice = rules.choose_local(alert.map(Arc::as_ref), entry.rule.as_deref(), &[], None);
    let rule = choice.rule.map(ToString::to_string).unwrap_or_default();
    let spoken = parts.responder.announcer().spoken(&choice);
    let play = spoken.as_ref().or(choice.play);
    let prompt = play.map(|play| play.asterisk.clone()).unwrap_or_default();
    AlertView { entry: entry.clone(), text, rule, prompt, heard: parts.figures.alert(key) }
}

/// Why a rule was chosen or was not, in the reader's language, with the phrases of the configuration.
pub(super) fn why(verdict: &RuleVerdict, language: Language) -> String {
    let by = |phrases: &[String]| match phrases {
        [] => texts::ANY_TEXT.of(language).to_owned(),
        some => format!("“{}”", some.join("”, “")),
    };
    match verdict {
        RuleVerdict::Chosen(phrases) => {
            format!("{}: {}", texts::WHY_CHOSEN.of(language), by(phrases))
        }
        RuleVerdict::Named => texts::WHY_NAMED.of(language).to_owned(),
        RuleVerdict::Later(phrases) => {
            format!("{}: {}", texts::WHY_LATER.of(language), by(phrases))
        }
        RuleVerdict::NeedsAlert => texts::WHY_NEEDS_ALERT.of(language).to_owned(),
        RuleVerdict::NeedsNone => texts::WHY_NEEDS_NONE.of(language).to_owned(),
        RuleVerdict::CalledNumber => texts::WHY_CALLED_NUMBER.of(language).to_owned(),
        RuleVerdict::Customer => texts::WHY_CUSTOMER.of(language).to_owned(),
        RuleVerdict::NoText => texts::WHY_NO_TEXT.of(language).to_owned(),
        RuleVerdict::NoAlso => texts::WHY_NO_ALSO.of(language).to_owned(),
        RuleVerdict::Except(phrase) => format!("{}: “{phrase}”", texts::WHY_EXCEPT.of(language)),
        RuleVerdict::Over(phrase) => format!("{}: “{phrase}”", texts::WHY_OVER.of(language)),
    }
}
