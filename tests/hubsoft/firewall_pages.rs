//! A page of a firewall or web server before HubSoft is not taken for HubSoft's answer.

use std::time::{Duration, Instant};

use bina::simulator::{Fault, Sim, customer};
use bina::sources::reasons;
use bina::sources::shared_request::Partial;
use bina::sources::source::Source;

use super::{LANDLINE, PHONE, client, key, soon};

const BLOCKED: &str = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title>\
     </head><body>Sorry, you have been blocked</body></html>";
const NGINX: &str = "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 \
     Forbidden</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

fn page(status: u16, body: &str) -> Fault {
    let kind = if body.starts_with('<') { "text/html; charset=UTF-8" } else { "text/plain" };
    let headers = vec![("Content-Type".to_owned(), kind.to_owned())];
    Fault::Answer { status, headers, body: body.as_bytes().to_owned() }
}

#[tokio::test]
async fn a_firewalls_page_is_named_for_token_and_lookup() {
    let long = format!("<html>{}</html>", "Request blocked. ".repeat(10_000));
    for (status, body) in [
        (200, BLOCKED),
        (400, NGINX),
        (401, NGINX),
        (403, BLOCKED),
        (403, NGINX),
        (403, "error code: 1020"),
        (403, &long),
        (406, "<html><head><title>Not Acceptable!</title></head>Mod_Security</html>"),
        (503, "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"),
    ] {
        let sim = Sim::start(vec![customer(1, "ANA", LANDLINE)]).await.expect("loopback");
        sim.set_lookup_fault(page(status, body));
        let client = client(&sim, "");
        let failure =
            client.fetch(&key(LANDLINE), soon(), Partial::ignored()).await.expect_err(body);
        assert_eq!(failure, reasons::FIREWALL.with_status(status), "{body:.60}");
        assert_eq!((sim.token_requests(), sim.lookups()), (1, 1), "its token is as good as before");

        let sim = Sim::start(vec![]).await.expect("loopback");
        sim.set_token_fault(page(status, body));
        let failure = super::client(&sim, "").warm().await.expect_err(body);
        assert_eq!(failure, reasons::FIREWALL.with_status(status), "{body:.60}");
        let text = failure.to_string();
        assert!(text.contains("a firewall or web server answered instead of HubSoft"));
        assert!(!text.contains("client_id"), "{text}");
    }
}

#[tokio::test]
async fn a_firewalls_page_does_not_mean_wrong_credentials() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    sim.set_token_fault(page(403, BLOCKED));
    let client = client(&sim, "");
    let start = Instant::now();
    assert_eq!(client.warm().await, Err(reasons::FIREWALL.with_status(403)));
    sim.set_token_fault(Fault::Normal);
    while client.warm().await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(2), "{took:?}");
    client.fetch(&key(PHONE), soon(), Partial::ignored()).await.expect("found");
}

#[tokio::test]
async fn refusals_of_hubsoft_itself_keep_their_labels() {
    for (status, body, headers, expected) in [
        (403, r#"{"message":"This action is unauthorized."}"#, vec![], reasons::REFUSED.failure()),
        (403, "", vec![], reasons::REFUSED.failure()),
        (404, NGINX, vec![], reasons::of_status(404)),
        (502, NGINX, vec![], reasons::of_status(502)),
        (
            503,
            "<!DOCTYPE html><html><head><title>Service Unavailable</title></head></html>",
            vec![],
            reasons::UNAVAILABLE.retry_after(None),
        ),
        (
            503,
            NGINX,
            vec![("Retry-After".to_owned(), "60".to_owned())],
            reasons::UNAVAILABLE.retry_after(Some(Duration::from_secs(60))),
        ),
    ] {
        let sim = Sim::start(vec![]).await.expect("loopback");
        sim.set_lookup_fault(Fault::Answer { status, headers, body: body.as_bytes().to_owned() });
        let failure = client(&sim, "").fetch(&key(PHONE), soon(), Partial::ignored()).await;
        assert_eq!(failure.expect_err(body), expected, "{status} {body}");
    }
}

#[tokio::test]
async fn too_many_headers_are_not_reported_as_a_large_body() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let header = |at| (format!("X-Filler-{at}"), "1".to_owned());
    let headers = (0..101).map(header).collect();
    let body = br#"{"status":"success","clientes":[]}"#.to_vec();
    sim.set_lookup_fault(Fault::Answer { status: 200, headers, body });
    let failure = client(&sim, "")
        .fetch(&key(PHONE), soon(), Partial::ignored())
        .await
        .expect_err("too many");
    assert_eq!((&failure, failure.label()), (&reasons::HEAD_TOO_LARGE.failure(), "too_large"));
    assert!(failure.to_string().contains("more than 100 headers"), "{failure}");
    assert!(!failure.to_string().contains("body_bytes_max"), "{failure}");
}

#[tokio::test]
async fn a_token_invalid_in_a_header_is_reported() {
    for token in ["abc\\ndef", "abc\\r\\nX-Evil: 1", "abc\\u0000", "abc\\u007f"] {
        let sim = Sim::start(vec![]).await.expect("loopback");
        let body = format!(r#"{{"access_token":"{token}","expires_in":3600}}"#).into_bytes();
        sim.set_token_fault(Fault::Answer { status: 200, headers: vec![], body });
        let text = client(&sim, "").warm().await.expect_err(token).to_string();
        assert!(text.contains("its access token has a line break, or another character"), "{text}");
        assert!(!text.contains("abc"), "{text}");
        assert_eq!(sim.lookups(), 0);
    }
}
