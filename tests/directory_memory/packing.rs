//! What a walk has shown is found, and nothing else.

use std::collections::BTreeMap;

use bina::domain::place::ServicePlace;
use bina::sources::directory::ListedCustomer;
use bina::sources::directory::{Builder, Generation, Names, RowIndex, WalkExtent};
use proptest::prelude::*;

use crate::model::{
    added, bytes, code, customers, facts, found, has, hash, hasher, latest, owners, phone, whole,
};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_added_is_found_and_nothing_else(customers in customers()) {
        let generation = whole(&customers);
        let latest = latest(&customers);
        prop_assert_eq!(found(&generation), owners(latest.values().copied()));
        prop_assert_eq!(generation.customers(), latest.len());
        prop_assert_eq!(generation.numbers(), owners(latest.values().copied()).len());
        let services = latest.values().map(|customer| customer.services.len()).sum::<usize>();
        prop_assert_eq!(generation.services(), services);
        for row in (0..latest.len() as u32).map(RowIndex) {
            let known = generation.customer(row).expect("a row");
            let own = latest.values().find(|customer| customer.code == known.code());
            let statuses = own.expect("listed").services.iter().map(|own| own.status.as_str());
            prop_assert!(known.statuses().eq(statuses));
        }
    }

    #[test]
    fn the_third_whole_walk_without_a_customer_drops_him(
        walks in prop::collection::vec((customers(), prop::bool::ANY), 1..7),
    ) {
        let mut generation: Option<Generation> = None;
        let mut model: BTreeMap<u64, (ListedCustomer, u8)> = BTreeMap::new();
        for (customers, is_whole) in walks {
            let walk = if is_whole { WalkExtent::Whole } else { WalkExtent::Partial };
            model.values_mut().for_each(|(_, absences)| *absences += u8::from(is_whole));
            let seen = latest(&customers);
            model.extend(seen.iter().map(|(id, own)| (*id, ((*own).clone(), 0))));
            model.retain(|_, (_, absences)| *absences < 3);
            let next = added(&customers).finish(facts(walk), generation.as_ref());
            prop_assert_eq!(found(&next), owners(model.values().map(|(own, _)| own)));
            let mut absences: Vec<u8> = absences(&next);
            absences.sort_unstable();
            let mut expected: Vec<u8> = model.values().map(|(_, absences)| *absences).collect();
            expected.sort_unstable();
            prop_assert_eq!(absences, expected);
            generation = Some(next);
        }
    }

    #[test]
    fn a_removed_number_leaves_nothing_in_a_walk(customers in customers(), at in 0..12_u32) {
        let mut builder = added(&customers);
        builder.remove(hash(at));
        // Entries of the same id that had the number go, too, but only the last one counts.
        let left = latest(&customers);
        let left = left.values().copied().filter(|own| !own.phones.contains(&phone(at)));
        let left: Vec<_> = left.cloned().collect();
        prop_assert_eq!(builder.customers(), left.len());
        let mut stored = Vec::new();
        builder.write(&mut stored).expect("a vector");
        prop_assert!(!has(&stored, &hash(at).0.to_le_bytes()));
        prop_assert_eq!(found(&builder.finish(facts(WalkExtent::Whole), None)), owners(&left));
    }
}

fn absences(generation: &Generation) -> Vec<u8> {
    let rows = (0..generation.customers() as u32).map(RowIndex);
    rows.filter_map(|row| generation.customer(row)).map(|own| own.absences()).collect()
}

/// A customer who differs from the others, on fibre.
fn numbered(id: u64) -> ListedCustomer {
    let service = ServicePlace {
        status: "servico_habilitado".into(),
        interface: Some(bina::domain::place::InterfaceName {
            equipment: format!("OLT {}", id / 4000),
            address: format!("10.0.{}.1", id / 4000),
            interface: format!("gpon 0/{}", id / 48),
        }),
        optical_box: Some(format!("CTO {}", id / 8)),
        district: Some(bina::domain::place::District {
            city: "Santo Antônio".into(),
            states: ["MG".into(), "Minas Gerais".into()],
            ibge: Some(3_100_002),
            district: format!("Bairro {}", id / 700),
        }),
        groups: vec![17],
    };
    let services = vec![service; if id.is_multiple_of(10) { 2 } else { 1 }];
    let phones = (0..=id as u32 % 2).map(|at| phone(id as u32 * 2 + at)).collect();
    ListedCustomer { id, code: code(id), name: "Ana Lima".into(), phones, alert: None, services }
}

#[test]
fn a_customer_takes_few_bytes_without_a_name() {
    const CUSTOMERS: u64 = 100_000;
    let mut builder = Builder::new(hasher(), Names::Dropped);
    builder.expect(u64::MAX);
    for customer in (0..CUSTOMERS).map(numbered) {
        builder.add(&customer);
    }
    let generation = builder.finish(facts(WalkExtent::Whole), None);
    let each = generation.bytes() as f64 / CUSTOMERS as f64;
    assert_eq!((generation.customers(), generation.services()), (100_000, 110_000));
    assert!(each < 58.0, "{each} bytes a customer");
    let read = Generation::read(&mut &bytes(&generation)[..]).expect("its own bytes");
    assert!(read.bytes() <= generation.bytes() + 64, "{} bytes", read.bytes());
}

#[test]
fn a_name_is_kept_only_if_it_should_be_and_only_in_its_safe_form() {
    let customer =
        ListedCustomer { name: format!("Bar ${{x}} {}", "é".repeat(90)), ..numbered(5) };
    for (names, expected) in
        [(Names::Dropped, String::new()), (Names::Kept, format!("Bar x {}", "é".repeat(54)))]
    {
        let mut builder = Builder::new(hasher(), names);
        builder.add(&customer);
        let generation = builder.finish(facts(WalkExtent::Whole), None);
        let known = generation.customer(RowIndex(0)).expect("a row");
        assert_eq!(known.name(), expected);
        assert!(generation.customer(RowIndex(1)).is_none());
        assert!(!format!("{generation:?} {known:?}").contains("Bar"));
    }
}

#[test]
fn a_page_that_comes_again_and_again_takes_no_more_memory() {
    let mut builder = Builder::new(hasher(), Names::Kept);
    let page: Vec<_> = (0..500).map(numbered).collect();
    for customer in (0..40).flat_map(|_| &page) {
        builder.add(customer);
    }
    let mut stored = Vec::new();
    builder.write(&mut stored).expect("a vector");
    assert_eq!(builder.customers(), 500);
    assert!(stored.len() < 500_000, "{} bytes", stored.len());
}
