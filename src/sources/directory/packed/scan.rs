//! Scans a generation for an alert's scope: which kinds of the scope each customer fits.
//!
//! No rule for combining kinds is built in, since HubSoft documents none. A customer's best service
//! counts, the one that fits most kinds; if a name that cannot be joined might make another one as
//! good or better, nothing can be said of the customer.

use std::collections::{BTreeMap, BTreeSet};

use super::generation::{Generation, RowIndex};
use super::joins::{Joined, Joins};
use super::places::DistrictKey;
use super::scope::{AlertScope, ScopeKind, ScopeKinds};
use super::texts::TOO_MANY;

/// The customers of an alert that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stratum {
    CannotSay,
    Fits(ScopeKinds),
}

impl Stratum {
    /// A number for it: each stratum has another.
    pub fn index(self) -> u8 {
        match self {
            Self::CannotSay => CANNOT_SAY,
            Self::Fits(ScopeKinds(kinds)) => kinds,
        }
    }
}

/// The stratum of each customer of a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strata {
    /// The kinds by row, or [`CANNOT_SAY`].
    rows: Vec<u8>,
    kinds: ScopeKinds,
    has_unknown_kinds: bool,
}

/// The bit that is no kind.
const CANNOT_SAY: u8 = 1 << 7;

impl Strata {
    /// The stratum of a customer. Nothing can be said of a row that was not scanned.
    pub fn of(&self, row: RowIndex) -> Stratum {
        self.rows.get(row.0 as usize).map_or(Stratum::CannotSay, |packed| unpacked(*packed))
    }

    /// How many customers each stratum has.
    pub fn counts(&self) -> BTreeMap<Stratum, usize> {
        let mut counts = [0; 1 << 8];
        self.rows.iter().for_each(|packed| counts[usize::from(*packed)] += 1);
        let counts = (0..=u8::MAX).zip(counts).filter(|(_, count)| *count > 0);
        counts.map(|(packed, count)| (unpacked(packed), count)).collect()
    }

    /// The customers of a stratum, in the order of their rows.
    pub fn rows(&self, stratum: Stratum) -> impl Iterator<Item = RowIndex> {
        let rows = (0..).zip(&self.rows).filter(move |(_, packed)| unpacked(**packed) == stratum);
        rows.map(|(row, _)| RowIndex(row))
    }

    /// The kinds of the scope that the list can show.
    pub fn kinds(&self) -> ScopeKinds {
        self.kinds
    }

    /// Whether the scope has kinds that the list cannot show, so that a stratum may be mixed.
    pub fn has_unknown_kinds(&self) -> bool {
        self.has_unknown_kinds
    }
}

fn unpacked(packed: u8) -> Stratum {
    if packed == CANNOT_SAY { Stratum::CannotSay } else { Stratum::Fits(ScopeKinds(packed)) }
}

impl Generation {
    /// Scans all customers. Nothing can be said of anybody if the joins are those of other names.
    pub fn scan(&self, joins: &Joins, scope: &AlertScope) -> Strata {
        let kinds = scope.kinds();
        let rows = if kinds.is_empty() {
            vec![0; self.customers()]
        } else if joins.fit(self) {
            self.fits(&Fits::new(joins, scope))
        } else {
            vec![CANNOT_SAY; self.customers()]
        };
        Strata { rows, kinds, has_unknown_kinds: !scope.unknown_kinds.is_empty() }
    }

    fn fits(&self, fits: &Fits) -> Vec<u8> {
        let rows = &self.rows;
        let service = |at: usize| {
            fits.interfaces[rows.interfaces[at] as usize]
                | fits.boxes[rows.boxes[at] as usize]
                | fits.districts[rows.districts[at] as usize]
                | fits.statuses[usize::from(rows.statuses[at])]
                | fits.groups[usize::from(rows.groups[at])]
        };
        let ends = rows.first_services.iter().skip(1).copied();
        let ends = ends.chain([rows.statuses.len() as u32]);
        let mut packed = Vec::with_capacity(self.customers());
        for (start, end) in rows.first_services.iter().zip(ends) {
            let services = *start as usize..end as usize;
            packed.push(match services.len() {
                0 => CANNOT_SAY,
                1 => only(service(services.start)),
                _ => best(services.map(service)),
            });
        }
        packed
    }
}

/// Kinds that a name fits, and in the upper byte those of which it cannot be told.
type Packed = u16;

fn only(service: Packed) -> u8 {
    if service >> 8 == 0 { service as u8 } else { CANNOT_SAY }
}

/// The kinds of the service that fits most; among several of these, the greatest set.
fn best(services: impl Iterator<Item = Packed>) -> u8 {
    let mut best = (0, 0);
    let mut possible = 0;
    for service in services {
        let kinds = service as u8;
        let unknown = (service >> 8) as u8;
        possible = possible.max((kinds | unknown).count_ones());
        best = best.max((kinds.count_ones(), kinds));
    }
    if possible > best.0 { CANNOT_SAY } else { best.1 }
}

/// What each name of a table fits, so that a scan only looks up and joins bits.
struct Fits {
    interfaces: Vec<Packed>,
    boxes: Vec<Packed>,
    districts: Vec<Packed>,
    statuses: Vec<Packed>,
    groups: Vec<Packed>,
}

impl Fits {
    fn new(joins: &Joins, scope: &AlertScope) -> Self {
        let each = |kind, joined: &[Joined], wanted: &BTreeSet<u64>| -> Vec<Packed> {
            joined.iter().map(|joined| fit(kind, *joined, wanted)).collect()
        };
        let interfaces = each(ScopeKind::Interface, &joins.interfaces, &scope.interfaces);
        let pops = each(ScopeKind::Pop, &joins.pops, &scope.pops);
        let cities = each(ScopeKind::City, &joins.cities, &scope.cities);
        let districts = 0..joins.places.districts.len();
        let districts = districts.map(|at| cities[at] | fit_district(at, joins, scope));
        let sets = joins.places.groups.iter().enumerate();
        Self {
            interfaces: interfaces.iter().zip(&pops).map(|(one, other)| one | other).collect(),
            boxes: each(ScopeKind::Box, &joins.boxes, &scope.boxes),
            districts: districts.collect(),
            statuses: each(ScopeKind::Status, &joins.statuses, &scope.statuses),
            groups: sets.map(|(at, set)| fit_groups(at, set, &scope.groups)).collect(),
        }
    }
}

fn fits(kind: ScopeKind) -> Packed {
    ScopeKinds::default().with(kind).0.into()
}

fn cannot_say(kind: ScopeKind) -> Packed {
    fits(kind) << 8
}

fn fit(kind: ScopeKind, joined: Joined, wanted: &BTreeSet<u64>) -> Packed {
    match joined {
        _ if wanted.is_empty() => 0,
        Joined::Fits(id) if wanted.contains(&id) => fits(kind),
        Joined::Fits(_) => 0,
        // Without a box a service is not on fibre; every service has each of the others.
        Joined::NotStated if matches!(kind, ScopeKind::Box) => 0,
        Joined::CannotSay | Joined::NotStated => cannot_say(kind),
    }
}

/// A district that the table does not have fits, too, if the alert names it so.
fn fit_district(at: usize, joins: &Joins, scope: &AlertScope) -> Packed {
    let kind = ScopeKind::District;
    let DistrictKey { words: [.., word], .. } = joins.places.districts[at];
    let named = |city| scope.districts.contains(&(city, joins.places.words.get(word).to_owned()));
    match (joins.cities[at], joins.districts[at]) {
        _ if scope.districts.is_empty() => 0,
        (Joined::Fits(city), _) if named(city) => fits(kind),
        (_, Joined::Fits(_)) => 0,
        _ => cannot_say(kind),
    }
}

/// A service without groups is in none: the list shows all of them.
fn fit_groups(at: usize, set: &[u64], wanted: &BTreeSet<u64>) -> Packed {
    match set {
        _ if wanted.is_empty() => 0,
        _ if at == TOO_MANY as usize => cannot_say(ScopeKind::Group),
        set if set.iter().any(|id| wanted.contains(id)) => fits(ScopeKind::Group),
        _ => 0,
    }
}
