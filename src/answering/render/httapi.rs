//! Writes an answer for FreeSWITCH's mod_httapi: variables, an optional prompt, and a break.
//!
//! FreeSWITCH sends the next request when the last item of `<work>` succeeds, so the last one is
//! always `<break/>`, which does not succeed. Neither does `<answer/>`, and items after it are
//! skipped: a call is answered by `<execute application="answer"/>`, which the profile must permit.

use std::sync::LazyLock;

use crate::domain::answer::{Answer, FIELDS, Pbx};

use super::freeswitch::MEDIA_PAUSE_MS;
use super::settings::{Freeswitch, Play};
use super::xml::{XmlDocument, references};
use super::{Page, heads};

const KIND: &str = "xml/freeswitch-httapi";

/// Writes the document for a call. FreeSWITCH removes the variable of an empty element, so that it
/// reads as empty.
pub(super) fn document(answer: &Answer, freeswitch: &Freeswitch) -> Page {
    let mut page = XmlDocument::open(KIND);
    page.start("variables", &[]);
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| heads("", |key| format!("bina_{key}")));
    for (field, name) in FIELDS.iter().zip(&*NAMES) {
        page.text(name, &references(field.value(answer, Pbx::Freeswitch)));
    }
    page.end("variables");
    page.start("work", &[]);
    if let Some(list) = answer.playlist() {
        playback(&mut page, &references(&list.freeswitch), freeswitch.play);
    }
    page.empty("break", &[]);
    page.end("work");
    page.close()
}

/// Writes the response to the request that FreeSWITCH sends when a call has ended.
pub fn farewell() -> Page {
    XmlDocument::open(KIND).close()
}

fn playback(page: &mut XmlDocument, list: &str, play: Play) {
    if play == Play::Never {
        return;
    }
    if play == Play::Answer {
        page.empty("execute", &[("application", "answer")]);
        page.empty("pause", &[("milliseconds", MEDIA_PAUSE_MS)]);
    }
    page.empty("playback", &[("file", list)]);
}
