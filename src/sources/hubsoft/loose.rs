//! Reads JSON whose types vary: whatever stands in a place, reading it never fails on its type.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Longest text that is kept, in bytes: an alert text of 16 KiB in a mail's HTML.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// What one place of a document is read into. A value of another shape than expected is skipped
/// without being kept, however deep it is, and counts as missing.
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
    /// A number as it displays; `37988242968.0` displays as `37988242968`, so that an id
    /// survives being made a float.
    Number(String),
    Text(String),
}

/// Makes a `Lenient` type readable by serde.
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
        // Beyond 2^53 a float is no id any more, only something near it.
        let whole = value.fract() == 0.0 && value.abs() <= 9.0e15;
        let text = if whole { format!("{value:.0}") } else { format!("{value:e}") };
        Ok(T::scalar(Scalar::Number(text)))
    }

    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        Ok(T::scalar(Scalar::Text(bounded(value).to_owned())))
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

fn bounded(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
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

/// An object read key by key. Unlike a derived reader it lets the last of two equal keys win,
/// as PHP does, instead of refusing the document.
pub(super) trait Object: Default {
    type Key: for<'de> Deserialize<'de>;

    fn set<'de, A: MapAccess<'de>>(&mut self, key: Self::Key, from: &mut A)
    -> Result<(), A::Error>;
}

/// `None` when something else stands in the object's place.
impl<T: Object> Lenient for Option<T> {
    fn object<'de, A: MapAccess<'de>>(mut from: A) -> Result<Self, A::Error> {
        let mut object = T::default();
        while let Some(key) = from.next_key()? {
            object.set(key, &mut from)?;
        }
        Ok(Some(object))
    }
}

/// A scalar of any type, or the mere shape of something larger.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Loose {
    EmptyList,
    Scalar(Scalar),
    /// A filled list or an object.
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
    /// The text, or the number as text; `None` when there is nothing to read.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar(Scalar::Number(text) | Scalar::Text(text)) => {
                Some(text.trim()).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// The text when it is all digits, else empty.
    pub(super) fn digits(&self) -> String {
        self.text().filter(|text| is_number(text)).unwrap_or_default().to_owned()
    }
}

/// A list, which PHP also writes as an object with number keys. At most `MAX` items are kept; the
/// others are skipped while they are read, as one small item in JSON is a large one in memory.
#[derive(Default)]
pub(super) enum List<T, const MAX: usize> {
    Items {
        kept: Vec<T>,
        /// How many there are, those that were skipped included.
        total: usize,
    },
    #[default]
    NoList,
}

impl<T, const MAX: usize> List<T, MAX> {
    /// The items that were kept; none when it is no list.
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

/// Tells whether a text is a position in a PHP array, or a plain id.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
