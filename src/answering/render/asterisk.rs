//! Writes an answer for Asterisk: a percent-encoded hash, JSON, or AGI commands.

use std::fmt::Write;
use std::sync::LazyLock;

use crate::domain::answer::{Answer, FIELDS, Pbx};

use super::{Page, TEXT, heads};

/// Maximum bytes of an AGI command with its line feed. Asterisk reads 8,192 bytes, before 22.6 only
/// 2,048, and parses the rest of a longer line as another command.
const COMMAND_BYTES_MAX: usize = 1_024;

/// Writes `status=found&…&end=1`. A space is `%20`: `hashcompat=legacy` and `yes` disagree about
/// `+`. Asterisk truncates at 4,095 decoded bytes; the limits of the fields keep far below.
pub(super) fn hash(answer: &Answer) -> Page {
    static HEADS: LazyLock<Vec<String>> = LazyLock::new(|| heads("&", |key| format!("{key}=")));
    let mut body = String::with_capacity(512);
    for (field, head) in FIELDS.iter().zip(&*HEADS) {
        body.push_str(head);
        encode(field.value(answer, Pbx::Asterisk), &mut body);
    }
    Page { content_type: TEXT, body }
}

/// Writes one JSON object whose every value is a string: Asterisk truncates integers to 32 bits.
pub(super) fn json(answer: &Answer) -> Page {
    let mut body = String::with_capacity(512);
    for field in &FIELDS {
        body.push_str(if body.is_empty() { "{\"" } else { ",\"" });
        body.push_str(field.key);
        body.push_str("\":");
        // `Value` displays as JSON. Values are safe text, but the crate decides on escaping.
        let value = serde_json::Value::from(field.value(answer, Pbx::Asterisk));
        write!(body, "{value}").expect("writing to a string cannot fail");
    }
    body.push('}');
    Page { content_type: "application/json", body }
}

/// Writes a `SET VARIABLE` for each field, one per line.
pub fn commands(answer: &Answer) -> Page {
    static HEADS: LazyLock<Vec<String>> = LazyLock::new(|| heads("", head));
    let mut body = String::with_capacity(1_024);
    for (field, head) in FIELDS.iter().zip(&*HEADS) {
        command(head, field.value(answer, Pbx::Asterisk), &mut body);
    }
    Page { content_type: TEXT, body }
}

/// Returns the part of a command before its value.
fn head(name: &str) -> String {
    format!("SET VARIABLE BINA_{} \"", name.to_ascii_uppercase())
}

/// Writes one command. Values are safe text, so this is a second defence: quotes are escaped, control
/// characters become spaces, and long values are truncated.
fn command(head: &str, value: &str, commands: &mut String) {
    let end = commands.len() + COMMAND_BYTES_MAX - 2;
    commands.push_str(head);
    // The fast path of all real values. 0xC2 begins the non-ASCII controls, and a few letters.
    let harmless = |byte: u8| !matches!(byte, 0..=0x1F | b'"' | b'\\' | 0x7F | 0xC2);
    let are_harmless = value.bytes().fold(true, |good, byte| good & harmless(byte));
    if are_harmless && commands.len() + value.len() <= end {
        commands.push_str(value);
        commands.push_str("\"\n");
        return;
    }
    for c in value.chars() {
        let escaped = matches!(c, '"' | '\\');
        let c = if c.is_control() { ' ' } else { c };
        if commands.len() + usize::from(escaped) + c.len_utf8() > end {
            break;
        }
        if escaped {
            commands.push('\\');
        }
        commands.push(c);
    }
    commands.push_str("\"\n");
}

/// Percent-encodes a value, in pieces between the bytes that need it: almost every value is one piece. The
/// crate percent-encoding would cost 1,100 more instructions per answer.
fn encode(value: &str, body: &mut String) {
    let mut rest = value;
    loop {
        let plain = plain_length(rest.as_bytes());
        body.push_str(&rest[..plain]);
        let Some(letter) = rest[plain..].chars().next() else { return };
        let end = plain + letter.len_utf8();
        for byte in &rest.as_bytes()[plain..end] {
            body.push_str(ENCODED[usize::from(*byte)]);
        }
        rest = &rest[end..];
    }
}

/// The length of the beginning that needs no encoding. Eight bytes at once take a third of the time.
fn plain_length(bytes: &[u8]) -> usize {
    let is_plain = |byte: &u8| PLAIN[usize::from(*byte)];
    let (chunks, _) = bytes.as_chunks::<8>();
    let are_plain =
        |chunk: &&[u8; 8]| chunk.iter().fold(true, |plain, byte| plain & is_plain(byte));
    let begin = 8 * chunks.iter().take_while(are_plain).count();
    begin + bytes[begin..].iter().take_while(|byte| is_plain(byte)).count()
}

/// The bytes that need no encoding.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] = matches!(
            byte as u8,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'/'
        );
        byte += 1;
    }
    plain
};

/// `%XX` for each byte.
const ENCODED: [&str; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    const BYTES: [[u8; 3]; 256] = {
        let mut bytes = [[b'%'; 3]; 256];
        let mut byte = 0;
        while byte < 256 {
            bytes[byte] = [b'%', DIGITS[byte >> 4], DIGITS[byte & 15]];
            byte += 1;
        }
        bytes
    };
    let mut encoded = [""; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Ok(text) = str::from_utf8(&BYTES[byte]) {
            encoded[byte] = text;
        }
        byte += 1;
    }
    encoded
};

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> String {
        let mut commands = String::new();
        command(&head("nome"), value, &mut commands);
        commands
    }

    #[test]
    fn a_command_is_one_quoted_line_for_any_value() {
        assert_eq!(written("ANA"), "SET VARIABLE BINA_NOME \"ANA\"\n");
        assert_eq!(written(""), "SET VARIABLE BINA_NOME \"\"\n");
        let escaped = written("a\"b\\c\r\nHANGUP\0\u{85}");
        assert_eq!(escaped, "SET VARIABLE BINA_NOME \"a\\\"b\\\\c  HANGUP  \"\n");
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
