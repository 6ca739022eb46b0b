//! Reads the fields of a request in JSON, so that an error says which field is wrong and what it takes.

use std::fmt;

use serde::de::{DeserializeOwned, Error, SeqAccess, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::{Map, Value};

/// Reads a request; the error names the field, and what it should be.
pub fn read_request<T: DeserializeOwned + Default + Serialize>(body: &str) -> Result<T, String> {
    // A list would be read by the order of the fields, which may change.
    if !body.trim_start().starts_with('{') {
        return Err("expected an object, like {\"text\": \"…\"}".to_owned());
    }
    serde_json::from_str(body).map_err(|error| {
        let fields: Map<String, Value> = serde_json::from_str(body).unwrap_or_default();
        // Every field has a default, so that each can be read alone.
        let wrong = fields.into_iter().find_map(|(name, value)| {
            let alone = Value::Object(Map::from_iter([(name.clone(), value)]));
            let error = serde_json::from_value::<T>(alone).err()?;
            Some((name, error))
        });
        match wrong {
            Some((name, error)) if has_field::<T>(&name) => format!("`{name}`: {error}"),
            Some((_, error)) => error.to_string(),
            None => error.to_string(),
        }
    })
}

fn has_field<T: Default + Serialize>(name: &str) -> bool {
    serde_json::to_value(T::default()).is_ok_and(|fields| fields.get(name).is_some())
}

/// Reads a list of names, or one name alone.
pub(super) fn names<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    from.deserialize_any(NamesVisitor)
}

/// Reads a number of minutes, or none.
pub(super) fn minutes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    from.deserialize_any(MinutesVisitor)
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or a list of names")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(vec![name.to_owned()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = list.next_element()? {
            names.push(name);
        }
        Ok(names)
    }
}

struct MinutesVisitor;

impl Visitor<'_> for MinutesVisitor {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of minutes, like 90")
    }

    fn visit_u64<E: Error>(self, minutes: u64) -> Result<Self::Value, E> {
        Ok(Some(minutes))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::request::{AlertRequest, ExtendRequest};
    use super::*;

    #[test]
    fn one_name_is_a_list_and_no_minutes_are_none() {
        let body = r#"{"city":"Betim","pop":["A","B"],"did":[],"minutes":null,"until":null}"#;
        let read: AlertRequest = read_request(body).expect("JSON");
        let names = (read.cities, read.pops, read.dids);
        assert_eq!(names, (vec!["Betim".to_owned()], vec!["A".to_owned(), "B".to_owned()], vec![]));
        assert_eq!((read.minutes, read.until), (None, None));
    }

    #[test]
    fn what_is_written_is_read() {
        let request = AlertRequest { minutes: Some(5), ..AlertRequest::default() };
        let body = serde_json::to_string(&request).expect("JSON");
        assert_eq!(read_request(&body), Ok(request));
    }

    #[test]
    fn an_error_names_the_field_and_what_it_takes() {
        let errors = |body| read_request::<ExtendRequest>(body).expect_err("refused");
        for (body, text) in [
            (
                r#"{"minutes":1.5}"#,
                "`minutes`: invalid type: floating point `1.5`, expected a number",
            ),
            (r#"{"id":7}"#, "`id`: invalid type: integer `7`, expected a string"),
            (r#"{"id":"a","id":"b"}"#, "duplicate field `id`"),
            (r#"{"ids":"a7k2"}"#, "unknown field `ids`, expected one of `id`, "),
            (r#"["a7k2"]"#, "expected an object"),
            ("{", "EOF while parsing"),
        ] {
            let error = errors(body);
            assert!(error.starts_with(text) || error.contains(text), "{error}");
        }
    }
}
