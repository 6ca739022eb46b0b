//! Writes an answer in the format a PBX reads; one table names every format.

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
    /// Asterisk's `JSON_DECODE` and everybody else: an object of strings.
    Json,
    /// One digit: does a customer have the number?
    Match,
    /// The rule's route alone, or `none`.
    Route,
    /// FreeSWITCH's `curl` application and `multiset ^^|`: `bina_key=value|…`.
    Vars,
}

impl Format {
    /// Every format by name: for `bina lookup --format`, the doors and the golden files.
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

    /// Finds a format by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::VALUES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }
}

/// The content type of most formats.
pub const TEXT: &str = "text/plain; charset=utf-8";

/// What is written to a PBX: a content type and the bytes.
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

/// What a format writes before the value of each field, made once for all answers: between two of
/// them stands `separator`, and a field begins as `begin` writes its key.
fn heads(separator: &str, begin: impl Fn(&str) -> String) -> Vec<String> {
    let separators = std::iter::once("").chain(std::iter::repeat(separator));
    let heads = FIELDS.iter().zip(separators);
    heads.map(|(field, separator)| format!("{separator}{}", begin(field.key))).collect()
}

/// Writes `answer` in `format`; `freeswitch` says how a FreeSWITCH call is answered.
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
