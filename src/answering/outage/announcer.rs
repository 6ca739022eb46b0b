//! Chooses what a caller hears: from his own alerts, from local ones, and in doubt.

use std::ptr;
use std::sync::Arc;

use crate::answering::journal::ChosenAlert;
use crate::answering::speech::Speech;
use crate::answering::suspicion::Suspicions;
use crate::domain::alert::{Alert, Scope, TextKey};
use crate::domain::alert_text::AlertText;
use crate::domain::answer::{AlertFacts, Told};
use crate::domain::call::{Call, Did};
use crate::domain::finding::{AlertCertainty, Finding};
use crate::domain::forecast::Forecast;
use crate::domain::found::FoundCustomer;
use crate::domain::local_time::LocalTime;
use crate::domain::phone::Phone;
use crate::domain::prompt::{Choice, ChosenBy, JudgedCall, JudgedRule, Playlist, Rules};
use crate::domain::zone::Zone;
use crate::runtime::wall_clock;
use crate::sources::alerts::{ActiveAlert, AlertBoard, AlertOrigin, Board, LocalReach};
use crate::sources::directory::{RowIndex, Subject};

use super::Settings;

/// Chooses announcements.
#[derive(Clone, Default)]
pub struct Announcer {
    pub rules: Rules,
    pub settings: Settings,
    /// The zone of expected ends.
    pub zone: Zone,
    /// Where the active alerts are, if they are kept.
    pub alerts: Option<Arc<dyn AlertBoard>>,
    /// Where outages are suspected, if that is watched.
    pub suspicions: Option<Arc<Suspicions>>,
    /// The spoken words of alerts, if any are spoken.
    pub speech: Option<Arc<Speech>>,
}

/// How directly a local alert concerns a caller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Aim {
    Place,
    Did,
    Everyone,
}

impl Aim {
    /// The most direct way in which an alert concerns a caller, if it does.
    fn of(reach: &LocalReach, rows: &[RowIndex], did: Option<&Did>) -> Option<Self> {
        if rows.iter().any(|row| reach.has(*row)) {
            return Some(Self::Place);
        }
        if did.is_some_and(|did| reach.dids.contains(did)) {
            return Some(Self::Did);
        }
        reach.is_everyone.then_some(Self::Everyone)
    }
}

impl Announcer {
    /// The alerts that are active now, if any is.
    pub fn board(&self) -> Option<Arc<Board>> {
        let alerts = self.alerts.as_ref().filter(|alerts| !alerts.is_empty())?;
        Some(alerts.board())
    }

    /// What has been spoken, if the choice says the words of its alert.
    pub fn spoken(&self, choice: &Choice<'_>) -> Option<Arc<Playlist>> {
        let (rule, alert) = (choice.speak.and(choice.rule)?, choice.alert?);
        let spoken = self.speech.as_ref()?.spoken();
        spoken.playlist(rule, alert.text_key()).map(Arc::clone)
    }

    /// Counts a call, so that the list of alerts is read faster when they surge.
    pub fn note_call(&self) {
        if let Some(alerts) = &self.alerts {
            alerts.note_call();
        }
    }

    /// Chooses what the caller hears. His own alert goes before local ones for the called number or for
    /// everyone; one for his place takes the rules like his own. Where no alert is certain, the rules that
    /// need none still apply.
    pub fn choose<'a>(
        &'a self,
        board: Option<&'a Board>,
        finding: &'a Finding,
        phone: Option<&Phone>,
        call: &Call,
    ) -> Choice<'a> {
        let did = call.did.as_ref();
        let subject = subject(finding, phone, call);
        let own = match finding {
            Finding::Found { record, alerts: AlertCertainty::Certain, .. } => {
                self.rules.choose(record.customers(), did)
            }
            Finding::Found { record, .. } => self.rules.choose_undecided(record.customers(), did),
            _ => Choice::default(),
        };
        let local = board.and_then(|board| self.local(board, finding, subject, did));
        match local {
            Some((_, choice)) if !plays(&own) => routed(choice, &own),
            Some((aim, choice)) if self.precedes(aim, &choice, &own) => routed(choice, &own),
            _ if plays(&own) => own,
            _ => {
                let doubtful = self.hedged(finding).or_else(|| self.suspected(finding, subject));
                doubtful.map_or_else(|| own.clone(), |doubtful| routed(doubtful, &own))
            }
        }
    }

    /// Whether a local alert goes before the choice for the customer, who hears of an alert of his own before
    /// one for all callers; otherwise the order of the rules decides.
    fn precedes(&self, aim: Aim, local: &Choice<'_>, own: &Choice<'_>) -> bool {
        let takes_order = aim == Aim::Place || own.chosen_by == ChosenBy::Services;
        takes_order && self.is_before(local, own)
    }

    /// Judges each rule for the alert that `choice` was made from, or for the first one that the caller has;
    /// without an alert, for the customer's services, if any rule is for them.
    pub fn judged(
        &self,
        board: Option<&Board>,
        finding: &Finding,
        choice: &Choice<'_>,
        call: &Call,
    ) -> Vec<JudgedRule> {
        let did = call.did.as_ref();
        if choice.chosen_by == ChosenBy::Local {
            let is_it = |active: &&ActiveAlert| match (active.alert.as_deref(), choice.alert) {
                (Some(alert), Some(chosen)) => ptr::eq(alert, chosen),
                _ => false,
            };
            let named = board.and_then(|board| board.alerts.iter().find(is_it)?.rule.as_deref());
            let folded = choice.alert.map(Alert::folded).unwrap_or_default();
            return self.rules.judged(&folded, JudgedCall { customer: None, did, named });
        }
        let alerted = customers(finding).iter().filter(|found| found.alerted());
        let has = |found: &&FoundCustomer| {
            choice.alert.is_none_or(|chosen| found.alerts().any(|alert| **alert == *chosen))
        };
        let Some(customer) = alerted.clone().find(has).or_else(|| alerted.clone().next()) else {
            return self.rules.judged_quiet(customers(finding), did);
        };
        let first = customer.alerts().next().map(|alert| &**alert);
        let folded = choice.alert.or(first).map(Alert::folded).unwrap_or_default();
        self.rules.judged(&folded, JudgedCall { customer: Some(customer), did, named: None })
    }

    /// Whether a local alert with this text and rule plays a prompt, whoever calls.
    pub fn plays_local(&self, text: &str, rule: Option<&str>) -> bool {
        let alert = AlertText::new(text).map(|text| Alert::new(text, Scope::Carrier));
        plays(&self.rules.choose_local(alert.as_ref(), rule, &[], None))
    }

    /// The rule that the text of a local alert meets, whoever calls.
    pub fn rule_of_local(&self, text: &str) -> Option<Arc<str>> {
        let alert = AlertText::new(text).map(|text| Alert::new(text, Scope::Carrier));
        self.rules.choose_local(alert.as_ref(), None, &[], None).rule.map(Arc::clone)
    }

    /// The choice for the local alert that concerns the caller most directly.
    fn local<'a>(
        &'a self,
        board: &'a Board,
        finding: &'a Finding,
        subject: Subject<'_>,
        did: Option<&Did>,
    ) -> Option<(Aim, Choice<'a>)> {
        let has_places = board.locals().any(|(_, reach)| !reach.rows.is_empty());
        let rows = if has_places { board.rows_of(subject) } else { Vec::new() };
        let customers = customers(finding);
        let choices = board.locals().filter_map(|(active, reach)| {
            let aim = Aim::of(reach, &rows, did)?;
            let alert = active.alert.as_deref();
            let choice = self.rules.choose_local(alert, active.rule.as_deref(), customers, did);
            Some((aim, choice)).filter(|(_, choice)| plays(choice))
        });
        choices.min_by_key(|(aim, choice)| (*aim, self.position(choice)))
    }

    /// The hedged prompt, if an alert may concern the caller.
    fn hedged(&self, finding: &Finding) -> Option<Choice<'_>> {
        let is_undecided =
            matches!(finding, Finding::Found { alerts: AlertCertainty::Undecided, .. });
        self.settings.hedged_prompt.as_ref().filter(|_| is_undecided).map(Choice::hedged)
    }

    /// The prompt for callers from where an outage is suspected, unless they have an alert.
    fn suspected(&self, finding: &Finding, subject: Subject<'_>) -> Option<Choice<'_>> {
        let prompt = self.settings.suspect_prompt.as_ref()?;
        let suspicions = self.suspicions.as_ref()?;
        let is_alerted = customers(finding).iter().any(FoundCustomer::alerted);
        let is_concerned = !is_alerted && suspicions.concerns(subject);
        is_concerned.then(|| Choice::hedged(prompt))
    }

    /// The alert that the caller hears of by this choice; none if nothing is played, or only in doubt.
    pub fn chosen(&self, board: Option<&Board>, choice: &Choice<'_>) -> Option<ChosenAlert> {
        if !plays(choice) || matches!(choice.chosen_by, ChosenBy::Hedge | ChosenBy::Services) {
            return None;
        }
        let key = choice.alert.map_or(TextKey::NO_TEXT, Alert::text_key);
        let active = || board.into_iter().flat_map(|board| announced(board, choice, key));
        let origin = active().next().map(|active| active.origin.clone());
        // Another alert is news, also with the same text.
        let key = match &origin {
            Some(AlertOrigin::Local(id)) => key.with(id),
            _ => key,
        };
        let since = active().map(|active| active.absent_at).min().flatten();
        Some(ChosenAlert { key, origin, since })
    }

    fn is_before(&self, one: &Choice<'_>, other: &Choice<'_>) -> bool {
        self.position(one) < self.position(other)
    }

    /// The position of the rule that chose; the general prompt comes after all.
    fn position(&self, choice: &Choice<'_>) -> usize {
        let rules = self.rules.list();
        let named = choice.rule.and_then(|name| rules.iter().position(|rule| rule.name == *name));
        named.unwrap_or(rules.len())
    }

    /// What is known of the alert that was chosen.
    pub fn facts(&self, board: Option<&Board>, choice: &Choice<'_>, told: Told) -> AlertFacts {
        let stated = choice.alert.filter(|_| choice.chosen_by == ChosenBy::Local);
        // What a local alert says is clearer than the end that was typed beside it.
        let stated =
            stated.and_then(Alert::forecast).and_then(|forecast| forecast.word(self.now()));
        let forecast =
            stated.or_else(|| choice.alert.and_then(|alert| self.forecast(board, alert)));
        AlertFacts { told, forecast }
    }

    /// The expected end of an alert, from its window, else from its text.
    fn forecast(&self, board: Option<&Board>, alert: &Alert) -> Option<String> {
        let ends_at_s = board.and_then(|board| window_end(board, alert));
        let forecast = match ends_at_s {
            Some(end_s) => Forecast::at(self.zone.local_time(end_s)),
            None => alert.forecast(),
        };
        forecast?.word(self.now())
    }

    fn now(&self) -> LocalTime {
        self.zone.local_time(wall_clock::now_s())
    }
}

fn plays(choice: &Choice<'_>) -> bool {
    choice.play.is_some_and(|play| !play.asterisk.is_empty())
}

/// What is heard instead of the choice that the customer's services made, which still routes the call.
fn routed<'a>(heard: Choice<'a>, own: &Choice<'a>) -> Choice<'a> {
    if heard.route.is_some() || own.chosen_by != ChosenBy::Services {
        return heard;
    }
    Choice { route: own.route, ..heard }
}

/// Whom the answer is about: who calls, but for a caller who has typed what identifies a customer.
fn subject<'a>(finding: &Finding, phone: Option<&'a Phone>, call: &Call) -> Subject<'a> {
    if call.identification.is_none() {
        return phone.map_or(Subject::Nobody, Subject::Number);
    }
    let Finding::Found { record, .. } = finding else { return Subject::Nobody };
    let id = record.identity().and_then(|customer| customer.id().parse().ok());
    id.map_or(Subject::Nobody, Subject::Customer)
}

fn customers(finding: &Finding) -> &[FoundCustomer] {
    match finding {
        Finding::Found { record, .. } => record.customers(),
        _ => &[],
    }
}

/// The active alerts that a choice may be made from: a local one itself, or those of HubSoft with the same
/// text.
fn announced<'b>(
    board: &'b Board,
    choice: &Choice<'b>,
    key: TextKey,
) -> impl Iterator<Item = &'b ActiveAlert> {
    let is_local = choice.chosen_by == ChosenBy::Local;
    let chosen = choice.alert;
    let active = board.alerts.iter().filter(move |active| active.is_hubsofts() != is_local);
    active.filter(move |active| match (active.alert.as_deref(), chosen) {
        (Some(alert), Some(chosen)) if is_local => ptr::eq(alert, chosen),
        (Some(alert), Some(_)) => alert.text_key() == key,
        (alert, chosen) => alert.is_none() && chosen.is_none(),
    })
}

/// The end of the window of the active alert with this text. Of several, the latest counts. Nobody expects
/// the default end of a local alert.
fn window_end(board: &Board, alert: &Alert) -> Option<u64> {
    let same = board.alerts.iter().filter(|active| active.alert.as_deref() == Some(alert));
    same.filter(|active| !active.is_end_default).filter_map(|active| active.ends_at_s).max()
}
