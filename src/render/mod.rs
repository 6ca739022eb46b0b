//! Writes an answer in the format a PBX reads; one table names every format.

mod asterisk;
mod freeswitch;
mod xml;

use std::fmt;

use crate::answer::Answer;

pub use self::freeswitch::{Freeswitch, Handback, Play, not_found};

/// A format in which an answer can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// FreeSWITCH's mod_xml_curl: a dialplan that sets variables and hands the call back.
    Dialplan,
    /// Asterisk's `CURL()` with `hashcompat`: `key=value&…`, percent-encoded.
    Hash,
    /// Asterisk's `JSON_DECODE` and everybody else: an object of strings.
    Json,
}

impl Format {
    /// Every format by name: for `bina lookup --format`, the doors and the golden files.
    pub const VALUES: [(&'static str, Format); 3] =
        [("hash", Format::Hash), ("json", Format::Json), ("dialplan", Format::Dialplan)];

    /// Finds a format by its name.
    pub fn named(name: &str) -> Option<Format> {
        Self::VALUES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }
}

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

/// Writes `answer` in `format`; `freeswitch` says where a FreeSWITCH call goes on.
pub fn render(format: Format, answer: &Answer, freeswitch: &Freeswitch) -> Page {
    match format {
        Format::Dialplan => freeswitch::dialplan(answer, freeswitch),
        Format::Hash => asterisk::hash(answer),
        Format::Json => asterisk::json(answer),
    }
}
