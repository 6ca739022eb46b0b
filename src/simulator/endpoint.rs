//! The endpoints that have faults and counts of their own.

/// An endpoint of the simulated HubSoft, or several of one kind.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum SimEndpoint {
    /// The list of alerts.
    Alerts,
    /// The bulk list.
    List,
    Lookup,
    /// Whatever is none of these.
    Other,
    /// The screens of agents.
    Screens,
    /// All tables.
    Tables,
    /// `/oauth/token`.
    Token,
}

impl SimEndpoint {
    /// Those that may have a fault of their own, by their names on the control path.
    pub(super) const WITH_FAULTS: [(Self, &str); 6] = [
        (Self::Alerts, "alerts"),
        (Self::List, "list"),
        (Self::Lookup, "lookup"),
        (Self::Screens, "screens"),
        (Self::Tables, "tables"),
        (Self::Token, "token"),
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        let found = Self::WITH_FAULTS.iter().find(|(_, own)| *own == name);
        found.map(|(endpoint, _)| *endpoint)
    }
}
