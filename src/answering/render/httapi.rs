//! Writes an answer for FreeSWITCH's mod_httapi: variables, perhaps a prompt, and a break.
//!
//! FreeSWITCH asks again at once when the last item of `<work>` ends well, so the last one is
//! always `<break/>`, which does not. `<answer/>` does not either, and nothing behind it would be
//! done: a call is answered by `<execute application="answer"/>`, which the profile has to permit.

use std::sync::LazyLock;

use crate::domain::answer::{Answer, FIELDS, Pbx};

use super::freeswitch::MEDIA_PAUSE_MS;
use super::settings::{Freeswitch, Play};
use super::xml::{XmlDocument, references};
use super::{Page, heads};

const KIND: &str = "xml/freeswitch-httapi";

/// Writes the document for a call. A field without a value is an empty element, by which
/// FreeSWITCH removes the variable: it reads as empty.
pub(super) fn document(answer: &Answer, freeswitch: &Freeswitch) -> Page {
    let mut page = XmlDocument::open(KIND);
    page.start("variables", &[]);
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| heads("", |key| format!("bina_{key}")));
    for (field, name) in FIELDS.iter().zip(&*NAMES) {
        page.text(name, &references(&field.value(answer, Pbx::Freeswitch)));
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

/// Writes the answer to the request FreeSWITCH makes when a call has ended.
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
