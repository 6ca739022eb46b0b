//! Writes an answer for FreeSWITCH's mod_xml_curl: a dialplan that sets variables and goes on.
//!
//! FreeSWITCH reads the document line by line before it parses it, and drops every line that
//! holds `<?`, `<include>` or the name of its pre-processor. So there is no XML declaration,
//! each element has its own line, and in values every character that is neither letter nor
//! digit is a character reference.

use std::fmt::Write as _;

use quick_xml::Writer;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesEnd, BytesStart, Event};
use quick_xml::name::QName;

use crate::answer::{Answer, FIELDS, Pbx};

use super::Page;

/// The numbers a call goes on to: one plain word. `transfer` splits its data at spaces and
/// quotes, and a caller may dial both, percent-encoded: `'system:touch /x' inline x` would run a
/// command and `1000 XML default` choose a context. FreeSWITCH answers such a call with 404.
/// Trunks write number portability behind the number (`;npdi;rn=551100`), so `;` and `=` pass.
/// The expression captures nothing, as `$1` in values would be replaced by it, and ends in `\z`,
/// as `$` lets a newline pass. `dialplan/freeswitch/bina.xml` guards its fall-back alike.
const ONE_WORD: &str = r"^[A-Za-z0-9+*#][A-Za-z0-9+*#@_.;=-]*\z";

/// How the dialplan door answers.
#[derive(Clone, Debug)]
pub struct Dialplan {
    /// The only context that is answered; every other one is "not found".
    pub entry_context: String,
    pub handback: Handback,
    pub play: Play,
}

impl Default for Dialplan {
    fn default() -> Self {
        let handback = Handback { context: "public".to_owned(), file: None };
        Self { entry_context: "bina".to_owned(), handback, play: Play::Never }
    }
}

/// Where the call goes on after the variables are set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handback {
    pub context: String,
    /// An XML file to read the context from, which saves FreeSWITCH a second request.
    pub file: Option<String>,
}

/// Whether the answer itself plays the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    /// Answers the call, then plays.
    Answer,
    /// Plays before the call is answered, as early media.
    Early,
    /// Leaves the playing to the dialplan, so that nothing is heard twice.
    Never,
}

impl Play {
    /// Every value of `freeswitch.play` by name.
    pub const VALUES: [(&'static str, Play); 3] =
        [("never", Play::Never), ("early", Play::Early), ("answer", Play::Answer)];
}

/// Writes the document for a call in the entry context.
pub(super) fn dialplan(answer: &Answer, dialplan: &Dialplan) -> Page {
    let mut page = Document::open("dialplan");
    page.start("context", &[("name", &dialplan.entry_context)]);
    page.start("extension", &[("name", "bina")]);
    page.start("condition", &[("field", "destination_number"), ("expression", ONE_WORD)]);
    for field in &FIELDS {
        let value = references(&field.value(answer, Pbx::Freeswitch));
        page.action("set", &format!("bina_{}={value}", field.key));
    }
    if let Some(list) = answer.playlist() {
        page.playback(&references(&list.freeswitch), dialplan.play);
    }
    page.action("transfer", &target(&dialplan.handback));
    for element in ["condition", "extension", "context"] {
        page.end(element);
    }
    page.close()
}

/// Writes "not found", upon which FreeSWITCH goes on in its static dialplan.
pub fn not_found() -> Page {
    let mut page = Document::open("result");
    page.empty("result", &[("status", "not found")]);
    page.close()
}

/// The call goes on to the number it was for. FreeSWITCH fills that in: the request's own text
/// is never repeated, as it is the caller's.
fn target(handback: &Handback) -> String {
    let context = references(&handback.context);
    match &handback.file {
        Some(file) => format!("${{destination_number}} XML:{} {context}", references(file)),
        None => format!("${{destination_number}} XML {context}"),
    }
}

/// Writes all but letters and digits as character references. That hides `$${`, `<?` and the
/// pre-processor's name from FreeSWITCH's line reader, and `&`, `"` and `<` from its parser.
fn references(value: &str) -> String {
    let mut text = String::with_capacity(value.len() * 2);
    for c in value.chars() {
        if c.is_alphanumeric() {
            text.push(c);
        } else {
            write!(text, "&#{};", u32::from(c)).expect("writing to a string cannot fail");
        }
    }
    text
}

/// A document being written, one element a line.
struct Document(Writer<Vec<u8>>);

impl Document {
    fn open(section: &str) -> Self {
        let mut document = Self(Writer::new_with_indent(Vec::with_capacity(2048), b' ', 2));
        document.start("document", &[("type", "freeswitch/xml")]);
        document.start("section", &[("name", section)]);
        document
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Start(element(name, attributes)));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Empty(element(name, attributes)));
    }

    fn end(&mut self, name: &str) {
        self.write(Event::End(BytesEnd::new(name)));
    }

    fn action(&mut self, application: &str, data: &str) {
        self.empty("action", &[("application", application), ("data", data)]);
    }

    fn playback(&mut self, list: &str, play: Play) {
        if play == Play::Never {
            return;
        }
        if play == Play::Answer {
            self.empty("action", &[("application", "answer")]);
        }
        self.action("playback", list);
    }

    fn write(&mut self, event: Event<'_>) {
        self.0.write_event(event).expect("writing to memory cannot fail");
    }

    fn close(mut self) -> Page {
        self.end("section");
        self.end("document");
        let mut body = self.0.into_inner();
        body.push(b'\n');
        let body = String::from_utf8(body).expect("only text was written");
        Page { content_type: "text/xml", body }
    }
}

/// An element whose attribute values are escaped already.
fn element<'a>(name: &'a str, attributes: &[(&'a str, &'a str)]) -> BytesStart<'a> {
    let escaped =
        |&(key, value): &(&'a str, &'a str)| Attribute { key: QName(key), value: value.into() };
    BytesStart::new(name).with_attributes(attributes.iter().map(escaped))
}
