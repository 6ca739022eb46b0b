//! Writes XML for FreeSWITCH, one element per line, unaffected by its line preprocessor.
//!
//! mod_xml_curl preprocesses a document line by line before it parses it, and drops every line with
//! `<?`, `<include>` or the name of its preprocessor. So there is no XML declaration, each element is
//! on its own line, and in values every character that is not a letter or a digit is a character
//! reference. mod_httapi parses the document directly, with the same result.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::Page;

/// Encodes everything except letters and digits as character references. That hides `$${`, `<?` and
/// the name of the preprocessor from FreeSWITCH, and `&`, `"` and `<` from its parser.
pub(super) fn references(value: &str) -> String {
    prefixed("", value)
}

/// Like `references`, after a `head` that is not encoded.
pub(super) fn prefixed(head: &str, value: &str) -> String {
    let mut text = String::with_capacity(head.len() + value.len() * 2);
    text.push_str(head);
    let mut rest = value;
    // Letters and digits are copied in one piece.
    while let Some(odd) = rest.find(|c: char| !c.is_alphanumeric()) {
        let (plain, encoded) = rest.split_at(odd);
        text.push_str(plain);
        let mut chars = encoded.chars();
        if let Some(c) = chars.next() {
            text.push_str("&#");
            text.push_str(itoa::Buffer::new().format(u32::from(c)));
            text.push(';');
        }
        rest = chars.as_str();
    }
    text.push_str(rest);
    text
}

/// A document that is being written. The caller escapes values and texts.
pub(super) struct XmlDocument(Writer<Vec<u8>>);

impl XmlDocument {
    /// Opens a document of type `kind`, which mod_httapi requires and mod_xml_curl ignores.
    pub(super) fn open(kind: &str) -> Self {
        let mut document = Self(Writer::new_with_indent(Vec::with_capacity(2048), b' ', 2));
        document.start("document", &[("type", kind)]);
        document
    }

    pub(super) fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Start(element(name, attributes)));
    }

    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Empty(element(name, attributes)));
    }

    /// Writes an element with a text, on one line.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.start(name, &[]);
        self.write(Event::Text(BytesText::from_escaped(text)));
        self.end(name);
    }

    pub(super) fn end(&mut self, name: &str) {
        self.write(Event::End(BytesEnd::new(name)));
    }

    fn write(&mut self, event: Event<'_>) {
        self.0.write_event(event).expect("writing to memory cannot fail");
    }

    /// Closes the document.
    pub(super) fn close(mut self) -> Page {
        self.end("document");
        let mut body = self.0.into_inner();
        body.push(b'\n');
        let body = String::from_utf8(body).expect("only text was written");
        Page { content_type: "text/xml", body }
    }
}

/// Returns an element with escaped attribute values. It is built in one allocation, because adding
/// attributes one by one reallocates for each.
fn element(name: &str, attributes: &[(&str, &str)]) -> BytesStart<'static> {
    const SYNTAX_BYTES: usize = r#" ="""#.len();
    let lengths = attributes.iter().map(|(key, value)| key.len() + value.len() + SYNTAX_BYTES);
    let mut content = String::with_capacity(name.len() + lengths.sum::<usize>());
    content.push_str(name);
    for (key, value) in attributes {
        for part in [" ", key, "=\"", value, "\""] {
            content.push_str(part);
        }
    }
    BytesStart::from_content(content, name.len())
}
