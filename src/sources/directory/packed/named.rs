//! Scans a generation for the customers of places that are given by their names.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::super::list::ScopeTables;
use super::generation::{Generation, RowIndex};
use super::joins::{Joined, Joins};
use super::places::{DistrictKey, key};

/// A kind of place that a name can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    Box,
    City,
    District,
    Equipment,
    Interface,
    Pop,
}

impl PlaceKind {
    /// Every kind, by its word.
    pub const ALL: [Self; 6] =
        [Self::Box, Self::City, Self::District, Self::Equipment, Self::Interface, Self::Pop];

    /// The kind with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The word for it, as in the options of commands.
    pub fn word(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::City => "city",
            Self::District => "district",
            Self::Equipment => "equipment",
            Self::Interface => "interface",
            Self::Pop => "pop",
        }
    }
}

/// A place by its name, which is followed by where it is, as far as that has to be told: a district by
/// city and state, a city by its state, an interface by equipment and address, equipment by its
/// address. All folded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub struct NamedPlace {
    pub kind: PlaceKind,
    pub path: Vec<String>,
}

impl Generation {
    /// The customers with a service at any of the places, in the order of their rows. Joins of other
    /// names place nobody at a POP.
    pub fn rows_in(
        &self,
        joins: &Joins,
        tables: &ScopeTables,
        places: &[NamedPlace],
    ) -> Vec<RowIndex> {
        let hits = Hits::new(self, joins, tables, places);
        let rows = &self.rows;
        let is_hit = |at: usize| {
            hits.interfaces[rows.interfaces[at] as usize]
                || hits.boxes[rows.boxes[at] as usize]
                || hits.districts[rows.districts[at] as usize]
        };
        let all = 0..self.customers() as u32;
        all.filter(|row| rows.services(*row).any(is_hit)).map(RowIndex).collect()
    }
}

/// Which names of each table are places that are wanted, so that a scan only looks up.
struct Hits {
    interfaces: Vec<bool>,
    boxes: Vec<bool>,
    districts: Vec<bool>,
}

impl Hits {
    fn new(
        generation: &Generation,
        joins: &Joins,
        tables: &ScopeTables,
        wanted: &[NamedPlace],
    ) -> Self {
        let of = |kind| PathIndex::new(kind, wanted);
        let places = &generation.places;
        let (cities, districts) = (of(PlaceKind::City), of(PlaceKind::District));
        let in_district = |district: &DistrictKey| {
            let [city, one, other, name] = district.words.map(|word| places.words.get(word));
            let states = [one, other];
            districts.has(name, &[&[city], &states]) || cities.has(city, &[&states])
        };
        let (equipment, interfaces) = (of(PlaceKind::Equipment), of(PlaceKind::Interface));
        let at_interface = |words: &[u32; 3]| {
            let [device, address, name] = words.map(|word| places.words.get(word));
            interfaces.has(name, &[&[device], &[address]]) || equipment.has(device, &[&[address]])
        };
        let pops = pop_ids(tables, &of(PlaceKind::Pop));
        let is_joined = joins.fit(generation) && !pops.is_empty();
        let at_pop =
            |at| is_joined && matches!(joins.pops[at], Joined::Fits(id) if pops.contains(&id));
        let boxes = of(PlaceKind::Box);
        let keys = places.interfaces.iter().enumerate();
        Self {
            interfaces: keys.map(|(at, words)| at_interface(words) || at_pop(at)).collect(),
            boxes: places.boxes.iter().map(|name| boxes.has(name, &[])).collect(),
            districts: places.districts.iter().map(in_district).collect(),
        }
    }
}

fn pop_ids(tables: &ScopeTables, wanted: &PathIndex<'_>) -> BTreeSet<u64> {
    let named = tables.pops.iter().filter(|pop| wanted.has(&key(&pop.name), &[]));
    named.map(|pop| pop.id).collect()
}

/// The wanted places of one kind, by their names.
struct PathIndex<'a>(HashMap<&'a str, Vec<&'a [String]>>);

impl<'a> PathIndex<'a> {
    fn new(kind: PlaceKind, wanted: &'a [NamedPlace]) -> Self {
        let mut by_name: HashMap<&str, Vec<&[String]>> = HashMap::new();
        for place in wanted.iter().filter(|place| place.kind == kind) {
            if let [name, within @ ..] = &place.path[..] {
                by_name.entry(name).or_default().push(within);
            }
        }
        Self(by_name)
    }

    /// Whether a place of this name is wanted, which is in one of the names on each level.
    fn has(&self, name: &str, levels: &[&[&str]]) -> bool {
        let is_within = |within: &[String]| {
            within.len() <= levels.len()
                && within.iter().zip(levels).all(|(own, names)| names.contains(&own.as_str()))
        };
        // Without a name, a service is nowhere.
        let found = self.0.get(name).filter(|_| !name.is_empty());
        found.is_some_and(|wanted| wanted.iter().any(|within| is_within(within)))
    }
}
