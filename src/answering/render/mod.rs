//! Renders an answer in the format of a PBX.

mod asterisk;
mod freeswitch;
mod httapi;
mod plain;
mod settings;
mod xml;

use std::fmt;

use crate::domain::answer::{Answer, FIELDS};

pub use self::asterisk::commands;
pub use self::freeswitch::not_found;
pub use self::httapi::farewell;
pub use self::settings::{Freeswitch, Handback, Play};

/// A format in which an answer can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Asterisk's FastAGI: a command for each channel variable.
    Agi,
    /// The customer's name alone, for caller-name lookups.
    Cid,
    /// FreeSWITCH's mod_xml_curl: a dialplan that sets variables and hands the call back.
    Dialplan,
    /// Asterisk's `CURL()` with `hashcompat`: `key=value&…`, percent-encoded.
    Hash,
    /// FreeSWITCH's mod_httapi: a document of variables and work.
    Httapi,
    /// Asterisk's `JSON_DECODE` and other clients: an object of strings.
    Json,
    /// One digit: whether a customer has the number.
    Match,
    /// The route of the rule alone, or `none`.
    Route,
    /// FreeSWITCH's `curl` application and `multiset ^^|`: `bina_key=value|…`.
    Vars,
}

impl Format {
    /// All formats by name, for `bina lookup --format`, the endpoints and the golden files.
    pub const VALUES: [(&'static str, Self); 9] = [
        ("hash", Self::Hash),
        ("json", Self::Json),
        ("agi", Self::Agi),
        ("dialplan", Self::Dialplan),
        ("httapi", Self::Httapi),
        ("vars", Self::Vars),
        ("cid", Self::Cid),
        ("route", Self::Route),
        ("match", Self::Match),
    ];

    /// Returns the format with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::VALUES.iter().find(|(value, _)| *value == name).map(|(_, format)| *format)
    }
}

/// The content type of most formats.
pub const TEXT: &str = "text/plain; charset=utf-8";

/// The response body for a PBX, and its content type.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    pub content_type: &'static str,
    pub body: String,
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Page({}, {} bytes)", self.content_type, self.body.len())
    }
}

/// Returns the text before the value of each field, built once for all answers: `separator` between
/// fields, and the key as `begin` formats it.
fn heads(separator: &str, begin: impl Fn(&str) -> String) -> Vec<String> {
    let separators = std::iter::once("").chain(std::iter::repeat(separator));
    let heads = FIELDS.iter().zip(separators);
    heads.map(|(field, separator)| format!("{separator}{}", begin(field.key))).collect()
}

/// Renders `answer` in `format`, with the settings for FreeSWITCH.
pub fn render(format: Format, answer: &Answer, freeswitch: &Freeswitch) -> Page {
    match format {
        Format::Agi => commands(answer),
        Format::Cid => plain::cid(answer),
        Format::Dialplan => freeswitch::dialplan(answer, freeswitch),
        Format::Hash => asterisk::hash(answer),
        Format::Httapi => httapi::document(answer, freeswitch),
        Format::Json => asterisk::json(answer),
        Format::Match => plain::found(answer),
        Format::Route => plain::route(answer),
        Format::Vars => freeswitch::vars(answer),
    }
}
