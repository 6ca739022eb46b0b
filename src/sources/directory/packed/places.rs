//! The names of places, each stored once: what a service of the directory refers to.

use crate::domain::alert_text::fold;
use crate::domain::place::{District, InterfaceName, ServicePlace};
use crate::domain::safe_text::is_machine_word;

use super::texts::{KeyIndex, NOT_STATED, TOO_MANY, TOO_MANY_TEXT, TextIndex, TextTable};

/// Maximum different names of a kind: a name each for sixteen million services.
const NAMES_MAX: usize = 1 << 24;
/// Maximum different statuses, and sets of groups: their indexes have 16 bits. HubSoft has 13 statuses.
pub(super) const SHORT_MAX: usize = 1 << 16;
/// Maximum bytes of a folded name. HubSoft's columns have 255 characters.
const NAME_BYTES_MAX: usize = 255;
/// Maximum bytes of a status; the longest one of HubSoft has 30.
const STATUS_BYTES_MAX: usize = 64;
/// Maximum groups of a service; more are as none that can be told.
const GROUPS_MAX: usize = 64;

/// Indexes of equipment, address and interface in the words.
pub(super) type InterfaceKey = [u32; 3];

/// A district by its words. The states are sorted, because some tenants swap them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct DistrictKey {
    /// Indexes of city, both states and district.
    pub(super) words: [u32; 4],
    /// 0 if it is not stated.
    pub(super) ibge: u64,
}

/// Indexes of one service into [`Places`].
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct PackedService {
    pub(super) interface: u32,
    pub(super) optical_box: u32,
    pub(super) district: u32,
    pub(super) status: u16,
    pub(super) groups: u16,
}

/// The names, folded. In each table index 0 is "not stated", and 1 stands for names without room.
#[derive(Clone, PartialEq)]
pub(super) struct Places {
    pub(super) words: TextTable,
    pub(super) interfaces: Vec<InterfaceKey>,
    pub(super) boxes: TextTable,
    pub(super) districts: Vec<DistrictKey>,
    /// As the source states them: they are machine words.
    pub(super) statuses: TextTable,
    /// Sets of group ids, sorted.
    pub(super) groups: Vec<Box<[u64]>>,
}

impl Default for Places {
    fn default() -> Self {
        let no_district = DistrictKey { words: [TOO_MANY; 4], ibge: 0 };
        Self {
            words: TextTable::reserved(),
            interfaces: vec![[NOT_STATED; 3], [TOO_MANY; 3]],
            boxes: TextTable::reserved(),
            districts: vec![DistrictKey::default(), no_district],
            statuses: TextTable::reserved(),
            // No group has the largest id; a set of it marks sets without room.
            groups: vec![Box::default(), Box::new([u64::MAX])],
        }
    }
}

impl Places {
    /// The status of a service; empty if it is not stated.
    pub(super) fn status(&self, service: PackedService) -> &str {
        self.statuses.get(service.status.into())
    }

    /// Equipment, address and interface at an index.
    pub(super) fn interface_words(&self, index: u32) -> [&str; 3] {
        self.interfaces[index as usize].map(|word| self.words.get(word))
    }

    /// City, states and district.
    pub(super) fn district_words(&self, district: DistrictKey) -> [&str; 4] {
        district.words.map(|word| self.words.get(word))
    }

    pub(super) fn shrink(&mut self) {
        [&mut self.words, &mut self.boxes, &mut self.statuses]
            .into_iter()
            .for_each(TextTable::shrink);
        self.interfaces.shrink_to_fit();
        self.districts.shrink_to_fit();
        self.groups.shrink_to_fit();
    }

    pub(super) fn bytes(&self) -> usize {
        let ids: usize = self.groups.iter().map(|set| size_of_val(&**set)).sum();
        self.words.bytes()
            + self.boxes.bytes()
            + self.statuses.bytes()
            + ids
            + self.interfaces.capacity() * size_of::<InterfaceKey>()
            + self.districts.capacity() * size_of::<DistrictKey>()
            + self.groups.capacity() * size_of::<Box<[u64]>>()
    }
}

/// Adds names to [`Places`].
pub(super) struct PlaceInterner {
    pub(super) places: Places,
    words: TextIndex,
    interfaces: KeyIndex<InterfaceKey>,
    boxes: TextIndex,
    districts: KeyIndex<DistrictKey>,
    statuses: TextIndex,
    groups: KeyIndex<Box<[u64]>>,
}

impl PlaceInterner {
    pub(super) fn new(places: Places) -> Self {
        Self {
            words: TextIndex::of(&places.words),
            interfaces: KeyIndex::of(&places.interfaces),
            boxes: TextIndex::of(&places.boxes),
            districts: KeyIndex::of(&places.districts),
            statuses: TextIndex::of(&places.statuses),
            groups: KeyIndex::of(&places.groups),
            places,
        }
    }

    pub(super) fn pack(&mut self, service: &ServicePlace) -> PackedService {
        let interface = service.interface.as_ref().map(|named| self.interface(named));
        let optical_box = service.optical_box.as_deref().map(|name| self.optical_box(&key(name)));
        let district = service.district.as_ref().map(|district| self.district(district));
        let is_word = is_machine_word(&service.status, STATUS_BYTES_MAX);
        PackedService {
            interface: interface.unwrap_or(NOT_STATED),
            optical_box: optical_box.unwrap_or(NOT_STATED),
            district: district.unwrap_or(NOT_STATED),
            status: if is_word { self.status(&service.status) } else { NOT_STATED as u16 },
            groups: self.groups(&service.groups),
        }
    }

    fn interface(&mut self, named: &InterfaceName) -> u32 {
        let words = interface_words(named).map(|word| self.word(&word));
        self.interface_key(words)
    }

    fn interface_key(&mut self, words: InterfaceKey) -> u32 {
        self.interfaces.intern(&mut self.places.interfaces, words, NAMES_MAX)
    }

    fn district(&mut self, stated: &District) -> u32 {
        let words = district_words(stated).map(|word| self.word(&word));
        self.district_key(DistrictKey { words, ibge: stated.ibge.unwrap_or_default() })
    }

    fn district_key(&mut self, key: DistrictKey) -> u32 {
        self.districts.intern(&mut self.places.districts, key, NAMES_MAX)
    }

    fn word(&mut self, word: &str) -> u32 {
        self.words.intern(&mut self.places.words, word, NAMES_MAX)
    }

    fn optical_box(&mut self, name: &str) -> u32 {
        self.boxes.intern(&mut self.places.boxes, name, NAMES_MAX)
    }

    fn status(&mut self, status: &str) -> u16 {
        self.statuses.intern(&mut self.places.statuses, status, SHORT_MAX) as u16
    }

    fn groups(&mut self, ids: &[u64]) -> u16 {
        if ids.len() > GROUPS_MAX {
            return TOO_MANY as u16;
        }
        let mut set = ids.to_vec();
        set.sort_unstable();
        set.dedup();
        self.groups.intern(&mut self.places.groups, set.into(), SHORT_MAX) as u16
    }
}

/// Takes the names of services over from other places, each name once.
pub(super) struct Adoption<'a> {
    from: &'a Places,
    interfaces: Vec<u32>,
    boxes: Vec<u32>,
    districts: Vec<u32>,
    statuses: Vec<u32>,
    groups: Vec<u32>,
}

/// Marks an index whose name was not taken over yet.
const PENDING: u32 = u32::MAX;

impl<'a> Adoption<'a> {
    pub(super) fn new(from: &'a Places) -> Self {
        Self {
            from,
            interfaces: vec![PENDING; from.interfaces.len()],
            boxes: vec![PENDING; from.boxes.len()],
            districts: vec![PENDING; from.districts.len()],
            statuses: vec![PENDING; from.statuses.len()],
            groups: vec![PENDING; from.groups.len()],
        }
    }

    /// Returns the indexes of the same names in `to`.
    pub(super) fn adopt(
        &mut self,
        service: PackedService,
        to: &mut PlaceInterner,
    ) -> PackedService {
        let from = self.from;
        let interface = once(&mut self.interfaces, service.interface, |at| {
            let words = from.interfaces[at as usize].map(|word| to.word(from.words.get(word)));
            to.interface_key(words)
        });
        let optical_box =
            once(&mut self.boxes, service.optical_box, |at| to.optical_box(from.boxes.get(at)));
        let district = once(&mut self.districts, service.district, |at| {
            let DistrictKey { words, ibge } = from.districts[at as usize];
            let words = words.map(|word| to.word(from.words.get(word)));
            to.district_key(DistrictKey { words, ibge })
        });
        let status = once(&mut self.statuses, service.status.into(), |at| {
            to.status(from.statuses.get(at)).into()
        });
        let groups = once(&mut self.groups, service.groups.into(), |at| {
            to.groups(&from.groups[at as usize]).into()
        });
        let [status, groups] = [status, groups].map(|index| index as u16);
        PackedService { interface, optical_box, district, status, groups }
    }
}

/// Returns what `find` once found for the index.
fn once(found: &mut [u32], index: u32, find: impl FnOnce(u32) -> u32) -> u32 {
    let found = &mut found[index as usize];
    if *found == PENDING {
        *found = find(index);
    }
    *found
}

/// Equipment, address and interface, folded.
pub(super) fn interface_words(named: &InterfaceName) -> [String; 3] {
    [&named.equipment, &named.address, &named.interface].map(|word| key(word))
}

/// City, states and district, folded. The states are sorted.
pub(super) fn district_words(stated: &District) -> [String; 4] {
    let mut states = stated.states.each_ref().map(|state| key(state));
    states.sort();
    let [one, other] = states;
    [key(&stated.city), one, other, key(&stated.district)]
}

/// Folds a name. One that is too long is marked, so that it equals no other name of a table.
pub(super) fn key(name: &str) -> String {
    let mut folded = fold(name);
    if folded.len() > NAME_BYTES_MAX {
        let mut end = NAME_BYTES_MAX - TOO_MANY_TEXT.len();
        while !folded.is_char_boundary(end) {
            end -= 1;
        }
        folded.truncate(end);
        folded.push_str(TOO_MANY_TEXT);
    }
    folded
}
