//! Chooses what to play from the alert of the customers who were found.

mod ahead;
mod phrase;
mod playlist;

use std::sync::Arc;

use memchr::memchr;

use crate::domain::alert_text::AlertText;
use crate::domain::call::Did;
use crate::domain::customer::Known;

pub use self::phrase::{BadPhrase, Phrase};
pub use self::playlist::{PLAYLIST_BYTES_MAX, Playlist, SOUNDS_MAX, SoundForm};

/// One rule: when every condition holds for one and the same customer, these sounds are played.
/// An empty list is no condition.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    pub name: Arc<str>,
    /// Any of these occurs in an alert text, …
    pub text: Vec<Phrase>,
    /// … in which one of these occurs as well, …
    pub also: Vec<Phrase>,
    /// … and none of these does. Another text of the same customer may still match.
    pub except: Vec<Phrase>,
    /// Like `except`, for words that say that it is over: `ainda não normalizado` and `será
    /// normalizado` do not say so.
    pub over: Vec<Phrase>,
    /// Any of the customer's services has one of these statuses.
    pub service_status: Vec<String>,
    /// The customer's line is connected, or not.
    pub connected: Option<bool>,
    /// The called number is one of these.
    pub did: Vec<Did>,
    pub play: Arc<Playlist>,
    pub route: Option<Arc<str>>,
    /// Whether the text that matched may be passed on to the agent's screen.
    pub expose: bool,
}

impl Rule {
    /// The first customer for whom all conditions hold, and with which text.
    fn matches<'c>(&self, customers: &'c [Known], did: Option<&Did>) -> Option<Match<'c>> {
        if !self.did.is_empty() && !did.is_some_and(|did| self.did.contains(did)) {
            return None;
        }
        let alerted = customers.iter().filter(|known| known.alerted());
        let mut concerned = alerted.filter(|known| self.concerns(known));
        concerned.find_map(|known| Some(Match { known, at: self.text_at(known.folded())? }))
    }

    /// Tells whether the conditions on the customer's line hold.
    fn concerns(&self, known: &Known) -> bool {
        let has = |status: &String| known.service_statuses().any(|own| own == status);
        (self.service_status.is_empty() || self.service_status.iter().any(has))
            && (self.connected.is_none() || known.connected() == self.connected)
    }

    /// Where in the folded texts of a customer the rule's phrase is.
    fn text_at(&self, folded: &str) -> Option<usize> {
        // Most rules do not match: the texts are not taken apart for them.
        let first = self.first(folded)?;
        if self.also.is_empty() && self.except.is_empty() && self.over.is_empty() {
            return Some(first);
        }
        lines(folded).find_map(|(start, line)| {
            let at = self.first(line)?;
            self.admits(line).then_some(start + at)
        })
    }

    /// Tells whether nothing but the phrases of `text` keeps the rule from matching this text.
    fn admits(&self, line: &str) -> bool {
        let occurs = |phrase: &Phrase| phrase.place(line).is_some();
        (self.also.is_empty() || self.also.iter().any(occurs))
            && !self.except.iter().any(occurs)
            && !self.over.iter().any(|phrase| phrase.is_said(line))
    }

    /// Where the first of the rule's phrases is.
    fn first(&self, folded: &str) -> Option<usize> {
        if self.text.is_empty() {
            return Some(0);
        }
        self.text.iter().filter_map(|phrase| phrase.place(folded)).min()
    }
}

/// Each line, and where it begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let rest = &text[start..];
        let end = memchr(b'\n', rest.as_bytes());
        next = end.map(|end| start + end + 1);
        Some((start, &rest[..end.unwrap_or(rest.len())]))
    })
}

/// A rule's conditions hold for this customer, with the text at a place in the folded ones.
struct Match<'c> {
    known: &'c Known,
    at: usize,
}

impl<'c> Match<'c> {
    /// The text that matched, when the alert has one.
    fn text(&self) -> Option<AlertText<'c>> {
        self.known.alert_text_at(self.at)
    }
}

/// What is played for an alert that no rule matches.
#[derive(Clone, Debug)]
pub struct General {
    pub play: Arc<Playlist>,
    pub expose: bool,
}

/// All rules in order, and the general prompt unless it is switched off.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub list: Vec<Rule>,
    pub general: Option<General>,
}

/// What was chosen for one call; all empty when there is nothing to play.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice<'a> {
    /// Name of the rule that chose; `None` for the general prompt.
    pub rule: Option<&'a Arc<str>>,
    pub play: Option<&'a Arc<Playlist>>,
    pub route: Option<&'a Arc<str>>,
    /// The text that may be passed on.
    pub message: Option<AlertText<'a>>,
}

impl Rules {
    /// Chooses the first rule that matches any customer, in the order of the rules and then of the
    /// customers; no rule is tried for a customer without an alert.
    pub fn choose<'a>(&'a self, customers: &'a [Known], did: Option<&Did>) -> Choice<'a> {
        if !customers.iter().any(Known::alerted) {
            return Choice::default();
        }
        let first = self.list.iter().find_map(|rule| Some((rule, rule.matches(customers, did)?)));
        match (first, &self.general) {
            (Some((rule, found)), _) => Choice {
                rule: Some(&rule.name),
                play: Some(&rule.play),
                route: rule.route.as_ref(),
                message: rule.expose.then(|| found.text()).flatten(),
            },
            (None, Some(general)) => Choice {
                play: Some(&general.play),
                message: customers.iter().flat_map(Known::alert_texts).find(|_| general.expose),
                ..Choice::default()
            },
            (None, None) => Choice::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::Customer;

    fn form(prefix: &str, suffix: &str) -> SoundForm {
        SoundForm { prefix: prefix.into(), suffix: suffix.into() }
    }

    fn playlist(sounds: &[&str]) -> Option<Playlist> {
        Playlist::new(sounds, &form("bina/", ""), &form("bina/", ".wav"))
    }

    fn read(phrases: &[&str]) -> Vec<Phrase> {
        phrases.iter().map(|phrase| Phrase::parse(phrase).expect(phrase)).collect()
    }

    fn rule(name: &str, phrases: &[&str]) -> Rule {
        Rule {
            name: name.into(),
            text: read(phrases),
            play: Arc::new(playlist(&[name]).expect("one short sound")),
            ..Rule::default()
        }
    }

    fn customer(texts: &[&str]) -> Known {
        let alert = texts.iter().filter_map(|text| AlertText::new(text)).collect();
        Known::new(&Customer { alert: Some(alert), ..Customer::default() })
    }

    fn quiet() -> Known {
        Known::new(&Customer::default())
    }

    fn rules(list: Vec<Rule>) -> Rules {
        let play = Arc::new(playlist(&["geral"]).expect("one short sound"));
        Rules { list, general: Some(General { play, expose: false }) }
    }

    fn chosen<'a>(rules: &'a Rules, customers: &'a [Known]) -> (Option<&'a str>, &'a str) {
        let choice = rules.choose(customers, None);
        (choice.rule.map(|rule| &**rule), choice.play.map_or("", |play| play.asterisk.as_str()))
    }

    #[test]
    fn the_first_rule_that_matches_wins() {
        let rules = rules(vec![rule("fibra", &["rompimento", "fibra"]), rule("todos", &["*"])]);
        assert_eq!(chosen(&rules, &[customer(&["ROMPIMENTO na rua"])]).0, Some("fibra"));
        assert_eq!(chosen(&rules, &[customer(&["outra coisa"])]).0, Some("todos"));
        assert_eq!(chosen(&rules, &[customer(&[])]).0, Some("todos"));
    }

    #[test]
    fn an_alert_no_rule_matches_plays_the_general_prompt_unless_switched_off() {
        let mut rules = rules(vec![rule("fibra", &["fibra"])]);
        assert_eq!(chosen(&rules, &[customer(&["débito"])]), (None, "bina/geral"));
        assert_eq!(chosen(&rules, &[customer(&[])]), (None, "bina/geral"));
        rules.general = None;
        assert_eq!(rules.choose(&[customer(&["débito"])], None), Choice::default());
    }

    #[test]
    fn a_quiet_customer_gets_nothing_even_from_a_rule_for_all() {
        let rules = rules(vec![rule("todos", &["*"]), rule("sempre", &[])]);
        assert_eq!(rules.choose(&[quiet()], None), Choice::default());
    }

    #[test]
    fn any_alert_of_several_customers_counts() {
        let rules = rules(vec![rule("fibra", &["fibra"])]);
        let customers = [quiet(), customer(&["corte de FIBRA"])];
        assert_eq!(chosen(&rules, &customers).0, Some("fibra"));
    }

    #[test]
    fn all_conditions_of_a_rule_must_hold() {
        let mut suspended = rule("suspenso", &["aviso"]);
        suspended.service_status = vec!["suspenso_debito".into()];
        suspended.connected = Some(false);
        suspended.did = Did::new("3732221234").into_iter().collect();
        let rules = Rules { list: vec![suspended], general: None };
        let alert = AlertText::new("aviso").map(|text| vec![text]);
        let mut caller = Customer { alert, ..Customer::default() };
        let did = Did::new("+553732221234");
        let chosen = |caller: &Customer, did: Option<&Did>| {
            rules.choose(&[Known::new(caller)], did).rule.is_some()
        };
        assert!(!chosen(&caller, did.as_ref()));
        caller.service_status = Some("suspenso_debito".into());
        caller.connected = Some(false);
        assert!(chosen(&caller, did.as_ref()));
        assert!(!chosen(&caller, None));
        caller.connected = None;
        assert!(!chosen(&caller, did.as_ref()));
    }

    #[test]
    fn the_conditions_of_a_rule_are_met_by_one_customer() {
        let mut suspended = rule("fibra-suspenso", &["fibra"]);
        suspended.service_status = vec!["suspenso_debito".into()];
        suspended.route = Some("financeiro".into());
        let rules = Rules { list: vec![suspended, rule("fibra", &["fibra"])], general: None };
        let with = |texts: &[&str], status: &str| {
            let alert = texts.iter().filter_map(|text| AlertText::new(text)).collect();
            let statuses = vec!["aguardando_migracao".into(), status.into()];
            Customer { alert: Some(alert), service_statuses: statuses, ..Customer::default() }
        };
        let outage = Known::new(&with(&["corte de fibra"], "servico_habilitado"));
        let debt = Known::new(&with(&["boleto"], "suspenso_debito"));
        let quiet = Customer { alert: None, ..with(&[], "suspenso_debito") };
        assert_eq!(chosen(&rules, &[outage.clone(), debt]).0, Some("fibra"));
        assert_eq!(chosen(&rules, &[outage.clone(), Known::new(&quiet)]).0, Some("fibra"));
        let both = Known::new(&with(&["boleto", "corte de fibra"], "suspenso_debito"));
        assert_eq!(chosen(&rules, &[outage, both]).0, Some("fibra-suspenso"), "rules go first");
    }

    #[test]
    fn any_service_of_the_customer_may_have_the_status() {
        let mut suspended = rule("suspenso", &[]);
        suspended.service_status = vec!["suspenso_debito".into()];
        let rules = Rules { list: vec![suspended], general: None };
        let statuses = vec!["aguardando_migracao".into(), "suspenso_debito".into()];
        let caller = Customer {
            alert: Some(vec![]),
            service_status: Some("aguardando_migracao".into()),
            service_statuses: statuses,
            ..Customer::default()
        };
        assert_eq!(chosen(&rules, &[Known::new(&caller)]).0, Some("suspenso"));
    }

    #[test]
    fn a_text_with_an_exception_does_not_count_and_another_one_still_does() {
        let mut outage = rule("rompimento", &["rompimento", "cabo"]);
        outage.except = read(&["resolvid*", "sem rompimento"]);
        outage.expose = true;
        let rules = Rules { list: vec![outage], general: None };
        for (texts, message) in [
            (&["Rompimento no Centro"][..], Some("Rompimento no Centro")),
            (&["Rompimento RESOLVIDO"], None),
            (&["Sem rompimento na região"], None),
            (&["Resolvido", "Rompimento no Norte"], Some("Rompimento no Norte")),
            (&["Rompimento resolvido", "Cabo no Norte"], Some("Cabo no Norte")),
            (&["Cabo no Norte", "Rompimento resolvido"], Some("Cabo no Norte")),
            (&["Rompimento resolvido", "outra coisa"], None),
            (&[], None),
        ] {
            let customers = [customer(texts)];
            let found = rules.choose(&customers, None);
            assert_eq!(found.rule.is_some(), message.is_some(), "{texts:?}");
            assert_eq!(found.message, message.and_then(AlertText::new), "{texts:?}");
        }
    }

    #[test]
    fn words_that_say_it_is_over_do_not_count_when_they_are_denied_or_ahead() {
        let mut outage = rule("rompimento", &["rompimento"]);
        outage.over = read(&["normalizad*", "resolvid*", "ontem"]);
        let rules = Rules { list: vec![outage], general: None };
        for (text, fits) in [
            ("Rompimento normalizado", false),
            ("Rompimento AINDA NÃO NORMALIZADO", true),
            ("Rompimento, deve ser normalizado até 18h", true),
            ("Rompimento Sul será resolvido, Norte já resolvido", false),
            ("Resolvido o rompimento, cliente será normalizado", false),
            ("Rompimento? Não, normalizado", false),
            ("Rompimento desde ontem", true),
            ("Rompimento ontem", false),
        ] {
            let fitting = rules.choose(&[customer(&[text])], None).rule.is_some();
            assert_eq!(fitting, fits, "{text}");
        }
    }

    #[test]
    fn a_phrase_of_also_has_to_be_in_the_same_text() {
        let mut area = rule("regiao", &["sem internet"]);
        area.also = read(&["bairro", "PON 1*"]);
        let rules = Rules { list: vec![area], general: None };
        let fits = |texts: &[&str]| rules.choose(&[customer(texts)], None).rule.is_some();
        assert!(fits(&["Bairro Santa Cruz sem internet"]) && fits(&["Sem internet na PON 12"]));
        assert!(!fits(&["sem internet"]) && !fits(&["sem internet", "bairro"]) && !fits(&[]));
        let mut any = rule("todos", &[]);
        any.also = read(&["bairro"]);
        let rules = Rules { list: vec![any], general: None };
        assert!(rules.choose(&[customer(&["Bairro"])], None).rule.is_some());
        assert!(rules.choose(&[customer(&[])], None).rule.is_none());
    }

    #[test]
    fn a_rule_for_all_with_exceptions_needs_a_text_without_one_or_no_text() {
        for text in [&["*"][..], &[]] {
            let mut others = rule("outros", text);
            others.except = read(&["debito"]);
            let rules = Rules { list: vec![others], general: None };
            let fits = |texts: &[&str]| rules.choose(&[customer(texts)], None).rule.is_some();
            assert!(fits(&["aviso"]) && fits(&["débito", "aviso"]) && fits(&[]));
            assert!(!fits(&["débito"]) && !fits(&["débito", "Débito em aberto"]));
        }
    }

    #[test]
    fn the_text_that_matched_is_passed_on_only_when_the_rule_exposes_it() {
        let mut open = rule("fibra", &["fibra"]);
        open.expose = true;
        let customers = [customer(&["primeiro", "corte de fibra"])];
        let exposed = rules(vec![open]);
        let message = exposed.choose(&customers, None).message;
        assert_eq!(message, AlertText::new("corte de fibra"));
        let kept = rules(vec![rule("fibra", &["fibra"])]);
        assert_eq!(kept.choose(&customers, None).message, None);
    }
}
