//! Reports how many services join the tables, and the commonest names that join nothing.

use std::collections::HashMap;

use super::generation::Generation;
use super::joins::{Joined, Joins};
use super::places::Places;
use super::scope::ScopeKind;

/// How many names that join nothing are reported of each kind.
const UNJOINED_MAX: usize = 10;

/// How the services of a generation join the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JoinReport {
    pub services: usize,
    /// One for each kind, in their order.
    pub kinds: Vec<KindReport>,
}

/// How the services join one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindReport {
    pub kind: ScopeKind,
    /// Services that state a name of this kind.
    pub stated: usize,
    /// Services whose name fits one entry.
    pub joined: usize,
    /// The commonest names that fit none or several, folded, with the number of their services.
    pub unjoined: Vec<(String, usize)>,
}

impl KindReport {
    /// The services whose name joins, in percent of those that state a name of this kind.
    pub fn percent(&self) -> f64 {
        if self.stated == 0 { 100.0 } else { 100.0 * self.joined as f64 / self.stated as f64 }
    }
}

impl Joins {
    /// Counts the services of the generation that these joins fit.
    pub fn report(&self, generation: &Generation) -> JoinReport {
        let rows = &generation.rows;
        let wide = |column: &[u32]| Counts::of(column.iter().map(|index| *index as usize));
        let narrow = |column: &[u16]| Counts::of(column.iter().map(|index| usize::from(*index)));
        let interfaces = wide(&rows.interfaces);
        let districts = wide(&rows.districts);
        let report = |kind| match kind {
            ScopeKind::Box => wide(&rows.boxes).report(kind, self, &self.boxes),
            ScopeKind::City => districts.report(kind, self, &self.cities),
            ScopeKind::District => districts.report(kind, self, &self.districts),
            ScopeKind::Group => narrow(&rows.groups).report(kind, self, &self.groups),
            ScopeKind::Interface => interfaces.report(kind, self, &self.interfaces),
            ScopeKind::Pop => interfaces.report(kind, self, &self.pops),
            ScopeKind::Status => narrow(&rows.statuses).report(kind, self, &self.statuses),
        };
        JoinReport {
            services: generation.services(),
            kinds: ScopeKind::ALL.into_iter().map(report).collect(),
        }
    }
}

/// How many services have each name.
struct Counts(Vec<usize>);

impl Counts {
    fn of(indexes: impl Iterator<Item = usize>) -> Self {
        let mut counts = Vec::new();
        for index in indexes {
            if index >= counts.len() {
                counts.resize(index + 1, 0);
            }
            counts[index] += 1;
        }
        Self(counts)
    }

    fn report(&self, kind: ScopeKind, joins: &Joins, joined: &[Joined]) -> KindReport {
        let mut report = KindReport { kind, stated: 0, joined: 0, unjoined: Vec::new() };
        let mut unjoined: HashMap<String, usize> = HashMap::new();
        for (index, count) in self.0.iter().copied().enumerate().filter(|(_, count)| *count > 0) {
            match joined.get(index).unwrap_or(&Joined::CannotSay) {
                Joined::NotStated => continue,
                Joined::Fits(_) => report.joined += count,
                Joined::CannotSay => {
                    *unjoined.entry(name(kind, index, &joins.places)).or_default() += count;
                }
            }
            report.stated += count;
        }
        report.unjoined = unjoined.into_iter().collect();
        report.unjoined.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        report.unjoined.truncate(UNJOINED_MAX);
        report
    }
}

/// The name as a person searches for it.
fn name(kind: ScopeKind, index: usize, places: &Places) -> String {
    let words = |words: &[u32]| {
        let words = words.iter().map(|word| places.words.get(*word));
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let district = places.districts.get(index).map_or([0; 4], |district| district.words);
    let interface = places.interfaces.get(index).copied().unwrap_or_default();
    let [city, one, other, own] = district;
    match kind {
        ScopeKind::Box => places.boxes.get(index as u32).to_owned(),
        ScopeKind::City => words(&[city, one, other]),
        ScopeKind::District => words(&[own, city]),
        ScopeKind::Group => {
            places.groups.get(index).map(|set| format!("{set:?}")).unwrap_or_default()
        }
        ScopeKind::Interface => words(&interface),
        ScopeKind::Pop => words(&interface[..2]),
        ScopeKind::Status => places.statuses.get(index as u32).to_owned(),
    }
}
