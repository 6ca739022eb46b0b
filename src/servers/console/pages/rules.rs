//! *Regras*: all rules in the order in which they are tried, with what each chose today.

use maud::{Markup, html};

use crate::domain::call::Did;
use crate::domain::prompt::{AlertCondition, HiddenRule, Phrase, Rule, SpeakPart, hidden_rules};
use crate::runtime::language::{Language, Text};

use super::super::links::encoded;
use super::super::visit::Visit;
use super::super::{Answering, Console, layout, shown, texts};
use super::player::players;

/// Phrases of a list that are shown among the other rules: shipped rules have hundreds.
const PHRASES_SHOWN: usize = 12;

/// Shows the rules, or one of them whole. They are changed in the configuration only.
pub(super) fn page<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let language = visit.language;
        let [alone] = visit.fields(["regra"]);
        let day = console.parts.figures.day();
        let rules = &console.parts.responder.announcer().rules;
        let hidden = hidden_rules(rules.list());
        let calls = |name: &str| {
            let figure = day.rules.iter().find(|figure| figure.name == name);
            figure.map_or(0, |figure| figure.calls)
        };
        let is_wanted = |rule: &Rule| alone.is_empty() || *rule.name == *alone;
        let wanted = rules.list().iter().enumerate().filter(|(_, rule)| is_wanted(rule));
        let content = html! {
            p.faint { (texts::RULES_ARE_TRIED.of(language)) }
            ol.rules {
                @for (at, rule) in wanted {
                    li value=(at + 1) {
                        h2 { (rule.name) " " span.tag { (shown::count(calls(&rule.name), language)) " "
                            (texts::TODAY.of(language)) } }
                        @for hidden in hidden.iter().filter(|hidden| hidden.name == rule.name) {
                            p.bad { (why_hidden(hidden, language)) }
                        }
                        dl {
                            (conditions(rule, !alone.is_empty(), language))
                            (heard(console, rule, language))
                        }
                    }
                }
            }
            p {
                @match &rules.general {
                    Some(general) => { (texts::OTHERWISE.of(language)) " " code { (general.play.asterisk) }
                        (players(&console.parts, &general.play.asterisk, language)) }
                    None => { (texts::OTHERWISE.of(language)) " " (texts::PLAYS_NOTHING.of(language)) }
                }
            }
        };
        layout::page(console, &visit, texts::RULES.of(language), &content)
    })
}

fn why_hidden(hidden: &HiddenRule, language: Language) -> String {
    match &hidden.by {
        Some(above) => format!("{} {above}", texts::SHADOWED_BY.of(language)),
        None => texts::SHADOWED_BY_ITSELF.of(language).to_owned(),
    }
}

fn conditions(rule: &Rule, is_alone: bool, language: Language) -> Markup {
    let most = if is_alone { usize::MAX } else { PHRASES_SHOWN };
    let lists = [
        (texts::ANY_OF, &rule.text),
        (texts::AND_ANY_OF, &rule.also),
        (texts::NONE_OF, &rule.except),
        (texts::NOT_OVER, &rule.over),
    ];
    html! {
        @for (name, list) in lists { (phrases(name, list, most, &rule.name, language)) }
        @if let Some(alert) = alert(rule, language) {
            dt { (texts::RULE_ALERT.of(language)) } dd { (alert) }
        }
        @if !rule.service_status.is_empty() {
            dt { (texts::SERVICE_STATUS.of(language)) } dd { (rule.service_status.join(", ")) }
        }
        @if let Some(connected) = rule.connected {
            dt { (texts::CONNECTED.of(language)) }
            dd { (if connected { texts::YES } else { texts::NO }.of(language)) }
        }
        @if !rule.did.is_empty() {
            dt { (texts::CALLED_NUMBER.of(language)) }
            dd { (rule.did.iter().map(Did::as_str).collect::<Vec<_>>().join(", ")) }
        }
    }
}

/// Whether a rule needs no alert.
fn alert(rule: &Rule, language: Language) -> Option<&'static str> {
    match rule.alert {
        AlertCondition::On => None,
        AlertCondition::Off => Some(texts::RULE_ALERT_OFF.of(language)),
        AlertCondition::Any => Some(texts::RULE_ALERT_ANY.of(language)),
    }
}

/// The first `most` phrases, and where the others are.
fn phrases(name: Text, list: &[Phrase], most: usize, rule: &str, language: Language) -> Markup {
    let others = list.len().saturating_sub(most);
    html! {
        @if !list.is_empty() {
            dt { (name.of(language)) }
            dd {
                @for phrase in list.iter().take(most) { code { (phrase.typed()) } " " }
                @if others > 0 {
                    a href=(format!("/regras?regra={}", encoded(rule))) {
                        (texts::AND_MORE.filled(language, &[("count", &others)]))
                    }
                }
            }
        }
    }
}

fn heard(console: &Console, rule: &Rule, language: Language) -> Markup {
    let prompt = &rule.play.asterisk;
    html! {
            dt { (texts::PLAYS.of(language)) }
            dd { @if prompt.is_empty() { (texts::PLAYS_NOTHING.of(language)) } @else {
                code { (prompt) } (players(&console.parts, prompt, language)) } }
            @if let Some(speak) = &rule.speak {
                dt { (texts::SPOKEN.of(language)) }
                dd { @for part in speak.parts() {
                    @match part {
                        SpeakPart::Text => { em { (texts::THE_ALERTS_WORDS.of(language)) } " " }
                        SpeakPart::Sound(sound) => { code { (sound) } " " }
                    }
                } }
            }
            @if let Some(route) = &rule.route {
                dt { (texts::ROUTE.of(language)) } dd { code { (route) } }
            }
    }
}
