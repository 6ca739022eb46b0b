//! Names join the tables by their folded form, whatever the order, and an ambiguous one joins nothing.

use bina::domain::place::{District, InterfaceName, ServicePlace};
use bina::sources::directory::{
    AlertScope, Generation, JoinReport, Joins, RowIndex, ScopeKind, ScopeKinds, Stratum,
};
use bina::sources::directory::{CityEntry, InterfaceEntry, ListedCustomer, PopEntry, ScopeTables};
use proptest::prelude::*;

use crate::model::{customers, whole};

fn interface(id: u64, address: &str, name: &str) -> InterfaceEntry {
    InterfaceEntry {
        id,
        name: name.into(),
        equipment_id: id / 100,
        equipment: "OLT CENTRO".into(),
        address: address.into(),
    }
}

fn city(id: u64, name: &str, state: &str, ibge: Option<u64>, districts: &[&str]) -> CityEntry {
    let districts = districts.iter().map(|district| (*district).to_owned()).collect();
    CityEntry { id, name: name.into(), states: [state.into(), String::new()], ibge, districts }
}

pub(crate) fn tables() -> ScopeTables {
    let equipment = |address: &str| vec![("olt centro".to_owned(), address.to_owned())];
    let named = |id: u64, name: &str| (id, name.to_owned());
    ScopeTables {
        cities: vec![
            city(1, "Santo Antonio", "MG", Some(1), &["CENTRO", "SÃO JOSÉ", "SAO JOSE"]),
            city(2, "Santo Antônio", "SP", Some(2), &["CENTRO"]),
            city(3, "MONTE BELO", "MG", None, &["Olavo"]),
        ],
        interfaces: vec![
            interface(7001, "10.0.0.1", "GPON 1/1"),
            interface(7002, "10.0.0.1", "GPON 1/2"),
            interface(7101, "10.0.0.2", "gpon 1/1"),
        ],
        pops: vec![
            PopEntry { id: 51, name: "Centro".into(), equipment: equipment("10.0.0.1") },
            PopEntry { id: 52, name: "Sul".into(), equipment: equipment("10.0.0.2") },
        ],
        boxes: vec![named(20, "A1-C3"), named(21, "B2-C1"), named(22, "b2-c1")],
        statuses: vec![named(1, "servico_habilitado"), named(9, "suspenso_debito")],
        groups: vec![named(1, "Residencial"), named(2, "Cortesia")],
        forbidden: Vec::new(),
    }
}

pub(crate) fn generation(service: ServicePlace) -> Generation {
    whole(&[ListedCustomer { id: 1, services: vec![service], ..ListedCustomer::default() }])
}

fn stratum(service: ServicePlace, scope: &AlertScope) -> Stratum {
    let generation = generation(service);
    generation.scan(&Joins::new(&tables(), &generation), scope).of(RowIndex(0))
}

fn fits(kinds: &[ScopeKind]) -> Stratum {
    Stratum::Fits(kinds.iter().fold(ScopeKinds::default(), |kinds, kind| kinds.with(*kind)))
}

/// A service at an interface, if it is named, or nowhere.
fn at(equipment: &str, address: &str, interface: &str) -> ServicePlace {
    let [equipment, address, interface] = [equipment, address, interface].map(str::to_owned);
    let interface = Some(InterfaceName { equipment, address, interface });
    ServicePlace { interface, ..ServicePlace::default() }
}

#[test]
fn an_interface_joins_by_equipment_address_and_name() {
    let scope = AlertScope { interfaces: [7001, 7002].into(), ..AlertScope::default() };
    for (service, expected) in [
        (at("Olt  Centro", "10.0.0.1", "gpon 1/1"), fits(&[ScopeKind::Interface])),
        (at("OLT CENTRO", "10.0.0.2", "GPON 1/1"), fits(&[])),
        (at("OLT CENTRO", "", "GPON 1/1"), Stratum::CannotSay),
        (at("OLT CENTRO", "", "GPON 1/2"), fits(&[ScopeKind::Interface])),
        (at("OLT CENTRO", "10.9.9.9", "GPON 1/1"), Stratum::CannotSay),
        (at("OLT CENTRO", "10.0.0.1", ""), Stratum::CannotSay),
        (at("", "", ""), Stratum::CannotSay),
        (ServicePlace::default(), Stratum::CannotSay),
    ] {
        assert_eq!(stratum(service.clone(), &scope), expected, "{service:?}");
    }
}

#[test]
fn a_service_is_at_the_pop_of_its_equipment() {
    let scope = AlertScope { pops: [51].into(), ..AlertScope::default() };
    for (service, expected) in [
        (at("OLT CENTRO", "10.0.0.1", ""), fits(&[ScopeKind::Pop])),
        (at("OLT CENTRO", "10.0.0.1", "any"), fits(&[ScopeKind::Pop])),
        (at("OLT CENTRO", "10.0.0.2", "any"), fits(&[])),
        (at("OLT CENTRO", "", "any"), Stratum::CannotSay),
        (at("OLT NORTE", "", "any"), Stratum::CannotSay),
    ] {
        assert_eq!(stratum(service.clone(), &scope), expected, "{service:?}");
    }
}

fn live(city: &str, states: [&str; 2], ibge: Option<u64>, district: &str) -> ServicePlace {
    let (city, district) = (city.to_owned(), district.to_owned());
    let district = District { city, states: states.map(str::to_owned), ibge, district };
    ServicePlace { district: Some(district), ..ServicePlace::default() }
}

#[test]
fn a_city_joins_by_its_number_or_by_name_and_state_either_way() {
    let scope = AlertScope { cities: [1].into(), ..AlertScope::default() };
    let fit = fits(&[ScopeKind::City]);
    for (service, expected) in [
        (live("SANTO  ANTÔNIO", ["MG", "Minas Gerais"], None, ""), fit),
        (live("Santo Antônio", ["Minas Gerais", "mg"], None, "x"), fit),
        (live("Santo Antônio", ["SP", ""], None, ""), fits(&[])),
        (live("Santo Antônio", ["", ""], None, ""), Stratum::CannotSay),
        (live("Sto Antonio", ["", ""], Some(1), ""), fit),
        (live("Santo Antônio", ["MG", ""], Some(8), ""), Stratum::CannotSay),
        (live("Monte Belo", ["MG", ""], Some(8), ""), fits(&[])),
        (live("Outra", ["MG", ""], None, ""), Stratum::CannotSay),
    ] {
        assert_eq!(stratum(service.clone(), &scope), expected, "{service:?}");
    }
}

#[test]
fn a_district_joins_within_its_city() {
    let districts = [AlertScope::district(1, " São  José"), AlertScope::district(1, "Novo")];
    let scope = AlertScope { districts: districts.into(), ..AlertScope::default() };
    let fit = fits(&[ScopeKind::District]);
    for (service, expected) in [
        (live("Santo Antônio", ["MG", ""], None, "SAO JOSE"), fit),
        (live("Santo Antônio", ["MG", ""], None, "Centro"), fits(&[])),
        (live("Santo Antônio", ["MG", ""], None, "Novo"), fit),
        (live("Santo Antônio", ["MG", ""], None, "Sem Nome"), Stratum::CannotSay),
        (live("Santo Antônio", ["MG", ""], None, ""), Stratum::CannotSay),
        (live("Santo Antônio", ["", ""], None, "SAO JOSE"), Stratum::CannotSay),
        (live("Santo Antônio", ["SP", ""], None, "Centro"), fits(&[])),
    ] {
        assert_eq!(stratum(service.clone(), &scope), expected, "{service:?}");
    }
}

#[test]
fn a_box_with_the_name_of_another_joins_nothing() {
    let scope = AlertScope { boxes: [20, 21].into(), ..AlertScope::default() };
    let on =
        |name: &str| ServicePlace { optical_box: Some(name.into()), ..ServicePlace::default() };
    assert_eq!(stratum(on("a1-c3 "), &scope), fits(&[ScopeKind::Box]));
    assert_eq!(stratum(on("B2-C1"), &scope), Stratum::CannotSay);
    assert_eq!(stratum(on("Z9"), &scope), Stratum::CannotSay);
    assert_eq!(stratum(ServicePlace::default(), &scope), fits(&[]), "not on fibre");
}

#[test]
fn a_name_that_is_too_long_joins_nothing() {
    let [long, longer] = [400, 401].map(|length| "x".repeat(length));
    let on =
        |name: &str| ServicePlace { optical_box: Some(name.into()), ..ServicePlace::default() };
    let generation = generation(on(&long));
    let boxes = vec![(1, long), (2, longer)];
    let joins = Joins::new(&ScopeTables { boxes, ..ScopeTables::default() }, &generation);
    let scope = AlertScope { boxes: [1].into(), ..AlertScope::default() };
    assert_eq!(generation.scan(&joins, &scope).of(RowIndex(0)), Stratum::CannotSay);
}

#[test]
fn the_report_names_the_commonest_names_that_join_nothing() {
    let on =
        |name: &str| ServicePlace { optical_box: Some(name.into()), ..ServicePlace::default() };
    let names = (0..12).flat_map(|at| vec![on(&format!("Velha {at:02}")); at + 1]);
    let services: Vec<_> = names.chain([on("A1-C3"), ServicePlace::default()]).collect();
    let customer = |(id, service): (u64, &ServicePlace)| ListedCustomer {
        id,
        services: vec![service.clone()],
        ..ListedCustomer::default()
    };
    let generation = whole(&(0..).zip(&services).map(customer).collect::<Vec<_>>());
    let report: JoinReport = Joins::new(&tables(), &generation).report(&generation);
    let boxes = &report.kinds[0];
    assert_eq!((boxes.kind, boxes.stated, boxes.joined), (ScopeKind::Box, 79, 1));
    assert_eq!((report.services, boxes.percent().round()), (80, 1.0));
    assert_eq!((boxes.unjoined.len(), &boxes.unjoined[0]), (10, &("velha 11".to_owned(), 12)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_a_table_changes_nothing(customers in customers()) {
        let generation = whole(&customers);
        let mut reversed = tables();
        reversed.cities.reverse();
        reversed.interfaces.reverse();
        reversed.pops.reverse();
        reversed.boxes.reverse();
        reversed.statuses.reverse();
        reversed.groups.reverse();
        let report = |tables| Joins::new(&tables, &generation).report(&generation);
        prop_assert_eq!(report(tables()), report(reversed));
    }
}
