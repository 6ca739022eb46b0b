//! The scope of an alert: the ids and districts of each kind, and which kinds cannot be read.

use std::collections::BTreeSet;

use serde::de::{MapAccess, SeqAccess};

use crate::sources::directory::AlertScope;
use crate::sources::hubsoft::loose::{Lenient, List, Loose, Scalar, value};
use crate::sources::hubsoft::short_text::id_of;

use super::parameters::Parameters;
use super::scope_list::{ScopeEntry, ScopeList};

/// Maximum bytes of the name of an unknown kind.
const KIND_BYTES_MAX: usize = 40;
/// Maximum unknown kinds.
const UNKNOWN_MAX: usize = 16;
const DISTRICTS: &str = "bairros";
const BOXES: KindKeys = KindKeys {
    list: "caixa_optica",
    ids: &["id_caixa_optica", "caixa_optica_id", "id_caixa", "id_mapeamento_caixa_optica"],
};
pub(super) const CITIES: KindKeys =
    KindKeys { list: "cidades", ids: &["id_cidade", "cidade_id", "id_municipio"] };
const GROUPS: KindKeys = KindKeys {
    list: "grupos_cliente_servico",
    ids: &["id_grupo_cliente_servico", "grupo_cliente_servico_id", "id_grupo_servico", "id_grupo"],
};
const INTERFACES: KindKeys = KindKeys {
    list: "interfaces_conexao",
    ids: &["id_interface_conexao", "interface_conexao_id", "id_interface", "interface_id"],
};
const POPS: KindKeys = KindKeys { list: "pops", ids: &["id_pop", "pop_id"] };
const STATUSES: KindKeys = KindKeys {
    list: "servico_status",
    ids: &["id_servico_status", "servico_status_id", "id_status"],
};

/// The key of a list, and those of the ids in its entries.
pub(super) struct KindKeys {
    list: &'static str,
    pub(super) ids: &'static [&'static str],
}

/// The lists of a scope.
#[derive(Default)]
pub(super) struct ScopeLists {
    pub(super) cities: ScopeList,
    pub(super) districts: ScopeList,
    pub(super) interfaces: ScopeList,
    pub(super) pops: ScopeList,
    pub(super) boxes: ScopeList,
    pub(super) statuses: ScopeList,
    pub(super) groups: ScopeList,
    pub(super) parameters: Parameters,
    unknown: BTreeSet<String>,
}

impl ScopeLists {
    /// Notes a kind that the list cannot show.
    pub(super) fn note_unknown(&mut self, key: &str) {
        if self.unknown.len() < UNKNOWN_MAX {
            let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            self.unknown.insert(key.chars().filter(is_plain).take(KIND_BYTES_MAX).collect());
        }
    }

    pub(super) fn scope(mut self) -> AlertScope {
        self.note_parameters();
        let mut unknown = std::mem::take(&mut self.unknown);
        let mut ids = |list, kind: &KindKeys| ids(list, kind, &mut unknown);
        let cities = ids(&self.cities, &CITIES);
        let interfaces = ids(&self.interfaces, &INTERFACES);
        let pops = ids(&self.pops, &POPS);
        let boxes = ids(&self.boxes, &BOXES);
        let statuses = ids(&self.statuses, &STATUSES);
        let groups = ids(&self.groups, &GROUPS);
        let districts = self.read_districts(&cities);
        if districts.is_none() {
            unknown.insert(DISTRICTS.to_owned());
        }
        let districts = districts.unwrap_or_default();
        let unknown_kinds = unknown;
        AlertScope { cities, districts, interfaces, pops, boxes, statuses, groups, unknown_kinds }
    }

    /// Notes the kinds that the parameters name and no list shows.
    fn note_parameters(&mut self) {
        let lists = [
            (CITIES.list, &self.cities),
            (DISTRICTS, &self.districts),
            (INTERFACES.list, &self.interfaces),
            (POPS.list, &self.pops),
            (BOXES.list, &self.boxes),
            (STATUSES.list, &self.statuses),
            (GROUPS.list, &self.groups),
        ];
        let shown = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let shown: BTreeSet<_> = shown.map(|(key, _)| kind_word(key)).collect();
        let named = self.parameters.others();
        let hidden: Vec<_> = named.filter(|key| !shown.contains(&kind_word(key))).collect();
        hidden.iter().for_each(|key| self.note_unknown(key));
    }

    /// The districts with the ids of their cities; `None` if one of them cannot be told. They stand in
    /// their own list, inside their cities, or among the parameters.
    fn read_districts(&self, cities: &BTreeSet<u64>) -> Option<BTreeSet<(u64, String)>> {
        if self.districts.is_empty() && self.cities.entries.iter().any(has_districts) {
            return nested(&self.cities);
        }
        let list =
            if self.districts.is_empty() { self.parameters.districts() } else { &self.districts };
        if list.is_cut {
            return None;
        }
        let count = list.entries.len();
        let mut districts = BTreeSet::new();
        for (at, entry) in list.entries.iter().enumerate() {
            let name = Some(entry.name()).filter(|name| !name.is_empty())?;
            let city = entry.relation(CITIES.ids);
            let city = city.or_else(|| city_of(&self.cities, name));
            let city = city.or_else(|| self.parameters.city(at, name, count));
            let city = city.or_else(|| only(cities.iter().copied()))?;
            districts.insert(AlertScope::district(city, name));
        }
        Some(districts)
    }
}

/// The ids of a list. A kind with an entry that cannot be read is unknown.
fn ids(list: &ScopeList, kind: &KindKeys, unknown: &mut BTreeSet<String>) -> BTreeSet<u64> {
    list.ids(kind.ids).unwrap_or_else(|| {
        unknown.insert(kind.list.to_owned());
        BTreeSet::new()
    })
}

fn has_districts(city: &ScopeEntry) -> bool {
    city.districts().is_some()
}

/// The districts inside the cities; `None` if one of them cannot be told.
fn nested(cities: &ScopeList) -> Option<BTreeSet<(u64, String)>> {
    let mut districts = BTreeSet::new();
    for city in &cities.entries {
        let Some(inside) = city.districts() else { continue };
        let id = city.id(CITIES.ids).filter(|_| !inside.is_cut)?;
        for entry in &inside.entries {
            let name = Some(entry.name()).filter(|name| !name.is_empty())?;
            districts.insert(AlertScope::district(id, name));
        }
    }
    Some(districts)
}

/// The only city that has a district of this name inside it.
fn city_of(cities: &ScopeList, name: &str) -> Option<u64> {
    let has_it = |city: &&ScopeEntry| {
        let wanted = AlertScope::district(0, name);
        let inside = city.districts().map_or(&[][..], |districts| &districts.entries);
        inside.iter().any(|entry| AlertScope::district(0, entry.name()) == wanted)
    };
    only(cities.entries.iter().filter(has_it).filter_map(|city| city.id(CITIES.ids)))
}

pub(super) fn only(ids: impl Iterator<Item = u64>) -> Option<u64> {
    let ids: BTreeSet<u64> = ids.collect();
    if ids.len() == 1 { ids.first().copied() } else { None }
}

/// The name of a kind without what tells one from many: `id_cidade` and `cidades` are the same.
fn kind_word(key: &str) -> String {
    key.trim_start_matches("id_").replace(['s', '_'], "")
}

/// A field of an unknown name: whether it is a kind of scope.
#[derive(Default)]
pub(super) struct UnknownField {
    is_filled_list: bool,
    /// The ids of an object.
    ids: Vec<String>,
}

impl UnknownField {
    /// A filled list is, and an object with the id of what the field is named for, unless that is a user.
    pub(super) fn is_kind(&self, key: &str) -> bool {
        let start = |text: &str| text.chars().take(4).collect::<String>();
        let has_its_id = |id: &String| start(id.trim_start_matches("id_")) == start(key);
        self.is_filled_list || (!key.starts_with("usuario") && self.ids.iter().any(has_its_id))
    }
}

impl Lenient for UnknownField {
    fn list<'de, A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        let is_filled_list = match List::<Loose, 1>::list(list)? {
            List::Items { total, .. } => total > 0,
            List::NoList => false,
        };
        Ok(Self { is_filled_list, ids: Vec::new() })
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut field = Self::default();
        let mut is_numbered = true;
        let mut count = 0;
        while let Some(key) = object.next_key::<String>()? {
            let inner: Loose = value(&mut object)?;
            count += 1;
            is_numbered &= key.bytes().all(|byte| byte.is_ascii_digit());
            if key.starts_with("id_") && id_of(&inner).is_some() && field.ids.len() < UNKNOWN_MAX {
                field.ids.push(key);
            }
        }
        field.is_filled_list = is_numbered && count > 0;
        Ok(field)
    }

    fn scalar(_: Scalar) -> Self {
        Self::default()
    }
}
