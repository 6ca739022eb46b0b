//! Lists the names of places that the directory or the tables have, for whoever types one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::list::{CityEntry, ScopeTables};
use super::generation::Generation;
use super::named::PlaceKind;
use super::places::{DistrictKey, Places, key};
use super::texts::TOO_MANY;

/// Letters of a state's abbreviation.
const STATE_LETTERS: usize = 2;

/// All places of a kind.
#[derive(Clone, Debug)]
pub struct KnownPlaces {
    pub kind: PlaceKind,
    /// Folded: each name, and where it is. What is not stated is empty.
    pub paths: BTreeSet<Vec<String>>,
    /// As somebody typed them, by the folded name.
    typed: HashMap<String, String>,
    /// Names of several entries of a table that nothing tells apart.
    doubled: BTreeSet<String>,
}

impl KnownPlaces {
    /// The name as the tables have it, on one line.
    pub fn typed<'a>(&'a self, folded: &'a str) -> &'a str {
        self.typed.get(folded).map_or(folded, String::as_str)
    }

    /// Whether the name is that of several places that nothing tells apart.
    pub fn is_doubled(&self, folded: &str) -> bool {
        self.doubled.contains(folded)
    }

    /// Adds a place by its names as they are typed.
    fn add<const N: usize>(&mut self, names: [&str; N]) {
        let path = names.map(|name| {
            let folded = key(name);
            if !self.typed.contains_key(&folded) {
                self.typed.insert(folded.clone(), name.replace(char::is_control, " "));
            }
            folded
        });
        self.add_folded(path);
    }

    fn add_folded(&mut self, path: impl Into<Vec<String>>) {
        let path = path.into();
        if path.first().is_some_and(|name| !name.is_empty()) {
            self.paths.insert(path);
        }
    }

    /// Adds the entries of a table whose names alone tell them apart.
    fn add_entries<'a>(&mut self, entries: impl Iterator<Item = (u64, &'a str)>) {
        let mut ids: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for (id, name) in entries {
            self.add([name]);
            ids.entry(key(name)).or_default().insert(id);
        }
        let doubled = ids.into_iter().filter(|(_, ids)| ids.len() > 1);
        self.doubled = doubled.map(|(name, _)| name).collect();
    }
}

impl Generation {
    /// All places of a kind, of customers and of the tables. It folds all names, so it takes some time.
    pub fn known_places(&self, tables: &ScopeTables, kind: PlaceKind) -> KnownPlaces {
        let mut known = KnownPlaces {
            kind,
            paths: BTreeSet::new(),
            typed: HashMap::new(),
            doubled: BTreeSet::new(),
        };
        let places = &self.places;
        match kind {
            PlaceKind::Box => {
                known.add_entries(tables.boxes.iter().map(|(id, name)| (*id, name.as_str())));
                places
                    .boxes
                    .iter()
                    .skip(TOO_MANY as usize + 1)
                    .for_each(|name| known.add_folded([name.to_owned()]));
            }
            PlaceKind::City => add_cities(&mut known, tables, places),
            PlaceKind::District => add_districts(&mut known, tables, places),
            PlaceKind::Equipment => add_equipment(&mut known, tables, places),
            PlaceKind::Interface => add_interfaces(&mut known, tables, places),
            PlaceKind::Pop => {
                known.add_entries(tables.pops.iter().map(|pop| (pop.id, pop.name.as_str())));
            }
        }
        known
    }
}

fn add_cities(known: &mut KnownPlaces, tables: &ScopeTables, places: &Places) {
    for city in &tables.cities {
        known.add([&city.name, state_of(city)]);
    }
    for [city, one, other, _] in districts(places) {
        known.add_folded([city.to_owned(), state([one, other]).to_owned()]);
    }
}

fn add_districts(known: &mut KnownPlaces, tables: &ScopeTables, places: &Places) {
    for city in &tables.cities {
        city.districts.iter().for_each(|name| known.add([name, &city.name, state_of(city)]));
    }
    for [city, one, other, name] in districts(places) {
        known.add_folded([name, city, state([one, other])].map(str::to_owned));
    }
}

fn add_equipment(known: &mut KnownPlaces, tables: &ScopeTables, places: &Places) {
    tables.interfaces.iter().for_each(|entry| known.add([&entry.equipment, &entry.address]));
    let of_pops = tables.pops.iter().flat_map(|pop| &pop.equipment);
    of_pops.for_each(|(name, address)| known.add([name, address]));
    for [equipment, address, _] in interfaces(places) {
        known.add_folded([equipment, address].map(str::to_owned));
    }
}

fn add_interfaces(known: &mut KnownPlaces, tables: &ScopeTables, places: &Places) {
    for entry in &tables.interfaces {
        known.add([&entry.name, &entry.equipment, &entry.address]);
    }
    for [equipment, address, name] in interfaces(places) {
        known.add_folded([name, equipment, address].map(str::to_owned));
    }
}

/// City, both states and district of each district of the customers.
fn districts(places: &Places) -> impl Iterator<Item = [&str; 4]> {
    let real = places.districts.iter().skip(TOO_MANY as usize + 1);
    real.map(|DistrictKey { words, .. }| words.map(|word| places.words.get(word)))
}

/// Equipment, address and name of each interface of the customers.
fn interfaces(places: &Places) -> impl Iterator<Item = [&str; 3]> {
    let real = places.interfaces.iter().skip(TOO_MANY as usize + 1);
    real.map(|words| words.map(|word| places.words.get(word)))
}

fn state_of(city: &CityEntry) -> &str {
    let [one, other] = &city.states;
    state([one, other])
}

/// The abbreviation of the two, else the one that is stated.
fn state([one, other]: [&str; 2]) -> &str {
    let is_short = |name: &str| name.trim().chars().count() == STATE_LETTERS;
    if is_short(one) || other.is_empty() || !is_short(other) && !one.is_empty() {
        one
    } else {
        other
    }
}
