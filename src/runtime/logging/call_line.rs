//! Writes the line each call leaves, at a twentieth of what the log's ordinary way costs.
//!
//! It is the same line in the same formats. A mass outage writes thousands of them, and formatting
//! was a quarter of the work of an answer. Values are words of the contract or numbers, of which
//! none needs an escape; should one, it loses the character.

use std::cell::{Cell, RefCell};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::info;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime as Now};

use crate::domain::phone::Masked;

use super::lines::{self, Look};
use super::queue::Refused;

thread_local! {
    /// The room of the thread's last line, so that not every line is an allocation.
    static ROOM: Cell<String> = const { Cell::new(String::new()) };
}

/// The name of a value, as each format writes it between two values.
#[derive(Clone, Copy)]
pub struct FieldKey {
    pub json: &'static str,
    pub text: &'static str,
}

/// Names a value.
macro_rules! key {
    ($name:literal) => {
        $crate::runtime::logging::FieldKey {
            json: concat!(",\"", $name, "\":"),
            text: concat!(" ", $name, "="),
        }
    };
}

pub(crate) use key;

/// A line being written.
pub struct CallLine {
    text: String,
    json: bool,
}

impl CallLine {
    /// Begins a line that says `message`; none where lines like it are not wanted.
    pub fn begin(message: &str) -> Option<Self> {
        if !super::says_info() {
            return None;
        }
        let mut text = ROOM.take();
        text.clear();
        text.reserve(256);
        let look = lines::look();
        match look {
            Look::Journal => text.push_str("<6>"),
            Look::Json => {
                text.push_str("{\"timestamp\":\"");
                now(&mut text);
                text.push_str("\",\"level\":\"INFO\",\"message\":\"");
            }
            Look::Text => {
                now(&mut text);
                text.push_str("  INFO ");
            }
        }
        text.push_str(message);
        let json = look == Look::Json;
        if json {
            text.push('"');
        }
        Some(Self { text, json })
    }

    /// Adds a word of the program.
    pub fn word(self, key: FieldKey, word: &'static str) -> Self {
        self.quoted(key, |text| text.push_str(word))
    }

    /// Adds a number that masks itself.
    pub fn masked(self, key: FieldKey, masked: &Masked) -> Self {
        self.quoted(key, |text| text.push_str(masked.as_str()))
    }

    /// Adds a word that comes from elsewhere.
    pub fn label(self, key: FieldKey, label: &str) -> Self {
        self.quoted(key, |text| {
            if label.bytes().all(is_plain) {
                text.push_str(label);
            } else {
                text.extend(label.bytes().filter(|byte| is_plain(*byte)).map(char::from));
            }
        })
    }

    /// Adds yes or no.
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

    /// Adds a number behind a word, as one word.
    pub fn numbered(self, key: FieldKey, word: &str, number: u64) -> Self {
        self.quoted(key, |text| {
            text.push_str(word);
            text.push_str(itoa::Buffer::new().format(number));
        })
    }

    /// Hands the line to whoever writes the log.
    pub fn end(mut self) {
        self.text.push_str(if self.json { "}\n" } else { "\n" });
        match super::QUEUE.put(self.text.as_bytes()) {
            Ok(()) => {}
            // Somebody else listens to what the program says, as a test does.
            Err(Refused::Closed) => info!("{}", self.text.trim_end()),
            Err(Refused::Full) => super::drop_lines(1),
        }
        ROOM.set(self.text);
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

/// Whether a byte means nothing in any format.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Writes the time as every line has it, `2026-11-25T21:28:53.193497Z`. All but the fraction is
/// written once a second.
#[expect(clippy::disallowed_methods, reason = "a log line says the time of day")]
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
            // Its fraction is written anew each time.
            written.truncate(written.find('.').unwrap_or(written.len()));
            written.push('.');
            *second = now.as_secs();
        }
        text.push_str(written);
    });
    // Six digits: a million more makes the zeros in front.
    text.push_str(&itoa::Buffer::new().format(1_000_000 + now.subsec_micros())[1..]);
    text.push('Z');
}
