//! Suspects an outage where several customers of one place call within minutes and none has an alert.
//!
//! ```text
//! journal (behind the call) --> callers of each place --> suspicion --> metric, log, list, prompt
//! ```
//! Five distinct callers of an interface, or eight of a box or district, are a suspicion if they are also
//! more than chance explains for a place of its size at the usual number of calls.

mod metrics;
mod usual;
mod window;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::runtime::current::Current;
use crate::runtime::metrics::size;
use crate::sources::directory::{DirectoryView, NamedPlace, PlaceKind, RowIndex, Subject};

use self::usual::{UsualCalls, is_unusual};
use self::window::CallerWindow;

pub use self::metrics::SuspicionMetrics;

/// The calls that count together.
const WINDOW: Duration = Duration::from_secs(5 * 60);
/// Distinct callers of an interface …
const INTERFACE_CALLERS: usize = 5;
/// … and of a box or district.
const OTHER_CALLERS: usize = 8;
/// Maximum suspected places: of more, each is a part of something larger.
pub const SUSPICIONS_MAX: usize = 100;

/// One call from known places.
pub struct PlacedCall<'a> {
    /// Distinguishes the callers.
    pub caller: u64,
    pub places: &'a [NamedPlace],
    /// Whether the caller has an alert.
    pub is_alerted: bool,
    pub now: Instant,
    /// Seconds since the epoch.
    pub now_s: u64,
}

/// A place where an outage is suspected.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Suspicion {
    pub kind: PlaceKind,
    /// The place's name, and where it is.
    pub place: String,
    /// Distinct callers within the last five minutes.
    pub callers: u64,
    /// When it began, in seconds since the epoch.
    pub since_s: u64,
}

/// The customers of the suspected places.
#[derive(Default)]
struct Suspected {
    view: Option<DirectoryView>,
    rows: Arc<[RowIndex]>,
}

#[derive(Default)]
struct Watched {
    window: CallerWindow,
    usual: UsualCalls,
    /// When each suspicion began, in seconds since the epoch.
    active: HashMap<Arc<NamedPlace>, u64>,
    /// Whether other places are suspected than `Suspected` has.
    has_changed: bool,
}

/// The suspected outages of a service.
pub struct Suspicions {
    watched: Mutex<Watched>,
    /// What calls read.
    suspected: Current<Suspected>,
    is_any: AtomicBool,
    metrics: SuspicionMetrics,
}

impl Suspicions {
    /// Nothing is suspected.
    pub fn new(metrics: SuspicionMetrics) -> Self {
        Self {
            watched: Mutex::default(),
            suspected: Current::new(Suspected::default()),
            is_any: AtomicBool::new(false),
            metrics,
        }
    }

    /// Counts a call behind it. `share` is a place's share of all customers; it is asked once for a place
    /// with enough callers, and may take some time.
    pub fn note(&self, call: &PlacedCall<'_>, share: impl Fn(&NamedPlace) -> f64) {
        let PlacedCall { caller, places, is_alerted, now, now_s } = *call;
        let mut watched = self.watched.lock();
        watched.window.expire(now);
        watched.usual.note(now);
        for place in watched.window.note(caller, places, is_alerted, now) {
            let is_suspected = watched.active.contains_key(&place);
            if is_alerted && is_suspected {
                self.end(&mut watched, &place, "an alert covers it");
            } else if !is_suspected && watched.is_suspicious(&place, &share) {
                self.begin(&mut watched, place, now_s);
            }
        }
    }

    fn begin(&self, watched: &mut Watched, place: Arc<NamedPlace>, now_s: u64) {
        if watched.active.len() >= SUSPICIONS_MAX {
            return;
        }
        let callers = watched.window.callers(&place);
        let minutes = WINDOW.as_secs() / 60;
        warn!(
            kind = place.kind.word(),
            place = shown(&place),
            callers,
            "outage suspected: {callers} customers of one place called within {minutes} minutes, and none has \
             an alert (see `bina report`, and add one with `bina alert add`)"
        );
        self.metrics.count(place.kind);
        watched.active.insert(place, now_s);
        self.changed(watched);
    }

    fn end(&self, watched: &mut Watched, place: &NamedPlace, why: &'static str) {
        watched.active.remove(place);
        info!(kind = place.kind.word(), place = shown(place), "suspected outage ended: {why}");
        self.changed(watched);
    }

    fn changed(&self, watched: &mut Watched) {
        watched.has_changed = true;
        self.metrics.active.set(size(watched.active.len()));
    }

    /// Ends the suspicions whose callers have all called too long ago, and those that an alert covers.
    pub fn expire(&self, now: Instant, is_covered: impl Fn(&NamedPlace) -> bool) {
        let mut watched = self.watched.lock();
        watched.window.expire(now);
        let active: Vec<_> = watched.active.keys().map(Arc::clone).collect();
        for place in active {
            if watched.window.callers(&place) == 0 {
                self.end(&mut watched, &place, "no customer there has called for five minutes");
            } else if is_covered(&place) {
                self.end(&mut watched, &place, "an alert covers it");
            }
        }
    }

    /// Has calls recognise the customers of the suspected places, by this state of the directory.
    pub fn publish(&self, view: Option<&DirectoryView>) {
        let places: Vec<NamedPlace> = {
            let mut watched = self.watched.lock();
            let is_same = match (&self.suspected.now().view, view) {
                (Some(before), Some(view)) => before.is_same(view),
                (None, None) => true,
                _ => watched.active.is_empty(),
            };
            if is_same && !watched.has_changed {
                return;
            }
            watched.has_changed = false;
            watched.active.keys().map(|place| NamedPlace::clone(place)).collect()
        };
        let view = view.filter(|_| !places.is_empty()).cloned();
        let rows = view.as_ref().map_or_else(Arc::default, |view| view.rows_in(&places));
        self.is_any.store(!rows.is_empty(), Ordering::Relaxed);
        self.suspected.replace(Suspected { view, rows });
    }

    /// Whether an outage is suspected at a place of the caller; never blocks.
    pub fn concerns(&self, subject: Subject<'_>) -> bool {
        if !self.is_any.load(Ordering::Relaxed) {
            return false;
        }
        let suspected = self.suspected.now();
        let rows = suspected.view.as_ref().map_or_else(Vec::new, |view| view.rows_of(subject));
        rows.iter().any(|row| suspected.rows.binary_search(row).is_ok())
    }

    /// The suspected outages, those with the most callers first.
    pub fn list(&self) -> Vec<Suspicion> {
        let watched = self.watched.lock();
        let suspicion = |(place, since_s): (&Arc<NamedPlace>, &u64)| Suspicion {
            kind: place.kind,
            place: shown(place),
            callers: watched.window.callers(place) as u64,
            since_s: *since_s,
        };
        let mut list: Vec<_> = watched.active.iter().map(suspicion).collect();
        list.sort_by(|one, other| (other.callers, &one.place).cmp(&(one.callers, &other.place)));
        list
    }

    /// Removes a caller who must be forgotten.
    pub fn forget(&self, caller: u64) {
        self.watched.lock().window.forget(caller);
    }
}

impl Watched {
    fn is_suspicious(&mut self, place: &NamedPlace, share: impl Fn(&NamedPlace) -> f64) -> bool {
        let needed = match place.kind {
            PlaceKind::Interface => INTERFACE_CALLERS,
            _ => OTHER_CALLERS,
        };
        let callers = self.window.callers(place);
        if callers < needed {
            return false;
        }
        // Before there is an hour to compare with, the calls from elsewhere are what is usual.
        let others = self.window.others(callers) as f64;
        let usual = self.usual.mean().unwrap_or(others);
        let Some(at_place) = self.window.at(place) else { return false };
        let share = *at_place.share.get_or_insert_with(|| share(place));
        is_unusual(callers, usual * share)
    }
}

/// The name of a place, with where it is.
fn shown(place: &NamedPlace) -> String {
    let named: Vec<_> = place.path.iter().map(|part| part.trim()).collect();
    match &named[..] {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [name, within @ ..] => {
            let within: Vec<_> = within.iter().filter(|part| !part.is_empty()).copied().collect();
            format!("{name} ({})", within.join(", "))
        }
    }
}
