//! Reads a flag in any of the ways in which people and programs write one.

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use crate::domain::alert_text::fold;

use super::loose::{Any, Lenient, Scalar, is_number, value};

/// Words that say yes, folded.
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
/// Words that say no, folded.
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
/// Names of the one field of an object that holds the flag.
const KEYS: [&str; 9] =
    ["active", "alerta", "ativo", "conectado", "enabled", "flag", "status", "valor", "value"];

/// A flag, as far as it is one.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Flag {
    /// Nothing stands there, or `null`.
    #[default]
    Missing,
    /// Something that is no flag.
    Odd,
    Said(bool),
}

impl Flag {
    /// What it says; nothing and `null` say no, and what is no flag says neither.
    pub(super) fn flag(&self) -> Option<bool> {
        if *self == Self::Missing { Some(false) } else { self.said() }
    }

    /// What it says; nothing and `null` say neither.
    pub(super) fn said(&self) -> Option<bool> {
        if let Self::Said(on) = self { Some(*on) } else { None }
    }

    /// The flag of a list or object with these values.
    fn only(mut values: Vec<Self>) -> Self {
        match values.len() {
            0 => Self::Said(false),
            1 => values.remove(0),
            _ => Self::Odd,
        }
    }
}

impl Lenient for Flag {
    fn scalar(scalar: Scalar) -> Self {
        let said = match scalar {
            Scalar::Null => return Self::Missing,
            Scalar::Bool(on) => Some(on),
            Scalar::Number(text) | Scalar::Text(text) => word(&fold(&text)),
        };
        said.map_or(Self::Odd, Self::Said)
    }

    /// An empty list says no, as PHP's `empty` does, and one of a single flag what that says.
    fn list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut values = Vec::new();
        while values.len() < 2 {
            let Some(Any(item)) = list.next_element::<Any<Item>>()? else { break };
            values.push(item.0);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::only(values))
    }

    /// An object says what its only field does, if that is named like a flag or numbered.
    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut values = Vec::new();
        while let Some(key) = object.next_key::<String>()? {
            let item: Item = value(&mut object)?;
            let is_flag = is_number(&key) || KEYS.contains(&&*fold(&key));
            if values.len() < 2 {
                values.push(if is_flag { item.0 } else { Self::Odd });
            }
        }
        Ok(Self::only(values))
    }
}

/// A flag inside a list or an object, where no further list or object is looked into.
#[derive(Default)]
struct Item(Flag);

impl Lenient for Item {
    fn scalar(scalar: Scalar) -> Self {
        Self(Flag::scalar(scalar))
    }

    fn list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self(Flag::Odd))
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self(Flag::Odd))
    }
}

fn word(folded: &str) -> Option<bool> {
    let on = ON.contains(&folded).then_some(true);
    let off = || OFF.contains(&folded).then_some(false);
    on.or_else(off).or_else(|| number(folded).map(|number| number != 0.0))
}

/// A number in digits; neither `nan` nor `inf`, which Rust reads as numbers, too.
fn number(folded: &str) -> Option<f64> {
    let has_digits = folded.bytes().any(|byte| byte.is_ascii_digit());
    let number: f64 = folded.replacen(',', ".", 1).parse().ok()?;
    has_digits.then_some(number)
}
