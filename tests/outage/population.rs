//! The customers of a provider: where they are, and where the list says that they are.
//!
//! ```text
//! position / 8 = box, / 48 = interface        4 % have a second service elsewhere
//! interface / 15 = district (15 % next door)  2 % are not in the list, 1.5 % have another phone there
//! interface / 50 = equipment, / 250 = POP     1 % have moved, 3 % of the places join nothing
//! ```

use std::sync::{Arc, OnceLock};

use bina::domain::phone::Phone;
use bina::domain::place::{District, InterfaceName, ServicePlace};
use bina::sources::directory::{CityEntry, InterfaceEntry, ListedCustomer, PopEntry, ScopeTables};

use crate::dice::Dice;

pub(crate) const CUSTOMERS: u32 = 50_000;
const BOX_CUSTOMERS: u32 = 8;
const INTERFACE_CUSTOMERS: u32 = 48;
const INTERFACES: u32 = CUSTOMERS.div_ceil(INTERFACE_CUSTOMERS);
const DISTRICT_INTERFACES: u32 = 15;
const DISTRICTS: u32 = INTERFACES.div_ceil(DISTRICT_INTERFACES);
const EQUIPMENT_INTERFACES: u32 = 50;
const POP_INTERFACES: u32 = 250;
pub(crate) const CITY: u64 = 100;
const CITY_NAME: &str = "Cidade Exemplo";
/// The status that an alert names.
pub(crate) const ENABLED: u64 = 1;
const STATUSES: [&str; 2] = ["servico_habilitado", "suspenso_debito"];

/// The numbers of the list, and those that it does not have; a customer's is so many beyond the first one.
const LISTED_SERIES: u32 = 91_000_000;
const NEW_SERIES: u32 = 92_000_000;

/// A place of the network, and the status of the service there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    position: u32,
    pub(crate) district: u32,
    pub(crate) is_enabled: bool,
}

impl Service {
    pub(crate) fn interface(self) -> u32 {
        self.position / INTERFACE_CUSTOMERS
    }

    pub(crate) fn pop(self) -> u32 {
        self.interface() / POP_INTERFACES
    }

    fn anywhere(dice: &mut Dice) -> Self {
        let position = dice.below(CUSTOMERS);
        let own = position / INTERFACE_CUSTOMERS / DISTRICT_INTERFACES;
        let spills = dice.happens(0.15);
        let district = if spills { (own + 1) % DISTRICTS } else { own };
        Self { position, district, is_enabled: dice.happens(0.94) }
    }
}

/// One customer.
pub(crate) struct Customer {
    /// Where his services are.
    pub(crate) services: Vec<Service>,
    /// The same as the list has it.
    listed: Vec<Service>,
    /// Whether he is in a group that neither the list nor an answer shows, as a share that is drawn:
    /// below the share of the group he is.
    pub(crate) drawn: f64,
    /// For each service, whether the list names its interface and its district as the tables do.
    joins: Vec<[bool; 2]>,
    is_listed: bool,
    has_new_phone: bool,
}

impl Customer {
    fn new(position: u32, dice: &mut Dice) -> Self {
        let home = Service { position, ..Service::anywhere(dice) };
        let own = home.interface() / DISTRICT_INTERFACES;
        let district = if dice.happens(0.15) { (own + 1) % DISTRICTS } else { own };
        let mut services = vec![Service { district, ..home }];
        if dice.happens(0.04) {
            services.push(Service::anywhere(dice));
        }
        let mut listed = services.clone();
        if dice.happens(0.01) {
            listed[0] = Service { is_enabled: home.is_enabled, ..Service::anywhere(dice) };
        }
        let joins = services.iter().map(|_| [0.97, 0.97].map(|share| dice.happens(share)));
        Self {
            joins: joins.collect(),
            services,
            listed,
            drawn: dice.share(),
            is_listed: !dice.happens(0.02),
            has_new_phone: dice.happens(0.015),
        }
    }

    /// Whether the directory finds him by his number, and each name that it has of his places joins.
    pub(crate) fn is_placeable(&self) -> bool {
        self.is_listed && !self.has_new_phone && self.joins.iter().flatten().all(|joins| *joins)
    }

    /// Whether the list has him elsewhere than he is.
    pub(crate) fn has_moved(&self) -> bool {
        self.services != self.listed
    }

    fn listed(&self, index: u32) -> ListedCustomer {
        let services = self.listed.iter().zip(&self.joins);
        let number = format!("379{:08}", LISTED_SERIES + index);
        ListedCustomer {
            id: u64::from(index) + 1,
            code: Population::code(index),
            phones: vec![Phone::parse(&number, None).expect("a number")],
            services: services.map(|(service, joins)| place(*service, *joins)).collect(),
            ..ListedCustomer::default()
        }
    }
}

/// The customers of one provider. Each is known by the index.
pub(crate) struct Population {
    customers: Vec<Customer>,
    /// The list of all customers.
    pub(crate) listed: Vec<ListedCustomer>,
}

impl Population {
    /// The same ones for the same seed, which is one of few.
    pub(crate) fn seeded(seed: u64) -> Arc<Self> {
        static MADE: [OnceLock<Arc<Population>>; 4] = [const { OnceLock::new() }; 4];
        Arc::clone(MADE[seed as usize].get_or_init(|| Arc::new(Self::new(seed))))
    }

    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let customers: Vec<_> =
            (0..CUSTOMERS).map(|position| Customer::new(position, &mut dice)).collect();
        let listed = (0..).zip(&customers).filter(|(_, customer)| customer.is_listed);
        let listed = listed.map(|(index, customer)| customer.listed(index)).collect();
        Self { customers, listed }
    }

    pub(crate) fn customer(&self, index: u32) -> &Customer {
        &self.customers[index as usize]
    }

    /// The number that he calls from.
    pub(crate) fn number(&self, index: u32) -> String {
        let is_new = self.customer(index).has_new_phone;
        let series = if is_new { NEW_SERIES } else { LISTED_SERIES };
        format!("379{:08}", series + index)
    }

    pub(crate) fn with_number(&self, phone: &Phone) -> Option<u32> {
        let index = phone.reveal().get(3..)?.parse::<u32>().ok()? % 1_000_000;
        let is_own = index < CUSTOMERS && self.number(index) == phone.reveal();
        is_own.then_some(index)
    }

    pub(crate) fn code(index: u32) -> String {
        (700_000 + index).to_string()
    }

    pub(crate) fn with_code(code: &str) -> Option<u32> {
        code.parse::<u32>().ok()?.checked_sub(700_000).filter(|index| *index < CUSTOMERS)
    }

    /// Where he is, as an answer of HubSoft says it.
    pub(crate) fn places(&self, index: u32) -> Vec<ServicePlace> {
        let customer = self.customer(index);
        let services = customer.services.iter().zip(&customer.joins);
        services.map(|(service, joins)| place(*service, *joins)).collect()
    }
}

fn place(service: Service, [is_interface_named, is_district_named]: [bool; 2]) -> ServicePlace {
    let interface = service.interface();
    let name = if is_interface_named { interface_name(interface) } else { "GENERICO".into() };
    let equipment =
        if is_interface_named { equipment_of(interface) } else { "GENERICO".to_owned() };
    let district = district_name(service.district);
    let district = if is_district_named { district } else { format!("{district} II") };
    ServicePlace {
        status: STATUSES[usize::from(!service.is_enabled)].into(),
        interface: Some(InterfaceName { equipment, address: String::new(), interface: name }),
        optical_box: Some(format!("CTO {}", service.position / BOX_CUSTOMERS)),
        district: Some(District { city: CITY_NAME.into(), district, ..District::default() }),
        groups: Vec::new(),
    }
}

pub(crate) fn district_name(district: u32) -> String {
    format!("Bairro {district}")
}

fn interface_name(interface: u32) -> String {
    format!("GPON {}", interface % EQUIPMENT_INTERFACES)
}

fn equipment_of(interface: u32) -> String {
    format!("OLT {}", interface / EQUIPMENT_INTERFACES)
}

/// The tables of names. The id of an interface or a POP is its number and one.
pub(crate) fn tables() -> ScopeTables {
    let interfaces = (0..INTERFACES).map(|interface| InterfaceEntry {
        id: u64::from(interface) + 1,
        name: interface_name(interface),
        equipment_id: u64::from(interface / EQUIPMENT_INTERFACES) + 1,
        equipment: equipment_of(interface),
        address: String::new(),
    });
    let equipment = |pop: u32| {
        let first = (pop * POP_INTERFACES..(pop + 1) * POP_INTERFACES)
            .step_by(EQUIPMENT_INTERFACES as usize);
        first.map(|interface| (equipment_of(interface), String::new())).collect()
    };
    let pops = (0..INTERFACES.div_ceil(POP_INTERFACES)).map(|pop| PopEntry {
        id: u64::from(pop) + 1,
        name: format!("POP {pop}"),
        equipment: equipment(pop),
    });
    let boxes = (0..CUSTOMERS / BOX_CUSTOMERS)
        .map(|number| (u64::from(number) + 1, format!("CTO {number}")));
    ScopeTables {
        cities: vec![CityEntry {
            id: CITY,
            name: CITY_NAME.into(),
            districts: (0..DISTRICTS).map(district_name).collect(),
            ..CityEntry::default()
        }],
        interfaces: interfaces.collect(),
        pops: pops.collect(),
        boxes: boxes.collect(),
        statuses: (ENABLED..).zip(STATUSES.map(String::from)).collect(),
        ..ScopeTables::default()
    }
}
