//! Chooses what to play from the alert of the customers who were found.

use std::sync::Arc;

use memchr::memmem::Finder;

use crate::alert_text::{AlertText, fold};
use crate::call::Did;
use crate::customer::Known;

/// Most sounds one rule may play; a caller hangs up long before the ninth.
pub const SOUNDS_MAX: usize = 8;
/// Longest prompt argument in bytes: what both PBXs take in an application's argument with
/// plenty of room, and small enough for the whole Asterisk answer to stay under its 4,095.
pub const PLAYLIST_BYTES_MAX: usize = 512;

/// How one PBX names a sound: what stands before and after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundForm {
    pub prefix: String,
    pub suffix: String,
}

impl SoundForm {
    fn element(&self, sound: &str) -> String {
        format!("{}{sound}{}", self.prefix, self.suffix)
    }
}

/// The sounds of one rule, written once in the form of each PBX.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Playlist {
    /// An argument for Asterisk's `Playback`: elements joined by `&`.
    pub asterisk: String,
    /// An argument for FreeSWITCH's `playback`: a path, or `file_string://a!b`.
    pub freeswitch: String,
}

impl Playlist {
    /// Writes `sounds` for both PBXs; `None` beyond `SOUNDS_MAX` or `PLAYLIST_BYTES_MAX`.
    pub fn new(sounds: &[&str], asterisk: &SoundForm, freeswitch: &SoundForm) -> Option<Self> {
        let join = |form: &SoundForm, separator| {
            sounds.iter().map(|sound| form.element(sound)).collect::<Vec<_>>().join(separator)
        };
        let scheme = if sounds.len() > 1 { "file_string://" } else { "" };
        let list = Self {
            asterisk: join(asterisk, "&"),
            freeswitch: format!("{scheme}{}", join(freeswitch, "!")),
        };
        let fits = sounds.len() <= SOUNDS_MAX
            && list.asterisk.len().max(list.freeswitch.len()) <= PLAYLIST_BYTES_MAX;
        fits.then_some(list)
    }
}

/// Words or a phrase to look for in an alert text, folded; `*` stands for every alert. The search
/// is prepared once, as a thousand rules may be tried for a call.
#[derive(Clone, Debug)]
pub struct Phrase(Finder<'static>);

impl Phrase {
    /// Reads a phrase; `None` when nothing is left of it, as it would match every text.
    pub fn new(text: &str) -> Option<Self> {
        let folded = fold(text);
        (!folded.is_empty()).then(|| Self(Finder::new(&folded).into_owned()))
    }

    fn is_any(&self) -> bool {
        self.0.needle() == b"*"
    }

    /// Where it begins in folded texts, which it cannot join: it holds no end of a line.
    fn place(&self, folded: &str) -> Option<usize> {
        self.0.find(folded.as_bytes())
    }
}

/// One rule: when every condition holds, these sounds are played. An empty list is no condition.
#[derive(Clone, Debug)]
pub struct Rule {
    pub name: Arc<str>,
    /// Any of these occurs in any alert text of any customer.
    pub text: Vec<Phrase>,
    /// Any customer's service status is one of these.
    pub service_status: Vec<String>,
    /// Any customer's line is connected, or not.
    pub connected: Option<bool>,
    /// The called number is one of these.
    pub did: Vec<Did>,
    pub play: Arc<Playlist>,
    pub route: Option<Arc<str>>,
    /// Whether the text that matched may be passed on to the agent's screen.
    pub expose: bool,
}

impl Rule {
    /// Tells whether all conditions hold, and with which text.
    fn matches<'c>(&self, customers: &'c [Known], did: Option<&Did>) -> Option<Match<'c>> {
        let status =
            |c: &Known| self.service_status.iter().any(|status| status == c.service_status());
        let holds = (self.service_status.is_empty() || customers.iter().any(status))
            && (self.connected.is_none()
                || customers.iter().any(|c| c.connected() == self.connected))
            && (self.did.is_empty() || did.is_some_and(|did| self.did.contains(did)));
        if holds { self.matching_text(customers) } else { None }
    }

    fn matching_text<'c>(&self, customers: &'c [Known]) -> Option<Match<'c>> {
        if self.text.is_empty() || self.text.iter().any(Phrase::is_any) {
            return Some(Match::AnyText);
        }
        let first = |folded: &str| self.text.iter().filter_map(|phrase| phrase.place(folded)).min();
        customers.iter().find_map(|known| Some(Match::Text(known, first(known.folded())?)))
    }
}

/// A rule's conditions hold, with which text.
enum Match<'c> {
    AnyText,
    /// That at a place in the folded texts of a customer.
    Text(&'c Known, usize),
}

impl<'c> Match<'c> {
    /// The text that matched, when the alert has one.
    fn text(self, customers: &'c [Known]) -> Option<AlertText<'c>> {
        match self {
            Self::AnyText => customers.iter().flat_map(Known::alert_texts).next(),
            Self::Text(known, at) => known.alert_text_at(at),
        }
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
    /// Chooses the first rule that matches; no rule is tried when no customer has an alert.
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
                message: rule.expose.then(|| found.text(customers)).flatten(),
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
    use crate::customer::Customer;

    fn form(prefix: &str, suffix: &str) -> SoundForm {
        SoundForm { prefix: prefix.into(), suffix: suffix.into() }
    }

    fn playlist(sounds: &[&str]) -> Option<Playlist> {
        Playlist::new(sounds, &form("bina/", ""), &form("bina/", ".wav"))
    }

    fn rule(name: &str, phrases: &[&str]) -> Rule {
        Rule {
            name: name.into(),
            text: phrases.iter().filter_map(|p| Phrase::new(p)).collect(),
            service_status: vec![],
            connected: None,
            did: vec![],
            play: Arc::new(playlist(&[name]).expect("one short sound")),
            route: None,
            expose: false,
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

    #[test]
    fn playlists_are_written_in_the_form_of_each_pbx_and_are_bounded() {
        let two = playlist(&["a", "b"]).expect("two short sounds");
        assert_eq!(two.asterisk, "bina/a&bina/b");
        assert_eq!(two.freeswitch, "file_string://bina/a.wav!bina/b.wav");
        assert_eq!(playlist(&["a"]).expect("one short sound").freeswitch, "bina/a.wav");
        assert_eq!(playlist(&["a"; 9]), None);
        assert_eq!(playlist(&["x".repeat(300).as_str(); 2]), None);
    }
}
