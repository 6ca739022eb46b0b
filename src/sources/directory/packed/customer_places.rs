//! The places of one customer, by the names under which `rows_in` finds them again.

use crate::domain::place::is_closed;

use super::generation::KnownCustomer;
use super::named::{NamedPlace, PlaceKind};
use super::places::{PackedService, Places};
use super::texts::TOO_MANY;

impl KnownCustomer<'_> {
    /// The interface, box and district of each service that is not closed, each place once.
    pub fn places(&self) -> Vec<NamedPlace> {
        let places = &self.of.places;
        let mut found: Vec<NamedPlace> = Vec::new();
        for service in self.of.rows.packed_services(self.row) {
            if is_closed(places.status(service)) {
                continue;
            }
            for place in places_of(places, service) {
                if !found.contains(&place) {
                    found.push(place);
                }
            }
        }
        found
    }
}

/// The stated places of a service.
fn places_of(places: &Places, service: PackedService) -> impl Iterator<Item = NamedPlace> {
    let [equipment, address, interface] = places.interface_words(service.interface);
    let district = places.districts[service.district as usize];
    let [city, state, _, district] = places.district_words(district);
    let paths = [
        (PlaceKind::Interface, service.interface, vec![interface, equipment, address]),
        (PlaceKind::Box, service.optical_box, vec![places.boxes.get(service.optical_box)]),
        (PlaceKind::District, service.district, vec![district, city, state]),
    ];
    // Without a name, a service is nowhere; names without room mean no place.
    let is_stated = |index: u32, name: &str| index > TOO_MANY && !name.is_empty();
    let stated = paths.into_iter().filter(move |(_, index, path)| is_stated(*index, path[0]));
    stated.map(|(kind, _, path)| {
        let path = path.into_iter().map(str::to_owned).collect();
        NamedPlace { kind, path }
    })
}
