//! Outages: which customers HubSoft gives an alert to, and what its list says of that.

use std::collections::BTreeSet;
use std::ops::Range;

use bina::sources::directory::AlertScope;

use crate::population::{CITY, ENABLED, Population, Service, district_name};

/// What an alert is for.
#[derive(Clone, Debug)]
pub(crate) enum Outage {
    /// Interfaces.
    Interfaces(Range<u32>),
    /// Interfaces, those of a POP among them: both have to fit, or one.
    PopAndInterfaces(u32, Range<u32>),
    PopOrInterfaces(u32, Range<u32>),
    /// Districts, and services that are enabled.
    DistrictsAndStatus(Range<u32>),
    /// Districts, and this share of the customers, who are in a group that the list cannot show.
    DistrictsAndGroup(Range<u32>, f64),
}

impl Outage {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Interfaces(_) => "interfaces".into(),
            Self::PopAndInterfaces(..) => "POP and interfaces".into(),
            Self::PopOrInterfaces(..) => "POP or interfaces".into(),
            Self::DistrictsAndStatus(_) => "districts and status".into(),
            Self::DistrictsAndGroup(_, share) => format!("districts and {share} of them"),
        }
    }

    /// The scope as the list shows it.
    pub(crate) fn scope(&self) -> AlertScope {
        let interfaces = |range: &Range<u32>| range.clone().map(|one| u64::from(one) + 1).collect();
        let districts = |range: &Range<u32>| {
            range.clone().map(|one| AlertScope::district(CITY, &district_name(one))).collect()
        };
        let scope = AlertScope::default();
        match self {
            Self::Interfaces(range) => AlertScope { interfaces: interfaces(range), ..scope },
            Self::PopAndInterfaces(pop, range) | Self::PopOrInterfaces(pop, range) => {
                let pops = BTreeSet::from([u64::from(*pop) + 1]);
                AlertScope { pops, interfaces: interfaces(range), ..scope }
            }
            Self::DistrictsAndStatus(range) => {
                let statuses = BTreeSet::from([ENABLED]);
                AlertScope { districts: districts(range), statuses, ..scope }
            }
            Self::DistrictsAndGroup(range, _) => {
                let unknown_kinds = BTreeSet::from(["grupos_cliente".to_owned()]);
                AlertScope { districts: districts(range), unknown_kinds, ..scope }
            }
        }
    }

    /// Whether HubSoft gives the alert to a customer: to one with a service that meets the scope.
    pub(crate) fn concerns(&self, population: &Population, index: u32) -> bool {
        let customer = population.customer(index);
        let is_grouped = match self {
            Self::DistrictsAndGroup(_, share) => customer.drawn <= *share,
            _ => true,
        };
        is_grouped && customer.services.iter().any(|service| self.meets(*service))
    }

    fn meets(&self, service: Service) -> bool {
        let interface = service.interface();
        match self {
            Self::Interfaces(range) => range.contains(&interface),
            Self::PopAndInterfaces(pop, range) => {
                service.pop() == *pop && range.contains(&interface)
            }
            Self::PopOrInterfaces(pop, range) => {
                service.pop() == *pop || range.contains(&interface)
            }
            Self::DistrictsAndStatus(range) => {
                range.contains(&service.district) && service.is_enabled
            }
            Self::DistrictsAndGroup(range, _) => range.contains(&service.district),
        }
    }

    /// Whether a customer has a service that meets a part of the scope.
    pub(crate) fn is_near(&self, population: &Population, index: u32) -> bool {
        let part = |service: &Service| match self {
            Self::Interfaces(_) => false,
            Self::PopAndInterfaces(pop, range) | Self::PopOrInterfaces(pop, range) => {
                service.pop() == *pop || range.contains(&service.interface())
            }
            Self::DistrictsAndStatus(range) | Self::DistrictsAndGroup(range, _) => {
                range.contains(&service.district)
            }
        };
        population.customer(index).services.iter().any(part)
    }
}
