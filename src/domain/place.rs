//! Where the services of a customer are: the names by which an alert's scope meets them.

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
