//! What individual answers have shown since the last walk, until it is part of a generation.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use crate::domain::finding::Record;
use crate::domain::reported::ReportedCustomer;

use super::packed::{AmendedOwner, Amendment, PhoneHash};

/// Maximum corrections. Beyond, further ones are dropped until these are part of a generation.
const CORRECTIONS_MAX: usize = 20_000;

/// Corrections by number. A call holds the lock for one access to the map.
#[derive(Default)]
pub(super) struct Corrections(Mutex<HashMap<PhoneHash, Correction>>);

struct Correction {
    owners: Arc<[AmendedOwner]>,
    learnt: Instant,
}

/// The corrections at one time.
pub(super) struct CorrectionsSnapshot(Vec<(PhoneHash, Arc<[AmendedOwner]>)>);

impl CorrectionsSnapshot {
    pub(super) fn amendments(&self) -> Vec<Amendment> {
        let amendments =
            self.0.iter().map(|(hash, owners)| Amendment { hash: *hash, owners: owners.to_vec() });
        amendments.collect()
    }
}

impl Corrections {
    /// Records the owners of a number, as HubSoft has answered them.
    pub(super) fn learn(&self, hash: PhoneHash, owners: Vec<AmendedOwner>, now: Instant) {
        let mut corrections = self.0.lock();
        if corrections.len() < CORRECTIONS_MAX || corrections.contains_key(&hash) {
            corrections.insert(hash, Correction { owners: owners.into(), learnt: now });
        }
    }

    /// Drops what has been learnt of a number.
    pub(super) fn remove(&self, hash: PhoneHash) -> bool {
        self.0.lock().remove(&hash).is_some()
    }

    /// Drops what has been learnt of the customers with `codes`.
    pub(super) fn remove_owners(&self, codes: &[String]) {
        let is_one = |owner: &AmendedOwner| codes.contains(&owner.code);
        self.0.lock().retain(|_, correction| !correction.owners.iter().any(is_one));
    }

    /// Whether a number has been corrected.
    pub(super) fn contains(&self, hash: PhoneHash) -> bool {
        self.0.lock().contains_key(&hash)
    }

    pub(super) fn clear(&self) {
        self.0.lock().clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }

    /// The customers with a number, if it has been corrected.
    pub(super) fn record(&self, hash: PhoneHash) -> Option<Record> {
        let corrections = self.0.lock();
        let owners = &corrections.get(&hash)?.owners;
        Some(Record::new(owners.iter().map(reported).collect()))
    }

    /// All corrections, for a new generation. The lock is held for no copy of their texts.
    pub(super) fn snapshot(&self) -> CorrectionsSnapshot {
        let corrections = self.0.lock();
        let all = corrections.iter().map(|(hash, one)| (*hash, Arc::clone(&one.owners)));
        CorrectionsSnapshot(all.collect())
    }

    /// Drops the corrections that a generation now contains, but none that came later.
    pub(super) fn drop_merged(&self, merged: &CorrectionsSnapshot) {
        let mut corrections = self.0.lock();
        for (hash, owners) in &merged.0 {
            if corrections.get(hash).is_some_and(|one| Arc::ptr_eq(&one.owners, owners)) {
                corrections.remove(hash);
            }
        }
    }

    /// Drops the corrections from before `at`, which is when the walk of a new generation began.
    pub(super) fn drop_before(&self, at: Instant) {
        self.0.lock().retain(|_, correction| correction.learnt >= at);
    }
}

fn reported(owner: &AmendedOwner) -> ReportedCustomer {
    ReportedCustomer {
        code: owner.code.clone(),
        name: owner.name.clone(),
        service_status: owner.status.clone(),
        service_statuses: owner.status.iter().cloned().collect(),
        ..ReportedCustomer::default()
    }
}
