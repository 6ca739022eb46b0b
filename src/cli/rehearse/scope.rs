//! The alert of the rehearsal: what its scope names, so that it concerns enough customers.

use clap::ValueEnum;

use crate::runtime::language::Text;
use crate::simulator::{CombiningRule, Population, ScopeEntry, SimAlert, SimDistrict, SimScope};

use super::texts;

const TEXT: &str = "Rompimento de fibra";
/// The status of the services that most customers have.
const ACTIVE: u64 = 1;
/// The group of customers that neither the list nor a lookup shows.
const HIDDEN_GROUP: u64 = 41;
const DISTRICT_INTERFACES: u32 = 15;
const POP_INTERFACES: u32 = 250;
/// Customers of an interface or a district who count, out of 48 for each interface: some have no service
/// or no number, some have one that others have, too.
const COUNTED: f64 = 40.0;
/// The share of the customers of a district who are in the hidden group.
const GROUPED: f64 = 0.3;

/// What the scope of the alert names, and how HubSoft combines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ScopeChoice {
    /// Interfaces (PONs)
    Interfaces,
    /// A POP and interfaces, and both have to fit
    PopAndInterfaces,
    /// A POP and interfaces, and one of them is enough
    PopOrInterfaces,
    /// Districts and a service status, and both have to fit
    DistrictsAndStatus,
    /// Districts and a group of customers that no answer of HubSoft shows
    DistrictsAndGroup,
}

impl ScopeChoice {
    /// The words of the report.
    pub(super) fn words(self) -> Text {
        match self {
            Self::Interfaces => texts::SCOPE_INTERFACES,
            Self::PopAndInterfaces => texts::SCOPE_POP_AND_INTERFACES,
            Self::PopOrInterfaces => texts::SCOPE_POP_OR_INTERFACES,
            Self::DistrictsAndStatus => texts::SCOPE_DISTRICTS_AND_STATUS,
            Self::DistrictsAndGroup => texts::SCOPE_DISTRICTS_AND_GROUP,
        }
    }

    /// An alert that concerns at least so many customers, if there are enough. `first` moves it elsewhere
    /// in the network.
    pub(super) fn alert(self, population: &Population, affected: u32, first: u32) -> SimAlert {
        let interfaces = |share: f64| (f64::from(affected) / COUNTED / share).ceil() as u32 + 1;
        let all = population.interfaces();
        let id = |interface: u32| ScopeEntry::Id(population.interface_id(interface % all));
        let list = |first: u32, count: u32| (first..first + count.min(all)).map(id).collect();
        let mut alert = SimAlert { text: TEXT.to_owned(), ..SimAlert::default() };
        match self {
            Self::Interfaces => alert.scope.interfaces = list(first, interfaces(1.0)),
            Self::PopAndInterfaces | Self::PopOrInterfaces => {
                let pop = first % all / POP_INTERFACES;
                // Half of as many again is in the next POP.
                let (inside, count) = (pop * POP_INTERFACES, interfaces(1.0));
                let beyond = inside + POP_INTERFACES;
                let mut named: Vec<_> = list(inside, count.min(POP_INTERFACES));
                named.extend((beyond..beyond + count / 2).filter(|each| *each < all).map(id));
                alert.scope.interfaces = named;
                alert.scope.pops = vec![population.pop_id(pop).into()];
                if self == Self::PopOrInterfaces {
                    alert.rule = CombiningRule::Or;
                }
            }
            Self::DistrictsAndStatus => {
                alert.scope = districts(population, first, interfaces(0.9));
                alert.scope.statuses = vec![ACTIVE.into()];
            }
            Self::DistrictsAndGroup => {
                alert.scope = districts(population, first, interfaces(GROUPED));
                alert.scope.groups_of_customer = vec![HIDDEN_GROUP.into()];
            }
        }
        alert
    }
}

/// The districts of so many interfaces. Their cities do not count as a kind of their own.
fn districts(population: &Population, first: u32, interfaces: u32) -> SimScope {
    let all = population.interfaces();
    let first = first % all / DISTRICT_INTERFACES * DISTRICT_INTERFACES;
    let each = (first..first + interfaces.min(all)).step_by(DISTRICT_INTERFACES as usize);
    let mut named = Vec::new();
    for (city, name) in each.map(|interface| population.district_of(interface % all)) {
        let district = SimDistrict::new(city.as_str(), &name);
        if !named.contains(&district) {
            named.push(district);
        }
    }
    SimScope { districts: named, ..SimScope::default() }
}

#[cfg(test)]
mod tests {
    use crate::simulator::Sim;

    use super::*;

    #[tokio::test]
    async fn every_scope_concerns_enough_customers_and_leaves_others() {
        let population = Population { customers: 20_000, seed: 7 };
        let sim = Sim::start_generated(population).await.expect("it starts");
        for choice in ScopeChoice::value_variants() {
            let alert = choice.alert(&population, 1_500, 7);
            let ids = sim.publish_alerts(vec![alert]).expect("what it names is in the tables");
            let affected = sim.affected_callers(ids[0], 1_500, 7);
            assert_eq!(affected.len(), 1_500, "{choice:?}");
            assert_eq!(sim.unaffected_callers(&ids, 500, 7).len(), 500, "{choice:?}");
        }
    }
}
