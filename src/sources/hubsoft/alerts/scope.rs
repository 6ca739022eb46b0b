//! Reads the scope of an alert: one list for each kind, of objects, ids or names.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::MapAccess;

use crate::sources::directory::AlertScope;
use crate::sources::hubsoft::loose::{Lenient, List, Loose, Object, Scalar, skip, value};
use crate::sources::hubsoft::short_text::{cut, id_of};

/// Maximum entries kept of a kind; with more, the kind counts as unknown.
const ENTRIES_MAX: usize = 20_000;
/// Maximum ids kept of an entry: its own and those of its relations.
const IDS_MAX: usize = 6;
/// Maximum bytes of the name of an unknown kind.
const KIND_BYTES_MAX: usize = 40;
/// Maximum unknown kinds.
const UNKNOWN_MAX: usize = 16;
const DISTRICTS: &str = "bairros";
const BOXES: KindKeys = KindKeys { list: "caixa_optica", id: "id_caixa_optica" };
const CITIES: KindKeys = KindKeys { list: "cidades", id: "id_cidade" };
const GROUPS: KindKeys =
    KindKeys { list: "grupos_cliente_servico", id: "id_grupo_cliente_servico" };
const INTERFACES: KindKeys = KindKeys { list: "interfaces_conexao", id: "id_interface_conexao" };
const POPS: KindKeys = KindKeys { list: "pops", id: "id_pop" };
const STATUSES: KindKeys = KindKeys { list: "servico_status", id: "id_servico_status" };

/// The key of a list, and that of the ids in its entries.
struct KindKeys {
    list: &'static str,
    id: &'static str,
}

/// One list of a scope.
pub(super) type ScopeItems = List<ScopeItem, ENTRIES_MAX>;

/// The lists of a scope.
#[derive(Default)]
pub(super) struct ScopeLists {
    pub(super) cities: ScopeItems,
    pub(super) districts: ScopeItems,
    pub(super) interfaces: ScopeItems,
    pub(super) pops: ScopeItems,
    pub(super) boxes: ScopeItems,
    pub(super) statuses: ScopeItems,
    pub(super) groups: ScopeItems,
    pub(super) parameters: Option<Parameters>,
    unknown: BTreeSet<String>,
}

impl ScopeLists {
    /// Notes a list that is not one of the known kinds, if it is filled.
    pub(super) fn note_unknown(&mut self, key: &str, list: &List<Loose, 1>) {
        if matches!(list, List::Items { total, .. } if *total > 0)
            && self.unknown.len() < UNKNOWN_MAX
        {
            let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            self.unknown.insert(key.chars().filter(is_plain).take(KIND_BYTES_MAX).collect());
        }
    }

    pub(super) fn scope(self) -> AlertScope {
        let Self { cities, districts, parameters, mut unknown, .. } = self;
        let mut ids = |list, kind: &KindKeys| ids(list, kind, &mut unknown);
        let cities = ids(cities, &CITIES);
        let interfaces = ids(self.interfaces, &INTERFACES);
        let pops = ids(self.pops, &POPS);
        let boxes = ids(self.boxes, &BOXES);
        let statuses = ids(self.statuses, &STATUSES);
        let groups = ids(self.groups, &GROUPS);
        let districts = read_districts(districts, parameters, &cities);
        if districts.is_none() {
            unknown.insert(DISTRICTS.to_owned());
        }
        let districts = districts.unwrap_or_default();
        let unknown_kinds = unknown;
        AlertScope { cities, districts, interfaces, pops, boxes, statuses, groups, unknown_kinds }
    }
}

/// The ids of a list. A kind with an entry that cannot be read is unknown.
fn ids(list: ScopeItems, kind: &KindKeys, unknown: &mut BTreeSet<String>) -> BTreeSet<u64> {
    let List::Items { kept, total } = list else { return BTreeSet::new() };
    let count = kept.len();
    let ids: Vec<u64> = kept.iter().filter_map(|entry| entry.id(kind.id)).collect();
    if ids.len() < count || count < total {
        unknown.insert(kind.list.to_owned());
        return BTreeSet::new();
    }
    ids.into_iter().collect()
}

/// The districts with the ids of their cities; `None` if one of them cannot be told.
fn read_districts(
    list: ScopeItems,
    parameters: Option<Parameters>,
    cities: &BTreeSet<u64>,
) -> Option<BTreeSet<(u64, String)>> {
    let List::Items { kept, total } = list else { return Some(BTreeSet::new()) };
    let parameters = parameters.unwrap_or_default();
    let count = kept.len();
    if count < total {
        return None;
    }
    let mut districts = BTreeSet::new();
    for (at, entry) in kept.iter().enumerate() {
        let city = entry.city.or_else(|| parameters.city(at, &entry.name, count));
        let city = city.or_else(|| only(cities.iter().copied()))?;
        if entry.name.is_empty() {
            return None;
        }
        districts.insert(AlertScope::district(city, &entry.name));
    }
    Some(districts)
}

fn only(ids: impl Iterator<Item = u64>) -> Option<u64> {
    let ids: BTreeSet<u64> = ids.collect();
    if ids.len() == 1 { ids.first().copied() } else { None }
}

/// One entry of a list.
#[derive(Default)]
pub(super) struct ScopeItem {
    /// The keys of its ids, and the ids.
    ids: Vec<(String, u64)>,
    name: String,
    city: Option<u64>,
}

impl ScopeItem {
    /// The id with this key, else `id`, else the only one.
    fn id(&self, key: &str) -> Option<u64> {
        let with = |key: &str| self.ids.iter().find(|(own, _)| own == key).map(|(_, id)| *id);
        with(key).or_else(|| with("id")).or_else(|| only(self.ids.iter().map(|(_, id)| *id)))
    }
}

impl Lenient for ScopeItem {
    fn scalar(scalar: Scalar) -> Self {
        let value = Loose::Scalar(scalar);
        match id_of(&value) {
            Some(id) => Self { ids: vec![("id".to_owned(), id)], ..Self::default() },
            None => Self {
                name: value.text().map(cut).unwrap_or_default().to_owned(),
                ..Self::default()
            },
        }
    }

    fn object<'de, A: MapAccess<'de>>(mut from: A) -> Result<Self, A::Error> {
        let mut entry = Self::default();
        while let Some(key) = from.next_key::<String>()? {
            let field: Loose = value(&mut from)?;
            match key.as_str() {
                "nome" | "bairro" => entry.name = cut(field.text().unwrap_or_default()).to_owned(),
                "descricao" | "display" if entry.name.is_empty() => {
                    entry.name = cut(field.text().unwrap_or_default()).to_owned();
                }
                _ => {}
            }
            if key == "id_cidade" {
                entry.city = id_of(&field);
            }
            let is_id = key == "id" || key.starts_with("id_");
            if let Some(id) = id_of(&field).filter(|_| is_id && entry.ids.len() < IDS_MAX) {
                entry.ids.push((key, id));
            }
        }
        Ok(entry)
    }
}

/// The parameters with which an alert was made: its districts, and the city of each.
#[derive(Default)]
pub(super) struct Parameters {
    districts: List<Loose, ENTRIES_MAX>,
    cities: List<Loose, ENTRIES_MAX>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum ParametersKey {
    Bairros,
    IdCidadeBairros,
    #[serde(other)]
    Other,
}

impl Object for Parameters {
    type Key = ParametersKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: ParametersKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            ParametersKey::Bairros => self.districts = value(from)?,
            ParametersKey::IdCidadeBairros => self.cities = value(from)?,
            ParametersKey::Other => skip(from)?,
        }
        Ok(())
    }
}

impl Parameters {
    /// The city of the `at`-th of `count` districts: that of the only parameter with its name, or at its
    /// place, or the only city.
    fn city(&self, at: usize, name: &str, count: usize) -> Option<u64> {
        let List::Items { kept: cities, .. } = &self.cities else { return None };
        let List::Items { kept: names, .. } = &self.districts else {
            return only(cities.iter().filter_map(id_of));
        };
        if names.len() == cities.len() {
            let same = names.iter().zip(cities).filter(|(other, _)| other.text() == Some(name));
            let named = only(same.filter_map(|(_, city)| id_of(city)));
            if named.is_some() {
                return named;
            }
        }
        let in_place = cities.get(at).filter(|_| cities.len() == count).and_then(id_of);
        in_place.or_else(|| only(cities.iter().filter_map(id_of)))
    }
}
