//! Writes the log line of each call, at a twentieth of the cost of a `tracing` event.
//!
//! The line and its formats are the same. A mass outage writes thousands of them, and formatting
//! was a quarter of the work of an answer. Values are identifiers or numbers, which need no
//! escaping; a character that would need it is dropped.

use std::cell::{Cell, RefCell};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::info;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime as Now};

use crate::domain::phone::Masked;

use super::lines::{self, LineStyle};
use super::queue::Refused;

thread_local! {
    /// The buffer of the thread's last line, reused to avoid allocations.
    static BUFFER: Cell<String> = const { Cell::new(String::new()) };
}

/// The name of a field, with the separators of each format.
#[derive(Clone, Copy)]
pub struct FieldKey {
    pub json: &'static str,
    pub text: &'static str,
}

/// Builds a `FieldKey`.
macro_rules! key {
    ($name:literal) => {
        $crate::runtime::logging::FieldKey {
            json: concat!(",\"", $name, "\":"),
            text: concat!(" ", $name, "="),
        }
    };
}

pub(crate) use key;

/// A log line under construction.
pub struct CallLine {
    text: String,
    json: bool,
}

impl CallLine {
    /// Starts a line with `message`; none where the log level excludes it.
    pub fn begin(message: &str) -> Option<Self> {
        if !super::is_info_enabled() {
            return None;
        }
        let mut text = BUFFER.take();
        text.clear();
        text.reserve(256);
        let style = lines::style();
        match style {
            LineStyle::Journal => text.push_str("<6>"),
            LineStyle::Json => {
                text.push_str("{\"timestamp\":\"");
                now(&mut text);
                text.push_str("\",\"level\":\"INFO\",\"message\":\"");
            }
            LineStyle::Text => {
                now(&mut text);
                text.push_str("  INFO ");
            }
        }
        text.push_str(message);
        let json = style == LineStyle::Json;
        if json {
            text.push('"');
        }
        Some(Self { text, json })
    }

    /// Adds a constant.
    pub fn word(self, key: FieldKey, word: &'static str) -> Self {
        self.quoted(key, |text| text.push_str(word))
    }

    /// Adds a masked phone number.
    pub fn masked(self, key: FieldKey, masked: &Masked) -> Self {
        self.quoted(key, |text| masked.write_to(text))
    }

    /// Adds a configured label.
    pub fn label(self, key: FieldKey, label: &str) -> Self {
        self.quoted(key, |text| {
            if label.bytes().all(|byte| PLAIN[usize::from(byte)]) {
                text.push_str(label);
            } else {
                text.extend(label.bytes().filter(|byte| is_plain(*byte)).map(char::from));
            }
        })
    }

    /// Adds a boolean.
    pub fn flag(mut self, key: FieldKey, flag: bool) -> Self {
        self.key(key);
        self.text.push_str(if flag { "true" } else { "false" });
        self
    }

    /// Adds a number.
    pub fn number(mut self, key: FieldKey, number: u64) -> Self {
        self.key(key);
        self.text.push_str(itoa::Buffer::new().format(number));
        self
    }

    /// Adds a word and a number, joined.
    pub fn numbered(self, key: FieldKey, word: &str, number: u64) -> Self {
        self.quoted(key, |text| {
            text.push_str(word);
            text.push_str(itoa::Buffer::new().format(number));
        })
    }

    /// Queues the line for the log thread.
    pub fn end(mut self) {
        self.text.push_str(if self.json { "}\n" } else { "\n" });
        match super::QUEUE.put(self.text.as_bytes()) {
            Ok(()) => {}
            // Another subscriber is active, as in a test.
            Err(Refused::Closed) => info!("{}", self.text.trim_end()),
            Err(Refused::Full) => super::drop_lines(1),
        }
        BUFFER.set(self.text);
    }

    fn quoted(mut self, key: FieldKey, write: impl FnOnce(&mut String)) -> Self {
        self.key(key);
        if self.json {
            self.text.push('"');
        }
        write(&mut self.text);
        if self.json {
            self.text.push('"');
        }
        self
    }

    fn key(&mut self, key: FieldKey) {
        self.text.push_str(if self.json { key.json } else { key.text });
    }
}

/// The bytes that need no escaping in any format.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] = is_plain(byte as u8);
        byte += 1;
    }
    plain
};

const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Writes the timestamp, e.g. `2026-11-25T21:28:53.193497Z`. All but the fraction is formatted once a
/// second.
#[expect(clippy::disallowed_methods, reason = "a log line has a timestamp")]
fn now(text: &mut String) {
    thread_local! {
        static SECOND: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    SECOND.with_borrow_mut(|(second, written)| {
        if *second != now.as_secs() {
            written.clear();
            // A clock that cannot be formatted leaves the line without a time.
            let _ = Now.format_time(&mut Writer::new(written));
            // The fraction is appended separately each time.
            written.truncate(written.find('.').unwrap_or(written.len()));
            written.push('.');
            *second = now.as_secs();
        }
        text.push_str(written);
    });
    // Six digits: adding a million keeps the leading zeros.
    text.push_str(&itoa::Buffer::new().format(1_000_000 + now.subsec_micros())[1..]);
    text.push('Z');
}
