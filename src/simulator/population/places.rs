//! What scopes of alerts refer to: the ids and names of places, states and groups, and which of them a
//! customer has.

use super::Population;
use super::customer::{CUSTOMER_GROUP, GROUPS, GeneratedService, STATES};
use super::names::{self, folded};
use super::network::{CITY_DISTRICTS, equipment_of, pop_of};
use super::tables::{FIRST_BOX_ID, FIRST_CITY_ID, FIRST_INTERFACE_ID, FIRST_POP_ID};

/// What the entries of a list of a scope are.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::simulator) enum SimPlaceKind {
    Box,
    City,
    CustomerGroup,
    Interface,
    Pop,
    ServiceGroup,
    Status,
}

/// The places, state and groups of one service, as a scope names them.
pub(in crate::simulator) struct ServicePlaces {
    city: u64,
    /// As its address has it.
    district: String,
    interface: u64,
    pop: u64,
    optical_box: u64,
    status: u64,
    groups: Vec<u64>,
}

/// What decides whether an alert concerns a customer.
pub(in crate::simulator) struct CustomerPlaces {
    /// Without cancelled ones.
    pub(in crate::simulator) services: Vec<ServicePlaces>,
    /// Whether he is in the group that no answer shows.
    pub(in crate::simulator) is_grouped: bool,
}

impl CustomerPlaces {
    pub(in crate::simulator) fn is_in_group(&self, id: u64) -> bool {
        self.is_grouped && id == CUSTOMER_GROUP.0
    }
}

impl ServicePlaces {
    /// The places are the true ones, also where the list does not name them.
    pub(super) fn new(population: &Population, index: u32, service: &GeneratedService) -> Self {
        let place = service.place;
        let interface = place.interface();
        Self {
            city: FIRST_CITY_ID + u64::from(place.district / CITY_DISTRICTS),
            district: names::district_as_typed(population, place.district, index),
            interface: population.interface_id(interface),
            pop: population.pop_id(pop_of(equipment_of(interface))),
            optical_box: population.box_id(place.box_number()),
            status: service.status.2,
            groups: service.groups.iter().map(|(id, _)| *id).collect(),
        }
    }

    /// Whether the service has one of these; a group of customers is none of a service.
    pub(in crate::simulator) fn has(&self, kind: SimPlaceKind, id: u64) -> bool {
        match kind {
            SimPlaceKind::Box => self.optical_box == id,
            SimPlaceKind::City => self.city == id,
            SimPlaceKind::CustomerGroup => false,
            SimPlaceKind::Interface => self.interface == id,
            SimPlaceKind::Pop => self.pop == id,
            SimPlaceKind::ServiceGroup => self.groups.contains(&id),
            SimPlaceKind::Status => self.status == id,
        }
    }

    /// Whether the service is in that district of that city, whose name is compared as text: districts
    /// have no id.
    pub(in crate::simulator) fn is_in(&self, city: u64, district: &str) -> bool {
        self.city == city && folded(&self.district) == folded(district)
    }
}

// ------------ Ids and names --------------------------------------------------------------------

impl Population {
    /// The id of a POP in its table; POPs count from 0.
    pub fn pop_id(&self, pop: u32) -> u64 {
        FIRST_POP_ID + u64::from(pop)
    }

    /// The id of a box in its table; boxes count from 0.
    pub fn box_id(&self, number: u32) -> u64 {
        FIRST_BOX_ID + u64::from(number)
    }

    /// The POP that an interface belongs to.
    pub fn pop_of(&self, interface: u32) -> u32 {
        pop_of(equipment_of(interface))
    }

    /// The city and the district of most customers of an interface, by their names.
    pub fn district_of(&self, interface: u32) -> (String, String) {
        let district = super::network::district_of(interface);
        (names::city(district / CITY_DISTRICTS), names::district(district))
    }

    /// The id of the first place of that name. An interface is named by its equipment, the address of
    /// that, and its own name: `OLT CENTRO|10.20.0.1|GPON1/1/1`; a state also by its prefix.
    pub(in crate::simulator) fn id_of(&self, kind: SimPlaceKind, name: &str) -> Option<u64> {
        let wanted = folded(name);
        let matches = |own: &str| folded(own) == wanted;
        match kind {
            SimPlaceKind::CustomerGroup => matches(CUSTOMER_GROUP.1).then_some(CUSTOMER_GROUP.0),
            SimPlaceKind::ServiceGroup => {
                GROUPS.iter().find(|group| matches(group.1)).map(|one| one.0)
            }
            SimPlaceKind::Status => {
                let found = STATES.iter().find(|state| state.0 == name || matches(state.1));
                found.map(|state| state.2)
            }
            SimPlaceKind::Box
            | SimPlaceKind::City
            | SimPlaceKind::Interface
            | SimPlaceKind::Pop => {
                let Numbered { first, count, name } = self.numbered(kind)?;
                let found = (0..count).find(|number| matches(&name(*number)));
                found.map(|number| first + u64::from(number))
            }
        }
    }

    /// The name of a place, if it has one.
    pub(in crate::simulator) fn name_of(&self, kind: SimPlaceKind, id: u64) -> Option<String> {
        match kind {
            SimPlaceKind::CustomerGroup => {
                (id == CUSTOMER_GROUP.0).then(|| CUSTOMER_GROUP.1.to_owned())
            }
            SimPlaceKind::ServiceGroup => {
                GROUPS.iter().find(|group| group.0 == id).map(|group| group.1.to_owned())
            }
            SimPlaceKind::Status => {
                STATES.iter().find(|state| state.2 == id).map(|state| state.1.to_owned())
            }
            SimPlaceKind::Box
            | SimPlaceKind::City
            | SimPlaceKind::Interface
            | SimPlaceKind::Pop => {
                let Numbered { first, count, name } = self.numbered(kind)?;
                let number = id.checked_sub(first).and_then(|number| u32::try_from(number).ok());
                number.filter(|number| *number < count).map(name)
            }
        }
    }

    fn numbered(&self, kind: SimPlaceKind) -> Option<Numbered> {
        let (first, count, name): (_, _, fn(u32) -> String) = match kind {
            SimPlaceKind::Box => (FIRST_BOX_ID, self.boxes(), names::optical_box),
            SimPlaceKind::City => (FIRST_CITY_ID, self.cities(), names::city),
            SimPlaceKind::Interface => {
                (FIRST_INTERFACE_ID, self.interfaces(), names::whole_interface)
            }
            SimPlaceKind::Pop => (FIRST_POP_ID, self.pops(), names::pop),
            SimPlaceKind::CustomerGroup | SimPlaceKind::ServiceGroup | SimPlaceKind::Status => {
                return None;
            }
        };
        Some(Numbered { first, count, name })
    }
}

/// Places whose ids follow each other.
struct Numbered {
    first: u64,
    count: u32,
    name: fn(u32) -> String,
}
