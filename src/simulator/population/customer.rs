//! What one generated customer has: services with their place, state and groups, and dates.

use super::Population;
use super::dice::{Draw, permille, roll};
use super::network::GeneratedPlace;

/// How many services a customer has at most, the cancelled one included.
pub(super) const SERVICES_MAX: u32 = 3;
/// Eleven years of twelve months of 28 days, from 2015 on.
const DAYS: u64 = 11 * 12 * 28;
const FIRST_YEAR: u64 = 2015;
/// No generated customer was updated later, unless a test has changed him.
pub(super) const LAST_DAY: u32 = 20251228;

/// A state of services: prefix, description, id in the table.
pub(super) type ServiceState = (&'static str, &'static str, u64);
pub(super) const STATES: [ServiceState; 4] = [
    ("servico_habilitado", "Serviço Habilitado", 1),
    ("suspenso_debito", "Suspenso por Débito", 9),
    ("suspenso_pedido_cliente", "Suspenso a Pedido do Cliente", 10),
    ("cancelado", "Cancelado", 4),
];
/// Groups of services, by their id.
pub(super) const GROUPS: [(u64, &str); 4] =
    [(17, "Residencial"), (23, "Corporativo"), (31, "Rural"), (5, "Serviços Cortesias ")];
/// The group of customers that neither the list nor a lookup shows.
pub(super) const CUSTOMER_GROUP: (u64, &str) = (41, "Condomínios");

/// What the list shows of a service's connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ShownConnection {
    /// Nothing.
    Absent,
    /// The generic interface, which stands for "not entered".
    Generic,
    Named,
    /// An interface that is in no table.
    Unlisted,
}

#[derive(Clone, Debug)]
pub(super) struct GeneratedService {
    pub(super) id: u64,
    pub(super) place: GeneratedPlace,
    pub(super) connection: ShownConnection,
    pub(super) status: ServiceState,
    pub(super) groups: Vec<(u64, &'static str)>,
}

impl GeneratedService {
    /// Counts all services from 0.
    pub(super) fn number(&self) -> u32 {
        (self.id - super::FIRST_ID) as u32
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.status.0 == "cancelado"
    }

    pub(super) fn is_named(&self) -> bool {
        self.connection == ShownConnection::Named
    }
}

/// The services of a customer who has moved `moves` times: 1.1 on average, and one in a hundred
/// customers has a cancelled one besides.
pub(super) fn services(population: &Population, index: u32, moves: u32) -> Vec<GeneratedService> {
    let home = population.place(index, moves);
    let status = status(population, index);
    let elsewhere = || population.place_elsewhere(index);
    let places = match permille(population.seed, Draw::Services, index) {
        0..10 => vec![],
        10..50 => vec![(home, status), (elsewhere(), STATES[0])],
        50..120 => vec![(home, status), (home, STATES[0])],
        120..130 => vec![(home, status), (elsewhere(), STATES[3])],
        _ => vec![(home, status)],
    };
    let numbered = (index * SERVICES_MAX..).zip(places);
    numbered.map(|(number, place)| service(population, number, place)).collect()
}

fn service(
    population: &Population,
    number: u32,
    (place, status): (GeneratedPlace, ServiceState),
) -> GeneratedService {
    let connection = match permille(population.seed, Draw::Place, number) {
        0..15 => ShownConnection::Generic,
        15..25 => ShownConnection::Unlisted,
        25..30 => ShownConnection::Absent,
        _ => ShownConnection::Named,
    };
    let groups = groups(population, number);
    let id = super::FIRST_ID + u64::from(number);
    GeneratedService { id, place, connection, status, groups }
}

fn status(population: &Population, index: u32) -> ServiceState {
    match permille(population.seed, Draw::Status, index) {
        0..940 => STATES[0],
        940..990 => STATES[1],
        _ => STATES[2],
    }
}

fn groups(population: &Population, number: u32) -> Vec<(u64, &'static str)> {
    match permille(population.seed, Draw::Groups, number) {
        0..50 => vec![],
        50..150 => vec![GROUPS[0], GROUPS[3]],
        150..300 => vec![GROUPS[1]],
        300..350 => vec![GROUPS[2]],
        _ => vec![GROUPS[0]],
    }
}

/// When a customer was registered, as the digits of `YYYYMMDD`; the list is in this order.
pub(super) fn registered(population: &Population, index: u32) -> u32 {
    day(u64::from(index) * DAYS / u64::from(population.customers))
}

/// When he was last updated before anything changes.
pub(super) fn updated(population: &Population, index: u32) -> u32 {
    let first = u64::from(index) * DAYS / u64::from(population.customers);
    day(first + roll(population.seed, Draw::Updated, index) % (DAYS - first))
}

fn day(number: u64) -> u32 {
    let (year, month, day) = (FIRST_YEAR + number / 336, number / 28 % 12 + 1, number % 28 + 1);
    (year * 10_000 + month * 100 + day) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const POPULATION: Population = Population { customers: 50_000, seed: 7 };

    fn share(of: impl Fn(&[GeneratedService]) -> bool) -> f64 {
        let all = (0..POPULATION.customers).map(|index| services(&POPULATION, index, 0));
        all.filter(|services| of(services)).count() as f64 / f64::from(POPULATION.customers)
    }

    #[test]
    fn the_shares_are_as_intended() {
        let elsewhere = |services: &[GeneratedService]| {
            services.len() == 2
                && services[1].status == STATES[0]
                && services[0].place != services[1].place
        };
        for (name, share, expected) in [
            ("no service", share(<[_]>::is_empty), 0.01),
            ("elsewhere", share(elsewhere), 0.04),
            ("joins nothing", share(|all| all.iter().any(|one| !one.is_named())), 0.033),
            ("suspended", share(|all| all.iter().any(|one| one.status == STATES[1])), 0.05),
        ] {
            assert!((share - expected).abs() < 0.004, "{name}: {share}");
        }
    }

    #[test]
    fn customers_are_listed_in_the_order_registered_and_updated_later() {
        let days: Vec<_> = (0..50_000).map(|index| registered(&POPULATION, index)).collect();
        assert!(days.is_sorted());
        assert_eq!((days[0], days[49_999]), (20150101, LAST_DAY));
        for index in 0..50_000 {
            let updated = updated(&POPULATION, index);
            assert!((days[index as usize]..=LAST_DAY).contains(&updated));
        }
    }
}
