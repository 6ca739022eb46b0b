//! The places of services between walks: what an individual answer states, merged into what is known.

use std::collections::BTreeMap;
use std::time::Instant;

use bina::domain::place::{District, InterfaceName, ServicePlace};
use bina::sources::directory::{
    Added, AlertScope, AmendedOwner, Amendment, Builder, Generation, InterfaceEntry, Joins,
    KnownCustomer, ListedCustomer, Names, RowIndex, ScopeKind, ScopeKinds, ScopeTables, Stratum,
    WalkExtent,
};
use proptest::prelude::*;

use crate::model::{bytes, customers, facts, hash, hasher, latest, phone, service, whole};

/// A service on an interface and a box, in a group; 0 is not stated.
fn place(status: &str, port: u32, optical_box: u32, group: u64) -> ServicePlace {
    let interface = |port: u32| InterfaceName {
        equipment: "OLT Centro".into(),
        address: "10.0.0.1".into(),
        interface: format!("PON {port}"),
    };
    ServicePlace {
        status: status.into(),
        interface: Some(port).filter(|port| *port > 0).map(interface),
        optical_box: Some(optical_box).filter(|number| *number > 0).map(|at| format!("CTO {at}")),
        district: None,
        groups: (group > 0).then_some(group).into_iter().collect(),
    }
}

fn listed(id: u64, services: &[ServicePlace]) -> ListedCustomer {
    ListedCustomer {
        id,
        code: id.to_string(),
        phones: vec![phone(id as u32)],
        services: services.to_vec(),
        ..ListedCustomer::default()
    }
}

/// An answer about the customer with that code, whose number is `phone(code)`.
fn answer(code: u64, services: &[ServicePlace]) -> Amendment {
    let owner = AmendedOwner {
        code: code.to_string(),
        status: services.first().map(|service| service.status.clone()),
        name: String::new(),
        services: Some(services.into()),
    };
    Amendment { hash: hash(code as u32), owners: vec![owner] }
}

fn customer(generation: &Generation, at: u64) -> KnownCustomer<'_> {
    let row = generation.find(hash(at as u32)).next().expect("one");
    generation.customer(row).expect("its own row")
}

/// How many services have each name, by kind.
fn names(generation: &Generation) -> BTreeMap<(ScopeKind, String), usize> {
    let report = Joins::new(&ScopeTables::default(), generation).report(generation);
    let kinds = report.kinds.into_iter();
    let names = kinds.flat_map(|kind| {
        kind.unjoined.into_iter().map(move |(name, count)| ((kind.kind, name), count))
    });
    names.collect()
}

/// Merges the answer twice; returns the names after it, and whether it agreed at once.
fn merged(known: &[ServicePlace], stated: &[ServicePlace]) -> (Generation, bool) {
    let before = whole(&[listed(1, known)]);
    let answer = answer(1, stated);
    let agreed = customer(&before, 1).agrees(&answer.owners[0]);
    let after = before.amended(std::slice::from_ref(&answer));
    assert!(customer(&after, 1).agrees(&answer.owners[0]), "once is enough");
    assert_eq!(names(&after.amended(&[answer])), names(&after));
    (after, agreed)
}

const ON: &str = "servico_habilitado";
const OFF: &str = "suspenso_debito";
const CLOSED: &str = "cancelado";

#[test]
fn an_answer_moves_services_and_deletes_nothing_that_it_does_not_state() {
    let s = place;
    for (why, known, stated, expected) in [
        ("moved", vec![s(ON, 1, 1, 7)], vec![s(ON, 2, 2, 0)], vec![s(ON, 2, 2, 7)]),
        ("without relations", vec![s(ON, 1, 1, 7)], vec![s(OFF, 0, 0, 0)], vec![s(OFF, 1, 1, 7)]),
        (
            "one of two moved",
            vec![s(ON, 1, 1, 7), s(ON, 2, 2, 8)],
            vec![s(ON, 3, 3, 0), s(OFF, 1, 1, 0)],
            vec![s(ON, 3, 3, 8), s(OFF, 1, 1, 7)],
        ),
        (
            "both moved, and both are in one group",
            vec![s(ON, 1, 1, 7), s(ON, 2, 2, 7)],
            vec![s(ON, 3, 3, 0), s(ON, 4, 4, 0)],
            vec![s(ON, 3, 3, 7), s(ON, 4, 4, 7)],
        ),
        (
            "both moved, and it cannot be told which is in which group",
            vec![s(ON, 1, 1, 7), s(ON, 2, 2, 8)],
            vec![s(ON, 3, 3, 0), s(ON, 4, 4, 0)],
            vec![s(ON, 1, 1, 7), s(ON, 2, 2, 8)],
        ),
        ("one more", vec![s(ON, 1, 1, 7)], vec![s(ON, 1, 1, 0), s(ON, 2, 2, 0)], {
            vec![s(ON, 1, 1, 7), s(ON, 2, 2, 0)]
        }),
        ("one less", vec![s(ON, 1, 1, 7), s(ON, 2, 2, 8)], vec![s(ON, 2, 2, 0)], {
            vec![s(ON, 2, 2, 8)]
        }),
        ("the list shows none", vec![], vec![s(ON, 1, 1, 0)], vec![s(ON, 1, 1, 0)]),
        ("all ended", vec![s(ON, 1, 1, 7)], vec![s(CLOSED, 0, 0, 0)], vec![s(CLOSED, 1, 1, 7)]),
        ("reopened", vec![s(CLOSED, 1, 1, 7)], vec![s(ON, 1, 1, 0)], vec![s(ON, 1, 1, 7)]),
    ] {
        let (after, _) = merged(&known, &stated);
        assert_eq!(names(&after), names(&whole(&[listed(1, &expected)])), "{why}");
    }
}

#[test]
fn an_answer_that_shows_nothing_else_is_no_correction() {
    let s = place;
    for (why, known, stated) in [
        ("equal", vec![s(ON, 1, 1, 7)], vec![s(ON, 1, 1, 7)]),
        ("in another order", vec![s(ON, 1, 1, 7), s(ON, 1, 0, 8)], {
            vec![s(ON, 1, 0, 8), s(ON, 1, 1, 7)]
        }),
        ("without relations", vec![s(ON, 1, 1, 7), s(ON, 2, 2, 8)], vec![s(ON, 0, 0, 0); 2]),
        ("a closed one besides", vec![s(ON, 1, 1, 7)], vec![s(CLOSED, 3, 3, 0), s(ON, 1, 1, 0)]),
        ("the list has a closed one", vec![s(CLOSED, 3, 3, 7), s(ON, 1, 1, 7)], {
            vec![s(ON, 1, 1, 0)]
        }),
        ("all are closed", vec![s(CLOSED, 1, 1, 7)], vec![s("inativo", 9, 9, 0)]),
        ("cannot be told", vec![s(ON, 1, 1, 7), s(ON, 2, 2, 8)], {
            vec![s(ON, 3, 3, 0), s(ON, 4, 4, 0)]
        }),
    ] {
        assert!(merged(&known, &stated).1, "{why}");
    }
    let typed = ServicePlace { optical_box: Some(" Cto  1".into()), ..place(ON, 0, 0, 0) };
    assert!(merged(&[place(ON, 1, 1, 7)], &[typed]).1, "names are folded");
    assert!(!merged(&[place(ON, 1, 1, 7)], &[place(ON, 1, 2, 0)]).1);
    let (listed_without, agreed) = merged(&[], &[place(ON, 1, 1, 0)]);
    assert!(!agreed && listed_without.services() == 1);
}

#[test]
fn parts_of_a_place_that_are_not_stated_stay() {
    let district = |states: [&str; 2], ibge: Option<u64>, district: &str| ServicePlace {
        status: ON.into(),
        district: Some(District {
            city: "Monte Belo".into(),
            states: states.map(str::to_owned),
            ibge,
            district: district.into(),
        }),
        ..ServicePlace::default()
    };
    let known = [district(["MG", "Minas Gerais"], Some(31), "Centro")];
    for states in [["Minas Gerais", "MG"], ["MG", ""], ["", ""]] {
        assert!(merged(&known, &[district(states, None, "CENTRO")]).1);
    }
    let (moved, _) = merged(&known, &[district(["", ""], None, "Olavo")]);
    let expected = [district(["MG", "Minas Gerais"], Some(31), "Olavo")];
    assert_eq!(names(&moved), names(&whole(&[listed(1, &expected)])));
    let mut stated = place(ON, 9, 1, 0);
    let mut interface = stated.interface.take().expect("stated");
    interface.interface.clear();
    stated.interface = Some(interface);
    assert!(merged(&[place(ON, 1, 1, 7)], &[stated]).1, "the equipment alone");
}

#[test]
fn a_scan_sees_the_place_that_an_answer_has_shown() {
    let interface = |id: u64| InterfaceEntry {
        id,
        name: format!("PON {id}"),
        equipment_id: 1,
        equipment: "OLT CENTRO".into(),
        address: "10.0.0.1".into(),
    };
    let tables = ScopeTables { interfaces: vec![interface(1), interface(2)], ..Default::default() };
    let scope = AlertScope { interfaces: [2].into(), ..AlertScope::default() };
    let before = whole(&[listed(1, &[place(ON, 1, 1, 7)]), listed(2, &[place(ON, 1, 1, 7)])]);
    let after = before.amended(&[answer(1, &[place(ON, 2, 2, 0)])]);
    let stratum = |generation: &Generation, row: u32| {
        let joins = Joins::new(&tables, generation);
        generation.scan(&joins, &scope).of(RowIndex(row))
    };
    let fits = Stratum::Fits(ScopeKinds::default().with(ScopeKind::Interface));
    let none = Stratum::Fits(ScopeKinds::default());
    assert_eq!([stratum(&before, 0), stratum(&after, 0)], [none, fits]);
    assert_eq!([stratum(&before, 1), stratum(&after, 1)], [none, none]);
}

#[test]
fn a_customer_whom_the_list_lacks_comes_with_the_places() {
    let stated = [place(ON, 2, 2, 0), place(CLOSED, 3, 3, 0)];
    let after = whole(&[listed(1, &[])]).amended(&[answer(9, &stated)]);
    assert_eq!(names(&after), names(&whole(&[listed(9, &stated)])));
    assert!(customer(&after, 9).agrees(&answer(9, &stated).owners[0]));
}

#[test]
fn the_last_answer_about_a_customer_counts() {
    let answers = [1, 2].map(|number| Amendment {
        hash: hash(20 + number),
        ..answer(1, &[place(ON, number, number, 0)])
    });
    let after = whole(&[listed(1, &[place(ON, 5, 5, 7)])]).amended(&answers);
    assert_eq!(names(&after), names(&whole(&[listed(1, &[place(ON, 2, 2, 7)])])));
}

#[test]
fn twenty_thousand_answers_are_merged_in_one_pass() {
    let customers: Vec<_> = (1..=100_000).map(|id| listed(id, &[place(ON, 1, 1, 7)])).collect();
    let mut builder = Builder::new(hasher(), Names::Dropped);
    customers.iter().for_each(|customer| assert_eq!(builder.add(customer), Added::New));
    let before = builder.finish(facts(WalkExtent::Whole), None);
    let answers: Vec<_> =
        (1..=20_000).map(|id| answer(id, &[place(ON, id as u32, 2, 0)])).collect();
    let start = Instant::now();
    let after = before.amended(&answers);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    assert_eq!((after.customers(), after.services()), (100_000, 100_000));
    assert!(customer(&after, 20_000).agrees(&answers[19_999].owners[0]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_merge_is_enough_and_changes_nobody_else(
        customers in customers(),
        stated in prop::collection::vec(service(), 1..5),
        which in any::<prop::sample::Index>(),
    ) {
        let latest: Vec<_> = latest(&customers).into_values().collect();
        prop_assume!(!latest.is_empty());
        let own = which.get(&latest);
        let services: Option<std::sync::Arc<[ServicePlace]>> = Some(stated.into());
        let owner = AmendedOwner { code: own.code.clone(), services, ..AmendedOwner::default() };
        let amendment = Amendment { hash: hash(40), owners: vec![owner.clone()] };
        let after = whole(&customers).amended(std::slice::from_ref(&amendment));
        let row = after.find(hash(40)).next().expect("the number of the answer");
        prop_assert!(after.customer(row).expect("a row").agrees(&owner));
        prop_assert_eq!(names(&after.amended(&[amendment])), names(&after));
        let rows = (0..).map(RowIndex).map_while(|row| after.customer(row));
        for other in rows.filter(|other| other.code() != own.code) {
            let listed = latest.iter().find(|listed| listed.code == other.code()).expect("listed");
            let services = Some(listed.services.clone().into());
            let same = AmendedOwner { code: other.code(), services, ..AmendedOwner::default() };
            prop_assert!(other.agrees(&same));
            prop_assert_eq!(other.statuses().count(), listed.services.len());
        }
        let read = Generation::read(&mut &bytes(&after)[..]).expect("its own bytes");
        prop_assert!(read == after);
    }

    #[test]
    fn what_the_list_shows_agrees_in_any_order(
        services in prop::collection::vec(service(), 0..5).prop_shuffle(),
        from in 0..5_usize,
    ) {
        let mut stated = services.clone();
        stated.rotate_left(from.min(services.len()));
        prop_assert!(merged(&services, &stated).1);
    }
}
