//! Reads the parameters with which an alert was made: its districts, the city of each, and further kinds.

use std::collections::BTreeSet;

use serde::de::MapAccess;

use crate::sources::hubsoft::loose::{Any, Lenient, Scalar, value};

use super::kinds::{CITIES, UnknownField};
use super::scope_list::{KindList, only};

/// Maximum names of other lists.
const OTHERS_MAX: usize = 16;

/// The parameters of an alert, which PHP writes as an empty list if there are none.
#[derive(Default)]
pub(super) struct Parameters {
    districts: KindList,
    cities: KindList,
    others: BTreeSet<String>,
}

impl Parameters {
    pub(super) fn districts(&self) -> &KindList {
        &self.districts
    }

    /// The names of further lists that are filled.
    pub(super) fn others(&self) -> impl Iterator<Item = String> {
        self.others.iter().cloned()
    }

    /// The city of the `at`-th of `count` districts: that of the only parameter with its name, or at its
    /// place, or the only city.
    pub(super) fn city(&self, at: usize, name: &str, count: usize) -> Option<u64> {
        let cities: Vec<_> = self.cities.entries.iter().map(|city| city.id(CITIES.ids)).collect();
        let names = &self.districts.entries;
        let is_paired = names.len() == cities.len();
        let same = names.iter().zip(&cities).filter(|(other, _)| other.name() == name);
        let named = is_paired.then(|| only(same.filter_map(|(_, city)| *city))).flatten();
        let in_place = || cities.get(at).filter(|_| cities.len() == count).copied().flatten();
        named.or_else(in_place).or_else(|| only(cities.iter().filter_map(|city| *city)))
    }
}

impl Lenient for Parameters {
    /// They may be JSON that was encoded twice.
    fn scalar(scalar: Scalar) -> Self {
        let Scalar::Text(text) = scalar else { return Self::default() };
        serde_json::from_str::<Any<Self>>(&text)
            .ok()
            .filter(|_| text.trim_start().starts_with('{'))
            .map_or_else(Self::default, |any| any.0)
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut parameters = Self::default();
        while let Some(key) = object.next_key::<String>()? {
            match key.as_str() {
                "bairros" => parameters.districts = value(&mut object)?,
                "id_cidade_bairros" => parameters.cities = value(&mut object)?,
                _ => {
                    let field: UnknownField = value(&mut object)?;
                    if field.is_kind(&key) && parameters.others.len() < OTHERS_MAX {
                        parameters.others.insert(key);
                    }
                }
            }
        }
        Ok(parameters)
    }
}
