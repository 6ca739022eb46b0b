//! The table of the reasons why a source does not answer.
//!
//! Each row has a label, kind, text and remedy. Metrics start with each label at zero, and `docs/`
//! explains each of them.

use std::time::Duration;

use crate::domain::failure::{Failure, FailureKind, Reason};

use FailureKind::{AboutThisKey, Bug, NotQueried, Upstream};

/// How long a key is not queried again if it may be why the source failed: longer than a redial takes,
/// shorter than a caller waits before calling again.
const KEY_REST: Duration = Duration::from_secs(3);
/// The same for a key for which every token is refused: each attempt costs a new token.
const REFUSED_REST: Duration = Duration::from_secs(30);

/// HubSoft failed too often; it is not queried for a while.
pub static BREAKER_OPEN: Reason = Reason::new(
    "breaker_open",
    NotQueried,
    "circuit breaker open: HubSoft is failing, lookups are suspended for a moment",
    "see the preceding failures",
);
/// The connection broke before an answer came.
pub static BROKEN: Reason = Reason::new("broken", Upstream, "the connection to HubSoft broke", "");
/// Too many lookups are under way; this one was not started.
pub static BUSY: Reason = Reason::new(
    "busy",
    NotQueried,
    "too many lookups under way",
    "check whether HubSoft is slow, or raise lookup.flights_max",
);
/// No connection: refused, unreachable, name not found, or not within the connect limit.
pub static CONNECT: Reason = Reason::new(
    "connect",
    Upstream,
    "cannot connect to HubSoft",
    "check hubsoft.base_url, DNS and the network",
);
/// The deadline of the call passed; the lookup continues and fills the cache.
pub static DEADLINE: Reason =
    Reason::new("deadline", Upstream, "HubSoft did not answer within the call's deadline", "");
/// The response is an HTML page, not an answer of HubSoft.
pub static FIREWALL: Reason = Reason::new(
    "firewall",
    Upstream,
    "a firewall or web server answered instead of HubSoft (HTTP {})",
    "check hubsoft.base_url, and have the address of this machine allowed",
);
/// The response has too many headers, or headers that are too long.
pub static HEAD_TOO_LARGE: Reason = Reason::new(
    "too_large",
    Upstream,
    "HubSoft's answer has more than 100 headers, or headers that are too long",
    "check which headers the web server or proxy in front of it adds",
);
/// One caller, or one PBX, has tried too many documents or codes.
pub static IDENTIFY_LIMIT: Reason = Reason::new(
    "identify_limit",
    NotQueried,
    "too many documents or codes were tried",
    "if the callers are customers, raise identify.caller_tries or identify.client_tries",
);
/// The answer is not as the API documentation describes it.
pub static INVALID_ANSWER: Reason = Reason::new(
    "invalid_answer",
    AboutThisKey,
    "HubSoft's answer cannot be used ({})",
    "check hubsoft.base_url",
)
.resting(KEY_REST);
/// More customers match the number, document or code than HubSoft lists, and none of the listed ones has it.
pub static LIST_FULL: Reason = Reason::new(
    "list_full",
    AboutThisKey,
    "HubSoft found more customers than it lists, and the caller may be one of the others",
    "store the customers' numbers in HubSoft as digits with area code, and documents as digits",
)
.resting(KEY_REST);
/// There is no token, and it is too early to request one again.
pub static NO_TOKEN: Reason = Reason::new(
    "no_token",
    NotQueried,
    "no token: the last token request failed a moment ago",
    "see the preceding failure",
);
/// A bug; the call was still answered.
pub static PANIC: Reason =
    Reason::new("panic", Bug, "the lookup panicked", "please report this as a bug of bina");
/// HubSoft requested a pause that is not over.
pub static PAUSED: Reason =
    Reason::new("paused", NotQueried, "HubSoft requested a pause that is not over", "");
/// HubSoft does not let its API user read a list or a table; the detail says which.
pub static PERMISSION: Reason = Reason::new(
    "permission",
    AboutThisKey,
    "HubSoft does not let its API user read {}",
    "give the API user the permission for it in HubSoft",
);
/// HubSoft does not let its API user report calls at agents' telephones.
pub static SCREENS_FORBIDDEN: Reason = Reason::new(
    "permission",
    AboutThisKey,
    "HubSoft does not let its API user open pages on agents' screens",
    "give hubsoft.username the permission for pbx/ligacao/notificar and pbx/ligacao/cancelar in HubSoft",
);
/// HubSoft refused a report of a call (`status` is not success).
pub static SCREEN_REFUSED: Reason = Reason::new(
    "refused",
    AboutThisKey,
    "HubSoft refused the report of a call",
    "check that an agent in HubSoft has this extension",
);
/// HubSoft redirects to another address. Redirects are never followed, because the target would receive
/// the token.
pub static REDIRECT: Reason = Reason::new(
    "redirect",
    Upstream,
    "HubSoft redirects (HTTP {})",
    "write the final address in hubsoft.base_url",
);
/// HubSoft refused the request (`status` is not success).
pub static REFUSED: Reason = Reason::new(
    "refused",
    AboutThisKey,
    "HubSoft refused the lookup",
    "check the integration's permissions in HubSoft",
)
.resting(KEY_REST);
/// An HTTP error of HubSoft itself.
pub static SERVER_ERROR: Reason =
    Reason::new("server", Upstream, "HubSoft answered HTTP {}", "contact HubSoft's support")
        .resting(KEY_REST);
/// HTTP 408: HubSoft did not receive the request in time.
pub static SERVER_TIMEOUT: Reason =
    Reason::new("server", Upstream, "HubSoft answered HTTP {}", "check hubsoft.base_url")
        .resting(KEY_REST);
/// Another HTTP error. Some versions answer 404 or 422 for a number that is not found; it is unknown
/// which ones.
pub static SERVER_REJECTS: Reason =
    Reason::new("server", AboutThisKey, "HubSoft answered HTTP {}", "check hubsoft.base_url")
        .resting(KEY_REST);
/// Its slot within `limiter.rate` would be after the deadline of the call.
pub static SHED: Reason =
    Reason::new("shed", NotQueried, "lookup skipped: more calls than limiter.rate allows", "");
/// Too many requests; the failure has the pause that HubSoft requested, if any.
pub static THROTTLED: Reason =
    Reason::new("throttled", Upstream, "HubSoft limits our requests (HTTP 429)", "");
/// The request took longer than the client's own limit.
pub static TIMEOUT: Reason = Reason::new(
    "timeout",
    Upstream,
    "HubSoft did not answer within hubsoft.attempt_ms",
    "contact HubSoft's support",
);
/// There is no trusted TLS connection; the detail has the cause and the remedy.
pub static TLS: Reason =
    Reason::new("tls", Upstream, "no trusted TLS connection to HubSoft: {}", "");
/// HubSoft refused the credentials: wrong client or user, or the account is locked.
pub static TOKEN: Reason = Reason::new(
    "token",
    Upstream,
    "token refused",
    "check hubsoft.client_id, client_secret, username and password",
);
/// The body is longer than the limit.
pub static TOO_LARGE: Reason = Reason::new(
    "too_large",
    AboutThisKey,
    "HubSoft's answer is longer than hubsoft.body_bytes_max",
    "",
)
.resting(KEY_REST);
/// HubSoft refused a lookup with a new token.
pub static UNAUTHORIZED: Reason = Reason::new(
    "unauthorized",
    Upstream,
    "HubSoft refuses a token it has just issued",
    "check the permissions of hubsoft.username",
)
.resting(REFUSED_REST);
/// Maintenance (HTTP 503); the failure has the pause that HubSoft requested, if any.
pub static UNAVAILABLE: Reason =
    Reason::new("unavailable", Upstream, "HubSoft is under maintenance (HTTP 503)", "");
/// Every reason.
pub static REASONS: [&Reason; 29] = [
    &BREAKER_OPEN,
    &BROKEN,
    &BUSY,
    &CONNECT,
    &DEADLINE,
    &FIREWALL,
    &HEAD_TOO_LARGE,
    &IDENTIFY_LIMIT,
    &INVALID_ANSWER,
    &LIST_FULL,
    &NO_TOKEN,
    &PANIC,
    &PAUSED,
    &PERMISSION,
    &REDIRECT,
    &REFUSED,
    &SCREENS_FORBIDDEN,
    &SCREEN_REFUSED,
    &SERVER_ERROR,
    &SERVER_REJECTS,
    &SERVER_TIMEOUT,
    &SHED,
    &THROTTLED,
    &TIMEOUT,
    &TLS,
    &TOKEN,
    &TOO_LARGE,
    &UNAUTHORIZED,
    &UNAVAILABLE,
];

/// Returns the distinct labels, so that metrics start with each of them at zero.
pub fn labels() -> Vec<&'static str> {
    let mut labels: Vec<_> = REASONS.iter().map(|reason| reason.label).collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// Returns the failure for an HTTP status without a reason of its own.
pub fn of_status(status: u16) -> Failure {
    let reason = match status {
        408 => &SERVER_TIMEOUT,
        ..500 => &SERVER_REJECTS,
        _ => &SERVER_ERROR,
    };
    reason.with_status(status)
}

/// Which credentials HubSoft refuses, where its answer says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedCredentials {
    /// `client_id` or `client_secret`.
    Client,
    /// `username` or `password`.
    User,
}

impl RefusedCredentials {
    const CLIENT: &str = "client";
    const USER: &str = "user";

    /// The refusal of a token request because of these credentials.
    pub const fn failure(self) -> Failure {
        TOKEN.because(match self {
            Self::Client => Self::CLIENT,
            Self::User => Self::USER,
        })
    }

    /// What `failure` says was refused.
    pub fn of(failure: &Failure) -> Option<Self> {
        match failure.detail() {
            Self::CLIENT if failure.is(&TOKEN) => Some(Self::Client),
            Self::USER if failure.is(&TOKEN) => Some(Self::User),
            _ => None,
        }
    }
}

/// Returns whether HubSoft does not allow what was requested. A firewall's 403 says nothing about it.
pub fn is_no_permission(failure: &Failure) -> bool {
    let is_named = failure.is_any(&[&PERMISSION, &SCREENS_FORBIDDEN, &UNAUTHORIZED]);
    is_named || (matches!(failure.status(), Some(401 | 403)) && !failure.is(&FIREWALL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_with_one_label_have_their_own_texts_or_kinds() {
        for (at, one) in REASONS.iter().enumerate() {
            assert!(REASONS[..at].iter().all(|other| one != other), "{one:?} is a duplicate");
        }
    }

    #[test]
    fn every_text_starts_in_lower_case_or_with_a_name_and_has_no_full_stop() {
        for reason in REASONS {
            for text in [reason.text, reason.remedy].into_iter().filter(|text| !text.is_empty()) {
                assert!(!text.ends_with(['.', ':', ';']), "{text}");
                let begins_low = text.starts_with(|c: char| c.is_ascii_lowercase());
                assert!(begins_low || text.starts_with("HubSoft"), "{text}");
            }
        }
    }

    #[test]
    fn http_errors_and_timeouts_name_their_remedies() {
        for (failure, remedy) in [
            (of_status(404), ": check hubsoft.base_url"),
            (of_status(410), ": check hubsoft.base_url"),
            (of_status(500), ": contact HubSoft's support"),
            (of_status(502), ": contact HubSoft's support"),
            (TIMEOUT.failure(), ": contact HubSoft's support"),
        ] {
            assert!(failure.to_string().ends_with(remedy), "{failure}");
        }
    }

    #[test]
    fn a_refusal_says_which_credentials_it_is_about() {
        for refused in [RefusedCredentials::Client, RefusedCredentials::User] {
            assert_eq!(RefusedCredentials::of(&refused.failure()), Some(refused));
            assert_eq!(refused.failure().to_string(), TOKEN.failure().to_string());
        }
        assert_eq!(RefusedCredentials::of(&TOKEN.failure()), None);
        assert_eq!(RefusedCredentials::of(&PERMISSION.because("user")), None);
    }

    #[test]
    fn a_firewall_is_no_missing_permission() {
        assert!(is_no_permission(&of_status(403)) && is_no_permission(&of_status(401)));
        assert!(is_no_permission(&PERMISSION.because("alerts")));
        assert!(is_no_permission(&UNAUTHORIZED.failure()));
        assert!(!is_no_permission(&FIREWALL.with_status(403)));
        assert!(!is_no_permission(&of_status(404)));
    }

    #[test]
    fn client_errors_are_about_the_key_and_server_errors_are_upstream() {
        let kinds = [(400, AboutThisKey), (404, AboutThisKey), (408, Upstream), (500, Upstream)];
        for (status, kind) in kinds {
            assert_eq!(of_status(status).kind(), kind, "{status}");
        }
    }
}
