//! A scope with its ids, and which customers it meets.

use crate::simulator::population::{CustomerPlaces, Population, ServicePlaces, SimPlaceKind};

use super::alert::{CombiningRule, ScopeEntry, SimScope};

/// An entry with its id, and its name if it is one of the population's.
#[derive(Clone, Debug)]
pub(super) struct NamedId {
    pub(super) id: u64,
    pub(super) name: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct ResolvedDistrict {
    pub(super) city: NamedId,
    pub(super) name: String,
}

/// The scope of an alert.
#[derive(Clone, Debug)]
pub(super) struct ResolvedScope {
    /// Without empty lists.
    lists: Vec<(SimPlaceKind, Vec<NamedId>)>,
    pub(super) districts: Vec<ResolvedDistrict>,
}

impl ResolvedScope {
    /// Finds the ids of names; the error names the one that is in no table.
    pub(super) fn of(scope: &SimScope, population: Option<&Population>) -> Result<Self, String> {
        let given = [
            (SimPlaceKind::Box, &scope.boxes),
            (SimPlaceKind::City, &scope.cities),
            (SimPlaceKind::CustomerGroup, &scope.groups_of_customer),
            (SimPlaceKind::Interface, &scope.interfaces),
            (SimPlaceKind::Pop, &scope.pops),
            (SimPlaceKind::ServiceGroup, &scope.groups_of_service),
            (SimPlaceKind::Status, &scope.statuses),
        ];
        let mut lists = Vec::new();
        for (kind, entries) in given.into_iter().filter(|(_, entries)| !entries.is_empty()) {
            let resolved = entries.iter().map(|entry| resolve(kind, entry, population));
            lists.push((kind, resolved.collect::<Result<_, _>>()?));
        }
        let districts = scope.districts.iter().map(|district| {
            let city = resolve(SimPlaceKind::City, &district.city, population)?;
            Ok(ResolvedDistrict { city, name: district.name.clone() })
        });
        Ok(Self { lists, districts: districts.collect::<Result<_, String>>()? })
    }

    /// The entries of a kind, and the cities of the districts.
    pub(super) fn shown(&self, kind: SimPlaceKind) -> Vec<NamedId> {
        let own = self.lists.iter().filter(|(own, _)| *own == kind).flat_map(|(_, list)| list);
        let implied = self.districts.iter().map(|district| &district.city);
        let implied = implied.filter(|_| kind == SimPlaceKind::City);
        let mut shown: Vec<NamedId> = Vec::new();
        for entry in own.chain(implied) {
            if shown.iter().all(|known| known.id != entry.id) {
                shown.push(entry.clone());
            }
        }
        shown
    }

    pub(super) fn concerns(&self, customer: &CustomerPlaces, rule: CombiningRule) -> bool {
        let may_be = rule != CombiningRule::Hidden || customer.is_grouped;
        let mut services = customer.services.iter().map(Some).chain([None]);
        may_be && services.any(|service| self.fits(customer, service, rule))
    }

    /// Whether the rule is met with this service, or without any.
    fn fits(
        &self,
        customer: &CustomerPlaces,
        service: Option<&ServicePlaces>,
        rule: CombiningRule,
    ) -> bool {
        let has = |kind: SimPlaceKind, id: u64| match kind {
            SimPlaceKind::CustomerGroup => customer.is_in_group(id),
            _ => service.is_some_and(|service| service.has(kind, id)),
        };
        let mut fits: Vec<_> = self
            .lists
            .iter()
            .map(|(kind, entries)| entries.iter().any(|entry| has(*kind, entry.id)))
            .collect();
        if !self.districts.is_empty() {
            fits.push(self.districts.iter().any(|district| {
                service.is_some_and(|service| service.is_in(district.city.id, &district.name))
            }));
        }
        match rule {
            CombiningRule::And | CombiningRule::Hidden => fits.into_iter().all(|fit| fit),
            CombiningRule::Or => fits.into_iter().any(|fit| fit),
        }
    }
}

fn resolve(
    kind: SimPlaceKind,
    entry: &ScopeEntry,
    population: Option<&Population>,
) -> Result<NamedId, String> {
    match entry {
        ScopeEntry::Id(id) => {
            let name = population.and_then(|population| population.name_of(kind, *id));
            Ok(NamedId { id: *id, name })
        }
        ScopeEntry::Name(name) => {
            let id = population.and_then(|population| population.id_of(kind, name));
            let id =
                id.ok_or_else(|| format!("no {kind:?} of the population is named {name:?}"))?;
            Ok(NamedId { id, name: Some(name.clone()) })
        }
    }
}
