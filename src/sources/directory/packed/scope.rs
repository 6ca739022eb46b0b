//! The scope of an alert, and the kinds of a scope that a customer fits.

use std::collections::BTreeSet;

use super::places::key;

/// A kind of scope that the list can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeKind {
    Box,
    City,
    District,
    Group,
    Interface,
    Pop,
    Status,
}

impl ScopeKind {
    pub const ALL: [Self; 7] = [
        Self::Box,
        Self::City,
        Self::District,
        Self::Group,
        Self::Interface,
        Self::Pop,
        Self::Status,
    ];

    /// The word for it in metrics and reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::City => "city",
            Self::District => "district",
            Self::Group => "group",
            Self::Interface => "interface",
            Self::Pop => "pop",
            Self::Status => "status",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeKinds(pub(super) u8);

impl ScopeKinds {
    #[must_use]
    pub fn with(self, kind: ScopeKind) -> Self {
        Self(self.0 | kind.bit())
    }

    pub fn contains(self, kind: ScopeKind) -> bool {
        self.0 & kind.bit() != 0
    }

    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = ScopeKind> {
        ScopeKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }
}

/// What an alert concerns. A kind whose set is empty is not part of the scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertScope {
    pub cities: BTreeSet<u64>,
    /// The id of the city, and the name folded by [`Self::district`].
    pub districts: BTreeSet<(u64, String)>,
    pub interfaces: BTreeSet<u64>,
    pub pops: BTreeSet<u64>,
    pub boxes: BTreeSet<u64>,
    pub statuses: BTreeSet<u64>,
    pub groups: BTreeSet<u64>,
    /// Names of kinds that the list cannot show.
    pub unknown_kinds: BTreeSet<String>,
}

impl AlertScope {
    /// A district as [`Self::districts`] holds it.
    pub fn district(city: u64, name: &str) -> (u64, String) {
        (city, key(name))
    }

    /// The kinds of the scope that the list can show.
    pub fn kinds(&self) -> ScopeKinds {
        let sets = [
            (ScopeKind::Box, self.boxes.is_empty()),
            (ScopeKind::City, self.cities.is_empty()),
            (ScopeKind::District, self.districts.is_empty()),
            (ScopeKind::Group, self.groups.is_empty()),
            (ScopeKind::Interface, self.interfaces.is_empty()),
            (ScopeKind::Pop, self.pops.is_empty()),
            (ScopeKind::Status, self.statuses.is_empty()),
        ];
        let present = sets.into_iter().filter(|(_, is_empty)| !is_empty);
        present.fold(ScopeKinds::default(), |kinds, (kind, _)| kinds.with(kind))
    }
}
