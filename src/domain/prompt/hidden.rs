//! Finds unreachable rules: those that match only what earlier rules match.

use std::collections::HashMap;
use std::sync::Arc;

use super::{AlertCondition, Phrase, Rule};

/// Longest phrase whose parts are compared.
const NEEDLE_BYTES_MAX: usize = 256;

/// A rule that no call chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenRule {
    pub name: Arc<str>,
    /// The earlier rule that matches everything it matches; without one, its own exceptions cover its text.
    pub by: Option<Arc<str>>,
}

/// The unreachable ones of `rules`, in order: an operator who writes a rule expects it to be chosen.
pub fn hidden_rules(rules: &[Rule]) -> Vec<HiddenRule> {
    let mut before: HashMap<(AlertCondition, String), Covered> = HashMap::new();
    let mut hidden = Vec::new();
    for rule in rules {
        let name = Arc::clone(&rule.name);
        if !rule.except.is_empty() && covered_by_own_exceptions(rule) {
            hidden.push(HiddenRule { name, by: None });
            continue;
        }
        // Earlier rules hide it if they have no other conditions, or the same ones.
        let own = conditions(rule);
        let keys = [Some(String::new()), own.clone()];
        let keys = keys
            .iter()
            .flatten()
            .flat_map(|key| taking(rule.alert).iter().map(move |alert| (*alert, key.clone())));
        let mut covered = keys.filter_map(|key| before.get(&key));
        match covered.find_map(|covered| covered.hides(rule)) {
            Some(first) => hidden.push(HiddenRule { name, by: Some(Arc::clone(first)) }),
            None => {
                if let Some(key) = own {
                    before.entry((rule.alert, key)).or_default().add(rule);
                }
            }
        }
    }
    hidden
}

/// The conditions on the alert that hold wherever this one does.
fn taking(alert: AlertCondition) -> &'static [AlertCondition] {
    match alert {
        AlertCondition::On => &[AlertCondition::On, AlertCondition::Any],
        AlertCondition::Off => &[AlertCondition::Off, AlertCondition::Any],
        AlertCondition::Any => &[AlertCondition::Any],
    }
}

/// The texts that rules with the same conditions match.
#[derive(Default)]
struct Covered {
    /// The rule that matches every text.
    all: Option<Arc<str>>,
    needles: Needles,
}

impl Covered {
    fn add(&mut self, rule: &Rule) {
        if matches_every_text(rule) {
            self.all.get_or_insert_with(|| Arc::clone(&rule.name));
        }
        for needle in rule.text.iter().filter_map(Phrase::needle) {
            self.needles.add(needle, &rule.name);
        }
    }

    /// The rule that hides `rule`; of several, the one that hides its first phrase.
    fn hides(&self, rule: &Rule) -> Option<&Arc<str>> {
        if self.all.is_some() || matches_every_text(rule) {
            return self.all.as_ref();
        }
        let mut found = rule.text.iter().map(|phrase| self.needles.within(phrase.needle()?));
        let first = found.next()??;
        found.all(|found| found.is_some()).then_some(first)
    }
}

/// Search texts by the rule that has them.
#[derive(Default)]
struct Needles {
    owners: HashMap<String, Arc<str>>,
    has_open_start: bool,
    has_open_end: bool,
}

impl Needles {
    fn add(&mut self, needle: &str, owner: &Arc<str>) {
        self.has_open_start |= !needle.starts_with(' ');
        self.has_open_end |= !needle.ends_with(' ');
        self.owners.entry(needle.to_owned()).or_insert_with(|| Arc::clone(owner));
    }

    /// The rule whose needle is a part of this one, so that it matches wherever this one does.
    fn within(&self, needle: &str) -> Option<&Arc<str>> {
        let known = self.owners.get(needle);
        if known.is_some() || needle.len() > NEEDLE_BYTES_MAX {
            return known;
        }
        let is_space = |at: usize| needle.as_bytes().get(at) == Some(&b' ');
        let places = || (0..=needle.len()).filter(|at| needle.is_char_boundary(*at));
        let starts = places().filter(|at| is_space(*at) || self.has_open_start);
        let is_end = |at: &usize| *at > 0 && (is_space(*at - 1) || self.has_open_end);
        let mut parts = starts.flat_map(|start| {
            places()
                .filter(move |end| *end > start)
                .filter(is_end)
                .map(move |end| &needle[start..end])
        });
        parts.find_map(|part| self.owners.get(part))
    }
}

fn matches_every_text(rule: &Rule) -> bool {
    rule.text.is_empty() || rule.text.iter().any(Phrase::is_any)
}

fn covered_by_own_exceptions(rule: &Rule) -> bool {
    let mut needles = Needles::default();
    for needle in rule.except.iter().filter_map(Phrase::needle) {
        needles.add(needle, &rule.name);
    }
    let is_covered = |phrase: &Phrase| phrase.needle().is_some_and(|n| needles.within(n).is_some());
    !rule.text.is_empty() && rule.text.iter().all(is_covered)
}

/// All conditions except the text as a comparable key; `None` when they cannot be compared.
fn conditions(rule: &Rule) -> Option<String> {
    let Rule { also, except, over, service_status, connected, did, .. } = rule;
    let has_none = also.is_empty() && except.is_empty() && over.is_empty();
    if has_none && service_status.is_empty() && connected.is_none() && did.is_empty() {
        return Some(String::new());
    }
    let phrases = [needles(also)?, needles(except)?, needles(over)?];
    Some(format!("{phrases:?} {service_status:?} {connected:?} {did:?}"))
}

fn needles(phrases: &[Phrase]) -> Option<Vec<&str>> {
    phrases.iter().map(Phrase::needle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str, text: &[&str], except: &[&str], status: &[&str]) -> Rule {
        let read = |texts: &[&str]| -> Vec<Phrase> {
            texts.iter().map(|text| Phrase::parse(text).expect(text)).collect()
        };
        Rule {
            name: name.into(),
            text: read(text),
            except: read(except),
            service_status: status.iter().map(|word| (*word).to_owned()).collect(),
            ..Rule::default()
        }
    }

    fn names(rules: &[Rule]) -> Vec<String> {
        hidden_rules(rules).into_iter().map(|hidden| hidden.name.to_string()).collect()
    }

    #[test]
    fn a_rule_after_one_that_matches_all_it_matches_is_hidden() {
        let none: [&str; 0] = [];
        for (first, second, is_hidden) in [
            (rule("a", &["*"], &[], &[]), rule("b", &["fibra"], &[], &[]), true),
            (rule("a", &[], &[], &[]), rule("b", &["fibra"], &["x"], &["cancelado"]), true),
            (rule("a", &[], &[], &[]), rule("b", &["*"], &[], &[]), true),
            (rule("a", &["fibra"], &[], &[]), rule("b", &["Fibra"], &[], &[]), true),
            (rule("a", &["fibra", "cabo"], &[], &[]), rule("b", &["cabo"], &["x"], &[]), true),
            (rule("a", &["energia"], &[], &[]), rule("b", &["queda de energia"], &[], &[]), true),
            (
                rule("a", &["rompi*"], &[], &[]),
                rule("b", &["rompimento no centro"], &[], &[]),
                true,
            ),
            (
                rule("a", &["*energia"], &[], &[]),
                rule("b", &["queda de bioenergia"], &[], &[]),
                true,
            ),
            (rule("a", &["fibra"], &["x"], &[]), rule("b", &["fibra"], &["x"], &[]), true),
            (rule("a", &["fibra"], &["x"], &[]), rule("b", &["fibra"], &[], &[]), false),
            (rule("a", &["fibra"], &[], &["cancelado"]), rule("b", &["fibra"], &[], &[]), false),
            (rule("a", &["queda de energia"], &[], &[]), rule("b", &["energia"], &[], &[]), false),
            (rule("a", &["POP 1"], &[], &[]), rule("b", &["POP 12"], &[], &[]), false),
            (rule("a", &["fibra"], &[], &[]), rule("b", &["fibra", "cabo"], &[], &[]), false),
            (rule("a", &["fibra"], &[], &[]), rule("b", &["*"], &[], &[]), false),
            (rule("a", &["fibra* x"], &[], &[]), rule("b", &["fibras x"], &[], &[]), false),
        ] {
            let expected = if is_hidden { &["b"][..] } else { &none[..] };
            let text = format!("{first:?} before {second:?}");
            assert_eq!(names(&[first, second]), expected, "{text}");
        }
    }

    #[test]
    fn several_rules_together_can_hide_one() {
        let rules = [
            rule("a", &["fibra"], &[], &[]),
            rule("b", &["cabo"], &[], &[]),
            rule("c", &["cabo", "fibra"], &[], &[]),
        ];
        assert_eq!(names(&rules), ["c"]);
        assert_eq!(
            hidden_rules(&rules)[0].by.as_deref(),
            Some("b"),
            "it has the first phrase of c"
        );
    }

    #[test]
    fn a_rule_whose_except_covers_its_text_never_matches() {
        assert_eq!(names(&[rule("a", &["fibra"], &["Fibra", "cabo"], &[])]), ["a"]);
        assert_eq!(names(&[rule("a", &["fibra rompida"], &["fibra"], &[])]), ["a"]);
        assert!(names(&[rule("a", &["fibra", "cabo"], &["fibra"], &[])]).is_empty());
    }
}
