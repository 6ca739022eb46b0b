//! *Testar um texto*: which rule an alert's text meets, by which words, and what would be spoken.

use std::sync::Arc;

use maud::{Markup, html};

use crate::answering::speech::refused;
use crate::domain::alert::{Alert, Scope};
use crate::domain::alert_text::{AlertText, fold_words};
use crate::domain::prompt::JudgedCall;
use crate::domain::speech_text::prepare;
use crate::runtime::language::Language;

use super::super::visit::Visit;
use super::super::{Answering, Console, layout, texts};
use super::alerts::why;
use super::player::players;

/// Longest text that is tried.
const TEXT_MAX: usize = 4_000;

/// Asks for a text, or judges it.
pub(super) fn page<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let language = visit.language;
        let [typed] = visit.fields(["texto"]);
        let text: String = typed.chars().take(TEXT_MAX).collect();
        let content = html! {
            form.stacked method="post" action="/texto" {
                label { (texts::ALERT_TEXT.of(language))
                    textarea name="texto" rows="3" required maxlength=(TEXT_MAX) { (text) } }
                button { (texts::TEST.of(language)) }
            }
            @if !text.is_empty() { (judged(console, &text, language)) }
        };
        layout::page(console, &visit, texts::TEST_TEXT.of(language), &content)
    })
}

fn judged(console: &Console, typed: &str, language: Language) -> Markup {
    let rules = &console.parts.responder.announcer().rules;
    let mut folded = String::new();
    fold_words(typed, &mut folded);
    let call = JudgedCall { customer: None, did: None, named: None };
    let judged = rules.judged(&folded, call);
    let alert = AlertText::new(typed).map(|text| Arc::new(Alert::new(text, Scope::Carrier)));
    let choice = rules.choose_local(alert.as_deref(), None, &[], None);
    let rule = choice.rule.map(ToString::to_string).unwrap_or_default();
    let prompt = choice.play.map(|play| play.asterisk.clone()).unwrap_or_default();
    html! {
        section.answer aria-live="polite" {
            h2 { (texts::RESULT.of(language)) }
            p.big {
                @if rule.is_empty() && prompt.is_empty() { (texts::NO_RULE.of(language)) }
                @else if rule.is_empty() { (texts::GENERAL_PROMPT.of(language)) }
                @else { (texts::RULE.of(language)) " " (rule) }
            }
            p.quote { (marked(typed, &rules.met_at(&rule, typed))) }
            dl {
                dt { (texts::PLAYS.of(language)) }
                dd { @if prompt.is_empty() { (texts::PLAYS_NOTHING.of(language)) } @else {
                    code { (prompt) } (players(&console.parts, &prompt, language)) } }
                dt { (texts::SPOKEN.of(language)) } dd { (spoken(console, typed, language)) }
            }
        }
        section {
            h2 { (texts::EACH_RULE.of(language)) }
            ol.steps {
                @for judged in &judged {
                    li { strong { (judged.rule) } " " (why(&judged.verdict, language)) }
                }
            }
        }
    }
}

/// The text with the words marked that met the rule.
fn marked(text: &str, places: &[std::ops::Range<usize>]) -> Markup {
    let starts = std::iter::once(0).chain(places.iter().map(|place| place.end));
    let end = places.last().map_or(0, |place| place.end);
    html! {
        @for (from, place) in starts.zip(places) {
            (text[from..place.start]) mark { (text[place.clone()]) }
        }
        (text[end..])
    }
}

/// The text as an engine would speak it, or why none does.
fn spoken(console: &Console, typed: &str, language: Language) -> Markup {
    match prepare(typed, &console.parts.speech.words()) {
        Ok(prepared) => html! { (prepared.reveal()) },
        Err(refusal) => {
            html! { span.bad { (texts::NOT_SPOKEN.of(language)) ": " (refused(refusal).of(language)) } }
        }
    }
}
