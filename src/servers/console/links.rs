//! The links between pages.

use crate::runtime::language::Text;

use super::texts;

/// The links of each page, in order.
pub(super) const LINKS: [(&str, Text); 7] = [
    ("/", texts::NOW),
    ("/testar", texts::TEST_NUMBER),
    ("/texto", texts::TEST_TEXT),
    ("/chamadas", texts::CALLS),
    ("/alertas", texts::ALERTS),
    ("/relatorio", texts::REPORT),
    ("/regras", texts::RULES),
];

/// The page that asks for the password, and goes on to the page that was asked for.
pub(super) fn login_path(path: &str, query: &str) -> String {
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/entrar?para={}", encoded(&format!("{path}{mark}{query}")))
}

/// Where to go after the login: to the page that was asked for, if it is one of ours.
pub(super) fn after_login(asked: &str) -> &str {
    let path = asked.split('?').next().unwrap_or_default();
    if LINKS.iter().any(|(link, _)| *link == path) { asked } else { "/" }
}

/// A value of a query.
pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
