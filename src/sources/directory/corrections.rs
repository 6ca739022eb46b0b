//! What individual answers have shown since the last walk, until it is part of a generation.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use crate::domain::finding::Record;
use crate::domain::reported::ReportedCustomer;

use super::content::distinct;
use super::packed::{AmendedOwner, Amendment, PhoneHash};

/// Maximum corrections. Beyond, further ones are dropped until these are part of a generation.
const CORRECTIONS_MAX: usize = 20_000;
/// Maximum bytes of all corrections, which an answer with long names would exceed. One of a customer
/// with one service has some 800 bytes, so that 20,000 take 16 MiB.
const BYTES_MAX: usize = 24 << 20;
/// Bytes of one correction besides its owners: the slot of the table, which is half empty at worst.
const SLOT_BYTES: usize = 2 * size_of::<(PhoneHash, Correction)>();

/// Corrections by number. A call holds the lock for one access to the map.
#[derive(Default)]
pub(super) struct Corrections(Mutex<CorrectionMap>);

#[derive(Default)]
struct CorrectionMap {
    by_number: HashMap<PhoneHash, Correction>,
    bytes: usize,
}

struct Correction {
    owners: Arc<[AmendedOwner]>,
    learnt: Instant,
    bytes: usize,
}

impl CorrectionMap {
    fn insert(&mut self, hash: PhoneHash, correction: Correction) {
        self.remove(hash);
        let fits = self.bytes + correction.bytes <= BYTES_MAX;
        if fits && self.by_number.len() < CORRECTIONS_MAX {
            self.bytes += correction.bytes;
            self.by_number.insert(hash, correction);
        }
    }

    fn remove(&mut self, hash: PhoneHash) -> bool {
        let removed = self.by_number.remove(&hash);
        self.bytes -= removed.as_ref().map_or(0, |correction| correction.bytes);
        removed.is_some()
    }

    fn retain(&mut self, keep: impl Fn(&Correction) -> bool) {
        self.by_number.retain(|_, correction| keep(correction));
        self.bytes = self.by_number.values().map(|correction| correction.bytes).sum();
    }
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
        let bytes = SLOT_BYTES + owners.iter().map(AmendedOwner::bytes).sum::<usize>();
        let correction = Correction { owners: owners.into(), learnt: now, bytes };
        self.0.lock().insert(hash, correction);
    }

    /// Drops what has been learnt of a number.
    pub(super) fn remove(&self, hash: PhoneHash) -> bool {
        self.0.lock().remove(hash)
    }

    /// Drops what has been learnt of the customers with `codes`.
    pub(super) fn remove_owners(&self, codes: &[String]) {
        let is_one = |owner: &AmendedOwner| codes.contains(&owner.code);
        self.0.lock().retain(|correction| !correction.owners.iter().any(is_one));
    }

    /// Whether a number has been corrected.
    pub(super) fn contains(&self, hash: PhoneHash) -> bool {
        self.0.lock().by_number.contains_key(&hash)
    }

    pub(super) fn clear(&self) {
        *self.0.lock() = CorrectionMap::default();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().by_number.is_empty()
    }

    /// The customers with a number, if it has been corrected.
    pub(super) fn record(&self, hash: PhoneHash) -> Option<Record> {
        let corrections = self.0.lock();
        let owners = &corrections.by_number.get(&hash)?.owners;
        Some(Record::new(owners.iter().map(reported).collect()))
    }

    /// All corrections, for a new generation, the youngest last. The lock is held for no copy of their
    /// texts.
    pub(super) fn snapshot(&self) -> CorrectionsSnapshot {
        let corrections = self.0.lock();
        let all = corrections.by_number.iter();
        let all = all.map(|(hash, one)| (one.learnt, *hash, Arc::clone(&one.owners)));
        let mut all: Vec<_> = all.collect();
        drop(corrections);
        all.sort_by_key(|(learnt, ..)| *learnt);
        CorrectionsSnapshot(all.into_iter().map(|(_, hash, owners)| (hash, owners)).collect())
    }

    /// Drops the corrections that a generation now contains, but none that came later.
    pub(super) fn drop_merged(&self, merged: &CorrectionsSnapshot) {
        let mut corrections = self.0.lock();
        for (hash, owners) in &merged.0 {
            if corrections.by_number.get(hash).is_some_and(|one| Arc::ptr_eq(&one.owners, owners)) {
                corrections.remove(*hash);
            }
        }
    }

    /// Drops the corrections from before `at`, which is when the walk of a new generation began.
    pub(super) fn drop_before(&self, at: Instant) {
        self.0.lock().retain(|correction| correction.learnt >= at);
    }
}

fn reported(owner: &AmendedOwner) -> ReportedCustomer {
    let services = owner.services.iter().flat_map(|services| services.iter());
    let statuses = owner.status.iter().chain(services.map(|service| &service.status));
    ReportedCustomer {
        code: owner.code.clone(),
        name: owner.name.clone(),
        service_status: owner.status.clone(),
        service_statuses: distinct(statuses.map(String::as_str)),
        ..ReportedCustomer::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::{District, InterfaceName, ServicePlace};

    fn owner(text: &str) -> AmendedOwner {
        let text = || text.to_owned();
        let service = ServicePlace {
            status: text(),
            interface: Some(InterfaceName {
                equipment: text(),
                address: text(),
                interface: text(),
            }),
            optical_box: Some(text()),
            district: Some(District {
                city: text(),
                states: [text(), text()],
                ibge: None,
                district: text(),
            }),
            groups: vec![17],
        };
        let services = Some(vec![service].into());
        AmendedOwner { code: text(), status: Some(text()), name: String::new(), services }
    }

    fn learn(corrections: &Corrections, count: u64, owner: &AmendedOwner) {
        let hashes = (0..count).map(PhoneHash);
        hashes.for_each(|hash| corrections.learn(hash, vec![owner.clone()], Instant::now()));
    }

    #[test]
    fn corrections_are_bounded_in_number_and_in_bytes() {
        let corrections = Corrections::default();
        learn(&corrections, 30_000, &owner("OLT do Bairro Centro 12"));
        let bytes = corrections.0.lock().bytes;
        assert_eq!(corrections.0.lock().by_number.len(), CORRECTIONS_MAX);
        assert!((600..1_000).contains(&(bytes / CORRECTIONS_MAX)), "{bytes}");
        learn(&corrections, 30_000, &owner(&"x".repeat(256)));
        let held = corrections.0.lock().by_number.len();
        assert!(held < CORRECTIONS_MAX && corrections.0.lock().bytes <= BYTES_MAX, "{held}");
        let removed = (0..30_000).filter(|number| corrections.remove(PhoneHash(*number)));
        assert_eq!(removed.count(), held);
        assert_eq!(corrections.0.lock().bytes, 0);
    }

    #[test]
    fn the_youngest_correction_is_the_last() {
        let corrections = Corrections::default();
        let now = Instant::now();
        for seconds in [3, 1, 2] {
            let at = now + std::time::Duration::from_secs(seconds);
            corrections.learn(PhoneHash(seconds), Vec::new(), at);
        }
        let amendments = corrections.snapshot().amendments();
        let order: Vec<_> = amendments.iter().map(|amendment| amendment.hash.0).collect();
        assert_eq!(order, [1, 2, 3]);
    }
}
