//! Writes replies as the real server does, down to the escapes of PHP and the headers of nginx.
//!
//! By hand, because the faults worth simulating (a wrong length, a missing last chunk) are
//! exactly what an HTTP library prevents. No socket, no clock.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::request::find;

/// One answer: status, headers in order, body.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// A reply with the headers seen on every JSON answer of the real server: nginx before PHP, a
    /// session cookie without use, and neither ETag nor rate-limit headers.
    pub(super) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
            .with("Server", "nginx/1.16.1")
            .with("Content-Type", "application/json")
            .with("X-Powered-By", "PHP/7.4.28")
            .with("Cache-Control", "no-cache, private")
            .with(
                "Set-Cookie",
                "hubsoft_session=c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec01; Max-Age=3600; path=/; \
                 httponly",
            )
    }

    /// A page for people, as nginx or a login form sends it.
    pub(super) fn html(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
            .with("Server", "nginx/1.16.1")
            .with("Content-Type", "text/html; charset=UTF-8")
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The whole reply. A framing header that is already there is left as it is, even a wrong one.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let framed = ["content-length", "transfer-encoding"]
            .iter()
            .any(|name| find(&self.headers, name).is_some());
        let mut bytes = if framed { self.head(&[]) } else { self.head_for(self.body.len()) };
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The head, promising a body of `length` bytes.
    pub(super) fn head_for(&self, length: usize) -> Vec<u8> {
        self.head(&[("Content-Length", &length.to_string())])
    }

    /// The head, promising a body in chunks.
    pub(super) fn head_for_chunks(&self) -> Vec<u8> {
        self.head(&[("Transfer-Encoding", "chunked")])
    }

    fn head(&self, framing: &[(&str, &str)]) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(framing.iter().copied()) {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        head.into_bytes()
    }
}

/// One chunk of a chunked body.
pub(super) fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// Writes JSON as PHP's `json_encode` does: every slash and every character beyond ASCII escaped.
pub(super) fn php_json(value: &Value) -> Vec<u8> {
    php_escaped(&value.to_string()).into_bytes()
}

/// Escapes JSON, or a text that needs no other escapes, as PHP does.
pub(super) fn php_escaped(json: &str) -> String {
    let mut written = String::with_capacity(json.len() + json.len() / 8);
    for character in json.chars() {
        match character {
            '/' => written += "\\/",
            ascii if ascii.is_ascii() => written.push(ascii),
            wide => {
                for unit in wide.encode_utf16(&mut [0; 2]) {
                    written += &format!("\\u{unit:04x}");
                }
            }
        }
    }
    written
}

/// The date form of HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn http_date(time: SystemTime) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days to a date by http://howardhinnant.github.io/date_algorithms.html#civil_from_days, where
    // a year begins in March, so that the leap day comes last.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month_name = MONTHS[((month + 2) % 12) as usize];
    let year = era * 400 + year_of_era + u64::from(month >= 10);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let weekday = DAYS[(days % 7) as usize];
    format!("{weekday}, {day:02} {month_name} {year} {hour:02}:{minute:02}:{second:02} GMT")
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        411 => "Length Required",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_escaped_as_php_escapes_it() {
        let written = php_json(&json!({ "a": "Divinópolis/MG 🙂\n\u{1b}" }));
        assert_eq!(written, br#"{"a":"Divin\u00f3polis\/MG \ud83d\ude42\n\u001b"}"#);
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let date = |seconds| http_date(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(date(951_782_400), "Tue, 29 Feb 2000 00:00:00 GMT");
        assert_eq!(date(1_798_761_599), "Thu, 31 Dec 2026 23:59:59 GMT");
    }
}
