//! Writes the XML that FreeSWITCH reads, one element a line, in a form its line reader leaves alone.
//!
//! mod_xml_curl reads a document line by line before it parses it, and drops every line that holds
//! `<?`, `<include>` or the name of its pre-processor. So there is no XML declaration, each element
//! has its own line, and in values every character that is neither letter nor digit is a character
//! reference. mod_httapi parses at once, and reads the same.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::Page;

/// Writes all but letters and digits as character references. That hides `$${`, `<?` and the
/// pre-processor's name from FreeSWITCH's line reader, and `&`, `"` and `<` from its parser.
pub(super) fn references(value: &str) -> String {
    behind("", value)
}

/// The same behind `head`, which stands as it is.
pub(super) fn behind(head: &str, value: &str) -> String {
    let mut text = String::with_capacity(head.len() + value.len() * 2);
    text.push_str(head);
    let mut rest = value;
    // Letters and digits go over in one piece.
    while let Some(odd) = rest.find(|c: char| !c.is_alphanumeric()) {
        let (plain, behind) = rest.split_at(odd);
        text.push_str(plain);
        let mut behind = behind.chars();
        if let Some(c) = behind.next() {
            text.push_str("&#");
            text.push_str(itoa::Buffer::new().format(u32::from(c)));
            text.push(';');
        }
        rest = behind.as_str();
    }
    text.push_str(rest);
    text
}

/// A document being written. Values and texts are handed to it escaped.
pub(super) struct XmlDocument(Writer<Vec<u8>>);

impl XmlDocument {
    /// Opens a document of this type, which mod_httapi requires and mod_xml_curl ignores.
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

    /// Writes an element that holds a text, on one line.
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

    /// Ends the document.
    pub(super) fn close(mut self) -> Page {
        self.end("document");
        let mut body = self.0.into_inner();
        body.push(b'\n');
        let body = String::from_utf8(body).expect("only text was written");
        Page { content_type: "text/xml", body }
    }
}

/// An element whose attribute values are escaped already. It is written in one piece, as adding
/// attributes one by one makes room for each.
fn element(name: &str, attributes: &[(&str, &str)]) -> BytesStart<'static> {
    const AROUND: usize = r#" ="""#.len();
    let lengths = attributes.iter().map(|(key, value)| key.len() + value.len() + AROUND);
    let mut content = String::with_capacity(name.len() + lengths.sum::<usize>());
    content.push_str(name);
    for (key, value) in attributes {
        for part in [" ", key, "=\"", value, "\""] {
            content.push_str(part);
        }
    }
    BytesStart::from_content(content, name.len())
}
