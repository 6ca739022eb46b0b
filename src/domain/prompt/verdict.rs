//! Explains to an operator which rule a text meets, by which words, and why the others were not chosen.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::domain::alert_text::fold_words;
use crate::domain::call::Did;
use crate::domain::found::FoundCustomer;

use super::phrase::Phrase;
use super::{AlertCondition, Rule, Rules};

/// Why a rule was chosen, or was not. Phrases are those of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict", content = "phrases")]
pub enum RuleVerdict {
    /// It is the first whose conditions hold; by these phrases, or by none if it requires none.
    Chosen(Vec<String>),
    /// A local alert names it.
    Named,
    /// It is for customers with an alert, and there is none.
    NeedsAlert,
    /// It is for customers without an alert.
    NeedsNone,
    /// Its conditions hold, but a rule above it was chosen.
    Later(Vec<String>),
    /// It is for other called numbers.
    CalledNumber,
    /// No customer meets its conditions on the service or the line.
    Customer,
    /// None of `text` is in the text.
    NoText,
    /// None of `also` is in the text.
    NoAlso,
    /// One of `except` is in the text.
    Except(String),
    /// One of `over` is in the text.
    Over(String),
}

/// A rule, and why it was chosen or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedRule {
    pub rule: String,
    #[serde(flatten)]
    pub verdict: RuleVerdict,
}

/// The conditions of a call beside the text.
#[derive(Clone, Copy)]
pub struct JudgedCall<'a> {
    /// The customer whose alert it is; none if the conditions on a customer are taken as met.
    pub customer: Option<&'a FoundCustomer>,
    pub did: Option<&'a Did>,
    /// The rule that a local alert names.
    pub named: Option<&'a str>,
}

impl Rules {
    /// Judges each rule for a folded text, which may be empty, in the order in which they are tried.
    pub fn judged(&self, folded: &str, call: JudgedCall<'_>) -> Vec<JudgedRule> {
        let is_named = |rule: &Rule| call.named == Some(&*rule.name);
        let mut is_chosen = self.list().iter().any(is_named);
        let judge = |rule: &Rule| {
            let verdict = if is_named(rule) {
                RuleVerdict::Named
            } else {
                match rule.judged(folded, call) {
                    Ok(phrases) if is_chosen => RuleVerdict::Later(phrases),
                    Ok(phrases) => {
                        is_chosen = true;
                        RuleVerdict::Chosen(phrases)
                    }
                    Err(verdict) => verdict,
                }
            };
            JudgedRule { rule: rule.name.to_string(), verdict }
        };
        self.list().iter().map(judge).collect()
    }

    /// Judges each rule for customers without an alert: by the first of them for whom all its conditions hold.
    /// Nothing if no rule is for such customers, or there is no customer.
    pub fn judged_quiet(&self, customers: &[FoundCustomer], did: Option<&Did>) -> Vec<JudgedRule> {
        if !self.has_quiet || customers.is_empty() {
            return Vec::new();
        }
        let mut is_chosen = false;
        let judge = |rule: &Rule| {
            let verdict = if rule.alert == AlertCondition::On {
                RuleVerdict::NeedsAlert
            } else if !rule.is_called(did) {
                RuleVerdict::CalledNumber
            } else if !customers.iter().any(|customer| rule.fits(customer)) {
                RuleVerdict::Customer
            } else if is_chosen {
                RuleVerdict::Later(Vec::new())
            } else {
                is_chosen = true;
                RuleVerdict::Chosen(Vec::new())
            };
            JudgedRule { rule: rule.name.to_string(), verdict }
        };
        self.list().iter().map(judge).collect()
    }

    /// The places in `text` where the phrases are by which `rule` is met.
    pub fn met_at(&self, rule: &str, text: &str) -> Vec<Range<usize>> {
        let rule = self.list().iter().find(|listed| &*listed.name == rule);
        let phrases = rule.into_iter().flat_map(|rule| rule.text.iter().chain(&rule.also));
        let mut places: Vec<_> = phrases.filter_map(|phrase| place(phrase, text)).collect();
        places.sort_unstable_by_key(|place| (place.start, place.end));
        places.dedup_by(|next, kept| {
            let overlaps = next.start < kept.end;
            if overlaps {
                kept.end = kept.end.max(next.end);
            }
            overlaps
        });
        places
    }
}

impl Rule {
    /// The phrases that meet its conditions, or why they do not hold.
    fn judged(&self, folded: &str, call: JudgedCall<'_>) -> Result<Vec<String>, RuleVerdict> {
        if self.alert == AlertCondition::Off {
            return Err(RuleVerdict::NeedsNone);
        }
        if !self.is_called(call.did) {
            return Err(RuleVerdict::CalledNumber);
        }
        if call.customer.is_some_and(|customer| !self.fits(customer)) {
            return Err(RuleVerdict::Customer);
        }
        let occurs = |phrase: &&Phrase| phrase.is_any() || phrase.position(folded).is_some();
        let text = self.text.iter().find(occurs);
        let also = self.also.iter().find(occurs);
        if text.is_none() && !self.text.is_empty() {
            return Err(RuleVerdict::NoText);
        }
        if also.is_none() && !self.also.is_empty() {
            return Err(RuleVerdict::NoAlso);
        }
        if let Some(phrase) = self.except.iter().find(occurs) {
            return Err(RuleVerdict::Except(phrase.typed().to_owned()));
        }
        if let Some(phrase) = self.over.iter().find(|phrase| phrase.is_stated(folded)) {
            return Err(RuleVerdict::Over(phrase.typed().to_owned()));
        }
        Ok(text.into_iter().chain(also).map(|phrase| phrase.typed().to_owned()).collect())
    }
}

/// Typed words that a phrase may span: more than any phrase has.
const SPAN_MAX: usize = 60;

/// Where a phrase is in a text: from the first to the last of the words that were typed there.
fn place(phrase: &Phrase, text: &str) -> Option<Range<usize>> {
    if phrase.is_any() {
        return None;
    }
    // Words are folded one by one, as they were typed, to find their way back.
    let typed: Vec<_> = typed_words(text).collect();
    let mut folded = String::new();
    let mut ends = Vec::with_capacity(typed.len());
    for word in &typed {
        fold_words(&text[word.clone()], &mut folded);
        // The next word begins with this space.
        folded.pop();
        ends.push(folded.len());
    }
    folded.push(' ');
    let at = phrase.position(&folded)?;
    let first = ends.iter().position(|end| *end > at)?;
    let last = (first..typed.len()).take(SPAN_MAX).find(|last| {
        let mut span = String::new();
        fold_words(&text[typed[first].start..typed[*last].end], &mut span);
        phrase.position(&span).is_some()
    })?;
    Some(typed[first].start..typed[last].end)
}

/// The runs without white space of a text.
fn typed_words(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_whitespace().map(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        start..start + word.len()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::alert_text::AlertText;
    use crate::domain::reported::ReportedCustomer;

    fn phrases(list: &[&str]) -> Vec<Phrase> {
        list.iter().map(|phrase| Phrase::parse(phrase).expect(phrase)).collect()
    }

    fn rules() -> Rules {
        let fibre = Rule {
            name: Arc::from("fibra"),
            text: phrases(&["rompimento*", "fibra"]),
            also: phrases(&["cto", "poste"]),
            except: phrases(&["teste"]),
            over: phrases(&["normalizado"]),
            ..Rule::default()
        };
        let suspended = Rule {
            name: Arc::from("suspenso"),
            service_status: vec!["suspenso_debito".to_owned()],
            ..Rule::default()
        };
        let line = Rule {
            name: Arc::from("comercial"),
            did: Did::new("3732221234").into_iter().collect(),
            ..Rule::default()
        };
        let all = Rule { name: Arc::from("todos"), ..Rule::default() };
        Rules::new(vec![fibre, suspended, line, all], None)
    }

    fn judged(text: &str, named: Option<&str>) -> Vec<RuleVerdict> {
        let alert = AlertText::new(text).into_iter().collect();
        let customer = FoundCustomer::new(ReportedCustomer {
            alert: Some(alert),
            ..ReportedCustomer::default()
        });
        let call = JudgedCall { customer: Some(&customer), did: None, named };
        let mut folded = String::new();
        if !text.is_empty() {
            fold_words(text, &mut folded);
        }
        rules().judged(&folded, call).into_iter().map(|judged| judged.verdict).collect()
    }

    #[test]
    fn each_rule_says_why() {
        let (called, customer) = (RuleVerdict::CalledNumber, RuleVerdict::Customer);
        let by = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        for (text, first, last) in [
            (
                "Rompimentos na CTO 3",
                RuleVerdict::Chosen(by(&["rompimento*", "cto"])),
                RuleVerdict::Later(vec![]),
            ),
            ("Falta de luz", RuleVerdict::NoText, RuleVerdict::Chosen(vec![])),
            ("Fibra na rua", RuleVerdict::NoAlso, RuleVerdict::Chosen(vec![])),
            (
                "Teste de fibra no poste",
                RuleVerdict::Except("teste".to_owned()),
                RuleVerdict::Chosen(vec![]),
            ),
            (
                "Fibra no poste: normalizado",
                RuleVerdict::Over("normalizado".to_owned()),
                RuleVerdict::Chosen(vec![]),
            ),
            ("", RuleVerdict::NoText, RuleVerdict::Chosen(vec![])),
        ] {
            let expected = vec![first, customer.clone(), called.clone(), last];
            assert_eq!(judged(text, None), expected, "{text}");
        }
    }

    #[test]
    fn a_rule_that_an_alert_names_is_before_all() {
        let verdicts = judged("Fibra no poste", Some("suspenso"));
        assert_eq!(verdicts[1], RuleVerdict::Named);
        assert!(matches!(verdicts[0], RuleVerdict::Later(_)));
        let verdicts = judged("Fibra no poste", Some("gone"));
        assert!(matches!(verdicts[0], RuleVerdict::Chosen(_)));
    }

    #[test]
    fn the_words_are_found_as_they_were_typed() {
        for (text, expected) in [
            ("Há ROMPIMENTOS, no Poste.", vec!["ROMPIMENTOS,", "Poste."]),
            ("fibra/cto", vec!["fibra/cto"]),
            ("Queda", vec![]),
            ("Manutenção: fíbra   óptica", vec!["fíbra"]),
            ("", vec![]),
        ] {
            let places = rules().met_at("fibra", text);
            let words: Vec<_> = places.into_iter().map(|place| &text[place]).collect();
            assert_eq!(words, expected, "{text}");
        }
        assert!(rules().met_at("gone", "fibra").is_empty());
    }

    #[test]
    fn a_phrase_of_several_words_is_marked_whole() {
        let rule = Rule {
            name: Arc::from("luz"),
            text: phrases(&["queda de energia"]),
            ..Rule::default()
        };
        let rules = Rules::new(vec![rule], None);
        let text = "Queda. Houve QUEDA - de energia, hoje";
        let words: Vec<_> = rules.met_at("luz", text).into_iter().map(|at| &text[at]).collect();
        assert_eq!(words, ["QUEDA - de energia,"]);
    }
}
