//! A scan for a scope, against a model that joins each service by itself.

use std::collections::BTreeSet;

use bina::domain::place::ServicePlace;
use bina::sources::directory::{
    AlertScope, Generation, Joins, RowIndex, ScopeKind, ScopeKinds, Stratum,
};
use bina::sources::directory::{ListedCustomer, ScopeTables};
use proptest::prelude::*;

use crate::joining::{generation, tables};
use crate::model::{customers, hash, latest, whole};

/// What the scope's kinds say of a service: fits, does not fit, cannot say.
type Judged = Vec<(ScopeKind, Option<bool>)>;

pub(crate) fn folded(text: &str) -> String {
    let plain = text.to_lowercase().replace('ã', "a").replace('é', "e").replace('ô', "o");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The only id of all, if there is one.
fn only(ids: impl Iterator<Item = u64>) -> Option<u64> {
    let ids: BTreeSet<u64> = ids.collect();
    if ids.len() == 1 { ids.first().copied() } else { None }
}

/// The only id among entries of equipment, each with its address.
fn by_address(entries: Vec<(String, u64)>, address: &str) -> Option<u64> {
    let with =
        |wanted: &str| entries.iter().filter(|own| own.0 == wanted).map(|own| own.1).collect();
    let exact: Vec<u64> = with(address);
    match (address, exact.is_empty()) {
        ("", _) => only(entries.iter().map(|own| own.1)),
        (_, false) => only(exact.into_iter()),
        (_, true) => only(with("").into_iter()),
    }
}

fn interface(service: &ServicePlace, tables: &ScopeTables) -> Option<u64> {
    let named = service.interface.as_ref().filter(|own| !own.interface.is_empty())?;
    let same = tables.interfaces.iter().filter(|entry| {
        folded(&entry.equipment) == folded(&named.equipment)
            && folded(&entry.name) == folded(&named.interface)
    });
    by_address(same.map(|entry| (entry.address.clone(), entry.id)).collect(), &named.address)
}

pub(crate) fn pop(service: &ServicePlace, tables: &ScopeTables) -> Option<u64> {
    let named = service.interface.as_ref()?;
    let all = tables.pops.iter().flat_map(|pop| pop.equipment.iter().map(|own| (own, pop.id)));
    let same = all.filter(|((name, _), _)| folded(name) == folded(&named.equipment));
    by_address(same.map(|((_, address), id)| (address.clone(), id)).collect(), &named.address)
}

fn city(service: &ServicePlace, tables: &ScopeTables) -> Option<u64> {
    let stated = service.district.as_ref()?;
    let numbered =
        tables.cities.iter().filter(|city| stated.ibge.is_some() && city.ibge == stated.ibge);
    let numbered = only(numbered.map(|city| city.id));
    let states: Vec<_> = stated.states.iter().filter(|state| !state.is_empty()).collect();
    let named = tables.cities.iter().filter(|city| {
        let has = |state: &&String| city.states.iter().any(|own| folded(own) == folded(state));
        folded(&city.name) == folded(&stated.city)
            && (states.is_empty() || states.iter().any(has))
            && (stated.ibge.is_none() || city.ibge.is_none() || city.ibge == stated.ibge)
    });
    numbered.or_else(|| only(named.map(|city| city.id)))
}

fn district(service: &ServicePlace, tables: &ScopeTables, scope: &AlertScope) -> Option<bool> {
    let stated = service.district.as_ref().filter(|own| !own.district.is_empty())?;
    let city = city(service, tables)?;
    let fits = scope.districts.contains(&(city, folded(&stated.district)));
    let known = tables.cities.iter().filter(|entry| entry.id == city);
    let mut known = known.flat_map(|entry| &entry.districts);
    let is_known = known.any(|district| folded(district) == folded(&stated.district));
    (fits || is_known).then_some(fits)
}

fn judged(service: &ServicePlace, tables: &ScopeTables, scope: &AlertScope) -> Judged {
    let named = |name: &str, table: &[(u64, String)]| {
        only(table.iter().filter(|own| folded(&own.1) == folded(name)).map(|own| own.0))
    };
    let within = |id: Option<u64>, wanted: &BTreeSet<u64>| id.map(|id| wanted.contains(&id));
    let optical_box = match &service.optical_box {
        Some(name) => within(named(name, &tables.boxes), &scope.boxes),
        None => Some(false),
    };
    let all = vec![
        (ScopeKind::Box, optical_box),
        (ScopeKind::City, within(city(service, tables), &scope.cities)),
        (ScopeKind::District, district(service, tables, scope)),
        (ScopeKind::Group, Some(service.groups.iter().any(|id| scope.groups.contains(id)))),
        (ScopeKind::Interface, within(interface(service, tables), &scope.interfaces)),
        (ScopeKind::Pop, within(pop(service, tables), &scope.pops)),
        (ScopeKind::Status, within(named(&service.status, &tables.statuses), &scope.statuses)),
    ];
    all.into_iter().filter(|(kind, _)| scope.kinds().contains(*kind)).collect()
}

fn expected(customer: &ListedCustomer, tables: &ScopeTables, scope: &AlertScope) -> Stratum {
    if scope.kinds().is_empty() {
        return Stratum::Fits(ScopeKinds::default());
    }
    let judged = customer.services.iter().map(|service| judged(service, tables, scope));
    let services: Vec<Judged> = judged.collect();
    let fits = |judged: &Judged| {
        let fitting = judged.iter().filter(|(_, fits)| *fits == Some(true));
        fitting.fold(ScopeKinds::default(), |kinds, (kind, _)| kinds.with(*kind))
    };
    let best = services.iter().map(fits).max_by_key(|kinds| (kinds.len(), *kinds));
    let possible = |judged: &Judged| judged.iter().filter(|(_, fits)| *fits != Some(false)).count();
    match best {
        Some(best) if services.iter().all(|own| possible(own) <= best.len() as usize) => {
            Stratum::Fits(best)
        }
        _ => Stratum::CannotSay,
    }
}

prop_compose! {
    fn scope()(
        cities in prop::collection::btree_set(1..4_u64, 0..2),
        districts in prop::collection::btree_set((1..4_u64, 0..3_usize), 0..2),
        interfaces in prop::collection::btree_set(prop::sample::select(vec![7001, 7002, 7101]), 0..2),
        pops in prop::collection::btree_set(51..53_u64, 0..2),
        boxes in prop::collection::btree_set(20..23_u64, 0..2),
        statuses in prop::collection::btree_set(prop::sample::select(vec![1, 9]), 0..2),
        groups in prop::collection::btree_set(1..4_u64, 0..2),
    ) -> AlertScope {
        let name = |(city, at): (u64, usize)| AlertScope::district(city, ["Centro", "São José", "Olavo"][at]);
        let districts = districts.into_iter().map(name).collect();
        let unknown_kinds = BTreeSet::new();
        AlertScope { cities, districts, interfaces, pops, boxes, statuses, groups, unknown_kinds }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scan_is_what_each_service_says(customers in customers(), scope in scope()) {
        let generation = whole(&customers);
        let tables = tables();
        let strata = generation.scan(&Joins::new(&tables, &generation), &scope);
        let latest = latest(&customers);
        for row in (0..generation.customers() as u32).map(RowIndex) {
            let code = generation.customer(row).expect("a row").code();
            let own = latest.values().find(|own| own.code == code).expect("listed");
            prop_assert_eq!(strata.of(row), expected(own, &tables, &scope), "{:?}", own.services);
        }
        let counts = strata.counts();
        prop_assert_eq!(counts.values().sum::<usize>(), latest.len());
        for (stratum, count) in counts {
            prop_assert_eq!(strata.rows(stratum).count(), count);
        }
    }
}

#[test]
fn joins_of_other_names_say_nothing() {
    let service = ServicePlace { optical_box: Some("A1-C3".into()), ..ServicePlace::default() };
    let first: Generation = generation(service);
    let joins = Joins::new(&tables(), &first);
    let scope = AlertScope { boxes: [20].into(), ..AlertScope::default() };
    let kinds = ScopeKinds::default().with(ScopeKind::Box);
    assert_eq!(first.scan(&joins, &scope).of(RowIndex(0)), Stratum::Fits(kinds));
    let (second, _) = first.without(&[hash(1)]);
    assert!(!joins.fit(&second) && joins.fit(&first.amended(&[])));
    assert_eq!(second.scan(&joins, &scope).of(RowIndex(0)), Stratum::CannotSay);
}

#[test]
fn a_scope_without_a_kind_that_the_list_shows_is_one_stratum() {
    let generation = generation(ServicePlace::default());
    let joins = Joins::new(&tables(), &generation);
    let unknown_kinds = ["zonas".to_owned()].into();
    let strata = generation.scan(&joins, &AlertScope { unknown_kinds, ..AlertScope::default() });
    assert!(strata.has_unknown_kinds() && strata.kinds().is_empty());
    assert_eq!(strata.of(RowIndex(0)), Stratum::Fits(ScopeKinds::default()));
    assert_eq!(strata.of(RowIndex(9)), Stratum::CannotSay);
}
