//! An alert as a test or a controller gives it.

use serde::{Deserialize, Serialize};

/// An alert of the provider's network operations centre (NOC).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimAlert {
    /// One that is given already is replaced; none gives the next free one, from 301 on.
    pub id: Option<u64>,
    /// The description; empty for an alert without text.
    pub text: String,
    pub scope: SimScope,
    /// None if it has begun.
    pub starts: Option<AlertTime>,
    /// None if it is open.
    pub ends: Option<AlertTime>,
    /// Whether answers to the API show it.
    pub visible: bool,
    pub rule: CombiningRule,
}

impl Default for SimAlert {
    /// One for everybody, without text, open and visible.
    fn default() -> Self {
        Self {
            id: None,
            text: String::new(),
            scope: SimScope::default(),
            starts: None,
            ends: None,
            visible: true,
            rule: CombiningRule::default(),
        }
    }
}

/// What an alert names. A kind whose list is empty is not named.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimScope {
    pub cities: Vec<ScopeEntry>,
    pub districts: Vec<SimDistrict>,
    pub interfaces: Vec<ScopeEntry>,
    pub pops: Vec<ScopeEntry>,
    pub boxes: Vec<ScopeEntry>,
    pub statuses: Vec<ScopeEntry>,
    pub groups_of_service: Vec<ScopeEntry>,
    /// The population has one, 41, which neither the bulk list nor a lookup shows.
    pub groups_of_customer: Vec<ScopeEntry>,
}

/// An entry of a table, by its id or its name.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ScopeEntry {
    Id(u64),
    /// Of several of that name, the first. An interface is named by its equipment, the address of that,
    /// and its own name: `OLT CENTRO|10.20.0.1|GPON1/1/1`; a status also by its prefix.
    Name(String),
}

/// A district of a city. Its city is in the alert's list of cities, too, and does not count as a kind of
/// its own unless the scope names it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SimDistrict {
    pub city: ScopeEntry,
    /// Compared without accents, case and double blanks.
    pub name: String,
}

/// A time of an alert.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AlertTime {
    /// So many seconds after now, by the provider's clock.
    FromNow(i64),
    /// By the provider's clock: `2026-11-29 14:02:11`.
    Local(String),
}

/// Which customers an alert concerns whose scope has several kinds: judged for each service, so that
/// one service which meets the rule is enough.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CombiningRule {
    /// Each kind has to fit; without a kind, everybody is concerned.
    #[default]
    And,
    /// As `And`, and the customer has to be in the group 41, which the alert does not name either.
    Hidden,
    /// One kind is enough; without a kind, nobody is concerned.
    Or,
}

impl From<u64> for ScopeEntry {
    fn from(id: u64) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for ScopeEntry {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl SimDistrict {
    pub fn new(city: impl Into<ScopeEntry>, name: &str) -> Self {
        Self { city: city.into(), name: name.to_owned() }
    }
}
