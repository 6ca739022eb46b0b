//! Reads short texts, ids and counts, of any type in JSON.

use serde::de::MapAccess;

use super::loose::{Lenient, Loose, Scalar, bounded, value};

/// Maximum bytes kept of a text; the longest name of a place has some 100.
const BYTES_MAX: usize = 256;

/// A text, or a number as text; empty if there is neither.
#[derive(Default)]
struct ShortText(String);

impl Lenient for ShortText {
    fn scalar(scalar: Scalar) -> Self {
        Self(Loose::Scalar(scalar).text().map(cut).unwrap_or_default().to_owned())
    }
}

/// Returns the start of a text that is too long.
pub(super) fn cut(text: &str) -> &str {
    bounded(text, BYTES_MAX)
}

/// Reads the text of the key just read; empty if there is none.
pub(super) fn text<'de, A: MapAccess<'de>>(object: &mut A) -> Result<String, A::Error> {
    value::<ShortText, A>(object).map(|text| text.0)
}

/// Reads the number of the key just read, if it is a number that is not negative.
pub(super) fn number<'de, A: MapAccess<'de>>(object: &mut A) -> Result<Option<u64>, A::Error> {
    value::<Loose, A>(object).map(|value| number_of(&value))
}

/// Reads the id of the key just read. PHP writes 0 where there is none.
pub(super) fn id<'de, A: MapAccess<'de>>(object: &mut A) -> Result<Option<u64>, A::Error> {
    value::<Loose, A>(object).map(|value| id_of(&value))
}

/// Returns the id that `value` holds.
pub(super) fn id_of(value: &Loose) -> Option<u64> {
    number_of(value).filter(|id| *id != 0)
}

fn number_of(value: &Loose) -> Option<u64> {
    value.digits().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::loose::Any;
    use super::*;

    fn read<T: Lenient>(json: &str) -> T {
        serde_json::from_str::<Any<T>>(json).expect("JSON").0
    }

    #[test]
    fn an_id_is_a_positive_number_of_any_type() {
        for (json, id) in [
            ("7", Some(7)),
            (r#"" 7 ""#, Some(7)),
            ("7.0", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("1e300", None),
            ("-7", None),
            ("7.5", None),
            ("0", None),
            (r#""""#, None),
            (r#""+7""#, None),
            ("true", None),
            ("null", None),
            ("[7]", None),
            (r#"{"id":7}"#, None),
        ] {
            assert_eq!(id_of(&read(json)), id, "{json}");
        }
    }

    #[test]
    fn a_text_is_trimmed_and_cut_between_characters() {
        assert_eq!(read::<ShortText>(r#"" CENTRO ""#).0, "CENTRO");
        assert_eq!(read::<ShortText>("12").0, "12");
        assert_eq!(read::<ShortText>(r#"["CENTRO"]"#).0, "");
        let long = format!("\"x{}\"", "ã".repeat(50_000));
        assert_eq!(read::<ShortText>(&long).0.len(), BYTES_MAX - 1);
    }
}
