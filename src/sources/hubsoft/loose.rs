//! Parses JSON of varying types: a value of an unexpected type never fails the document.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Maximum bytes kept of a text: an alert text of 16 KiB in the HTML of an e-mail.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// The target type of one JSON value. A value of an unexpected shape is skipped without being kept, at
/// any depth, and counts as missing.
pub(super) trait Lenient: Default {
    fn scalar(_: Scalar) -> Self {
        Self::default()
    }

    fn list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

/// A value that is neither list nor object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Scalar {
    Bool(bool),
    #[default]
    Null,
    /// A number as text; `37988242968.0` becomes `37988242968`, so that an id survives a conversion to
    /// a float.
    Number(String),
    Text(String),
}

/// Deserialises a `Lenient` type with serde.
#[derive(Default)]
pub(super) struct Any<T>(pub(super) T);

impl<'de, T: Lenient> Deserialize<'de> for Any<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor(PhantomData)).map(Any)
    }
}

struct AnyVisitor<T>(PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for AnyVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::scalar(Scalar::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::scalar(Scalar::Number(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(T::scalar(Scalar::Number(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        // Beyond 2^53 a float is only an approximation of an id.
        let whole = value.fract() == 0.0 && value.abs() <= 9.0e15;
        let text = if whole { format!("{value:.0}") } else { format!("{value:e}") };
        Ok(T::scalar(Scalar::Number(text)))
    }

    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        Ok(T::scalar(Scalar::Text(bounded(value, TEXT_BYTES_MAX).to_owned())))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::scalar(Scalar::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::object(object)
    }
}

/// Returns the first `bytes_max` bytes of a text, or a few less.
pub(super) fn bounded(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Reads the value of the key just read.
pub(super) fn value<'de, T: Lenient, A: MapAccess<'de>>(object: &mut A) -> Result<T, A::Error> {
    object.next_value::<Any<T>>().map(|any| any.0)
}

/// Skips the value of the key just read.
pub(super) fn skip<'de, A: MapAccess<'de>>(object: &mut A) -> Result<(), A::Error> {
    object.next_value::<IgnoredAny>().map(|_| ())
}

/// An object that is read key by key. Unlike a derived implementation, it uses the last of two equal
/// keys, as PHP does, instead of rejecting the document.
pub(super) trait Object: Default {
    type Key: for<'de> Deserialize<'de>;

    fn set<'de, A: MapAccess<'de>>(&mut self, key: Self::Key, from: &mut A)
    -> Result<(), A::Error>;
}

/// `None` if the value is not an object.
impl<T: Object> Lenient for Option<T> {
    fn object<'de, A: MapAccess<'de>>(mut from: A) -> Result<Self, A::Error> {
        let mut object = T::default();
        while let Some(key) = from.next_key()? {
            object.set(key, &mut from)?;
        }
        Ok(Some(object))
    }
}

/// A scalar of any type, or the shape of a larger value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Loose {
    EmptyList,
    Scalar(Scalar),
    /// A non-empty list or an object.
    Tree,
}

impl Default for Loose {
    fn default() -> Self {
        Self::Scalar(Scalar::Null)
    }
}

impl Lenient for Loose {
    fn scalar(scalar: Scalar) -> Self {
        Self::Scalar(scalar)
    }

    fn list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut shape = Self::EmptyList;
        while list.next_element::<IgnoredAny>()?.is_some() {
            shape = Self::Tree;
        }
        Ok(shape)
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::Tree)
    }
}

impl Loose {
    /// Returns the text, or the number as text; `None` if there is neither.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar(Scalar::Number(text) | Scalar::Text(text)) => {
                Some(text.trim()).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// Returns the text if it is all digits, else an empty text.
    pub(super) fn digits(&self) -> String {
        self.text().filter(|text| is_number(text)).unwrap_or_default().to_owned()
    }
}

/// A list, which PHP also writes as an object with numeric keys. At most `MAX` items are kept and the
/// others are skipped while reading, because a small item in JSON is large in memory.
#[derive(Default)]
pub(super) enum List<T, const MAX: usize> {
    Items {
        kept: Vec<T>,
        /// Number of items, skipped ones included.
        total: usize,
    },
    #[default]
    NoList,
}

impl<T, const MAX: usize> List<T, MAX> {
    /// Returns the kept items; none if it is not a list.
    pub(super) fn items(self) -> Vec<T> {
        match self {
            Self::Items { kept, .. } => kept,
            Self::NoList => Vec::new(),
        }
    }
}

impl<T: Lenient, const MAX: usize> Lenient for List<T, MAX> {
    fn list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < MAX
            && let Some(Any(item)) = list.next_element()?
        {
            kept.push(item);
        }
        let mut total = kept.len();
        while list.next_element::<IgnoredAny>()?.is_some() {
            total += 1;
        }
        Ok(Self::Items { kept, total })
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut kept = Vec::new();
        let mut numbered = true;
        while kept.len() < MAX
            && let Some(key) = object.next_key::<String>()?
        {
            numbered &= is_number(&key);
            kept.push(value(&mut object)?);
        }
        let mut total = kept.len();
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            total += 1;
        }
        Ok(if numbered { Self::Items { kept, total } } else { Self::NoList })
    }
}

/// Returns whether a text is a position in a PHP array, or a plain id.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
