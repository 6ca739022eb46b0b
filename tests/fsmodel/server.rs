//! The web server FreeSWITCH queries: any function from a request to a reply.

/// A request, as far as a server looks at it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path and query.
    pub target: String,
    /// The body: a form, percent-encoded.
    pub form: String,
}

/// What comes back.
#[derive(Clone, Debug)]
pub enum Reply {
    Page {
        status: u16,
        content_type: String,
        body: String,
    },
    /// No listener.
    Refused,
    /// Nothing comes, ever.
    Silence,
}

impl Reply {
    /// A page with status 200.
    pub fn page(content_type: &str, body: &str) -> Self {
        Self::Page { status: 200, content_type: content_type.to_owned(), body: body.to_owned() }
    }
}

/// Writes a form as FreeSWITCH does: values encoded, names not.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn encoded(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~,/()!*'".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
