//! The directory: every customer's numbers and places, read ahead of the calls from a list.
//!
//! ```text
//! list --> walk --> collector (builder) --> generation --> content --> calls
//!                        |                      ^  |
//!                        v                      |  v
//!                   walk's file            directory's file
//! ```
//! A call reads the content and the corrections, both in memory. Everything else happens in one task
//! (`keeper`), or in the task of an operator's request (`purging`).

mod collector;
mod content;
mod corrections;
mod counted;
mod files;
mod forgotten;
mod keeper;
mod keys;
mod list;
mod metrics;
mod opening;
mod packed;
mod purging;
mod sealed;
mod settings;
mod status;
mod storage;
mod texts;
mod view;
mod walk;

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use crate::runtime::current::Current;
use crate::runtime::wall_clock;
use crate::sources::source::{Key, Origin, Sighting, SightingStore};

use self::collector::Collected;
use self::content::Content;
use self::corrections::Corrections;
use self::storage::Storage;

pub use self::files::{AgeLimit, DirectoryFiles, FileFate, UnusableFile, has_sealed_file};
pub use self::forgotten::{FORGOTTEN_MAX, Forgotten, ForgottenFile};
pub use self::keys::{DirectoryKeys, KEY_FILE_BYTES_MIN, check_key_file, random_key};
pub use self::list::{
    ChangeSubject, ChangedSince, CityEntry, CustomerList, InterfaceEntry, ListFuture, ListPage,
    ListedCustomer, PageRequest, PopEntry, ScopeTables,
};
pub use self::metrics::DirectoryMetrics;
pub use self::packed::{
    ABSENCES_MAX, Added, AlertScope, AmendedOwner, Amendment, Builder, Generation, GenerationFacts,
    JoinReport, Joined, Joins, KindReport, KnownCustomer, KnownPlaces, NamedPlace, Names,
    PhoneHash, PhoneHasher, PlaceKind, RowIndex, ScopeKind, ScopeKinds, Strata, Stratum,
    WalkExtent,
};
pub use self::purging::Trace;
pub use self::sealed::{SealedError, SealedFacts, SealedKind, SealedReader, SealedWriter};
pub use self::settings::Settings;
pub use self::status::{Activity, DirectoryStatus, GenerationStatus, KindStatus, WalkProgress};
pub use self::storage::{ClosedDirectory, DirectoryPlace};
pub use self::view::{DirectoryView, Subject};
pub use self::walk::{
    Adding, Collector, FilterTrust, Gain, PAGE_TIMEOUT, Progress, ROWS_MAX, ROWS_MIN, Saving,
    Schedule, Shortfall, WalkEnd, WalkFault, WalkHistory, WalkKind, WalkOutcome, WalkPhase,
    WalkSettings, WalkStatus, Walker, may_replace,
};

/// The directory of one provider.
pub struct Directory {
    inputs: Current<Inputs>,
    hasher: PhoneHasher,
    content: Current<Option<Arc<Content>>>,
    corrections: Corrections,
    storage: Storage,
    /// What the walk in progress has collected.
    collected: Mutex<Option<Collected>>,
    /// The walks so far.
    history: Mutex<WalkHistory>,
    /// Held while the content is replaced, so that no change is lost.
    changing: tokio::sync::Mutex<()>,
    walk_requested: Notify,
    tables_requested: Notify,
    /// Notified when the walk in progress has to end, because the directory is cleared.
    walk_abandoned: Notify,
    /// Notified when the settings have changed.
    adjusted: Notify,
    /// Set once the files have been opened.
    opened: OnceLock<()>,
    walk_status: watch::Sender<WalkStatus>,
    /// Counts the states of the content.
    states: watch::Sender<u64>,
    /// The kinds whose tables were forbidden when that was last logged.
    forbidden: Mutex<Vec<String>>,
    metrics: DirectoryMetrics,
}

/// What a reload may replace.
pub struct Inputs {
    pub settings: Settings,
    pub schedule: Schedule,
    pub list: Arc<dyn CustomerList>,
}

impl Directory {
    /// An empty directory. It opens the file of the forgotten numbers at `place`; `keep` opens
    /// the rest.
    pub fn new(
        inputs: Inputs,
        keys: DirectoryKeys,
        place: DirectoryPlace,
        metrics: DirectoryMetrics,
    ) -> io::Result<Self> {
        Ok(Self {
            inputs: Current::new(inputs),
            hasher: PhoneHasher::new(&keys.phone_key()),
            content: Current::new(None),
            corrections: Corrections::default(),
            storage: Storage::open(place, keys)?,
            collected: Mutex::default(),
            history: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            walk_requested: Notify::new(),
            tables_requested: Notify::new(),
            walk_abandoned: Notify::new(),
            adjusted: Notify::new(),
            opened: OnceLock::new(),
            walk_status: watch::Sender::default(),
            states: watch::Sender::default(),
            forbidden: Mutex::default(),
            metrics,
        })
    }

    /// Applies other settings, or another client of the same HubSoft, from the next walk on.
    pub fn adjust(&self, inputs: Inputs) {
        self.inputs.replace(inputs);
        self.adjusted.notify_one();
    }

    fn content(&self) -> Option<Arc<Content>> {
        Option::clone(&self.content.now())
    }

    /// Starts a walk as soon as possible.
    pub fn request_walk(&self) {
        self.walk_status.send_modify(|status| status.next_at_s = None);
        self.walk_requested.notify_one();
    }

    /// Requests the tables of names and ids anew, as soon as no walk is under way: an alert has an id that
    /// they lack.
    pub fn request_tables(&self) {
        self.tables_requested.notify_one();
    }

    /// Sets the gauges of its state.
    pub fn measure(&self) {
        self.metrics.measure(&self.status());
    }

    /// Its state, for operators.
    pub fn status(&self) -> DirectoryStatus {
        let content = self.content();
        let walk = self.walk_status.borrow().clone();
        let now_s = wall_clock::now_s();
        let activity = match walk.phase {
            WalkPhase::Walking => Activity::Walking,
            WalkPhase::Paused => Activity::Paused,
            WalkPhase::Idle if walk.next_at_s.is_some() => Activity::Waiting,
            // It requests the tables, or makes the generation.
            WalkPhase::Idle if self.opened.get().is_some() => Activity::Walking,
            WalkPhase::Idle => Activity::Opening,
        };
        let is_waiting = activity == Activity::Waiting;
        let is_walking = matches!(activity, Activity::Walking | Activity::Paused);
        DirectoryStatus {
            activity,
            generation: content.as_ref().map(|content| content.status(Instant::now())),
            joins: content.as_ref().map_or_else(Vec::new, |content| content.kinds.clone()),
            walk: is_walking.then(|| progress(&walk)),
            last_walk: walk.problem.clone(),
            next_walk_in_s: walk
                .next_at_s
                .filter(|_| is_waiting)
                .map(|at| at.saturating_sub(now_s)),
            folder: self.storage.path.as_ref().map(|path| path.display().to_string()),
            file_problem: self.storage.problem(),
            forgotten: self.storage.forgotten.count() as u64,
        }
    }
}

impl SightingStore for Directory {
    fn recall(&self, key: &Key, now: Instant) -> Option<Sighting> {
        let Key::Phone(phone) = key else { return None };
        let content = self.content()?;
        if content.age(now) > self.inputs.now().settings.age_max {
            return None;
        }
        let hash = self.hasher.hash(phone);
        let record = self.corrections.record(hash).unwrap_or_else(|| content.record(hash));
        // A forgotten number is missing for another reason than that no customer has it.
        if record.is_not_found() && self.storage.forgotten.contains(phone) {
            return None;
        }
        content.sighting(record, now)
    }

    /// Corrects the number if HubSoft's answer differs from what the directory has.
    fn learn(&self, key: &Key, sighting: &Sighting, now: Instant) {
        let Key::Phone(phone) = key else { return };
        if sighting.origin != Origin::Hubsoft || !sighting.is_complete {
            return;
        }
        let Some(content) = self.content() else { return };
        let Some(owners) = self.owners(sighting) else { return };
        let hash = self.hasher.hash(phone);
        if content.agrees(hash, &owners) {
            self.corrections.remove(hash);
        } else if !self.storage.forgotten.contains(phone) {
            self.corrections.learn(hash, owners, now);
        }
    }

    /// Does nothing: `forget` also reaches the disk.
    fn purge(&self, _: &Key) -> bool {
        false
    }
}

impl Directory {
    /// The customers of an answer, unless there are several: those have no codes.
    fn owners(&self, sighting: &Sighting) -> Option<Vec<AmendedOwner>> {
        if sighting.record.is_not_found() {
            return Some(Vec::new());
        }
        let customer = sighting.record.identity().filter(|customer| !customer.code().is_empty())?;
        let status = Some(customer.service_status()).filter(|status| !status.is_empty());
        let name = if self.inputs.now().settings.names { customer.name() } else { "" };
        Some(vec![AmendedOwner {
            code: customer.code().to_owned(),
            status: status.map(str::to_owned),
            name: name.to_owned(),
            services: sighting.places.clone(),
        }])
    }
}

fn progress(walk: &WalkStatus) -> WalkProgress {
    WalkProgress {
        rows_done: walk.customers,
        rows_total: walk.total,
        pages_done: walk.pages_done,
        pages_total: walk.pages,
        failure: walk.failure.clone(),
    }
}
