//! The distinct callers of each place within the window.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use crate::sources::directory::NamedPlace;

use super::WINDOW;

/// Maximum calls within a window: 60 a second. Of more, the latest count.
const CALLS_MAX: usize = 20_000;
/// Maximum places of a caller that count; a customer has three for each service.
const PLACES_MAX: usize = 12;

/// One call from known places.
struct PlacedSighting {
    at: Instant,
    caller: u64,
    places: Vec<Arc<NamedPlace>>,
}

/// The callers of one place.
#[derive(Default)]
pub(super) struct PlaceCallers {
    /// When each called last.
    callers: HashMap<u64, Instant>,
    /// When a caller who has an alert called last.
    alerted: Option<Instant>,
    /// The place's share of all customers, once it has been counted.
    pub(super) share: Option<f64>,
}

impl PlaceCallers {
    /// How many distinct callers there are, or none if one of them has an alert.
    pub(super) fn without_alert(&self) -> usize {
        if self.alerted.is_some() { 0 } else { self.callers.len() }
    }
}

/// The calls of the last minutes, by place.
#[derive(Default)]
pub(super) struct CallerWindow {
    sightings: VecDeque<PlacedSighting>,
    places: HashMap<Arc<NamedPlace>, PlaceCallers>,
}

impl CallerWindow {
    /// Counts a call; returns its places.
    pub(super) fn note(
        &mut self,
        caller: u64,
        places: &[NamedPlace],
        is_alerted: bool,
        now: Instant,
    ) -> Vec<Arc<NamedPlace>> {
        if self.sightings.len() >= CALLS_MAX {
            self.drop_oldest();
        }
        let places: Vec<_> =
            places.iter().take(PLACES_MAX).map(|place| self.interned(place)).collect();
        for place in &places {
            let at_place = self.places.entry(Arc::clone(place)).or_default();
            at_place.callers.insert(caller, now);
            if is_alerted {
                at_place.alerted = Some(now);
            }
        }
        self.sightings.push_back(PlacedSighting { at: now, caller, places: places.clone() });
        places
    }

    fn interned(&self, place: &NamedPlace) -> Arc<NamedPlace> {
        let known = self.places.get_key_value(place);
        known.map_or_else(|| Arc::new(place.clone()), |(known, _)| Arc::clone(known))
    }

    /// Drops the calls that are older than the window.
    pub(super) fn expire(&mut self, now: Instant) {
        let is_old = |at: Instant| now.saturating_duration_since(at) >= WINDOW;
        while self.sightings.front().is_some_and(|oldest| is_old(oldest.at)) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some(PlacedSighting { at, caller, places }) = self.sightings.pop_front() else {
            return;
        };
        for place in places {
            let Some(at_place) = self.places.get_mut(&place) else { continue };
            if at_place.callers.get(&caller) == Some(&at) {
                at_place.callers.remove(&caller);
            }
            at_place.alerted = at_place.alerted.filter(|alerted| *alerted > at);
            if at_place.callers.is_empty() {
                self.places.remove(&place);
            }
        }
    }

    /// The callers of a place, if there are any.
    pub(super) fn at(&mut self, place: &NamedPlace) -> Option<&mut PlaceCallers> {
        self.places.get_mut(place)
    }

    /// How many distinct callers of a place have no alert.
    pub(super) fn callers(&self, place: &NamedPlace) -> usize {
        self.places.get(place).map_or(0, PlaceCallers::without_alert)
    }

    /// How many calls there are from other places.
    pub(super) fn others(&self, callers: usize) -> usize {
        self.sightings.len().saturating_sub(callers)
    }

    /// Removes a caller who must be forgotten.
    pub(super) fn forget(&mut self, caller: u64) {
        self.sightings.retain(|sighting| sighting.caller != caller);
        self.places.retain(|_, at_place| {
            at_place.callers.remove(&caller);
            !at_place.callers.is_empty()
        });
    }
}
