//! Writes an answer for FreeSWITCH: a dialplan for mod_xml_curl, or pairs for the `curl` application.

use std::sync::LazyLock;

use crate::domain::answer::{Answer, FIELDS, Pbx};

use super::settings::{Freeswitch, Handback, Play};
use super::xml::{XmlDocument, prefixed, references};
use super::{Page, TEXT, heads};

/// The valid transfer targets: one plain word. `transfer` splits its data at spaces and quotes, and a
/// caller may dial both, percent-encoded: `'system:touch /x' inline x` would run a command and
/// `1000 XML default` select a context. FreeSWITCH answers such a call with 404. Trunks append number
/// portability (`;npdi;rn=551100`), so `;` and `=` are allowed. The expression has no captures,
/// because they would replace `$1` in values, and ends in `\z`, because `$` accepts a newline.
/// `dialplan/freeswitch/bina.xml` guards its fallback in the same way.
const ONE_WORD: &str = r"^[A-Za-z0-9+*#][A-Za-z0-9+*#@_.;=-]*\z";

/// Pause between answering a call and the prompt, as in the snippets: audio of a trunk starts after
/// the answer, so the first syllable would be lost.
pub(super) const MEDIA_PAUSE_MS: &str = "500";

/// Writes the document for a call in the entry context.
pub(super) fn dialplan(answer: &Answer, freeswitch: &Freeswitch) -> Page {
    let mut page = open("dialplan");
    page.start("context", &[("name", &freeswitch.entry_context)]);
    page.start("extension", &[("name", "bina")]);
    page.start("condition", &[("field", "destination_number"), ("expression", ONE_WORD)]);
    static HEADS: LazyLock<Vec<String>> = LazyLock::new(|| heads("", |key| format!("bina_{key}=")));
    for (field, head) in FIELDS.iter().zip(&*HEADS) {
        action(&mut page, "set", &prefixed(head, field.value(answer, Pbx::Freeswitch)));
    }
    if let Some(list) = answer.playlist() {
        playback(&mut page, &references(&list.freeswitch), freeswitch.play);
    }
    action(&mut page, "transfer", &target(&freeswitch.handback));
    for element in ["condition", "extension", "context"] {
        page.end(element);
    }
    close(page)
}

/// Writes "not found", after which FreeSWITCH continues in its static dialplan.
pub fn not_found() -> Page {
    let mut page = open("result");
    page.empty("result", &[("status", "not found")]);
    close(page)
}

/// Writes `bina_status=found|…`. No value contains `|`, or `$`, for which FreeSWITCH would reject the
/// whole body. A newline at the end would become part of the last value.
pub(super) fn vars(answer: &Answer) -> Page {
    static HEADS: LazyLock<Vec<String>> =
        LazyLock::new(|| heads("|", |key| format!("bina_{key}=")));
    let mut body = String::with_capacity(512);
    for (field, head) in FIELDS.iter().zip(&*HEADS) {
        body.push_str(head);
        body.push_str(field.value(answer, Pbx::Freeswitch));
    }
    Page { content_type: TEXT, body }
}

fn open(section: &str) -> XmlDocument {
    let mut page = XmlDocument::open("freeswitch/xml");
    page.start("section", &[("name", section)]);
    page
}

fn close(mut page: XmlDocument) -> Page {
    page.end("section");
    page.close()
}

fn action(page: &mut XmlDocument, application: &str, data: &str) {
    page.empty("action", &[("application", application), ("data", data)]);
}

fn playback(page: &mut XmlDocument, list: &str, play: Play) {
    if play == Play::Never {
        return;
    }
    if play == Play::Answer {
        page.empty("action", &[("application", "answer")]);
        action(page, "sleep", MEDIA_PAUSE_MS);
    }
    action(page, "playback", list);
}

/// Transfers the call to its destination number. FreeSWITCH expands it: text from the request is
/// never echoed, because the caller controls it.
fn target(handback: &Handback) -> String {
    let context = references(&handback.context);
    match &handback.file {
        Some(file) => format!("${{destination_number}} XML:{} {context}", references(file)),
        None => format!("${{destination_number}} XML {context}"),
    }
}
