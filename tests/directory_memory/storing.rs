//! The stored form: what was written is read, and damaged bytes are an error.

use bina::sources::directory::ScopeTables;
use bina::sources::directory::{
    AlertScope, Builder, Generation, Joins, Names, RowIndex, WalkExtent,
};
use proptest::prelude::*;

use crate::model::{PHONES, added, bytes, customers, facts, hash, hasher, whole};

/// Uses everything of a generation that was read from damaged bytes.
fn used(generation: &Generation) {
    (0..PHONES).for_each(|at| generation.find(hash(at)).for_each(drop));
    for row in (0..generation.customers() as u32).map(RowIndex) {
        let known = generation.customer(row).expect("a row");
        known.statuses().for_each(drop);
        let _ = (known.code(), known.name());
    }
    let joins = Joins::new(&ScopeTables::default(), generation);
    joins.report(generation);
    let scope = AlertScope { boxes: [1].into(), groups: [2].into(), ..AlertScope::default() };
    generation.scan(&joins, &scope);
    generation.without(&[hash(1)]).0.bytes();
}

fn walk_bytes(builder: &Builder) -> Vec<u8> {
    let mut bytes = Vec::new();
    builder.write(&mut bytes).expect("a vector");
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read(customers in customers()) {
        let generation = whole(&customers);
        let read = Generation::read(&mut &bytes(&generation)[..]).expect("its own bytes");
        prop_assert!(read == generation);
    }

    #[test]
    fn a_walk_goes_on_where_it_was_written(first in customers(), second in customers()) {
        let stored = walk_bytes(&added(&first));
        let mut resumed = Builder::read(&mut &stored[..], hasher()).expect("its own bytes");
        let mut whole = added(&first);
        for customer in &second {
            prop_assert_eq!(resumed.add(customer), whole.add(customer));
        }
        prop_assert_eq!(resumed.customers(), whole.customers());
        let end = |builder: Builder| builder.finish(facts(WalkExtent::Whole), None);
        prop_assert!(end(resumed) == end(whole));
    }

    #[test]
    fn damaged_bytes_never_panic(
        customers in customers(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        for mut stored in [bytes(&whole(&customers)), walk_bytes(&added(&customers))] {
            for (at, byte) in &flips {
                let at = at.index(stored.len());
                stored[at] = *byte;
            }
            for stored in [&stored[..], &stored[..cut.index(stored.len())]] {
                if let Ok(read) = Generation::read(&mut &*stored) {
                    used(&read);
                }
                if let Ok(read) = Builder::read(&mut &*stored, hasher()) {
                    used(&read.finish(facts(WalkExtent::Whole), None));
                }
            }
        }
    }
}

#[test]
fn a_truncated_or_foreign_generation_is_refused() {
    let stored = bytes(&Builder::new(hasher(), Names::Kept).finish(facts(WalkExtent::Whole), None));
    for end in 0..stored.len() {
        assert!(Generation::read(&mut &stored[..end]).is_err(), "{end} bytes");
    }
    let mut later = stored.clone();
    later[7] += 1;
    assert!(Generation::read(&mut &later[..]).is_err(), "a later format");
    assert!(Builder::read(&mut &stored[..], hasher()).is_err(), "a generation is no walk");
}

#[test]
fn a_stated_length_without_its_bytes_allocates_nothing() {
    let mut lying = b"binaGEN\x01".to_vec();
    lying.extend([0; 24]);
    lying.extend(u64::MAX.to_le_bytes());
    assert!(Generation::read(&mut &lying[..]).is_err());
}
