//! Changes between walks: what individual answers show, and who is forgotten.

use std::collections::BTreeSet;

use bina::domain::place::ServicePlace;
use bina::sources::directory::ListedCustomer;
use bina::sources::directory::{AmendedOwner, Amendment, Generation, RowIndex, WalkExtent};
use proptest::prelude::*;

use crate::model::{
    Owners, PHONES, added, bytes, code, customers, facts, found, has, hash, latest, owners, phone,
    whole,
};

fn amendment(at: u32, ids: &BTreeSet<u64>) -> Amendment {
    let owner = |id: &u64| AmendedOwner {
        code: code(*id),
        status: Some("suspenso_debito".into()),
        name: "Rui Dias".into(),
        services: None,
    };
    Amendment { hash: hash(at), owners: ids.iter().map(owner).collect() }
}

fn statuses(generation: &Generation, at: u32) -> Vec<Vec<&str>> {
    let rows = generation.find(hash(at)).filter_map(|row| generation.customer(row));
    rows.map(|own| own.statuses().collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_amendment_replaces_who_has_a_number(
        customers in customers(),
        changes in prop::collection::vec(
            (0..PHONES, prop::collection::btree_set(0..30_u64, 0..3)), 0..6,
        ),
    ) {
        let amendments: Vec<_> = changes.iter().map(|(at, ids)| amendment(*at, ids)).collect();
        let amended = whole(&customers).amended(&amendments);
        let mut expected: Owners = owners(latest(&customers).values().copied());
        for (at, ids) in &changes {
            expected.insert(*at, ids.iter().map(|id| code(*id)).collect());
        }
        expected.retain(|_, codes| !codes.is_empty());
        prop_assert_eq!(found(&amended), expected);
        let again = amended.amended(&amendments);
        prop_assert_eq!(again.customers(), amended.customers());
        let read = Generation::read(&mut &bytes(&amended)[..]).expect("its own bytes");
        prop_assert!(read == amended);
    }

    #[test]
    fn without_a_number_its_customers_are_gone(customers in customers(), at in 0..PHONES) {
        let latest = latest(&customers);
        let has_it = |own: &&ListedCustomer| own.phones.contains(&phone(at));
        let left: Vec<_> = latest.values().copied().filter(|own| !has_it(own)).collect();
        let (without, count) = whole(&customers).without(&[hash(at), hash(99)]);
        prop_assert_eq!(count, latest.len() - left.len());
        prop_assert_eq!(found(&without), owners(left.iter().copied()));
        // As if the others had been listed alone, so nothing of them is left.
        let alone: Vec<ListedCustomer> = left.into_iter().cloned().collect();
        prop_assert_eq!(bytes(&without).len(), bytes(&whole(&alone)).len());
    }
}

fn ana() -> ListedCustomer {
    let service =
        ServicePlace { optical_box: Some("CASA DA ANA".into()), ..ServicePlace::default() };
    ListedCustomer {
        id: 5,
        code: "98765432109876".into(),
        name: "Ana Inventada".into(),
        phones: vec![phone(1), phone(2)],
        services: vec![ServicePlace { status: "servico_habilitado".into(), ..service }],
        alert: None,
    }
}

fn rui() -> ListedCustomer {
    ListedCustomer { id: 6, code: "7".into(), name: "Rui".into(), phones: vec![phone(3)], ..ana() }
}

#[test]
fn nothing_of_a_removed_customer_is_in_the_stored_bytes() {
    let rui = ListedCustomer { services: Vec::new(), ..rui() };
    let stored = |generation: &Generation| {
        let stored = bytes(generation);
        let texts = ["98765432109876", "Ana Inventada", "casa da ana"].map(str::as_bytes);
        let hashes = [hash(1), hash(2)].map(|hash| hash.0.to_le_bytes());
        let hashes = hashes.iter().map(<[u8; 8]>::as_slice);
        texts.into_iter().chain(hashes).map(|part| has(&stored, part)).collect::<Vec<_>>()
    };
    let both = whole(&[ana(), rui.clone()]);
    assert_eq!(stored(&both), [true; 5]);
    assert_eq!(stored(&both.without(&[hash(2)]).0), [false; 5]);
    let mut builder = added(&[ana(), rui.clone(), ana()]);
    builder.remove(hash(1));
    assert_eq!(stored(&builder.finish(facts(WalkExtent::Whole), None)), [false; 5]);
    let gone = both.amended(&[Amendment { hash: hash(1), owners: Vec::new() }]);
    assert_eq!(stored(&gone), [true, true, true, false, true]);
}

#[test]
fn an_answer_changes_the_status_of_the_first_service() {
    let service = |status: &str| ServicePlace { status: status.into(), ..ServicePlace::default() };
    let services = vec![service("servico_habilitado"), service("cancelado")];
    let before = whole(&[ListedCustomer { services, ..ana() }]);
    let owner = |status: Option<&str>| AmendedOwner {
        code: ana().code,
        status: status.map(str::to_owned),
        ..AmendedOwner::default()
    };
    for (status, first) in
        [(Some("novo"), "novo"), (None, "servico_habilitado"), (Some("${x}"), "servico_habilitado")]
    {
        let after = before.amended(&[Amendment { hash: hash(9), owners: vec![owner(status)] }]);
        assert_eq!(statuses(&after, 1), [[first, "cancelado"]]);
        assert_eq!(statuses(&after, 9), [[first, "cancelado"]]);
    }
}

#[test]
fn a_customer_whom_only_an_answer_named_stays_until_the_list_shows_him() {
    let amended = whole(&[ana()]).amended(&[amendment(4, &[20].into())]);
    assert_eq!(statuses(&amended, 4), [["suspenso_debito"]]);
    let name = amended.customer(RowIndex(1)).map(|own| own.name().to_owned());
    assert_eq!(name.as_deref(), Some("Rui Dias"));
    let absent = added(&[ana()]).finish(facts(WalkExtent::Whole), Some(&amended));
    assert_eq!((absent.customers(), absent.find(hash(4)).len()), (2, 1));
    let listed = ListedCustomer { code: code(20), ..rui() };
    let listed = added(&[ana(), listed]).finish(facts(WalkExtent::Whole), Some(&absent));
    assert_eq!(
        (listed.customers(), listed.find(hash(4)).len(), listed.find(hash(3)).len()),
        (2, 0, 1)
    );
}

#[test]
fn who_has_neither_an_id_nor_a_number_is_dropped() {
    let nameless = AmendedOwner::default();
    let owned = Amendment { hash: hash(4), owners: vec![nameless.clone(), nameless] };
    let amended = whole(&[ana()]).amended(std::slice::from_ref(&owned));
    assert_eq!((amended.customers(), amended.find(hash(4)).len()), (3, 2));
    assert_eq!(amended.amended(&[owned]).customers(), 3);
    let gone = amended.amended(&[Amendment { hash: hash(4), owners: Vec::new() }]);
    assert_eq!((gone.customers(), gone.find(hash(1)).len()), (1, 1));
}
