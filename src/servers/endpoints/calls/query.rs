//! Parses a call from the query of an endpoint with the parameter `caller`.

use crate::domain::call::{Call, Did};
use crate::servers::form::{FormValue, identification, number, stated_trunk, values};
use crate::servers::http::HttpRequest;

use super::NoCall;

/// Parses a call from the query of `request`.
pub(super) fn query_call(request: &HttpRequest<'_>, _: &str) -> Result<Call, NoCall> {
    let keys = ["caller", "did", "deadline_ms", "trunk", "documento", "codigo"];
    let [presented, called, timeout, trunk, document, code] = values(request.fields(), keys);
    let identification = identification(document, code);
    Ok(Call { identification, ..call(request, [presented, called, timeout, trunk])? })
}

/// Parses a call without what its caller may have typed.
pub(super) fn numbered_call(request: &HttpRequest<'_>, _: &str) -> Result<Call, NoCall> {
    call(request, values(request.fields(), ["caller", "did", "deadline_ms", "trunk"]))
}

fn call(
    request: &HttpRequest<'_>,
    [presented, called, timeout, trunk]: [FormValue<'_>; 4],
) -> Result<Call, NoCall> {
    let caller = match presented {
        FormValue::Absent => return Err(NoCall::CallerMissing),
        FormValue::One(raw) => Some(number(raw).ok_or(NoCall::Percent)?.into_owned()),
        FormValue::Repeated => None,
    };
    let did = match called.one() {
        Some(raw) => Did::new(&number(raw).ok_or(NoCall::Percent)?),
        None => None,
    };
    Ok(Call {
        did,
        trunk: stated_trunk(trunk),
        client: Some(request.client),
        timeout: timeout.millis(),
        ..Call::of(caller, request.endpoint, request.accepted)
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use hyper::header::HeaderMap;

    use super::*;

    fn parsed(query: &str) -> Result<Call, NoCall> {
        let request = HttpRequest {
            endpoint: "/asterisk",
            rest: "",
            method: "GET",
            query,
            headers: &HeaderMap::new(),
            body: None,
            client: std::net::Ipv4Addr::LOCALHOST.into(),
            is_encrypted: false,
            accepted: Instant::now(),
        };
        query_call(&request, "")
    }

    fn caller(query: &str) -> Option<String> {
        parsed(query).expect("a good request").caller
    }

    #[test]
    fn the_caller_is_decoded_once_and_keeps_its_plus() {
        assert_eq!(caller("caller=%2B5537988242968").as_deref(), Some("+5537988242968"));
        assert_eq!(caller("did=1&caller=+5537988242968&x").as_deref(), Some("+5537988242968"));
        assert_eq!(caller("caller=").as_deref(), Some(""));
    }

    #[test]
    fn a_plus_between_digits_is_a_space() {
        assert_eq!(caller("caller=37+98824+2968").as_deref(), Some("37 98824 2968"));
        let called = parsed("caller=&did=%2837%29+3222-1234").expect("a good request").did;
        assert_eq!(called, Did::new("3732221234"));
    }

    #[test]
    fn a_repeated_caller_is_none() {
        assert_eq!(caller("caller=37988242968&caller=37999450812"), None);
        assert_eq!(caller("caller=37988242968&%63aller=37999450812"), None);
    }

    #[test]
    fn a_request_without_caller_is_rejected() {
        assert_eq!(parsed("").expect_err("no caller"), NoCall::CallerMissing);
        assert_eq!(parsed("Caller=1").expect_err("no caller"), NoCall::CallerMissing);
        assert_eq!(parsed("caller=%zz").expect_err("broken"), NoCall::Percent);
        assert_eq!(parsed("caller=1&did=%").expect_err("broken"), NoCall::Percent);
    }

    #[test]
    fn a_deadline_is_read_or_ignored() {
        let timeout = |query: &str| parsed(query).expect("a good request").timeout;
        assert_eq!(timeout("caller=1&deadline_ms=300"), Some(Duration::from_millis(300)));
        assert_eq!(timeout("caller=1&deadline_ms=%33%30%30"), Some(Duration::from_millis(300)));
        for odd in [
            "deadline_ms=",
            "deadline_ms=+300",
            "deadline_ms=x",
            "deadline_ms=-1",
            "deadline_ms=1e3",
            "",
        ] {
            assert_eq!(timeout(&format!("caller=1&{odd}")), None, "{odd}");
        }
    }
}
