//! Parses a flag in any of its common spellings.

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use crate::domain::alert_text::fold;

use super::loose::{Any, Lenient, Scalar, is_number, value};

/// Folded words for "on".
const ON: [&str; 19] = [
    "active",
    "ativa",
    "ativada",
    "ativado",
    "ativo",
    "enabled",
    "habilitada",
    "habilitado",
    "ligada",
    "ligado",
    "on",
    "s",
    "sim",
    "t",
    "true",
    "v",
    "verdadeiro",
    "y",
    "yes",
];
/// Folded words for "off".
const OFF: [&str; 48] = [
    "",
    "-",
    "--",
    "cancelada",
    "cancelado",
    "canceled",
    "cancelled",
    "closed",
    "concluida",
    "concluido",
    "desabilitada",
    "desabilitado",
    "desativada",
    "desativado",
    "desligada",
    "desligado",
    "disabled",
    "encerrada",
    "encerrado",
    "f",
    "falsa",
    "false",
    "falso",
    "finalizada",
    "finalizado",
    "inactive",
    "inativa",
    "inativada",
    "inativado",
    "inativo",
    "n",
    "n.a.",
    "n/a",
    "nao",
    "nenhum",
    "nenhuma",
    "nil",
    "no",
    "none",
    "nula",
    "null",
    "nulo",
    "off",
    "resolvida",
    "resolvido",
    "undefined",
    "vazia",
    "vazio",
];
/// Names of the only field of an object that contains the flag.
const KEYS: [&str; 9] =
    ["active", "alerta", "ativo", "conectado", "enabled", "flag", "status", "valor", "value"];

/// A flag that may be missing or invalid.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Flag {
    /// No value, or `null`.
    #[default]
    Missing,
    /// A value that is not a flag.
    Invalid,
    Set(bool),
}

impl Flag {
    /// Returns the value; `Some(false)` if it is missing, `None` if it is invalid.
    pub(super) fn value_or_off(&self) -> Option<bool> {
        if *self == Self::Missing { Some(false) } else { self.value() }
    }

    /// Returns the value; `None` if it is missing or invalid.
    pub(super) fn value(&self) -> Option<bool> {
        if let Self::Set(on) = self { Some(*on) } else { None }
    }

    /// Returns the flag of a list or object with these values.
    fn only(mut values: Vec<Self>) -> Self {
        match values.len() {
            0 => Self::Set(false),
            1 => values.remove(0),
            _ => Self::Invalid,
        }
    }
}

impl Lenient for Flag {
    fn scalar(scalar: Scalar) -> Self {
        let is_on = match scalar {
            Scalar::Null => return Self::Missing,
            Scalar::Bool(on) => Some(on),
            Scalar::Number(text) | Scalar::Text(text) => word(&fold(&text)),
        };
        is_on.map_or(Self::Invalid, Self::Set)
    }

    /// An empty list is off, as in PHP; a list of one flag has the value of that flag.
    fn list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut values = Vec::new();
        while values.len() < 2 {
            let Some(Any(item)) = list.next_element::<Any<Item>>()? else { break };
            values.push(item.0);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::only(values))
    }

    /// An object has the value of its only field, if its name is that of a flag or a number.
    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut values = Vec::new();
        while let Some(key) = object.next_key::<String>()? {
            let item: Item = value(&mut object)?;
            let is_flag = is_number(&key) || KEYS.contains(&&*fold(&key));
            if values.len() < 2 {
                values.push(if is_flag { item.0 } else { Self::Invalid });
            }
        }
        Ok(Self::only(values))
    }
}

/// A flag inside a list or an object, without further nesting.
#[derive(Default)]
struct Item(Flag);

impl Lenient for Item {
    fn scalar(scalar: Scalar) -> Self {
        Self(Flag::scalar(scalar))
    }

    fn list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self(Flag::Invalid))
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self(Flag::Invalid))
    }
}

fn word(folded: &str) -> Option<bool> {
    let on = ON.contains(&folded).then_some(true);
    let off = || OFF.contains(&folded).then_some(false);
    on.or_else(off).or_else(|| number(folded).map(|number| number != 0.0))
}

/// Parses a number in digits; `nan` and `inf`, which Rust accepts as well, are rejected.
fn number(folded: &str) -> Option<f64> {
    let has_digits = folded.bytes().any(|byte| byte.is_ascii_digit());
    let number: f64 = folded.replacen(',', ".", 1).parse().ok()?;
    has_digits.then_some(number)
}
