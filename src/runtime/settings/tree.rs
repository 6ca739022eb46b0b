//! Parses the file into values with their places; the only user of the TOML library.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use crate::runtime::language::Message;

use super::place::{Index, Place};
use super::syntax;

/// Most syntax errors that are reported; a file with more is probably not a configuration.
const ERRORS_MAX: usize = 50;

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Marked<T> {
    pub value: T,
    pub place: Place,
}

/// Values by key, each with the place of its key.
pub(super) type Table = BTreeMap<String, Marked<TomlValue>>;

/// A value of the file.
pub(super) enum TomlValue {
    Flag(bool),
    List(Vec<Marked<Self>>),
    Number(Number),
    /// A fraction or a date; no setting has one.
    Other,
    Table(Table),
    /// A text, which may be a secret.
    Text(Zeroizing<String>),
}

/// An integer.
pub(super) struct Number {
    pub(super) written: String,
    /// None when it is negative or too large.
    pub(super) value: Option<u64>,
}

impl TomlValue {
    pub(super) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(mut text) => Some(std::mem::take(&mut *text)),
            _ => None,
        }
    }

    pub(super) fn into_text_or_flag(self) -> Option<String> {
        match self {
            Self::Flag(flag) => Some(flag.to_string()),
            value => value.into_text(),
        }
    }

    pub(super) fn into_text_or_number(self) -> Option<String> {
        match self {
            Self::Number(number) => Some(number.written),
            value => value.into_text(),
        }
    }
}

/// Parses `text`; `None` when it is not TOML, because nothing else can be checked then.
pub(super) fn parse(
    text: &str,
    index: &Index<'_>,
    report: impl Fn(Place, Message),
) -> Option<Table> {
    let (parsed, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    let is_good = errors.is_empty();
    let mut reported = 0;
    let mut is_section_duplicate = false;
    for error in errors.into_iter().take(ERRORS_MAX) {
        let span = error.span().unwrap_or_default();
        let place = index.place(span.start);
        // What follows from the first mistake of a line, or from a section that is defined twice.
        let is_duplicate = error.message().starts_with("duplicate key");
        if place.line == reported || (is_duplicate && is_section_duplicate) {
            continue;
        }
        reported = place.line;
        is_section_duplicate |= is_duplicate && text[..span.start].ends_with('[');
        // The error's own display would quote the line, which may contain a password.
        report(place, syntax::problem(text, &span, error.message()));
    }
    is_good.then(|| table(parsed.into_inner(), index))
}

fn table(parsed: DeTable<'_>, index: &Index<'_>) -> Table {
    let entries = parsed.into_iter().map(|(key, parsed)| {
        let place = index.place(key.span().start);
        let value = value(parsed.into_inner(), index);
        (key.into_inner().into_owned(), Marked { value, place })
    });
    entries.collect()
}

fn value(parsed: DeValue<'_>, index: &Index<'_>) -> TomlValue {
    match parsed {
        DeValue::Array(list) => {
            let items = list.into_iter().map(|item| {
                let place = index.place(item.span().start);
                Marked { value: value(Spanned::into_inner(item), index), place }
            });
            TomlValue::List(items.collect())
        }
        DeValue::Boolean(flag) => TomlValue::Flag(flag),
        DeValue::Integer(number) => {
            let written = number.as_str().to_owned();
            let value = u64::from_str_radix(&written, number.radix()).ok();
            TomlValue::Number(Number { written, value })
        }
        DeValue::String(text) => TomlValue::Text(Zeroizing::new(text.into_owned())),
        DeValue::Table(inner) => TomlValue::Table(table(inner, index)),
        DeValue::Datetime(_) | DeValue::Float(_) => TomlValue::Other,
    }
}
