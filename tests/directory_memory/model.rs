//! Customers to generate, all invented, and what a directory of them should have.

use std::collections::{BTreeMap, BTreeSet};

use bina::domain::phone::Phone;
use bina::domain::place::{District, InterfaceName, ServicePlace};
use bina::sources::directory::ListedCustomer;
use bina::sources::directory::{
    Added, Builder, Generation, GenerationFacts, Names, PhoneHash, PhoneHasher, WalkExtent,
};
use proptest::prelude::*;

/// How many different numbers the customers have.
pub(crate) const PHONES: u32 = 12;

pub(crate) fn hasher() -> PhoneHasher {
    PhoneHasher::new(&[7; 32])
}

pub(crate) fn phone(at: u32) -> Phone {
    Phone::parse(&format!("3799{:07}", 9_000_000 + at), None).expect("a number")
}

pub(crate) fn hash(at: u32) -> PhoneHash {
    hasher().hash(&phone(at))
}

pub(crate) fn facts(extent: WalkExtent) -> GenerationFacts {
    GenerationFacts { number: 3, made_at_s: 1_800_000_000, extent }
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

pub(crate) fn interface() -> impl Strategy<Value = InterfaceName> {
    let equipment = word(&["OLT Centro", "OLT CENTRO", "OLT Sul", ""]);
    let address = word(&["10.0.0.1", "10.0.0.2", ""]);
    let interface = word(&["gpon 1/1", "GPON  1/1", "gpon 1/2", ""]);
    (equipment, address, interface).prop_map(|(equipment, address, interface)| InterfaceName {
        equipment,
        address,
        interface,
    })
}

pub(crate) fn district() -> impl Strategy<Value = District> {
    let city = word(&["Santo Antônio", "SANTO ANTONIO", "Monte Belo", "Outra"]);
    let states =
        prop::sample::select(vec![["MG", "Minas Gerais"], ["MINAS GERAIS", "mg"], ["", ""]]);
    let ibge = prop::option::of(1..4_u64);
    let district = word(&["Centro", "São José", "SAO JOSE", "Olavo", ""]);
    (city, states, ibge, district).prop_map(|(city, states, ibge, district)| District {
        city,
        states: states.map(str::to_owned),
        ibge,
        district,
    })
}

pub(crate) fn service() -> impl Strategy<Value = ServicePlace> {
    let status = word(&["servico_habilitado", "suspenso_debito", "cancelado", ""]);
    let optical_box = prop::option::of(word(&["A1-C3", "a1-c3", "B2-C1", "C9"]));
    let groups = prop::collection::vec(1..5_u64, 0..3);
    (status, prop::option::of(interface()), optical_box, prop::option::of(district()), groups)
        .prop_map(|(status, interface, optical_box, district, groups)| ServicePlace {
            status,
            interface,
            optical_box,
            district,
            groups,
        })
}

prop_compose! {
    pub(crate) fn customer()(
        id in prop_oneof![0..14_u64, u64::MAX - 9..u64::MAX],
        phones in prop::collection::btree_set(0..PHONES, 0..4),
        services in prop::collection::vec(service(), 0..4),
        name in word(&["Ana Lima", "João d'Ávila", "Bar & Café ${x}", ""]),
    ) -> ListedCustomer {
        let phones = phones.into_iter().map(phone).collect();
        ListedCustomer { id, code: code(id), name, phones, alert: None, services }
    }
}

pub(crate) fn code(id: u64) -> String {
    if id < 1000 { (700 + id).to_string() } else { id.to_string() }
}

pub(crate) fn customers() -> impl Strategy<Value = Vec<ListedCustomer>> {
    prop::collection::vec(customer(), 0..24)
}

pub(crate) fn added(customers: &[ListedCustomer]) -> Builder {
    let mut builder = Builder::new(hasher(), Names::Kept);
    for (at, customer) in customers.iter().enumerate() {
        let is_new = customers[..at].iter().all(|earlier| earlier.id != customer.id);
        let expected = if is_new { Added::New } else { Added::Replaced };
        assert_eq!(builder.add(customer), expected);
    }
    builder
}

pub(crate) fn whole(customers: &[ListedCustomer]) -> Generation {
    added(customers).finish(facts(WalkExtent::Whole), None)
}

/// What counts of a list: the last entry of each id.
pub(crate) fn latest(customers: &[ListedCustomer]) -> BTreeMap<u64, &ListedCustomer> {
    customers.iter().map(|customer| (customer.id, customer)).collect()
}

/// The codes of the customers with each number.
pub(crate) type Owners = BTreeMap<u32, BTreeSet<String>>;

pub(crate) fn owners<'a>(customers: impl IntoIterator<Item = &'a ListedCustomer>) -> Owners {
    let mut owners = Owners::new();
    for customer in customers {
        for at in (0..PHONES).filter(|at| customer.phones.contains(&phone(*at))) {
            owners.entry(at).or_default().insert(customer.code.clone());
        }
    }
    owners
}

/// The codes of the customers with each number, as the generation finds them.
pub(crate) fn found(generation: &Generation) -> Owners {
    let mut found = Owners::new();
    for at in 0..PHONES + 2 {
        for row in generation.find(hash(at)) {
            let customer = generation.customer(row).expect("its own row");
            assert!(found.entry(at).or_default().insert(customer.code()), "found once");
        }
    }
    found
}

pub(crate) fn bytes(generation: &Generation) -> Vec<u8> {
    let mut bytes = Vec::new();
    generation.write(&mut bytes).expect("a vector");
    bytes
}

pub(crate) fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
