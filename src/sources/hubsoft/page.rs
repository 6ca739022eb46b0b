//! Distinguishes pages of firewalls and web servers from answers of HubSoft, by their first bytes.

use crate::domain::failure::Failure;
use crate::sources::reasons;

/// Returns whether firewalls and web servers send pages of their own with this status. For 404 and other
/// 5xx the status is sufficient, and a 429 is a limit, whoever has set it.
pub(super) fn may_be_page(status: u16) -> bool {
    matches!(status, 400 | 401 | 403 | 405 | 406 | 418 | 451 | 503 | 511)
}

/// Returns `FIREWALL` if the body that begins with `start` is a page, else `failure`.
pub(super) fn instead_of(status: u16, start: &[u8], failure: Failure) -> Failure {
    let text = readable(start);
    // Cloudflare sends programs only `error code: 1020`.
    let is_json = text.is_empty() || text.starts_with(['{', '[', '"']);
    if is_json || is_maintenance(&text) { failure } else { reasons::FIREWALL.with_status(status) }
}

/// Returns `FIREWALL` if the body of a 200 is a page, else `failure`.
pub(super) fn instead_of_answer(body: &[u8], failure: Failure) -> Failure {
    /// Maximum bytes examined; a byte order mark and empty lines may precede the first tag.
    const START_BYTES: usize = 256;
    let text = readable(&body[..body.len().min(START_BYTES)]);
    // PHP writes `<br />` and `<b>Warning</b>` before its answer.
    let is_page = text.starts_with('<') && !text.starts_with("<br") && !text.starts_with("<b>");
    if is_page && failure.is(&reasons::INVALID_ANSWER) {
        return reasons::FIREWALL.with_status(200);
    }
    failure
}

/// Returns whether it is the maintenance page of the HubSoft framework.
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
            let failure = instead_of(403, body.as_bytes(), reasons::REFUSED.failure());
            assert_eq!(failure == reasons::FIREWALL.with_status(403), page, "{body}");
        }
    }

    #[test]
    fn a_php_warning_before_an_answer_is_not_a_page() {
        let invalid = reasons::INVALID_ANSWER.because("not JSON");
        for (body, page) in [
            ("<br />\n<b>Warning</b>: Undefined index{\"status\":\"success\"}", false),
            ("Fatal error", false),
            ("<!doctype HTML><html lang=pt-BR>", true),
            ("\u{feff}\r\n<HTML>", true),
        ] {
            let failure = instead_of_answer(body.as_bytes(), invalid.clone());
            assert_eq!(failure == reasons::FIREWALL.with_status(200), page, "{body}");
        }
        let refused = instead_of_answer(b"<html>", reasons::REFUSED.failure());
        assert_eq!(refused, reasons::REFUSED.failure(), "a parsed answer is accepted");
    }
}
