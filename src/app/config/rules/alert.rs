//! Reads whether a rule is for customers with an alert, and rejects conditions that need one.

use std::fmt::Display;

use crate::domain::prompt::{AlertCondition, Rule};
use crate::runtime::language::Message;
use crate::runtime::settings::{Marked, Place, Section};

use super::texts;

/// Reads `alerta`.
pub(super) fn alert(section: &mut Section<'_>) -> Marked<AlertCondition> {
    let known = (AlertCondition::On, AlertCondition::Off);
    let read = section.flag_or_word("alerta", known, ("any", AlertCondition::Any));
    read.unwrap_or_else(|| Marked { value: AlertCondition::On, place: section.place() })
}

/// Reports what a rule for customers without an alert can never meet, or never do.
pub(super) fn check(section: &Section<'_>, rule: &Rule, place: Place) {
    if rule.alert == AlertCondition::On {
        return;
    }
    let phrases = [
        ("text", &rule.text),
        ("also", &rule.also),
        ("except", &rule.except),
        ("over", &rule.over),
    ];
    let path = section.path("alerta");
    for (key, _) in phrases.iter().filter(|(_, phrases)| !phrases.is_empty()) {
        section.report(place, texts::NO_TEXT_TO_MATCH.message(&[("path", &path), ("key", key)]));
    }
    if rule.speak.is_some() {
        section.report(place, texts::NO_TEXT_TO_SAY.message(&[("path", &path)]));
    }
}

/// The warnings for rules that do not read the alert and stand above one that does: their customers do not hear of
/// an outage.
pub(super) fn above_outages(rules: &[Rule]) -> impl Iterator<Item = Message> {
    let reads = |rule: &&Rule| !rule.text.is_empty() || !rule.also.is_empty();
    rules.iter().enumerate().filter_map(move |(at, rule)| {
        let later = rules[at..].iter().find(reads)?;
        let parts: [(&str, &dyn Display); 2] = [("name", &rule.name), ("later", &later.name)];
        (rule.alert == AlertCondition::Any).then(|| texts::ABOVE_OUTAGES.message(&parts))
    })
}

/// The warning for a rule that applies to every customer without an alert.
pub(super) fn quiet_for_all(rule: &Rule) -> Option<Message> {
    let is_quiet = rule.alert != AlertCondition::On;
    let has_other = !rule.service_status.is_empty() || rule.connected.is_some();
    (is_quiet && !has_other && rule.did.is_empty())
        .then(|| texts::EVERY_CUSTOMER.message(&[("name", &rule.name)]))
}
