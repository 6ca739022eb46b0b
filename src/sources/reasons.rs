//! The table of the reasons for which a source does not answer.
//!
//! Each row has its label, kind, text and remedy, and is written once, here. Metrics begin with
//! each label at zero, and `docs/` explains each of them.

use std::time::Duration;

use crate::domain::failure::{Failure, FailureKind, Reason};

use FailureKind::{AboutThisKey, Bug, NotQueried, Upstream};

/// How long a key is not queried again when it may be why the source failed: longer than a redial
/// takes, shorter than a caller waits before calling again.
const KEY_REST: Duration = Duration::from_secs(3);
/// The same for a key with which every token is refused: each try costs a new one.
const REFUSED_REST: Duration = Duration::from_secs(30);

/// HubSoft failed too often; it is not queried for a while.
pub static BREAKER_OPEN: Reason = Reason::new(
    "breaker_open",
    NotQueried,
    "circuit breaker open: HubSoft failed too often, and lookups are suspended for a moment",
    "see the failures before",
);
/// The connection broke before an answer came.
pub static BROKEN: Reason = Reason::new("broken", Upstream, "the connection to HubSoft broke", "");
/// Too many lookups are under way already; this one was not started.
pub static BUSY: Reason = Reason::new(
    "busy",
    NotQueried,
    "too many lookups under way",
    "HubSoft is slow, or raise lookup.flights_max",
);
/// No connection: refused, unreachable, name not found, or not within the connect limit.
pub static CONNECT: Reason = Reason::new(
    "connect",
    Upstream,
    "cannot connect to HubSoft",
    "check hubsoft.base_url, DNS and the network",
);
/// The call's own deadline came first; the lookup goes on and feeds the cache.
pub static DEADLINE: Reason =
    Reason::new("deadline", Upstream, "HubSoft did not answer within the call's deadline", "");
/// A page of HTML came instead of HubSoft's answer.
pub static FIREWALL: Reason = Reason::new(
    "firewall",
    Upstream,
    "a firewall's or web server's page came, not HubSoft's answer (HTTP {})",
    "check hubsoft.base_url, and have this machine's address allowed",
);
/// The answer has more headers, or longer ones, than are read.
pub static HEAD_TOO_LARGE: Reason = Reason::new(
    "too_large",
    Upstream,
    "HubSoft's answer has more than 100 headers, or too long ones",
    "see what the web server or proxy before it adds",
);
/// The answer is not what the API's page describes.
pub static INVALID_ANSWER: Reason = Reason::new(
    "invalid_answer",
    AboutThisKey,
    "HubSoft's answer cannot be used ({})",
    "check hubsoft.base_url",
)
.resting(KEY_REST);
/// More customers match the number than HubSoft lists, and none of those listed has it.
pub static LIST_FULL: Reason = Reason::new(
    "list_full",
    AboutThisKey,
    "HubSoft found more customers than it lists, and the caller may be one of the others",
    "write the customers' numbers there as digits with area code",
)
.resting(KEY_REST);
/// There is no token, and it is too soon to request one again.
pub static NO_TOKEN: Reason = Reason::new(
    "no_token",
    NotQueried,
    "there is no token, as the last request for one failed a moment ago",
    "see the failure before",
);
/// A bug; the call was answered all the same.
pub static PANIC: Reason =
    Reason::new("panic", Bug, "the lookup panicked", "please report this as a bug of bina");
/// HubSoft asked for a pause, which is not over.
pub static PAUSED: Reason =
    Reason::new("paused", NotQueried, "HubSoft asked for a pause, which is not over", "");
/// HubSoft points to another address, which is never followed: it would receive the token.
pub static REDIRECT: Reason = Reason::new(
    "redirect",
    Upstream,
    "HubSoft redirects (HTTP {})",
    "write the final address in hubsoft.base_url",
);
/// HubSoft understood and refused (`status` is not success).
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
/// HTTP 408: HubSoft waited for the request.
pub static SERVER_TIMEOUT: Reason =
    Reason::new("server", Upstream, "HubSoft answered HTTP {}", "check hubsoft.base_url")
        .resting(KEY_REST);
/// An HTTP error without a meaning of its own. Some versions answer 404 or 422 for a number that no
/// customer has; which do is not known.
pub static SERVER_REJECTS: Reason =
    Reason::new("server", AboutThisKey, "HubSoft answered HTTP {}", "check hubsoft.base_url")
        .resting(KEY_REST);
/// Its slot within `limiter.rate` would have come after the call's deadline.
pub static SHED: Reason = Reason::new(
    "shed",
    NotQueried,
    "more calls than limiter.rate allows to look up: this one was not looked up",
    "",
);
/// Too many requests; the failure has the pause HubSoft asked for, if it named one.
pub static THROTTLED: Reason =
    Reason::new("throttled", Upstream, "HubSoft limits our requests (HTTP 429)", "");
/// The request took longer than the client's own limit.
pub static TIMEOUT: Reason = Reason::new(
    "timeout",
    Upstream,
    "HubSoft did not answer within hubsoft.attempt_ms",
    "contact HubSoft's support",
);
/// There is no TLS connection that can be trusted; the detail names cause and remedy.
pub static TLS: Reason =
    Reason::new("tls", Upstream, "no trusted TLS connection to HubSoft: {}", "");
/// The token was refused: wrong client or user, or the account is locked.
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
/// A lookup with a new token was refused.
pub static UNAUTHORIZED: Reason = Reason::new(
    "unauthorized",
    Upstream,
    "HubSoft refuses a token it has just issued",
    "check the permissions of hubsoft.username",
)
.resting(REFUSED_REST);
/// Maintenance (HTTP 503); the failure has the pause HubSoft asked for, if it named one.
pub static UNAVAILABLE: Reason =
    Reason::new("unavailable", Upstream, "HubSoft is under maintenance (HTTP 503)", "");
/// The source has no look-up by such a key.
pub static UNSUPPORTED: Reason = Reason::new(
    "unsupported",
    NotQueried,
    "the source has no look-up by such a key",
    "please report this as a bug of bina",
);

/// Every reason.
pub static REASONS: [&Reason; 26] = [
    &BREAKER_OPEN,
    &BROKEN,
    &BUSY,
    &CONNECT,
    &DEADLINE,
    &FIREWALL,
    &HEAD_TOO_LARGE,
    &INVALID_ANSWER,
    &LIST_FULL,
    &NO_TOKEN,
    &PANIC,
    &PAUSED,
    &REDIRECT,
    &REFUSED,
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
    &UNSUPPORTED,
];

/// Every label, each once, so that metrics begin with each of them at zero.
pub fn labels() -> Vec<&'static str> {
    let mut labels: Vec<_> = REASONS.iter().map(|reason| reason.label).collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// The failure of an HTTP status that has no reason of its own.
pub fn of_status(status: u16) -> Failure {
    let reason = match status {
        408 => &SERVER_TIMEOUT,
        ..500 => &SERVER_REJECTS,
        _ => &SERVER_ERROR,
    };
    reason.with_status(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_with_one_label_have_their_own_texts_or_kinds() {
        for (at, one) in REASONS.iter().enumerate() {
            assert!(REASONS[..at].iter().all(|other| one != other), "{one:?} stands twice");
        }
    }

    #[test]
    fn every_text_is_lower_case_or_a_name_and_ends_without_a_stop() {
        for reason in REASONS {
            for text in [reason.text, reason.remedy].into_iter().filter(|text| !text.is_empty()) {
                assert!(!text.ends_with(['.', ':', ';']), "{text}");
                let begins_low = text.starts_with(|c: char| c.is_ascii_lowercase());
                assert!(begins_low || text.starts_with("HubSoft"), "{text}");
            }
        }
    }

    #[test]
    fn an_http_error_and_slowness_name_their_remedies() {
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
    fn only_the_source_itself_counts_against_it() {
        let kinds = [(400, AboutThisKey), (404, AboutThisKey), (408, Upstream), (500, Upstream)];
        for (status, kind) in kinds {
            assert_eq!(of_status(status).kind(), kind, "{status}");
        }
    }
}
