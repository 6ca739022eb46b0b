//! The scope of an alert: the ids and districts of each kind, and which kinds cannot be read.

use std::collections::BTreeSet;

use crate::sources::directory::AlertScope;

use super::kinds::{
    BOXES, CITIES, DISTRICTS, GROUPS, INTERFACES, KindKeys, POPS, STATUSES, kind_word,
};
use super::parameters::Parameters;
use super::scope_list::{KindEntry, KindList, only};

/// Maximum bytes of the name of an unknown kind.
const KIND_BYTES_MAX: usize = 40;
/// Maximum unknown kinds.
const UNKNOWN_MAX: usize = 16;

/// The lists of a scope.
#[derive(Default)]
pub(super) struct ScopeLists {
    pub(super) cities: KindList,
    pub(super) districts: KindList,
    pub(super) interfaces: KindList,
    pub(super) pops: KindList,
    pub(super) boxes: KindList,
    pub(super) statuses: KindList,
    pub(super) groups: KindList,
    pub(super) parameters: Parameters,
    unknown: BTreeSet<String>,
}

impl ScopeLists {
    /// Notes a kind that the list cannot show.
    pub(super) fn note_unknown(&mut self, key: &str) {
        if self.unknown.len() < UNKNOWN_MAX {
            let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            self.unknown.insert(key.chars().filter(is_plain).take(KIND_BYTES_MAX).collect());
        }
    }

    pub(super) fn scope(mut self) -> AlertScope {
        self.note_parameters();
        let mut unknown = std::mem::take(&mut self.unknown);
        let mut ids = |list, kind: &KindKeys| ids(list, kind, &mut unknown);
        let cities = ids(&self.cities, &CITIES);
        let interfaces = ids(&self.interfaces, &INTERFACES);
        let pops = ids(&self.pops, &POPS);
        let boxes = ids(&self.boxes, &BOXES);
        let statuses = ids(&self.statuses, &STATUSES);
        let groups = ids(&self.groups, &GROUPS);
        let districts = self.read_districts(&cities);
        if districts.is_none() {
            unknown.insert(DISTRICTS.to_owned());
        }
        let districts = districts.unwrap_or_default();
        let unknown_kinds = unknown;
        AlertScope { cities, districts, interfaces, pops, boxes, statuses, groups, unknown_kinds }
    }

    /// Notes the kinds that the parameters name and no list shows.
    fn note_parameters(&mut self) {
        let lists = [
            (CITIES.list, &self.cities),
            (DISTRICTS, &self.districts),
            (INTERFACES.list, &self.interfaces),
            (POPS.list, &self.pops),
            (BOXES.list, &self.boxes),
            (STATUSES.list, &self.statuses),
            (GROUPS.list, &self.groups),
        ];
        let shown = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let shown: BTreeSet<_> = shown.map(|(key, _)| kind_word(key)).collect();
        let named = self.parameters.others();
        let hidden: Vec<_> = named.filter(|key| !shown.contains(&kind_word(key))).collect();
        hidden.iter().for_each(|key| self.note_unknown(key));
    }

    /// The districts with the ids of their cities; `None` if one of them cannot be told. They stand in
    /// their own list, inside their cities, or among the parameters.
    fn read_districts(&self, cities: &BTreeSet<u64>) -> Option<BTreeSet<(u64, String)>> {
        if self.districts.is_empty() && self.cities.entries.iter().any(has_districts) {
            return nested(&self.cities);
        }
        let list =
            if self.districts.is_empty() { self.parameters.districts() } else { &self.districts };
        if list.is_cut {
            return None;
        }
        let count = list.entries.len();
        let mut districts = BTreeSet::new();
        for (at, entry) in list.entries.iter().enumerate() {
            let name = Some(entry.name()).filter(|name| !name.is_empty())?;
            let city = entry.relation(CITIES.ids);
            let city = city.or_else(|| city_of(&self.cities, name));
            let city = city.or_else(|| self.parameters.city(at, name, count));
            let city = city.or_else(|| only(cities.iter().copied()))?;
            districts.insert(AlertScope::district(city, name));
        }
        Some(districts)
    }
}

/// The ids of a list. A kind with an entry that cannot be read is unknown.
fn ids(list: &KindList, kind: &KindKeys, unknown: &mut BTreeSet<String>) -> BTreeSet<u64> {
    list.ids(kind.ids).unwrap_or_else(|| {
        unknown.insert(kind.list.to_owned());
        BTreeSet::new()
    })
}

fn has_districts(city: &KindEntry) -> bool {
    city.districts().is_some()
}

/// The districts inside the cities; `None` if one of them cannot be told.
fn nested(cities: &KindList) -> Option<BTreeSet<(u64, String)>> {
    let mut districts = BTreeSet::new();
    for city in &cities.entries {
        let Some(inside) = city.districts() else { continue };
        let id = city.id(CITIES.ids).filter(|_| !inside.is_cut)?;
        for entry in &inside.entries {
            let name = Some(entry.name()).filter(|name| !name.is_empty())?;
            districts.insert(AlertScope::district(id, name));
        }
    }
    Some(districts)
}

/// The only city that has a district of this name inside it.
fn city_of(cities: &KindList, name: &str) -> Option<u64> {
    let has_it = |city: &&KindEntry| {
        let wanted = AlertScope::district(0, name);
        let inside = city.districts().map_or(&[][..], |districts| &districts.entries);
        inside.iter().any(|entry| AlertScope::district(0, entry.name()) == wanted)
    };
    only(cities.entries.iter().filter(has_it).filter_map(|city| city.id(CITIES.ids)))
}
