//! Reads one list of a scope: of objects, ids or names, or one of them without a list around it.

use std::collections::BTreeSet;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use crate::sources::hubsoft::loose::{Any, Lenient, Loose, Scalar, is_number, value};
use crate::sources::hubsoft::short_text::{cut, id_of};

/// Maximum entries kept of a kind; with more, the kind counts as unknown.
const ENTRIES_MAX: usize = 20_000;
/// Maximum ids kept of an entry: its own and those of its relations.
const IDS_MAX: usize = 12;
/// A longer text may have been cut, in the middle of an id.
const TEXT_BYTES_MAX: usize = 60 * 1024;

/// One list of a scope. HubSoft's answers may also have a single object, a map by ids, or a text of ids.
#[derive(Default)]
pub(super) struct KindList {
    pub(super) entries: Vec<KindEntry>,
    /// Whether it has entries that are not among these.
    pub(super) is_cut: bool,
}

/// One entry of a list. Most are ids, of which a body may have many.
pub(super) enum KindEntry {
    Id(u64),
    Name(String),
    Object(Box<EntryFields>),
    Unreadable,
}

/// The fields of an entry that is an object.
#[derive(Default)]
pub(super) struct EntryFields {
    /// The keys of its ids, and the ids; those of its relations last.
    ids: Vec<(String, u64)>,
    name: String,
    /// Its key in a map by ids.
    key: Option<u64>,
    /// The districts of a city.
    districts: KindList,
}

impl KindList {
    fn unreadable() -> Self {
        Self { entries: Vec::new(), is_cut: true }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && !self.is_cut
    }

    /// The ids of all entries; `None` if one cannot be read.
    pub(super) fn ids(&self, keys: &[&str]) -> Option<BTreeSet<u64>> {
        let ids: Option<BTreeSet<u64>> = self.entries.iter().map(|entry| entry.id(keys)).collect();
        ids.filter(|_| !self.is_cut)
    }

    /// Reads a text: JSON that was encoded twice, ids with commas between them, or one name.
    fn of_text(text: &str) -> Self {
        let text = text.trim();
        if text.len() >= TEXT_BYTES_MAX {
            return Self::unreadable();
        }
        if text.starts_with(['[', '{']) {
            return serde_json::from_str::<Any<Self>>(text)
                .map_or_else(|_| Self::unreadable(), |any| any.0);
        }
        let parts: Vec<_> = text.split([',', ';']).filter(|part| !part.trim().is_empty()).collect();
        let entries: Vec<_> = parts.into_iter().map(KindEntry::of_text).collect();
        // A name may have a comma.
        let is_sure =
            entries.len() == 1 || entries.iter().all(|entry| matches!(entry, KindEntry::Id(_)));
        if is_sure { Self { entries, is_cut: false } } else { Self::unreadable() }
    }

    /// Gives the entries of a map their keys, unless these may be positions in PHP's array.
    fn of_map(map: Vec<(String, KindEntry)>, is_cut: bool) -> Self {
        let keys: Vec<Option<u64>> = map.iter().map(|(key, _)| key.parse().ok()).collect();
        let count = map.len() as u64;
        let are_ids = keys.iter().all(|key| key.is_some_and(|key| key > count));
        let entries = map.into_iter().zip(keys).map(|((_, entry), key)| match key {
            Some(key) if are_ids => entry.with_key(key),
            _ => entry,
        });
        Self { entries: entries.collect(), is_cut }
    }
}

impl Lenient for KindList {
    fn scalar(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool(false) | Scalar::Null => Self::default(),
            Scalar::Bool(true) => Self::unreadable(),
            // PHP writes 0 where there is none.
            Scalar::Number(number) if number == "0" => Self::default(),
            Scalar::Number(text) | Scalar::Text(text) => Self::of_text(&text),
        }
    }

    fn list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut entries = Vec::new();
        while entries.len() < ENTRIES_MAX
            && let Some(Any(entry)) = list.next_element()?
        {
            entries.push(entry);
        }
        let mut is_cut = false;
        while list.next_element::<IgnoredAny>()?.is_some() {
            is_cut = true;
        }
        Ok(Self { entries, is_cut })
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let (mut map, mut single, mut is_cut) = (Vec::new(), None::<Box<EntryFields>>, false);
        while let Some(key) = object.next_key::<String>()? {
            if !is_number(&key) {
                single.get_or_insert_default().set(key, &mut object)?;
            } else if map.len() < ENTRIES_MAX {
                map.push((key, value(&mut object)?));
            } else {
                is_cut = true;
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(match single {
            Some(fields) if map.is_empty() => {
                Self { entries: vec![KindEntry::Object(fields)], is_cut }
            }
            Some(_) => Self::unreadable(),
            None => Self::of_map(map, is_cut),
        })
    }
}

impl KindEntry {
    fn of_text(text: &str) -> Self {
        Self::scalar(Scalar::Text(text.to_owned()))
    }

    /// The id under one of these keys, the first of which is the surest; else `id`.
    pub(super) fn id(&self, keys: &[&str]) -> Option<u64> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Object(fields) => fields.id(keys),
            Self::Name(_) | Self::Unreadable => None,
        }
    }

    /// The id under one of these keys alone.
    pub(super) fn relation(&self, keys: &[&str]) -> Option<u64> {
        let Self::Object(fields) = self else { return None };
        keys.iter().find_map(|key| fields.with(key))
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Object(fields) => &fields.name,
            Self::Id(_) | Self::Unreadable => "",
        }
    }

    /// The districts inside a city.
    pub(super) fn districts(&self) -> Option<&KindList> {
        let Self::Object(fields) = self else { return None };
        Some(&fields.districts).filter(|districts| !districts.is_empty())
    }

    fn with_key(self, key: u64) -> Self {
        match self {
            Self::Object(mut fields) => {
                fields.key = Some(key);
                Self::Object(fields)
            }
            Self::Name(name) => Self::Object(Box::new(EntryFields {
                name,
                key: Some(key),
                ..EntryFields::default()
            })),
            entry @ (Self::Id(_) | Self::Unreadable) => entry,
        }
    }
}

/// What is no entry.
impl Default for KindEntry {
    fn default() -> Self {
        Self::Unreadable
    }
}

impl Lenient for KindEntry {
    fn scalar(scalar: Scalar) -> Self {
        let value = Loose::Scalar(scalar);
        match (id_of(&value), value.text()) {
            (Some(id), _) => Self::Id(id),
            (None, Some(name)) => Self::Name(cut(name).to_owned()),
            (None, None) => Self::Unreadable,
        }
    }

    fn object<'de, A: MapAccess<'de>>(mut from: A) -> Result<Self, A::Error> {
        let mut fields = Box::<EntryFields>::default();
        while let Some(key) = from.next_key::<String>()? {
            fields.set(key, &mut from)?;
        }
        Ok(Self::Object(fields))
    }
}

impl EntryFields {
    fn set<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        if key == "bairros" {
            self.districts = value(from)?;
            return Ok(());
        }
        let field: EntryField = value(from)?;
        match key.as_str() {
            "nome" | "bairro" if !field.name.is_empty() => self.name = field.name,
            "descricao" | "display" | "name" if self.name.is_empty() => self.name = field.name,
            _ => {}
        }
        let is_id = key == "id" || key.starts_with("id_") || key.ends_with("_id");
        if let Some(id) = field.id.filter(|_| is_id && self.ids.len() < IDS_MAX) {
            let own = self.ids.iter().position(|(other, _)| other.starts_with('.'));
            self.ids.insert(own.unwrap_or(self.ids.len()), (key, id));
            return Ok(());
        }
        for (inner, id) in field.ids {
            // The id of a relation is that of what it is named for.
            let inner = if inner == "id" { format!("id_{key}") } else { inner };
            if self.ids.len() < IDS_MAX {
                self.ids.push((format!(".{inner}"), id));
            }
        }
        Ok(())
    }

    /// The id with this key, of the entry itself or else of one of its relations.
    fn with(&self, key: &str) -> Option<u64> {
        self.own(key).or_else(|| self.related(key))
    }

    fn own(&self, key: &str) -> Option<u64> {
        self.ids.iter().find(|(own, _)| own == key).map(|(_, id)| *id)
    }

    fn related(&self, key: &str) -> Option<u64> {
        self.ids.iter().find(|(own, _)| own.strip_prefix('.') == Some(key)).map(|(_, id)| *id)
    }

    fn id(&self, keys: &[&str]) -> Option<u64> {
        if let Some(id) = keys.iter().find_map(|key| self.own(key)) {
            return Some(id);
        }
        // A row of a table that links alerts has an id of its own.
        let is_link = ["id_alerta", "alerta_id"].iter().any(|key| self.own(key).is_some());
        let own = self.own("id").filter(|_| !is_link);
        match (own, keys.iter().find_map(|key| self.related(key))) {
            (Some(own), Some(related)) if own != related => None,
            (own, related) => own.or(related).or(self.key),
        }
    }
}

/// One field of an entry: an id, a name, or the ids and the name of a relation.
#[derive(Default)]
struct EntryField {
    id: Option<u64>,
    name: String,
    ids: Vec<(String, u64)>,
}

impl Lenient for EntryField {
    fn scalar(scalar: Scalar) -> Self {
        let value = Loose::Scalar(scalar);
        let name = value.text().map(cut).unwrap_or_default().to_owned();
        Self { id: id_of(&value), name, ids: Vec::new() }
    }

    fn object<'de, A: MapAccess<'de>>(mut from: A) -> Result<Self, A::Error> {
        let mut field = Self::default();
        while let Some(key) = from.next_key::<String>()? {
            let inner: Loose = value(&mut from)?;
            if matches!(key.as_str(), "nome" | "bairro") {
                field.name = cut(inner.text().unwrap_or_default()).to_owned();
            }
            let is_id = key == "id" || key.starts_with("id_") || key.ends_with("_id");
            if let Some(id) = id_of(&inner).filter(|_| is_id && field.ids.len() < IDS_MAX) {
                field.ids.push((key, id));
            }
        }
        Ok(field)
    }
}

/// The only one of ids; none if there are several.
pub(super) fn only(ids: impl Iterator<Item = u64>) -> Option<u64> {
    let ids: BTreeSet<u64> = ids.collect();
    if ids.len() == 1 { ids.first().copied() } else { None }
}
