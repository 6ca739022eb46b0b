//! A service of an individual answer with its names folded, compared with one that the list showed.

use crate::domain::place::{District, InterfaceName, ServicePlace};

use super::places::{DistrictKey, PackedService, Places, district_words, interface_words, key};

/// The kinds of what a service states: interface, box, district, status, groups.
pub(super) const KINDS: usize = 5;
/// The place of the status among the kinds.
pub(super) const STATUS: usize = 3;

/// A service of an answer.
pub(super) struct FoldedService<'a> {
    of: &'a ServicePlace,
    places: &'a Places,
    /// Equipment, address and interface.
    interface: [String; 3],
    optical_box: String,
    /// City, states and district.
    district: [String; 4],
    groups: Vec<u64>,
}

impl<'a> FoldedService<'a> {
    /// `places` are those of the services to compare it with.
    pub(super) fn new(of: &'a ServicePlace, places: &'a Places) -> Self {
        let mut groups = of.groups.clone();
        groups.sort_unstable();
        groups.dedup();
        Self {
            of,
            places,
            interface: of.interface.as_ref().map(interface_words).unwrap_or_default(),
            optical_box: of.optical_box.as_deref().map(key).unwrap_or_default(),
            district: of.district.as_ref().map(district_words).unwrap_or_default(),
            groups,
        }
    }

    /// By kind, whether it is stated wholly.
    pub(super) fn are_stated(&self) -> [bool; KINDS] {
        let [equipment, _, interface] = &self.interface;
        let [city, .., district] = &self.district;
        [
            !equipment.is_empty() && !interface.is_empty(),
            !self.optical_box.is_empty(),
            !city.is_empty() && !district.is_empty(),
            !self.of.status.is_empty(),
            !self.groups.is_empty(),
        ]
    }

    /// By kind, whether `known` shows what is stated. What is not stated contradicts nothing.
    pub(super) fn are_shown(&self, known: PackedService) -> [bool; KINDS] {
        let places = self.places;
        let interface = places.interface_words(known.interface);
        let groups = &places.groups[usize::from(known.groups)];
        [
            self.interface.iter().zip(interface).all(|(stated, known)| is_shown(stated, known)),
            is_shown(&self.optical_box, places.boxes.get(known.optical_box)),
            self.district_is_shown(places.districts[known.district as usize]),
            is_shown(&self.of.status, places.statuses.get(known.status.into())),
            self.groups.is_empty() || *self.groups == **groups,
        ]
    }

    /// Some tenants state one of the states only.
    fn district_is_shown(&self, known: DistrictKey) -> bool {
        let known_words = self.places.district_words(known);
        let [city, states @ .., district] = &self.district;
        let [known_city, known_states @ .., known_district] = known_words;
        let ibge = self.of.district.as_ref().and_then(|district| district.ibge);
        is_shown(city, known_city)
            && is_shown(district, known_district)
            && states.iter().all(|one| one.is_empty() || known_states.contains(&one.as_str()))
            && ibge.is_none_or(|ibge| ibge == known.ibge)
    }

    /// What is stated that `known` does not show.
    pub(super) fn news(&self, known: PackedService) -> ServicePlace {
        let [interface, optical_box, district, status, groups] = self.are_shown(known);
        let mut news = ServicePlace::default();
        if !interface {
            news.interface = self.of.interface.as_ref().map(|new| self.interface(new, known));
        }
        if !optical_box {
            news.optical_box.clone_from(&self.of.optical_box);
        }
        if !district {
            news.district = self.of.district.as_ref().map(|new| self.district(new, known));
        }
        if !status {
            news.status.clone_from(&self.of.status);
        }
        if !groups {
            news.groups.clone_from(&self.groups);
        }
        news
    }

    /// The interface, with what is not stated of the same equipment.
    fn interface(&self, stated: &InterfaceName, known: PackedService) -> InterfaceName {
        let mut named = stated.clone();
        let [equipment, address, interface] = self.places.interface_words(known.interface);
        if !equipment.is_empty() && self.interface[0] == equipment {
            complete(&mut named.address, address);
            complete(&mut named.interface, interface);
        }
        named
    }

    /// The district, with what is not stated of the same city.
    fn district(&self, stated: &District, known: PackedService) -> District {
        let mut named = stated.clone();
        let known = self.places.districts[known.district as usize];
        let [city, states @ .., district] = self.places.district_words(known);
        if !city.is_empty() && self.district[0] == city {
            complete(&mut named.district, district);
            if named.states.iter().all(String::is_empty) {
                named.states = states.map(str::to_owned);
            }
            named.ibge = named.ibge.or_else(|| Some(known.ibge).filter(|ibge| *ibge != 0));
        }
        named
    }
}

fn is_shown(stated: &str, known: &str) -> bool {
    stated.is_empty() || stated == known
}

fn complete(text: &mut String, known: &str) {
    if text.is_empty() {
        known.clone_into(text);
    }
}
