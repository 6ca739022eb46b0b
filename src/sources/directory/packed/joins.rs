//! Joins the names in the list to the ids in an alert's scope, by their folded form.
//!
//! A name that fits two entries fits none: a wrong place is worse than none.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use super::super::list::{CityEntry, InterfaceEntry, ScopeTables};
use super::generation::Generation;
use super::places::{DistrictKey, Places, key};
use super::texts::{NOT_STATED, TextTable};

/// What a name in the list is in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// The name fits nothing, or more than one entry.
    CannotSay,
    Fits(u64),
    NotStated,
}

impl Joined {
    /// The only id of all; the same id twice is one.
    fn only(ids: impl IntoIterator<Item = u64>) -> Self {
        let mut ids = ids.into_iter();
        let Some(first) = ids.next() else { return Self::CannotSay };
        if ids.all(|id| id == first) { Self::Fits(first) } else { Self::CannotSay }
    }
}

/// The ids of the names of a generation.
///
/// They belong to the names of that generation: a later one needs its own, see [`Self::fit`].
pub struct Joins {
    pub(super) places: Arc<Places>,
    pub(super) interfaces: Vec<Joined>,
    /// By interface, too: a service is at a POP through its equipment.
    pub(super) pops: Vec<Joined>,
    pub(super) boxes: Vec<Joined>,
    /// By district.
    pub(super) cities: Vec<Joined>,
    /// The city's id, if the table has the district.
    pub(super) districts: Vec<Joined>,
    pub(super) statuses: Vec<Joined>,
    /// Whether all groups of a set are in the table.
    pub(super) groups: Vec<Joined>,
}

impl Joins {
    pub fn new(tables: &ScopeTables, generation: &Generation) -> Self {
        let places = Arc::clone(&generation.places);
        let cities = join_cities(&tables.cities, &places);
        Self {
            interfaces: join_interfaces(tables, &places),
            pops: join_pops(tables, &places),
            boxes: join_texts(&tables.boxes, &places.boxes),
            districts: join_districts(&tables.cities, &places, &cities),
            cities,
            statuses: join_texts(&tables.statuses, &places.statuses),
            groups: join_groups(&tables.groups, &places),
            places,
        }
    }

    /// Whether these are the joins of the generation's names.
    pub fn fit(&self, generation: &Generation) -> bool {
        Arc::ptr_eq(&self.places, &generation.places)
    }
}

/// The ids of a name's entries, each with the address of the equipment.
struct ByAddress<K>(HashMap<K, Vec<(String, u64)>>);

impl<K: Eq + Hash> ByAddress<K> {
    fn new(entries: impl Iterator<Item = (K, String, u64)>) -> Self {
        let mut by_name: HashMap<K, Vec<(String, u64)>> = HashMap::new();
        entries
            .for_each(|(name, address, id)| by_name.entry(name).or_default().push((address, id)));
        Self(by_name)
    }

    /// The entry with the address; where one side states none, the name's only entry.
    fn find(&self, name: &K, address: &str) -> Joined {
        let entries = self.0.get(name).map_or(&[][..], Vec::as_slice);
        let with = |wanted: &str| {
            Joined::only(entries.iter().filter(|entry| entry.0 == wanted).map(|entry| entry.1))
        };
        if address.is_empty() {
            Joined::only(entries.iter().map(|entry| entry.1))
        } else if entries.iter().any(|entry| entry.0 == address) {
            with(address)
        } else {
            with("")
        }
    }
}

fn join_interfaces(tables: &ScopeTables, places: &Places) -> Vec<Joined> {
    let entry = |entry: &InterfaceEntry| {
        ((key(&entry.equipment), key(&entry.name)), key(&entry.address), entry.id)
    };
    let by_address = ByAddress::new(tables.interfaces.iter().map(entry));
    let join = |words: &[u32; 3]| {
        let [equipment, address, interface] = words.map(|word| places.words.get(word));
        match words {
            [NOT_STATED, _, NOT_STATED] => Joined::NotStated,
            [NOT_STATED, ..] | [.., NOT_STATED] => Joined::CannotSay,
            _ => by_address.find(&(equipment.to_owned(), interface.to_owned()), address),
        }
    };
    places.interfaces.iter().map(join).collect()
}

fn join_pops(tables: &ScopeTables, places: &Places) -> Vec<Joined> {
    let entries = tables.pops.iter().flat_map(|pop| {
        pop.equipment.iter().map(|(name, address)| (key(name), key(address), pop.id))
    });
    let by_address = ByAddress::new(entries);
    let join = |words: &[u32; 3]| {
        let [equipment, address, _] = words.map(|word| places.words.get(word));
        match words {
            [NOT_STATED, _, NOT_STATED] => Joined::NotStated,
            [NOT_STATED, ..] => Joined::CannotSay,
            _ => by_address.find(&equipment.to_owned(), address),
        }
    };
    places.interfaces.iter().map(join).collect()
}

fn join_texts(table: &[(u64, String)], texts: &TextTable) -> Vec<Joined> {
    let mut by_name: HashMap<String, Vec<u64>> = HashMap::new();
    table.iter().for_each(|(id, name)| by_name.entry(key(name)).or_default().push(*id));
    let find = |text: &str| match text {
        "" => Joined::NotStated,
        // Names of boxes are folded already, statuses are ASCII.
        text => {
            Joined::only(by_name.get(&text.to_ascii_lowercase()).into_iter().flatten().copied())
        }
    };
    texts.iter().map(find).collect()
}

fn join_groups(table: &[(u64, String)], places: &Places) -> Vec<Joined> {
    let known: HashSet<u64> = table.iter().map(|(id, _)| *id).collect();
    let join = |set: &[u64]| match set {
        [] => Joined::NotStated,
        [first, ..] if set.iter().all(|id| known.contains(id)) => Joined::Fits(*first),
        _ => Joined::CannotSay,
    };
    places.groups.iter().map(|set| join(set)).collect()
}

/// A city of the table, folded.
struct FoldedCity {
    id: u64,
    ibge: Option<u64>,
    states: Vec<String>,
}

impl FoldedCity {
    fn new(entry: &CityEntry) -> Self {
        let states = entry.states.iter().map(|state| key(state));
        let states = states.filter(|state| !state.is_empty()).collect();
        Self { id: entry.id, ibge: entry.ibge, states }
    }

    /// Whether nothing that is stated of the district's state and number contradicts this city.
    fn may_be(&self, district: &DistrictKey, places: &Places) -> bool {
        let [_, states @ .., _] = district.words.map(|word| places.words.get(word));
        let mut stated = states.into_iter().filter(|state| !state.is_empty()).peekable();
        let state_fits = self.states.is_empty()
            || stated.peek().is_none()
            || stated.any(|state| self.states.iter().any(|own| own == state));
        let number_fits = district.ibge == 0 || self.ibge.is_none_or(|own| own == district.ibge);
        state_fits && number_fits
    }
}

fn join_cities(table: &[CityEntry], places: &Places) -> Vec<Joined> {
    let mut by_name: HashMap<String, Vec<FoldedCity>> = HashMap::new();
    let mut by_ibge: HashMap<u64, Vec<u64>> = HashMap::new();
    for entry in table {
        by_name.entry(key(&entry.name)).or_default().push(FoldedCity::new(entry));
        entry.ibge.iter().for_each(|ibge| by_ibge.entry(*ibge).or_default().push(entry.id));
    }
    let join = |district: &DistrictKey| {
        if *district == DistrictKey::default() {
            return Joined::NotStated;
        }
        let numbered = by_ibge.get(&district.ibge).into_iter().flatten().copied();
        if let fits @ Joined::Fits(_) = Joined::only(numbered) {
            return fits;
        }
        let named = by_name.get(places.words.get(district.words[0])).into_iter().flatten();
        Joined::only(named.filter(|city| city.may_be(district, places)).map(|city| city.id))
    };
    places.districts.iter().map(join).collect()
}

fn join_districts(table: &[CityEntry], places: &Places, cities: &[Joined]) -> Vec<Joined> {
    let mut known: HashSet<(u64, String)> = HashSet::new();
    for entry in table {
        known.extend(entry.districts.iter().map(|district| (entry.id, key(district))));
    }
    let join = |(district, city): (&DistrictKey, &Joined)| match (district.words[3], *city) {
        (NOT_STATED, _) => Joined::NotStated,
        (word, Joined::Fits(id)) if known.contains(&(id, places.words.get(word).to_owned())) => {
            Joined::Fits(id)
        }
        _ => Joined::CannotSay,
    };
    places.districts.iter().zip(cities).map(join).collect()
}
