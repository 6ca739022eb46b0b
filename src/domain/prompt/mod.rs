//! Chooses the prompt from the alerts of the found customers.

mod ahead;
mod choice;
mod phrase;
mod playlist;
mod speak;
mod verdict;

use std::cell::LazyCell;
use std::ops::Deref;
use std::sync::Arc;

use crate::domain::alert::{Alert, RulesId};
use crate::domain::call::Did;
use crate::domain::found::FoundCustomer;

pub use self::choice::{Choice, ChosenBy};
pub use self::phrase::{BadPhrase, Phrase};
pub use self::playlist::{PLAYLIST_BYTES_MAX, Playlist, SOUNDS_MAX, SoundForm};
pub use self::speak::{Speak, SpeakPart};
pub use self::verdict::{JudgedCall, JudgedRule, RuleVerdict};

/// One rule: its sounds are played if all conditions hold for the same customer. An empty list is not
/// a condition.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    pub name: Arc<str>,
    /// Any of these occurs in an alert text, …
    pub text: Vec<Phrase>,
    /// … in which one of these occurs as well, …
    pub also: Vec<Phrase>,
    /// … and none of these does. Another text of the same customer may still match.
    pub except: Vec<Phrase>,
    /// Like `except`, for words that mean that the fault is over: `ainda não normalizado` and `será
    /// normalizado` do not count.
    pub over: Vec<Phrase>,
    /// Any of the customer's services has one of these statuses.
    pub service_status: Vec<String>,
    /// Whether the customer's line is connected.
    pub connected: Option<bool>,
    /// The called number is one of these.
    pub did: Vec<Did>,
    pub play: Arc<Playlist>,
    /// What is said in its place once the text of the alert has been spoken.
    pub speak: Option<Arc<Speak>>,
    pub route: Option<Arc<str>>,
    /// Whether the matched text may be sent to the agent's screen.
    pub expose: bool,
}

impl Rule {
    /// Returns whether the condition on the called number holds.
    fn is_called(&self, did: Option<&Did>) -> bool {
        self.did.is_empty() || did.is_some_and(|did| self.did.contains(did))
    }

    /// Returns whether the conditions on the customer hold.
    fn fits(&self, found: &FoundCustomer) -> bool {
        let customer = found.customer();
        let has = |status: &String| customer.service_statuses().any(|own| own == status);
        (self.service_status.is_empty() || self.service_status.iter().any(has))
            && (self.connected.is_none() || customer.connected() == self.connected)
    }

    /// Returns whether the conditions on the customer hold for one of them, or there are none.
    fn fits_any(&self, customers: &[FoundCustomer]) -> bool {
        let is_for_all = self.service_status.is_empty() && self.connected.is_none();
        is_for_all || customers.iter().any(|found| self.fits(found))
    }

    /// Returns whether a text meets the conditions on the text. It is folded only if there are any.
    fn is_met_by(&self, text: &impl Deref<Target = String>) -> bool {
        let occurs = |phrase: &Phrase| phrase.is_any() || phrase.position(text).is_some();
        (self.text.is_empty() || self.text.iter().any(occurs))
            && (self.also.is_empty() || self.also.iter().any(occurs))
            && !self.except.iter().any(occurs)
            && !self.over.iter().any(|phrase| phrase.is_stated(text))
    }
}

/// What is played for an alert that no rule matches.
#[derive(Clone, Debug)]
pub struct General {
    pub play: Arc<Playlist>,
    pub expose: bool,
}

/// All rules in order, and the general prompt unless it is disabled.
#[derive(Clone, Debug)]
pub struct Rules {
    /// They never change, because alerts cache which of them they meet.
    list: Vec<Rule>,
    id: RulesId,
    pub general: Option<General>,
}

/// A rule whose conditions hold for one customer, and the alert that meets it, if any.
struct Match<'c> {
    position: usize,
    alert: Option<&'c Alert>,
}

impl Rules {
    /// Takes the rules in the order in which they are tried.
    pub fn new(list: Vec<Rule>, general: Option<General>) -> Self {
        Self { list, id: RulesId::next(), general }
    }

    /// Identifies these rules, for alerts that cache which of them they meet.
    pub fn id(&self) -> RulesId {
        self.id
    }

    /// The rules in the order in which they are tried.
    pub fn list(&self) -> &[Rule] {
        &self.list
    }

    /// Chooses the first rule that matches any customer with an alert, in the order of the rules and
    /// then of the customers.
    pub fn choose<'a>(&'a self, customers: &'a [FoundCustomer], did: Option<&Did>) -> Choice<'a> {
        if !customers.iter().any(FoundCustomer::alerted) {
            return Choice::default();
        }
        match self.first_match(customers, did) {
            Some(Match { position, alert }) => Choice::of_rule(&self.list[position], alert),
            None => {
                let mut alerts = customers.iter().flat_map(FoundCustomer::alerts);
                self.of_general(alerts.next().map(|alert| &**alert))
            }
        }
    }

    /// Chooses for a local alert: the rule that it names, or else the first one that its text meets. The
    /// conditions on the customer hold for one of `customers`; without customers, rules that have such
    /// conditions do not match.
    pub fn choose_local<'a>(
        &'a self,
        alert: Option<&'a Alert>,
        named: Option<&str>,
        customers: &[FoundCustomer],
        did: Option<&Did>,
    ) -> Choice<'a> {
        let concerns = |rule: &Rule| rule.is_called(did) && rule.fits_any(customers);
        let named = named.and_then(|name| self.list.iter().position(|rule| &*rule.name == name));
        // A reload may have removed the rule that an alert names.
        let position = named.or_else(|| self.first_position(self.list.len(), alert, concerns));
        let choice = match position {
            Some(position) => Choice::of_rule(&self.list[position], alert),
            None => self.of_general(alert),
        };
        Choice { alert, chosen_by: ChosenBy::Local, ..choice }
    }

    /// The rules that say the words of an alert of the feed or a local one, for any caller: the rule that it
    /// names, or each that its text meets.
    pub fn speaking<'a>(
        &'a self,
        alert: &Alert,
        named: Option<&str>,
    ) -> impl Iterator<Item = &'a Rule> {
        let folded = LazyCell::new(|| alert.folded());
        let known = named.filter(|name| self.list.iter().any(|rule| &*rule.name == *name));
        let known = known.map(ToOwned::to_owned);
        self.list.iter().filter(move |rule| {
            let is_chosen = || match &known {
                Some(name) => *rule.name == **name,
                None => rule.is_met_by(&folded),
            };
            rule.speak.is_some() && is_chosen()
        })
    }

    /// The choice for an alert that no rule matches.
    fn of_general<'a>(&'a self, alert: Option<&'a Alert>) -> Choice<'a> {
        self.general.as_ref().map_or_else(Choice::default, |general| Choice {
            play: Some(&general.play),
            message: alert.filter(|_| general.expose),
            alert,
            ..Choice::default()
        })
    }

    /// The first rule that matches, with the first customer and the first alert it matches.
    fn first_match<'c>(
        &self,
        customers: &'c [FoundCustomer],
        did: Option<&Did>,
    ) -> Option<Match<'c>> {
        let mut first: Option<Match<'c>> = None;
        for found in customers.iter().filter(|found| found.alerted()) {
            let mut alerts = found.alerts().map(|alert| Some(&**alert)).peekable();
            // An alert without a text meets the rules that require none.
            let without_text = alerts.peek().is_none().then_some(None);
            for alert in alerts.chain(without_text) {
                let end = first.as_ref().map_or(self.list.len(), |first| first.position);
                let concerns = |rule: &Rule| rule.is_called(did) && rule.fits(found);
                let position = self.first_position(end, alert, concerns);
                first = position.map(|position| Match { position, alert }).or(first);
            }
        }
        first
    }

    /// The first rule before `end` that this alert meets, and whose other conditions hold, too.
    fn first_position(
        &self,
        end: usize,
        alert: Option<&Alert>,
        concerns: impl Fn(&Rule) -> bool,
    ) -> Option<usize> {
        let folded = LazyCell::new(|| alert.map(Alert::folded).unwrap_or_default());
        let met_from = |start: usize| {
            let mut rest = self.list[start..].iter();
            rest.position(|rule| rule.is_met_by(&folded)).map(|at| start + at)
        };
        let mut position = match alert {
            Some(alert) => alert.first_rule(self.id, || met_from(0)),
            None => met_from(0),
        };
        while let Some(met) = position.filter(|met| *met < end) {
            if concerns(&self.list[met]) {
                return Some(met);
            }
            position = met_from(met + 1);
        }
        None
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::new(Vec::new(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert_text::AlertText;
    use crate::domain::reported::ReportedCustomer;

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

    fn customer(texts: &[&str]) -> FoundCustomer {
        let alert = texts.iter().filter_map(|text| AlertText::new(text)).collect();
        FoundCustomer::new(ReportedCustomer { alert: Some(alert), ..ReportedCustomer::default() })
    }

    fn quiet() -> FoundCustomer {
        FoundCustomer::new(ReportedCustomer::default())
    }

    fn rules(list: Vec<Rule>) -> Rules {
        let play = Arc::new(playlist(&["geral"]).expect("one short sound"));
        Rules::new(list, Some(General { play, expose: false }))
    }

    fn chosen<'a>(rules: &'a Rules, customers: &'a [FoundCustomer]) -> (Option<&'a str>, &'a str) {
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
    fn an_unmatched_alert_plays_the_general_prompt_unless_disabled() {
        let mut rules = rules(vec![rule("fibra", &["fibra"])]);
        assert_eq!(chosen(&rules, &[customer(&["débito"])]), (None, "bina/geral"));
        assert_eq!(chosen(&rules, &[customer(&[])]), (None, "bina/geral"));
        rules.general = None;
        assert_eq!(rules.choose(&[customer(&["débito"])], None), Choice::default());
    }

    #[test]
    fn a_customer_without_an_alert_matches_no_rule() {
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
        let rules = Rules::new(vec![suspended], None);
        let alert = AlertText::new("aviso").map(|text| vec![text]);
        let mut caller = ReportedCustomer { alert, ..ReportedCustomer::default() };
        let did = Did::new("+553732221234");
        let chosen = |caller: &ReportedCustomer, did: Option<&Did>| {
            rules.choose(&[FoundCustomer::new(caller.clone())], did).rule.is_some()
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
    fn one_customer_must_meet_all_conditions_of_a_rule() {
        let mut suspended = rule("fibra-suspenso", &["fibra"]);
        suspended.service_status = vec!["suspenso_debito".into()];
        suspended.route = Some("financeiro".into());
        let rules = Rules::new(vec![suspended, rule("fibra", &["fibra"])], None);
        let with = |texts: &[&str], status: &str| {
            let alert = texts.iter().filter_map(|text| AlertText::new(text)).collect();
            let statuses = vec!["aguardando_migracao".into(), status.into()];
            ReportedCustomer {
                alert: Some(alert),
                service_statuses: statuses,
                ..ReportedCustomer::default()
            }
        };
        let outage = FoundCustomer::new(with(&["corte de fibra"], "servico_habilitado"));
        let debt = FoundCustomer::new(with(&["boleto"], "suspenso_debito"));
        let quiet = ReportedCustomer { alert: None, ..with(&[], "suspenso_debito") };
        assert_eq!(chosen(&rules, &[outage.clone(), debt]).0, Some("fibra"));
        assert_eq!(chosen(&rules, &[outage.clone(), FoundCustomer::new(quiet)]).0, Some("fibra"));
        let both = FoundCustomer::new(with(&["boleto", "corte de fibra"], "suspenso_debito"));
        assert_eq!(chosen(&rules, &[outage, both]).0, Some("fibra-suspenso"), "rules go first");
    }

    #[test]
    fn any_service_of_the_customer_may_have_the_status() {
        let mut suspended = rule("suspenso", &[]);
        suspended.service_status = vec!["suspenso_debito".into()];
        let rules = Rules::new(vec![suspended], None);
        let statuses = vec!["aguardando_migracao".into(), "suspenso_debito".into()];
        let caller = ReportedCustomer {
            alert: Some(vec![]),
            service_status: Some("aguardando_migracao".into()),
            service_statuses: statuses,
            ..ReportedCustomer::default()
        };
        assert_eq!(chosen(&rules, &[FoundCustomer::new(caller)]).0, Some("suspenso"));
    }

    #[test]
    fn an_exception_excludes_its_own_text_only() {
        let mut outage = rule("rompimento", &["rompimento", "cabo"]);
        outage.except = read(&["resolvid*", "sem rompimento"]);
        outage.expose = true;
        let rules = Rules::new(vec![outage], None);
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
            assert_eq!(found.message.map(Alert::reveal), message, "{texts:?}");
        }
    }

    #[test]
    fn an_end_that_is_denied_or_announced_does_not_count() {
        let mut outage = rule("rompimento", &["rompimento"]);
        outage.over = read(&["normalizad*", "resolvid*", "ontem"]);
        let rules = Rules::new(vec![outage], None);
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
    fn a_phrase_of_also_must_be_in_the_same_text() {
        let mut area = rule("regiao", &["sem internet"]);
        area.also = read(&["bairro", "PON 1*"]);
        let rules = Rules::new(vec![area], None);
        let fits = |texts: &[&str]| rules.choose(&[customer(texts)], None).rule.is_some();
        assert!(fits(&["Bairro Santa Cruz sem internet"]) && fits(&["Sem internet na PON 12"]));
        assert!(!fits(&["sem internet"]) && !fits(&["sem internet", "bairro"]) && !fits(&[]));
        let mut any = rule("todos", &[]);
        any.also = read(&["bairro"]);
        let rules = Rules::new(vec![any], None);
        assert!(rules.choose(&[customer(&["Bairro"])], None).rule.is_some());
        assert!(rules.choose(&[customer(&[])], None).rule.is_none());
    }

    #[test]
    fn a_rule_for_all_with_exceptions_needs_a_text_without_one_or_no_text() {
        for text in [&["*"][..], &[]] {
            let mut others = rule("outros", text);
            others.except = read(&["debito"]);
            let rules = Rules::new(vec![others], None);
            let fits = |texts: &[&str]| rules.choose(&[customer(texts)], None).rule.is_some();
            assert!(fits(&["aviso"]) && fits(&["débito", "aviso"]) && fits(&[]));
            assert!(!fits(&["débito"]) && !fits(&["débito", "Débito em aberto"]));
        }
    }

    #[test]
    fn the_matched_text_is_sent_only_if_the_rule_exposes_it() {
        let mut open = rule("fibra", &["fibra"]);
        open.expose = true;
        let customers = [customer(&["primeiro", "corte de fibra"])];
        let exposed = rules(vec![open]);
        let message = exposed.choose(&customers, None).message;
        assert_eq!(message.map(Alert::reveal), Some("corte de fibra"));
        let kept = rules(vec![rule("fibra", &["fibra"])]);
        assert_eq!(kept.choose(&customers, None).message, None);
    }
}
