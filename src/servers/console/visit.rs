//! Who visits a page, in which language, and what he may do: checks on each request.
//!
//! ```text
//! no password set      pages are read-only, and answer to names of this machine only (DNS rebinding)
//! password set         a page needs a session, a change also its form's secret and a visit within 30 min
//! a change             POST whose Origin is the page's own
//! ```

use std::time::Instant;

use hyper::header::{ACCEPT_LANGUAGE, COOKIE, HOST, HeaderMap, HeaderName, ORIGIN};
use subtle::ConstantTimeEq;

use crate::runtime::language::Language;
use crate::servers::form::values;
use crate::servers::http::HttpRequest;

use super::Console;
use super::sessions::{Session, SessionUse};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The cookie of a session. Its prefix makes browsers refuse it from another host or without encryption.
pub(super) const COOKIE_NAME: &str = "__Host-bina";

/// One request of a person.
pub struct Visit<'a> {
    pub(super) request: &'a HttpRequest<'a>,
    pub(super) language: Language,
    /// The session, if one is open.
    pub(super) session: Option<Session>,
    /// Whether the console has a password, so that one can log in.
    pub(super) has_password: bool,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VisitDenial {
    /// The name of the host is not one of this machine.
    Host,
    /// The request does not come from a page of the console.
    Origin,
    /// The form is not one of this session.
    Form,
    /// One has to log in.
    Login,
    /// Without a password nobody changes anything.
    ReadOnly,
}

impl<'a> Visit<'a> {
    /// The visit of a request.
    pub(super) fn new(console: &Console, request: &'a HttpRequest<'a>) -> Self {
        let accepted = text(request.headers, &ACCEPT_LANGUAGE).unwrap_or_default();
        let id = cookie(request.headers);
        let session = id.and_then(|id| {
            console.sessions.find(id, session_use(request.endpoint), request.accepted)
        });
        let has_password = console.parts.settings.password.is_some();
        Self { request, language: Language::accepted(accepted), session, has_password }
    }

    /// Whether the visitor may see the pages.
    pub(super) fn read(&self) -> Result<(), VisitDenial> {
        if !self.has_password && !is_own_host(self.request.headers) {
            return Err(VisitDenial::Host);
        }
        if self.has_password && self.session.is_none() { Err(VisitDenial::Login) } else { Ok(()) }
    }

    /// Whether the visitor may change something by the form that he has sent.
    pub(super) fn act(&self) -> Result<&Session, VisitDenial> {
        self.require_own_page()?;
        if !self.has_password {
            return Err(VisitDenial::ReadOnly);
        }
        let session = self.session.as_ref().filter(|session| session.may_act);
        let session = session.ok_or(VisitDenial::Login)?;
        let [csrf] = values(self.request.fields(), ["csrf"]);
        let is_own = csrf.typed().as_bytes().ct_eq(session.csrf.as_bytes());
        if bool::from(is_own) { Ok(session) } else { Err(VisitDenial::Form) }
    }

    /// Whether a page of this host has sent the request. Browsers send `Origin` with each form by POST.
    pub(super) fn require_own_page(&self) -> Result<(), VisitDenial> {
        let headers = self.request.headers;
        let host = text(headers, &HOST).ok_or(VisitDenial::Origin)?;
        let origin = text(headers, &ORIGIN).and_then(|origin| origin.split_once("://"));
        let is_own = origin.is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
        // Without encryption, Chromium sends no Sec-Fetch-Site to other names than loopback's.
        let site = text(headers, &FETCH_SITE);
        let is_same_site = site.is_none_or(|site| site == "same-origin");
        if is_own && is_same_site { Ok(()) } else { Err(VisitDenial::Origin) }
    }

    /// Whether a page elsewhere has made the browser send the request, as far as the browser says.
    pub(super) fn is_from_elsewhere(&self) -> bool {
        let site = text(self.request.headers, &FETCH_SITE);
        site.is_some_and(|site| site != "same-origin" && site != "none")
    }

    /// Whether a cookie that needs encryption reaches the browser: behind TLS, or on this machine.
    pub(super) fn is_private(&self) -> bool {
        self.request.is_encrypted || is_own_host(self.request.headers)
    }

    /// The fields of the form or the query, as they were typed; empty where they are missing.
    pub(super) fn fields<const N: usize>(&self, names: [&str; N]) -> [String; N] {
        values(self.request.fields(), names).map(|value| value.typed().trim().to_owned())
    }
}

/// Who is behind a request to `endpoint`: an open page loads files, names and streams without anybody there.
fn session_use(endpoint: &str) -> SessionUse {
    let is_file = matches!(endpoint, "/arquivos/" | "/favicon.ico" | "/audios/");
    if is_file || endpoint == "/alertas/nomes" || endpoint.starts_with("/ao-vivo/") {
        SessionUse::Browser
    } else {
        SessionUse::Person
    }
}

/// Ends the session of a request.
pub(super) fn end_session(console: &Console, request: &HttpRequest<'_>) {
    if let Some(id) = cookie(request.headers) {
        console.sessions.end(id);
    }
}

/// Opens a session; returns the header `Set-Cookie`.
pub(super) fn open_session(console: &Console, who: String, now: Instant) -> Option<String> {
    let id = console.sessions.open(who, now)?;
    Some(format!("{COOKIE_NAME}={id}; Path=/; Secure; HttpOnly; SameSite=Strict"))
}

/// The one value of a header, if it is text.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()
}

/// The id of the session in the cookies.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}

/// Whether the request names this machine. A page elsewhere can have its own name resolve to loopback, but a
/// browser then still sends that name.
fn is_own_host(headers: &HeaderMap) -> bool {
    let Some(host) = text(headers, &HOST) else { return false };
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_loopback = name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    is_loopback || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for (host, is_own) in [
            ("127.0.0.1:8575", true),
            ("127.8.8.8", true),
            ("[::1]:8575", true),
            ("LocalHost:8575", true),
            ("localhost.example:8575", false),
            ("127.0.0.1.example", false),
            ("pbx.lan:8575", false),
            ("192.168.0.7:8575", false),
            ("[fe80::1]:8575", false),
            ("", false),
        ] {
            assert_eq!(is_own_host(&headers(&[(HOST, host)])), is_own, "{host}");
        }
        assert!(!is_own_host(&HeaderMap::new()));
        assert!(!is_own_host(&headers(&[(HOST, "localhost"), (HOST, "evil.example")])));
    }

    #[test]
    fn the_id_is_that_of_its_cookie() {
        for (cookies, id) in [
            ("__Host-bina=0a1b", Some("0a1b")),
            ("a=b; __Host-bina=0a1b; c=d", Some("0a1b")),
            ("__Host-binary=0a1b", None),
            ("x__Host-bina=0a1b", None),
            ("", None),
        ] {
            assert_eq!(cookie(&headers(&[(COOKIE, cookies)])), id, "{cookies}");
        }
    }
}
