//! Writes an answer for Asterisk: a percent-encoded hash, or JSON.

use std::fmt::Write;

use crate::answer::{Answer, FIELDS, Pbx};

use super::Page;

/// Writes `status=found&…&end=1`. A space is `%20`: `hashcompat=legacy` and `yes` disagree about
/// `+`. Asterisk cuts at 4,095 decoded bytes; the fields' own limits keep far below.
pub(super) fn hash(answer: &Answer) -> Page {
    let mut body = String::with_capacity(512);
    for field in &FIELDS {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(field.key);
        body.push('=');
        encode(&field.value(answer, Pbx::Asterisk), &mut body);
    }
    Page { content_type: "text/plain; charset=utf-8", body }
}

/// Writes one JSON object whose every value is a string: Asterisk cuts integers to 32 bits.
pub(super) fn json(answer: &Answer) -> Page {
    let mut body = String::with_capacity(512);
    for field in &FIELDS {
        body.push_str(if body.is_empty() { "{\"" } else { ",\"" });
        body.push_str(field.key);
        body.push_str("\":");
        // `Value`'s display is JSON; keys and values are safe text, but the crate decides.
        let value = serde_json::Value::from(field.value(answer, Pbx::Asterisk));
        write!(body, "{value}").expect("writing to a string cannot fail");
    }
    body.push('}');
    Page { content_type: "application/json", body }
}

fn encode(value: &str, body: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_./".contains(&byte) {
            body.push(char::from(byte));
        } else {
            body.push('%');
            body.push(char::from(DIGITS[usize::from(byte >> 4)]));
            body.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}
