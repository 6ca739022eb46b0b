//! Where the services of a customer are: the names by which an alert's scope meets them.

use crate::domain::allocation;

/// A service, as far as an alert's scope may concern it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServicePlace {
    /// The status, a machine word; empty if it is not stated.
    pub status: String,
    /// The interface that the service is connected to, if it is stated and a real one.
    pub interface: Option<InterfaceName>,
    /// The name of the optical box, if it is stated.
    pub optical_box: Option<String>,
    /// The district of the installation address, if it is stated.
    pub district: Option<District>,
    /// The ids of the service's groups.
    pub groups: Vec<u64>,
}

impl ServicePlace {
    /// Allocated bytes.
    pub fn bytes(&self) -> usize {
        let interface = self.interface.iter().flat_map(|named| {
            let InterfaceName { equipment, address, interface } = named;
            [equipment, address, interface]
        });
        let district = self.district.iter().flat_map(|named| {
            let District { city, states: [one, other], district, .. } = named;
            [city, one, other, district]
        });
        let texts = interface.chain(district).chain(&self.optical_box).chain([&self.status]);
        let texts = texts.map(|text| allocation::of_box(text.len()));
        texts.sum::<usize>() + allocation::of_box(size_of_val(&*self.groups))
    }
}

/// Returns whether `status` is that of a closed service. Suspended and pending services are live.
pub fn is_closed(status: &str) -> bool {
    const CLOSED: [&str; 2] = ["cancelado", "inativo"];
    CLOSED.iter().any(|word| status.eq_ignore_ascii_case(word))
}

/// An interface of a piece of equipment, as lists without ids name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct InterfaceName {
    /// The name of the equipment.
    pub equipment: String,
    /// The address of the equipment; empty if it is not stated.
    pub address: String,
    /// The name of the interface; empty if only the equipment is stated.
    pub interface: String,
}

/// A district of a city.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct District {
    pub city: String,
    /// The state: its abbreviation and its name, in either order; some tenants swap them.
    pub states: [String; 2],
    /// The city's number of the statistics office, if it is stated.
    pub ibge: Option<u64>,
    /// The name of the district; empty if only the city is stated.
    pub district: String,
}
