//! The alerts that the list has shown: which are active by the clock here, and which texts have ended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::alert::{Alert, AlertKey, Scope};
use crate::domain::alert_text::AlertText;
use crate::domain::local_time::LocalTime;
use crate::domain::zone::Zone;
use crate::sources::alerts::board::{AlertEpoch, EndedText};
use crate::sources::alerts::list::ListedAlert;

const DAY_S: u64 = 24 * 60 * 60;
/// An alert that the list could not confirm for so long is dropped.
const UNCONFIRMED_MAX: Duration = Duration::from_secs(DAY_S);
/// No cache has answers that are older, with an hour to spare.
const REMEMBERED: Duration = Duration::from_secs(25 * 60 * 60);
/// Texts that have ended; the oldest are dropped first.
const ENDED_MAX: usize = 1_000;
/// Alerts, so that a list that shows others each time does not fill the memory.
const KNOWN_MAX: usize = 10_000;

/// A time by both clocks.
#[derive(Clone, Copy, Debug)]
pub(in crate::sources::alerts) struct FeedTime {
    pub(in crate::sources::alerts) now: Instant,
    /// Seconds since 1970, UTC.
    pub(in crate::sources::alerts) now_s: u64,
}

/// By what alerts are judged.
#[derive(Clone, Copy, Debug)]
pub(in crate::sources::alerts) struct FeedRules {
    pub(in crate::sources::alerts) zone: Zone,
    pub(in crate::sources::alerts) age_max: Duration,
}

/// What is known of the list.
#[derive(Default)]
pub(in crate::sources::alerts) struct Feed {
    known: BTreeMap<u64, KnownAlert>,
    /// Those that are active, as of the last time that they were judged.
    shown: BTreeMap<u64, ShownAlert>,
    /// No text of an active alert.
    ended: Vec<EndedText>,
    /// Texts of active alerts that another alert had as well.
    reduced: Vec<EndedText>,
    changed: Option<Instant>,
    /// When a complete list was read last.
    complete: Option<Instant>,
}

/// An alert of the list.
struct KnownAlert {
    epoch: AlertEpoch,
    listed: ListedAlert,
    alert: Option<Arc<Alert>>,
    /// When the list showed it last.
    listed_at: Instant,
    /// When a complete list lacked it last, if one did.
    absent_at: Option<Instant>,
}

/// An active alert.
#[derive(Clone)]
pub(in crate::sources::alerts) struct ShownAlert {
    pub(in crate::sources::alerts) epoch: AlertEpoch,
    pub(in crate::sources::alerts) alert: Option<Arc<Alert>>,
    /// Its end, if it has one that is not ambiguous.
    pub(in crate::sources::alerts) ends_at_s: Option<u64>,
    pub(in crate::sources::alerts) seen: Instant,
    /// When a complete list lacked it last, if one did.
    pub(in crate::sources::alerts) absent_at: Option<Instant>,
    /// Whether it may have ended.
    pub(in crate::sources::alerts) is_held: bool,
}

impl Feed {
    /// Takes the alerts of a page, of whatever list: what is new or has changed counts.
    pub(in crate::sources::alerts) fn add(
        &mut self,
        page: Vec<ListedAlert>,
        at: FeedTime,
        zone: Zone,
    ) {
        for listed in page {
            let epoch = AlertEpoch::of(&listed);
            if let Some(known) = self.known.get_mut(&listed.id)
                && known.epoch == epoch
            {
                known.listed_at = at.now;
                known.listed.is_published = listed.is_published;
                continue;
            }
            let is_full = self.known.len() >= KNOWN_MAX && !self.known.contains_key(&listed.id);
            if is_full || is_long_over(&listed, at.now_s, zone) {
                continue;
            }
            let alert = listed.text.clone().map(|text| self.shared(text));
            let before = self.known.get(&listed.id);
            let absent_at = before.map_or(self.complete, |before| before.absent_at);
            let known = KnownAlert { epoch, listed, alert, listed_at: at.now, absent_at };
            self.known.insert(known.listed.id, known);
        }
    }

    /// The alert with this text, which exists once.
    fn shared(&self, text: AlertText) -> Arc<Alert> {
        let alert = Alert::new(text, Scope::Carrier);
        let known = self.known.values().filter_map(|known| known.alert.as_ref());
        known
            .into_iter()
            .find(|known| ***known == alert)
            .map_or_else(|| Arc::new(alert), Arc::clone)
    }

    /// Takes a complete list, which has the alerts with these ids and no other.
    pub(in crate::sources::alerts) fn complete(
        &mut self,
        ids: &BTreeSet<u64>,
        at: FeedTime,
        zone: Zone,
    ) {
        self.known
            .retain(|id, known| ids.contains(id) && !is_long_over(&known.listed, at.now_s, zone));
        self.complete = Some(at.now);
    }

    /// Judges which alerts are active at a time. Returns whether anything has changed for calls.
    pub(in crate::sources::alerts) fn judge(&mut self, at: FeedTime, rules: FeedRules) -> bool {
        let is_confirmed = |known: &KnownAlert| {
            at.now.saturating_duration_since(known.listed_at) < UNCONFIRMED_MAX
        };
        let lost: BTreeSet<_> = self
            .known
            .iter()
            .filter(|(_, known)| !is_confirmed(known))
            .map(|(id, _)| *id)
            .collect();
        self.known.retain(|id, _| !lost.contains(id));
        let mut next = BTreeMap::new();
        for (id, known) in &self.known {
            if let Some(shown) = known.shown(at, rules, self.shown.get(id)) {
                next.insert(*id, shown);
            }
        }
        let before = std::mem::replace(&mut self.shown, next);
        let is_forgotten = self.forget_old(at.now);
        if epochs(&before).eq(epochs(&self.shown)) {
            let held = |shown: &BTreeMap<u64, ShownAlert>| {
                shown.values().map(|one| one.is_held).collect::<Vec<_>>()
            };
            return is_forgotten || held(&before) != held(&self.shown);
        }
        self.changed = Some(at.now);
        // Of an alert that was lost it is not known that it has ended.
        let before: BTreeMap<_, _> =
            before.into_iter().filter(|(id, _)| !lost.contains(id)).collect();
        self.reduce_texts(&before, at.now);
        let before: BTreeSet<_> = before.values().filter_map(ShownAlert::key).collect();
        self.end_texts(&before, at.now);
        true
    }

    /// Notes which texts the alerts `before` have lost that others still have.
    fn reduce_texts(&mut self, before: &BTreeMap<u64, ShownAlert>, now: Instant) {
        let active: BTreeSet<_> = self.shown.values().filter_map(ShownAlert::key).collect();
        let has_lost = |id: &u64, key: AlertKey| {
            self.shown.get(id).and_then(ShownAlert::key).is_none_or(|own| own != key)
        };
        let lost = before.iter().filter_map(|(id, shown)| Some((id, shown.key()?)));
        let lost = lost.filter(|(id, key)| active.contains(key) && has_lost(id, *key));
        let lost: BTreeSet<_> = lost.map(|(_, key)| key).collect();
        self.reduced.retain(|one| active.contains(&one.text) && !lost.contains(&one.text));
        self.reduced.extend(lost.into_iter().map(|text| EndedText { text, ended: now }));
    }

    /// Notes which of the texts `before` have ended.
    fn end_texts(&mut self, before: &BTreeSet<AlertKey>, now: Instant) {
        let active: BTreeSet<_> = self.shown.values().filter_map(ShownAlert::key).collect();
        let is_back = |text: &AlertKey| active.contains(text) || before.contains(text);
        self.ended.retain(|ended| !is_back(&ended.text));
        let ended = before.difference(&active).map(|text| EndedText { text: *text, ended: now });
        self.ended.extend(ended);
        let excess = self.ended.len().saturating_sub(ENDED_MAX);
        self.ended.drain(..excess);
    }

    /// Forgets what no cache has any more. Returns whether that concerns calls.
    fn forget_old(&mut self, now: Instant) -> bool {
        let is_old = |at: Instant| now.saturating_duration_since(at) >= REMEMBERED;
        self.ended.retain(|ended| !is_old(ended.ended));
        self.reduced.retain(|reduced| !is_old(reduced.ended));
        self.changed.take_if(|changed| is_old(*changed)).is_some()
    }

    /// A text that a customer still has does not count as ended. Returns whether it did.
    pub(in crate::sources::alerts) fn doubt_end(&mut self, text: AlertKey) -> bool {
        let before = self.ended.len();
        self.ended.retain(|ended| ended.text != text);
        self.ended.len() < before
    }

    /// The active alerts, by id.
    pub(in crate::sources::alerts) fn shown(&self) -> &BTreeMap<u64, ShownAlert> {
        &self.shown
    }

    pub(in crate::sources::alerts) fn ended(&self) -> &[EndedText] {
        &self.ended
    }

    pub(in crate::sources::alerts) fn reduced(&self) -> &[EndedText] {
        &self.reduced
    }

    pub(in crate::sources::alerts) fn changed(&self) -> Option<Instant> {
        self.changed
    }

    /// Time since a complete list was read.
    pub(in crate::sources::alerts) fn age(&self, now: Instant) -> Option<Duration> {
        self.complete.map(|at| now.saturating_duration_since(at))
    }

    /// An alert as it is listed.
    pub(in crate::sources::alerts) fn listed(&self, id: u64) -> Option<&ListedAlert> {
        self.known.get(&id).map(|known| &known.listed)
    }

    /// When the next alert begins or ends by the clock.
    pub(in crate::sources::alerts) fn next_edge_s(&self, now_s: u64, zone: Zone) -> Option<u64> {
        let edges = self.known.values().flat_map(|known| {
            let listed = &known.listed;
            [listed.starts, listed.ends, listed.may_last]
        });
        let edges = edges.flatten().map(|time| zone.epoch_s(time));
        edges.filter(|edge_s| *edge_s > now_s).min()
    }
}

impl KnownAlert {
    /// The alert, if it is active. `before` is what calls know of it.
    fn shown(
        &self,
        at: FeedTime,
        rules: FeedRules,
        before: Option<&ShownAlert>,
    ) -> Option<ShownAlert> {
        let has_passed =
            |time: Option<LocalTime>| time.is_some_and(|time| rules.zone.epoch_s(time) <= at.now_s);
        let has_begun = self.listed.starts.is_none() || has_passed(self.listed.starts);
        if !self.listed.is_published || !has_begun || has_passed(self.listed.may_last_until()) {
            return None;
        }
        let unconfirmed = at.now.saturating_duration_since(self.listed_at);
        let before = before.filter(|before| before.epoch == self.epoch);
        let is_open = self.listed.ends.is_none();
        // An ambiguous end is no forecast.
        let end = self.listed.ends.filter(|_| self.listed.may_last.is_none());
        Some(ShownAlert {
            epoch: self.epoch,
            alert: self.alert.clone(),
            ends_at_s: end.map(|time| rules.zone.epoch_s(time)),
            seen: before.map_or(at.now, |before| before.seen),
            absent_at: self.absent_at,
            is_held: has_passed(self.listed.ends) || (is_open && unconfirmed > rules.age_max),
        })
    }
}

impl ShownAlert {
    fn key(&self) -> Option<AlertKey> {
        self.alert.as_deref().map(Alert::key)
    }
}

fn epochs(shown: &BTreeMap<u64, ShownAlert>) -> impl Iterator<Item = (u64, AlertEpoch)> {
    shown.iter().map(|(id, shown)| (*id, shown.epoch))
}

/// Whether an alert ended so long ago that no correction of the clock brings it back.
fn is_long_over(listed: &ListedAlert, now_s: u64, zone: Zone) -> bool {
    listed.may_last_until().is_some_and(|ends| zone.epoch_s(ends) + DAY_S <= now_s)
}
