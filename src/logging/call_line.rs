//! Writes the line each call leaves, at a tenth of what the log's ordinary way costs.
//!
//! It is the same line in the same formats. A mass outage writes thousands of them, and formatting
//! was a quarter of the work of an answer. Values are words of the contract or numbers, of which
//! none needs an escape; should one, it loses the character.

use std::cell::RefCell;
use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::info;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime as Now};

use super::lines::{self, Look};

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
        let mut text = String::with_capacity(256);
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

    /// Adds a word.
    pub fn word(mut self, key: &str, word: &str) -> Self {
        self.key(key);
        if self.json {
            self.text.push('"');
        }
        if word.bytes().all(is_plain) {
            self.text.push_str(word);
        } else {
            self.text.extend(word.bytes().filter(|byte| is_plain(*byte)).map(char::from));
        }
        if self.json {
            self.text.push('"');
        }
        self
    }

    /// Adds yes or no.
    pub fn flag(mut self, key: &str, flag: bool) -> Self {
        self.key(key);
        self.text.push_str(if flag { "true" } else { "false" });
        self
    }

    /// Adds a number.
    pub fn number(mut self, key: &str, number: u128) -> Self {
        self.key(key);
        write!(self.text, "{number}").expect("writing to a string cannot fail");
        self
    }

    /// Hands the line to whoever writes the log.
    pub fn end(mut self) {
        if !super::is_started() {
            // Somebody else listens to what the program says, as a test does.
            return info!("{}", self.text);
        }
        self.text.push_str(if self.json { "}\n" } else { "\n" });
        super::queue(self.text.into_bytes());
    }

    fn key(&mut self, key: &str) {
        self.text.push_str(if self.json { ",\"" } else { " " });
        self.text.push_str(key);
        self.text.push_str(if self.json { "\":" } else { "=" });
    }
}

/// Whether a byte means nothing in any format.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Writes the time as every line has it, `2026-11-25T21:28:53.193497Z`. All but the fraction is
/// written once a second.
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
            written.truncate(written.find('.').unwrap_or(written.len()));
            *second = now.as_secs();
        }
        text.push_str(written);
    });
    write!(text, ".{:06}Z", now.subsec_micros()).expect("writing to a string cannot fail");
}
