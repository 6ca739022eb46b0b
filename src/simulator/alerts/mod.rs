//! The alerts of the simulated NOC: a list, page by page, and whom they concern.
//!
//! ```text
//! a test, a controller -> alert -> scope -> NocAlerts -> page -> the list
//!                                  ids                `-> flag -> answers about customers
//! ```

mod alert;
mod clock;
mod fault;
mod page;
mod scope;

use serde_json::{Value, json};

use super::population::{CustomerPlaces, GeneratedCustomers, Population};
use clock::ProviderClock;
use scope::ResolvedScope;

pub use alert::{AlertTime, CombiningRule, ScopeEntry, SimAlert, SimDistrict, SimScope};
pub(super) use clock::ClockTime;
pub use fault::{AlertFault, ScopeForm};

/// As the examples of the vendor count them.
const FIRST_ID: u64 = 301;
/// More alerts at a time than any NOC has.
const ALERTS_MAX: usize = 10_000;

/// The alerts, by their ids, with what is wrong with their list.
#[derive(Default)]
pub(super) struct NocAlerts {
    alerts: Vec<PublishedAlert>,
    clock: ProviderClock,
    faults: Vec<AlertFault>,
    /// How many pages were an error for `AlertFault::FailingPage`.
    failed: u32,
}

/// An alert of the list.
struct PublishedAlert {
    id: u64,
    given: SimAlert,
    scope: ResolvedScope,
    starts: Option<ClockTime>,
    ends: Option<ClockTime>,
    created: ClockTime,
    updated: ClockTime,
    deleted: Option<ClockTime>,
}

// ------------ What the NOC does ----------------------------------------------------------------

impl NocAlerts {
    /// What the provider's clock shows.
    pub(super) fn now(&self, unix_s: i64) -> ClockTime {
        self.clock.at(unix_s)
    }

    /// Sets how far the provider's clock is ahead of that of the machine, and its zone.
    pub(super) fn set_clock(&mut self, ahead_s: i64, zone_s: i64) {
        self.clock = ProviderClock { zone_s, ahead_s };
    }

    /// Adds an alert, or replaces the one with its id; returns the id. The error is what is wrong with it.
    pub(super) fn publish(
        &mut self,
        alert: SimAlert,
        population: Option<&Population>,
        now: ClockTime,
    ) -> Result<u64, String> {
        let next = self.alerts.last().map_or(FIRST_ID, |last| last.id + 1);
        let id = alert.id.unwrap_or(next);
        let position = self.alerts.binary_search_by_key(&id, |known| known.id);
        if position.is_err() && self.alerts.len() >= ALERTS_MAX {
            return Err(format!("there are {ALERTS_MAX} alerts already"));
        }
        let mut published = PublishedAlert::new(id, alert, population, now)?;
        match position {
            Err(at) => self.alerts.insert(at, published),
            Ok(at) => {
                published.created = self.alerts[at].created;
                self.alerts[at] = published;
            }
        }
        Ok(id)
    }

    /// The alert as it was given, with its id and its times as local ones.
    pub(super) fn given(&self, id: u64) -> Option<&SimAlert> {
        self.find(id).map(|alert| &alert.given)
    }

    /// Deletes an alert: its list no longer has it, unless deleted ones are requested.
    pub(super) fn delete(&mut self, id: u64, now: ClockTime) -> Result<(), String> {
        let found = self.alerts.iter_mut().find(|alert| alert.id == id);
        let alert = found.ok_or_else(|| unknown_alert(id))?;
        alert.deleted.get_or_insert(now);
        alert.updated = now;
        Ok(())
    }

    /// Drops every alert, without a trace.
    pub(super) fn clear(&mut self) {
        self.alerts.clear();
    }

    pub(super) fn set_faults(&mut self, faults: Vec<AlertFault>) {
        self.faults = faults;
        self.failed = 0;
    }

    /// The alerts as they were given, and the faults.
    pub(super) fn to_json(&self) -> Value {
        let shown = |alert: &PublishedAlert| {
            let mut shown = json!(alert.given);
            shown["deleted"] = json!(alert.deleted.map(|at| at.to_string()));
            shown
        };
        let known = AlertFault::EXAMPLES.into_iter().flat_map(serde_json::from_str::<Value>);
        json!({
            "alerts": self.alerts.iter().map(shown).collect::<Value>(),
            "alert_faults": self.faults.iter().map(AlertFault::to_json).collect::<Value>(),
            "known_faults": known.collect::<Value>(),
        })
    }

    fn find(&self, id: u64) -> Option<&PublishedAlert> {
        self.alerts.iter().find(|alert| alert.id == id)
    }
}

pub(super) fn unknown_alert(id: u64) -> String {
    format!("there is no alert {id}")
}

impl PublishedAlert {
    fn new(
        id: u64,
        alert: SimAlert,
        population: Option<&Population>,
        now: ClockTime,
    ) -> Result<Self, String> {
        let scope = ResolvedScope::of(&alert.scope, population)?;
        let starts = alert.starts.as_ref().map(|time| moment(time, now)).transpose()?;
        let ends = alert.ends.as_ref().map(|time| moment(time, now)).transpose()?;
        let local = |time: Option<ClockTime>| time.map(|time| AlertTime::Local(time.to_string()));
        let given = SimAlert { id: Some(id), starts: local(starts), ends: local(ends), ..alert };
        let (created, updated) = (now, now);
        Ok(Self { id, given, scope, starts, ends, created, updated, deleted: None })
    }

    /// Whether the window is open; `until` is when that ends which `ends` states.
    fn is_open(&self, now: ClockTime, until: impl Fn(ClockTime) -> ClockTime) -> bool {
        self.starts.is_none_or(|starts| starts <= now)
            && self.ends.is_none_or(|ends| now < until(ends))
    }
}

fn moment(time: &AlertTime, now: ClockTime) -> Result<ClockTime, String> {
    match time {
        AlertTime::FromNow(seconds) => Ok(now.later(*seconds)),
        AlertTime::Local(text) => ClockTime::read(text)
            .ok_or_else(|| format!("{text:?} is no time: write one like 2026-11-29 14:02:11")),
    }
}

// ------------ Whom they concern ----------------------------------------------------------------

impl NocAlerts {
    /// The messages of the alerts that concern a customer now, of which those without a text have none;
    /// none if no alert does.
    pub(super) fn flag(&self, customer: &CustomerPlaces, now: ClockTime) -> Option<Vec<String>> {
        let has_whole_days = self.has(&AlertFault::WholeDays);
        let until = |ends: ClockTime| {
            if has_whole_days && ends.is_midnight() { ends.next_day() } else { ends }
        };
        let mut concerning = self.alerts.iter().filter(|alert| {
            let is_shown = alert.given.visible && alert.deleted.is_none();
            is_shown && alert.is_open(now, until) && alert.concerns(customer)
        });
        let message = |alert: &PublishedAlert| {
            let is_signed = self.has(&AlertFault::SignedMessages);
            let message = if is_signed { alert.signed_text() } else { alert.given.text.clone() };
            (!message.is_empty()).then_some(message)
        };
        let first = concerning.next()?;
        Some(std::iter::once(first).chain(concerning).filter_map(message).collect())
    }

    /// Whether an alert concerns a generated customer, whatever the time; none without such an alert.
    pub(super) fn concerns(
        &self,
        id: u64,
        generated: &GeneratedCustomers,
        index: u32,
    ) -> Option<bool> {
        self.find(id).map(|alert| alert.concerns(&generated.places(index)))
    }

    fn has(&self, fault: &AlertFault) -> bool {
        self.faults.contains(fault)
    }
}

impl PublishedAlert {
    fn concerns(&self, customer: &CustomerPlaces) -> bool {
        self.scope.concerns(customer, self.given.rule)
    }

    /// As HubSoft signs it.
    fn signed_text(&self) -> String {
        format!("{}\n\n{} - {}\n", self.given.text, self.created.for_people(), page::AUTHOR)
    }
}
