//! What a caller typed to be identified by: a document or a customer code.

use std::fmt;

use crate::domain::customer_code::CustomerCode;
use crate::domain::document::Document;

/// What a caller typed to be identified by, instead of the number that is calling.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Identification {
    Code(CustomerCode),
    Document(Document),
    /// Digits that can be neither, or none.
    Invalid,
}

impl Identification {
    /// Reads the parameters `documento` and `codigo` of a request; `None` if both are absent. Whichever is not
    /// empty counts; both at once are invalid.
    ///
    /// A document is digits with the usual punctuation, because a keypad has nothing else: the letters of a
    /// CNPJ cannot be typed.
    pub fn read(document: Option<&str>, code: Option<&str>) -> Option<Self> {
        if document.is_none() && code.is_none() {
            return None;
        }
        let typed = |text: Option<&str>| {
            text.map(str::trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
        };
        let read = match (typed(document), typed(code)) {
            (Some(document), None) => document_of_digits(&document).map(Self::Document),
            (None, Some(code)) => CustomerCode::parse(&code).map(Self::Code),
            _ => None,
        };
        Some(read.unwrap_or(Self::Invalid))
    }

    /// The kind, for the log and metrics.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::Document(_) => "document",
            Self::Invalid => "invalid",
        }
    }
}

impl fmt::Debug for Identification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identification({}, masked)", self.word())
    }
}

fn document_of_digits(text: &str) -> Option<Document> {
    let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    Document::parse(text).filter(|_| !has_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: Option<&str>, code: Option<&str>) -> &'static str {
        Identification::read(document, code).map_or("none", |read| read.word())
    }

    #[test]
    fn one_of_both_parameters_counts() {
        for (document, code, expected) in [
            (None, None, "none"),
            (Some("52998224725"), None, "document"),
            (Some("529.982.247-25"), Some(""), "document"),
            (Some(""), Some("421"), "code"),
            (None, Some(" 421 "), "code"),
            (Some("52998224725"), Some("421"), "invalid"),
            (Some(""), Some(""), "invalid"),
            (Some(""), None, "invalid"),
            (None, Some("x"), "invalid"),
            (Some("52998224726"), None, "invalid"),
            (Some("11222333000181"), None, "document"),
            // The same CNPJ with letters, and as a keypad writes their keys.
            (Some("12ABC34501DE35"), None, "invalid"),
            (Some("12222345013335"), None, "invalid"),
        ] {
            assert_eq!(read(document, code), expected, "{document:?} {code:?}");
        }
    }
}
