//! Writes an answer for Asterisk: a percent-encoded hash, JSON, or AGI commands.

use std::fmt::Write;
use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::answer::{Answer, FIELDS, Pbx};

use super::{Page, TEXT, heads};

/// Longest AGI command with its line feed. Asterisk reads 8,192 bytes, before 22.6 only 2,048, and
/// takes the rest of a longer line for another command.
const COMMAND_BYTES_MAX: usize = 1_024;

/// Writes `status=found&…&end=1`. A space is `%20`: `hashcompat=legacy` and `yes` disagree about
/// `+`. Asterisk cuts at 4,095 decoded bytes; the fields' own limits keep far below.
pub(super) fn hash(answer: &Answer) -> Page {
    static HEADS: LazyLock<Vec<String>> = LazyLock::new(|| heads("&", |key| format!("{key}=")));
    let mut body = String::with_capacity(512);
    for (field, head) in FIELDS.iter().zip(&*HEADS) {
        body.push_str(head);
        encode(&field.value(answer, Pbx::Asterisk), &mut body);
    }
    Page { content_type: TEXT, body }
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

/// Writes a `SET VARIABLE` for each field, one a line.
pub fn commands(answer: &Answer) -> Page {
    static HEADS: LazyLock<Vec<String>> = LazyLock::new(|| heads("", head));
    let mut body = String::with_capacity(1_024);
    for (field, head) in FIELDS.iter().zip(&*HEADS) {
        command(head, &field.value(answer, Pbx::Asterisk), &mut body);
    }
    Page { content_type: TEXT, body }
}

/// What of a command stands before the value.
fn head(name: &str) -> String {
    format!("SET VARIABLE BINA_{} \"", name.to_ascii_uppercase())
}

/// Writes one command. Values are safe text, and would be harmless without all this: what would
/// end the quotes is escaped, what would end the line becomes a space, what is too long is cut.
fn command(head: &str, value: &str, commands: &mut String) {
    let room = commands.len() + COMMAND_BYTES_MAX - 2;
    commands.push_str(head);
    // Which is every value there is; 0xC2 begins the controls beyond ASCII, and a few letters.
    let harmless = |byte: u8| !matches!(byte, 0..=0x1F | b'"' | b'\\' | 0x7F | 0xC2);
    let are_harmless = value.bytes().fold(true, |good, byte| good & harmless(byte));
    if are_harmless && commands.len() + value.len() <= room {
        commands.push_str(value);
        commands.push_str("\"\n");
        return;
    }
    for c in value.chars() {
        let escaped = matches!(c, '"' | '\\');
        let c = if c.is_control() { ' ' } else { c };
        if commands.len() + usize::from(escaped) + c.len_utf8() > room {
            break;
        }
        if escaped {
            commands.push('\\');
        }
        commands.push(c);
    }
    commands.push_str("\"\n");
}

/// What stands as it is, besides letters and digits.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/');

fn encode(value: &str, body: &mut String) {
    body.extend(utf8_percent_encode(value, ENCODED));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> String {
        let mut commands = String::new();
        command(&head("nome"), value, &mut commands);
        commands
    }

    #[test]
    fn a_command_is_one_quoted_line_whatever_the_value() {
        assert_eq!(written("ANA"), "SET VARIABLE BINA_NOME \"ANA\"\n");
        assert_eq!(written(""), "SET VARIABLE BINA_NOME \"\"\n");
        let odd = written("a\"b\\c\r\nHANGUP\0\u{85}");
        assert_eq!(odd, "SET VARIABLE BINA_NOME \"a\\\"b\\\\c  HANGUP  \"\n");
    }

    #[test]
    fn a_command_is_never_longer_than_a_kibibyte_and_keeps_its_quotes() {
        for text in ["x", "\"", "\\", "ã", "😀"] {
            let long = written(&text.repeat(2_000));
            assert!((1_020..=1_024).contains(&long.len()), "{text}: {}", long.len());
            assert!(long.ends_with(&format!("{text}\"\n")), "{text}");
            let value = long.strip_prefix("SET VARIABLE BINA_NOME \"").expect("its beginning");
            let value = value.strip_suffix("\"\n").expect("its end").replace("\\\\", "");
            assert!(!value.ends_with('\\'), "{text}: the last quote is escaped");
        }
    }
}
