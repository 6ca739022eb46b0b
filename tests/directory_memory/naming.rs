//! A scan for named places, against a model that reads each service by itself.

use bina::domain::place::ServicePlace;
use bina::sources::directory::{Joins, ListedCustomer, NamedPlace, PlaceKind};
use proptest::prelude::*;

use crate::joining::tables;
use crate::model::{customers, latest, whole};
use crate::scanning::{folded, pop};

/// Some places, each by its name and perhaps where it is.
fn places() -> impl Strategy<Value = Vec<NamedPlace>> {
    let paths: [(PlaceKind, &[&str]); 12] = [
        (PlaceKind::Box, &["a1-c3"]),
        (PlaceKind::City, &["santo antonio"]),
        (PlaceKind::City, &["monte belo", "mg"]),
        (PlaceKind::District, &["centro"]),
        (PlaceKind::District, &["sao jose", "santo antonio"]),
        (PlaceKind::District, &["centro", "outra", "minas gerais"]),
        (PlaceKind::Equipment, &["olt sul"]),
        (PlaceKind::Equipment, &["olt centro", "10.0.0.1"]),
        (PlaceKind::Interface, &["gpon 1/1", "olt centro"]),
        (PlaceKind::Interface, &["gpon 1/2"]),
        (PlaceKind::Pop, &["centro"]),
        (PlaceKind::Pop, &["no such pop"]),
    ];
    let place = |(kind, path): (PlaceKind, &[&str])| NamedPlace {
        kind,
        path: path.iter().map(|name| (*name).to_owned()).collect(),
    };
    prop::sample::subsequence(paths.map(place).to_vec(), 0..4)
}

fn is_at(service: &ServicePlace, NamedPlace { kind, path }: &NamedPlace) -> bool {
    let fits =
        |levels: &[Vec<String>]| path.iter().zip(levels).all(|(own, names)| names.contains(own));
    let one = |name: &str| vec![folded(name)];
    match (kind, &service.interface, &service.district) {
        (PlaceKind::Box, ..) => service.optical_box.iter().any(|name| folded(name) == path[0]),
        (PlaceKind::City, _, Some(own)) => {
            fits(&[one(&own.city), own.states.iter().map(|state| folded(state)).collect()])
        }
        (PlaceKind::District, _, Some(own)) => {
            let states = own.states.iter().map(|state| folded(state)).collect();
            fits(&[one(&own.district), one(&own.city), states])
        }
        (PlaceKind::Equipment, Some(own), _) => fits(&[one(&own.equipment), one(&own.address)]),
        (PlaceKind::Interface, Some(own), _) => {
            fits(&[one(&own.interface), one(&own.equipment), one(&own.address)])
        }
        (PlaceKind::Pop, Some(_), _) => {
            let id = pop(service, &tables());
            tables().pops.iter().any(|entry| folded(&entry.name) == path[0] && Some(entry.id) == id)
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn only_customers_of_the_places_are_found(customers in customers(), places in places()) {
        let generation = whole(&customers);
        let joins = Joins::new(&tables(), &generation);
        let rows = generation.rows_in(&joins, &tables(), &places);
        prop_assert!(rows.is_sorted());
        let found = rows.iter().filter_map(|row| generation.customer(*row));
        let mut found: Vec<_> = found.map(|customer| customer.id()).collect();
        let is_hit = |customer: &&ListedCustomer| {
            let mut services = customer.services.iter();
            services.any(|service| places.iter().any(|place| is_at(service, place)))
        };
        let expected = latest(&customers).into_values().filter(is_hit);
        let mut expected: Vec<_> = expected.map(|customer| customer.id.to_string()).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}
