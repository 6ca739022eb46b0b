//! Tells a firewall's or web server's page from an answer of HubSoft, by how it begins.

use crate::domain::failure::Failure;
use crate::sources::reasons;

/// Statuses with which firewalls and web servers send a page of their own. 404 and the other 5xx are told by
/// their number, and a 429 is a limit, whoever has set it.
pub(super) fn may_be_page(status: u16) -> bool {
    matches!(status, 400 | 401 | 403 | 405 | 406 | 418 | 451 | 503 | 511)
}

/// What an error of `status` is whose body begins with `start`: a page, or still what the status says.
pub(super) fn instead_of(status: u16, start: &[u8], failure: Failure) -> Failure {
    let text = readable(start);
    // `error code: 1020` is all that Cloudflare tells a program.
    let is_json = text.is_empty() || text.starts_with(['{', '[', '"']);
    if is_json || is_maintenance(&text) { failure } else { reasons::FIREWALL.with_status(status) }
}

/// Why the body of a 200 cannot be read: it is a page, or still what the reader says.
pub(super) fn instead_of_answer(body: &[u8], failure: Failure) -> Failure {
    /// Longest beginning looked at; a mark and some empty lines may stand before the first tag.
    const START_BYTES: usize = 256;
    let text = readable(&body[..body.len().min(START_BYTES)]);
    // PHP writes `<br />` and `<b>Warning</b>` before an answer of its own.
    let is_page = text.starts_with('<') && !text.starts_with("<br") && !text.starts_with("<b>");
    if is_page && failure.is(&reasons::INVALID_ANSWER) {
        return reasons::FIREWALL.with_status(200);
    }
    failure
}

/// HubSoft's own page while it is updated, as its framework writes it.
fn is_maintenance(text: &str) -> bool {
    text.contains("<title>service unavailable</title>") || text.contains("be right back")
}

fn readable(start: &[u8]) -> String {
    let text = String::from_utf8_lossy(start);
    text.trim_start_matches('\u{feff}').trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_hubsofts_own_when_its_body_is_json_or_empty() {
        for (body, page) in [
            ("", false),
            ("  \r\n", false),
            (r#"{"message":"Unauthenticated."}"#, false),
            ("\u{feff}[]", false),
            ("<html><head><title>403 Forbidden</title></head></html>", true),
            ("\n\n<!DOCTYPE html>\n<title>Attention Required! | Cloudflare</title>", true),
            ("error code: 1020", true),
            ("Access denied", true),
            ("<html><title>503 Service Temporarily Unavailable</title></html>", true),
            ("<!DOCTYPE html><title>Service Unavailable</title>", false),
        ] {
            let told = instead_of(403, body.as_bytes(), reasons::REFUSED.failure());
            assert_eq!(told == reasons::FIREWALL.with_status(403), page, "{body}");
        }
    }

    #[test]
    fn a_warning_of_php_before_an_answer_is_no_page() {
        let odd = reasons::INVALID_ANSWER.because("no JSON");
        for (body, page) in [
            ("<br />\n<b>Warning</b>: Undefined index{\"status\":\"success\"}", false),
            ("Fatal error", false),
            ("<!doctype HTML><html lang=pt-BR>", true),
            ("\u{feff}\r\n<HTML>", true),
        ] {
            let told = instead_of_answer(body.as_bytes(), odd.clone());
            assert_eq!(told == reasons::FIREWALL.with_status(200), page, "{body}");
        }
        let refused = instead_of_answer(b"<html>", reasons::REFUSED.failure());
        assert_eq!(refused, reasons::REFUSED.failure(), "what was read is believed");
    }
}
