//! The journal: which caller was told of which alert and when, written behind the calls.
//!
//! ```text
//! call --> queue (bounded) --> task: places, suspicions --> the day's file --> report
//!    ^---- heard (memory) <------------------ at the start ------'
//! ```
//! A call reads and writes memory only. The task takes the queue every second; a crash loses what is
//! in it, and a full disk loses calls, which are counted.

mod cleaning;
mod days;
mod disk;
mod entry;
mod heard;
mod key;
mod metrics;
mod placed;
mod purged;
mod purging;
mod record;
mod report;

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tracing::{error, warn};

use crate::domain::alert::TextKey;
use crate::domain::answer::Told;
use crate::domain::phone::Phone;
use crate::domain::zone::Zone;
use crate::runtime::current::Current;
use crate::runtime::metrics::size;
use crate::runtime::state_folder::StateError;
use crate::sources::alerts::AlertBoard;
use crate::sources::directory::{Directory, PhoneHash, PhoneHasher, random_key};

use super::suspicion::Suspicions;

use self::cleaning::CleaningTime;
use self::days::DAY_S;
use self::disk::JournalDisk;
use self::heard::HeardAlerts;
use self::metrics::DropReason;
use self::placed::Placing;
use self::purged::RecentPurges;

pub use self::entry::JournalEntry;
pub use self::metrics::JournalMetrics;
pub use self::purging::JournalTrace;
pub use self::record::{CallRecord, ChosenAlert};
pub use self::report::{
    DistrictLine, HeardLine, IntervalLine, Report, ReportError, ReportForm, ReportQuery,
    ReportedAlert, report_of_files,
};

/// Maximum calls that wait for the task: a second of them, in 3 MB.
pub const QUEUE_MAX: usize = 16_384;
/// How often the task writes; a crash loses no more.
const WRITTEN_EVERY: Duration = Duration::from_secs(1);
/// How often what has been heard too long ago is dropped.
const EXPIRED_EVERY: Duration = Duration::from_secs(60);

/// What a reload may replace.
#[derive(Clone)]
pub struct JournalInputs {
    /// The state folder, if there is one.
    pub folder: Option<PathBuf>,
    /// How long a caller counts as told; zero for never.
    pub told: Duration,
    /// How long the files are kept.
    pub kept: Duration,
    /// The clock of reports.
    pub zone: Zone,
    /// Where callers are, if there is a directory.
    pub directory: Option<Arc<Directory>>,
    /// The active alerts, which end a suspicion.
    pub board: Option<Arc<dyn AlertBoard>>,
    /// Seconds since 1970, UTC.
    pub now_s: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl JournalInputs {
    fn take_calls(&self) -> bool {
        self.folder.is_some() || self.directory.is_some()
    }
}

/// The journal of a service.
pub struct Journal {
    inputs: Current<JournalInputs>,
    told_s: AtomicU64,
    /// Whether calls are of use: to a file, or to suspect outages by their places.
    takes_calls: AtomicBool,
    queue: Mutex<Vec<CallRecord>>,
    /// Notified when the queue is half full.
    is_filling: Notify,
    heard: HeardAlerts,
    purges: RecentPurges,
    /// That of the folder's key, once it has been read.
    hasher: Current<PhoneHasher>,
    /// Locked while calls are taken from the queue and written.
    disk: Mutex<JournalDisk>,
    placing: Mutex<Placing>,
    suspicions: Arc<Suspicions>,
    metrics: JournalMetrics,
}

impl Journal {
    /// Opens the journal, and reads who has been told within `told`. It waits for the disk.
    pub fn open(
        inputs: JournalInputs,
        suspicions: Arc<Suspicions>,
        metrics: JournalMetrics,
    ) -> Self {
        let journal = Self {
            told_s: AtomicU64::new(inputs.told.as_secs()),
            takes_calls: AtomicBool::new(inputs.take_calls()),
            disk: Mutex::new(JournalDisk::at(inputs.folder.as_deref())),
            hasher: Current::new(temporary_hasher()),
            inputs: Current::new(inputs),
            queue: Mutex::default(),
            is_filling: Notify::new(),
            heard: HeardAlerts::default(),
            purges: RecentPurges::default(),
            placing: Mutex::default(),
            suspicions,
            metrics,
        };
        journal.take_over();
        journal
    }

    /// Applies what a reload has changed. It waits for the disk if the state folder is another one.
    pub fn adjust(&self, inputs: JournalInputs) {
        let folder = inputs.folder.clone();
        self.told_s.store(inputs.told.as_secs(), Ordering::Relaxed);
        self.takes_calls.store(inputs.take_calls(), Ordering::Relaxed);
        self.inputs.replace(inputs);
        let mut disk = self.disk.lock();
        disk.clean_again();
        if disk.path() != folder.as_deref() {
            *disk = JournalDisk::at(folder.as_deref());
            drop(disk);
            self.take_over();
        }
    }

    fn take_over(&self) {
        if let Err(error) = self.read_key(&mut self.disk.lock()) {
            warn!("the journal is not read: {error}");
        }
    }

    /// Reads the folder's key, and who has been told, until that has been read once: another process may have had
    /// the folder, or its rights were mended.
    fn read_key(&self, disk: &mut JournalDisk) -> Result<(), StateError> {
        let Some(hasher) = disk.read_key()? else { return Ok(()) };
        self.hasher.replace(hasher);
        if let Some(path) = disk.path() {
            self.restore(path);
        }
        Ok(())
    }

    fn restore(&self, path: &Path) {
        let inputs = self.inputs.now();
        let now = tokio::time::Instant::now().into_std();
        let now_s = (inputs.now_s)();
        let first_s = now_s.saturating_sub(inputs.told.as_secs());
        // The latest day first, because there is a limit.
        for day in (first_s / DAY_S..=now_s / DAY_S).rev() {
            let file = match days::read(path, day) {
                Ok(file) => file,
                Err(error) => {
                    warn!("a day of the journal is not read: {error} (callers count as not told)");
                    continue;
                }
            };
            let entries = file.entries.into_iter().rev();
            let told = entries.filter(|entry| !entry.again && entry.at_s >= first_s);
            self.heard.restore(told.filter_map(|entry| {
                let age = Duration::from_secs(now_s.saturating_sub(entry.at_s));
                let (caller, key) = (PhoneHash(entry.caller?), TextKey(entry.key?));
                Some((caller, key, now.checked_sub(age)?))
            }));
        }
    }

    /// Whether the number has heard the alert, for a call at `now`; never blocks.
    pub fn told(&self, phone: &Phone, alert: &ChosenAlert, now: Instant) -> Told {
        let told = Duration::from_secs(self.told_s.load(Ordering::Relaxed));
        let journals = || self.hasher.now().hash(phone);
        let heard = self.heard.at(phone, alert.key, journals);
        let is_of_it = |at: Instant| alert.since.is_none_or(|since| since < at);
        let is_told = |at: Instant| now.saturating_duration_since(at) < told && is_of_it(at);
        if heard.is_some_and(is_told) { Told::Already } else { Told::NotYet }
    }

    /// Whether the records of calls are of any use.
    pub fn takes_calls(&self) -> bool {
        self.takes_calls.load(Ordering::Relaxed)
    }

    /// A caller counts as told from the first hearing on; never blocks.
    pub fn hear(&self, phone: &Phone, key: TextKey, told: Told, at: Instant) {
        if told != Told::NotYet {
            return;
        }
        self.heard.insert(phone, key, at);
        // Asked afterwards, so that a purge at the same moment finds it, or is found.
        if self.purges.have(at, || Some(self.heard.caller(phone)), "") {
            self.heard.forget(phone, self.hasher.now().hash(phone));
        }
    }

    /// Takes the record of a call, which the task writes; never blocks.
    pub fn note(&self, record: CallRecord) {
        if let (Some(chosen), Some(phone)) = (&record.chosen, &record.phone) {
            self.hear(phone, chosen.key, record.told, record.at);
        }
        let count = {
            let mut queue = self.queue.lock();
            let caller = || record.phone.as_ref().map(|phone| self.heard.caller(phone));
            if self.purges.have(record.at, caller, record.code()) {
                return;
            }
            if queue.len() < QUEUE_MAX {
                queue.push(record);
                queue.len()
            } else {
                QUEUE_MAX + 1
            }
        };
        match count {
            _ if count > QUEUE_MAX => self.metrics.dropped.count(DropReason::Queue),
            _ if count == QUEUE_MAX / 2 => self.is_filling.notify_one(),
            _ => {}
        }
    }

    /// Writes calls until it is aborted.
    pub async fn keep(self: Arc<Self>) {
        let mut expired = tokio::time::Instant::now();
        loop {
            tokio::select! {
                () = sleep(WRITTEN_EVERY) => {}
                () = self.is_filling.notified() => {}
            }
            if self.takes_calls() {
                self.flush().await;
            }
            self.purges.expire(tokio::time::Instant::now().into_std());
            if expired.elapsed() >= EXPIRED_EVERY {
                expired = tokio::time::Instant::now();
                let told = self.inputs.now().told;
                self.heard.expire(expired.into_std(), told);
            }
        }
    }

    /// Writes what calls have left so far.
    pub async fn flush(self: &Arc<Self>) {
        let journal = Arc::clone(self);
        let now = tokio::time::Instant::now().into_std();
        if spawn_blocking(move || journal.write(now)).await.is_err() {
            error!("a bug of bina lost calls of the journal: see the log");
        }
    }

    /// Takes the calls from the queue, suspects outages, and writes. It waits for the disk.
    fn write(&self, now: Instant) {
        let inputs = self.inputs.now();
        let now_s = (inputs.now_s)();
        let mut disk = self.disk.lock();
        let key = self.read_key(&mut disk);
        let records = mem::take(&mut *self.queue.lock());
        let hasher = self.hasher.now();
        let mut placing = self.placing.lock();
        placing.begin(&inputs);
        let mut entries = Vec::with_capacity(records.len());
        for record in &records {
            let caller = record.phone.as_ref().map(|phone| hasher.hash(phone));
            let age = now.saturating_duration_since(record.at).as_secs();
            let at_s = now_s.saturating_sub(age);
            let district = placing.note(&self.suspicions, record, caller, at_s);
            entries.push(entry_of(record, caller, at_s, district));
        }
        placing.end(&self.suspicions, &inputs, now);
        drop(placing);
        let time = CleaningTime { now, now_s, kept_days: inputs.kept.as_secs() / DAY_S };
        disk.write(&entries, key, time, &self.metrics);
    }

    /// What outages are suspected.
    pub fn suspicions(&self) -> &Arc<Suspicions> {
        &self.suspicions
    }

    /// Why calls are not written, if they are not.
    pub fn problem(&self) -> Option<String> {
        self.disk.lock().problem().map(str::to_owned)
    }

    /// Sets the gauges of its state.
    pub fn measure(&self) {
        self.metrics.heard.set(size(self.heard.count()));
    }
}

/// A key until the folder's is read; without a folder, until the process ends.
fn temporary_hasher() -> PhoneHasher {
    PhoneHasher::new(&random_key().unwrap_or_default())
}

/// The entry of a call.
fn entry_of(
    record: &CallRecord,
    caller: Option<PhoneHash>,
    at_s: u64,
    district: String,
) -> JournalEntry<'_> {
    JournalEntry {
        at_s,
        caller: caller.map(|hash| hash.0),
        code: record.code().into(),
        status: record.status.into(),
        source: record.source.into(),
        alert: record.chosen.as_ref().map(ChosenAlert::word).unwrap_or_default().into(),
        key: record.chosen.as_ref().map(|chosen| chosen.key.0),
        again: record.told == Told::Already,
        rule: record.rule.as_deref().unwrap_or_default().into(),
        prompt: record.prompt.as_ref().map_or("", |prompt| &prompt.asterisk).into(),
        district: district.into(),
    }
}
