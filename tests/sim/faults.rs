//! Each fault, on the wire.

use std::io;
use std::time::{Duration, Instant, UNIX_EPOCH};

use bina::simulator::{CANARY_TRACE, Fault, RetryAfter};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::client::{
    Client, SILENCE, account, by_phone, client_with, get, reply_in, start, token, token_request,
};

// ------------ Faults that are one whole reply ---------------------------------------------------

#[tokio::test]
async fn a_literal_answer_is_sent_as_given() {
    let headers = vec![("X-Own".to_owned(), "1".to_owned())];
    let reply = reply_in(Fault::Answer { status: 418, headers, body: b"\xff\x00".to_vec() }).await;
    assert_eq!((reply.status, reply.body.as_slice()), (418, &b"\xff\x00"[..]));
    assert_eq!((reply.header("X-Own"), reply.header("Server")), (Some("1"), None));
}

#[tokio::test]
async fn a_literal_answer_may_have_a_wrong_length() {
    let headers = vec![("content-length".to_owned(), "9".to_owned())];
    let (_sim, mut client) =
        client_with(Fault::Answer { status: 200, headers, body: vec![b'x'] }).await;
    let (_, head) = client.head().await;
    assert_eq!(head, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n");
    assert!(timeout(SILENCE, client.rest()).await.is_err());
    assert_eq!(client.unread, b"x");
}

#[tokio::test]
async fn bad_json_is_a_200_that_does_not_parse() {
    let reply = reply_in(Fault::BadJson).await;
    assert_eq!((reply.status, reply.header("Content-Type")), (200, Some("application/json")));
    assert!(serde_json::from_slice::<Value>(&reply.body).is_err());
}

#[tokio::test]
async fn empty_is_a_200_without_a_body() {
    let reply = reply_in(Fault::Empty).await;
    assert_eq!((reply.status, reply.body.len()), (200, 0));
}

#[tokio::test]
async fn html_is_a_200_with_a_login_page() {
    let reply = reply_in(Fault::Html).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("Content-Type"), Some("text/html; charset=UTF-8"));
    assert!(reply.body.starts_with(b"<!DOCTYPE html>"));
}

#[tokio::test]
async fn a_redirect_names_its_target() {
    let to = "http://127.0.0.2:9/x".to_owned();
    let reply = reply_in(Fault::Redirect { to: to.clone(), status: 307 }).await;
    assert_eq!((reply.status, reply.header("Location")), (307, Some(to.as_str())));
}

#[tokio::test]
async fn a_server_error_is_laravels() {
    let reply = reply_in(Fault::ServerError).await;
    assert_eq!((reply.status, reply.body.as_slice()), (500, &br#"{"message":"Server Error"}"#[..]));
}

#[tokio::test]
async fn a_status_error_and_a_trace_come_with_status_200() {
    for (fault, key) in [(Fault::StatusError, "errors"), (Fault::Trace, "trace")] {
        let reply = reply_in(fault).await;
        let json = reply.json();
        assert_eq!((reply.status, &json["status"]), (200, &json!("error")));
        assert!(json["msg"].is_string() && json[key].is_array());
        let planted = String::from_utf8(reply.body).unwrap().contains(CANARY_TRACE);
        assert_eq!(planted, key == "trace");
    }
}

#[tokio::test]
async fn each_form_of_throttling_has_its_retry_time() {
    let when = UNIX_EPOCH + Duration::from_secs(784_111_777);
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (retry_after, header, body, expected) in [
        (RetryAfter::Body(7), None, Some(7), None),
        (RetryAfter::Date(when), Some(date), None, None),
        (RetryAfter::Later(7), Some("Sun, 06 Nov 1994 08:49:44 GMT"), None, Some(date)),
        (RetryAfter::Never, None, None, None),
        (RetryAfter::Seconds(7), Some("7"), None, None),
    ] {
        let reply = reply_in(Fault::Throttled { retry_after }).await;
        assert_eq!((reply.status, reply.header("Retry-After")), (429, header));
        assert_eq!((reply.json()["retry_after"].as_u64(), reply.header("Date")), (body, expected));
    }
}

#[tokio::test]
async fn unavailable_is_a_page_with_a_retry_after() {
    let reply = reply_in(Fault::Unavailable).await;
    assert_eq!((reply.status, reply.header("Retry-After")), (503, Some("60")));
    assert!(reply.body.starts_with(b"<!DOCTYPE html>"));
}

#[tokio::test]
async fn wrong_types_are_a_success_without_a_list() {
    let reply = reply_in(Fault::WrongTypes).await.json();
    assert_eq!(reply["status"], "success");
    assert!(reply["clientes"].is_string());
}

// ------------ Which requests a fault affects ---------------------------------------------------

#[tokio::test]
async fn unauthorized_refuses_good_tokens_and_goes_on_issuing_them() {
    let sim = start().await;
    sim.set_fault(Fault::Unauthorized);
    let token = token(&sim).await;
    assert_eq!(Client::to(&sim).await.exchange(&by_phone(&token)).await.status, 401);
}

#[tokio::test]
async fn a_wrong_password_refuses_token_requests_and_nothing_else() {
    let sim = start().await;
    let good = token(&sim).await;
    let mut client = Client::to(&sim).await;
    for (fault, status, error) in [
        (Fault::WrongPassword, 401, "invalid_credentials"),
        (Fault::InvalidGrant, 400, "invalid_grant"),
    ] {
        sim.set_fault(fault);
        let reply = client.exchange(&token_request(&account(&sim).to_string())).await;
        assert_eq!((reply.status, &reply.json()["error"]), (status, &json!(error)));
        assert_eq!(client.exchange(&by_phone(&good)).await.status, 200);
    }
}

#[tokio::test]
async fn a_fault_affects_every_route_until_the_token_route_has_its_own() {
    let sim = start().await;
    let good = token(&sim).await;
    let (token_request, mut client) =
        (token_request(&account(&sim).to_string()), Client::to(&sim).await);
    sim.set_fault(Fault::ServerError);
    for request in [&token_request, &by_phone(&good), &get("/login", "")] {
        assert_eq!(client.exchange(request).await.status, 500);
    }
    sim.set_token_fault(Fault::Normal);
    assert_eq!(client.exchange(&token_request).await.status, 200);
    assert_eq!(client.exchange(&by_phone(&good)).await.status, 500);
}

#[tokio::test]
async fn lookups_may_have_a_fault_of_their_own() {
    let sim = start().await;
    sim.set_lookup_fault(Fault::Unavailable);
    sim.set_fault(Fault::Normal);
    let request = by_phone(&token(&sim).await);
    assert_eq!(Client::to(&sim).await.exchange(&request).await.status, 503);
}

#[tokio::test]
async fn a_script_affects_lookups_alone_and_then_ends() {
    let sim = start().await;
    sim.script(vec![Fault::ServerError, Fault::Unavailable]);
    let request = by_phone(&token(&sim).await);
    let mut client = Client::to(&sim).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(client.exchange(&request).await.status);
    }
    assert_eq!(statuses, [500, 503, 200]);
}

// ------------ Faults below HTTP -----------------------------------------------------------------

#[tokio::test]
async fn a_drip_sends_the_head_at_once_and_the_body_byte_by_byte() {
    let every = Duration::from_millis(10);
    let (_sim, mut client) = client_with(Fault::Drip { byte_every: every }).await;
    client.head().await;
    client.unread.clear();
    let begun = Instant::now();
    let mut piece = [0; 64];
    for _ in 0..10 {
        assert_eq!(client.stream.read(&mut piece).await.unwrap(), 1);
    }
    assert!(begun.elapsed() >= every * 9);
}

#[tokio::test]
async fn a_hang_up_closes_in_order_without_a_byte() {
    let (sim, mut client) = client_with(Fault::HangUp).await;
    assert_eq!(client.rest().await.1.unwrap(), 0);
    assert_eq!(sim.requests().last().unwrap().status, None);
}

#[tokio::test]
async fn silence_keeps_the_connection_and_counts_the_lookup() {
    let (sim, mut client) = client_with(Fault::Silent).await;
    assert!(timeout(SILENCE, client.rest()).await.is_err());
    assert!(client.unread.is_empty());
    assert_eq!((sim.lookups(), sim.requests().last().unwrap().status), (1, None));
}

#[tokio::test]
async fn a_slow_answer_is_right_and_late() {
    let begun = Instant::now();
    let reply = reply_in(Fault::Slow { first_byte: SILENCE }).await;
    assert_eq!(reply.ids(), [1]);
    assert!(begun.elapsed() >= SILENCE);
}

#[tokio::test]
async fn a_reset_comes_in_the_middle_of_the_body() {
    let (_sim, mut client) = client_with(Fault::Reset).await;
    let (received, end) = client.rest().await;
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    assert!(String::from_utf8(received).unwrap().contains(r#""alerta":true"#));
}

#[tokio::test]
async fn a_reused_connection_is_reset_and_a_fresh_one_is_answered() {
    let sim = start().await;
    let request = by_phone(&token(&sim).await);
    sim.set_fault(Fault::ResetReused);
    for _ in 0..2 {
        let mut client = Client::to(&sim).await;
        assert_eq!(client.exchange(&request).await.ids(), [1]);
        client.say(&request).await;
        let (received, end) = client.rest().await;
        assert!(received.is_empty());
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn a_truncated_answer_contains_the_alert_and_closes_in_order() {
    let whole = reply_in(Fault::Normal).await.body;
    let (_sim, mut client) = client_with(Fault::Truncated).await;
    let (_, head) = client.head().await;
    assert!(head.contains(&format!("Content-Length: {}\r\n", whole.len())));
    let (body, end) = client.rest().await;
    end.unwrap();
    assert_eq!(body, whole[..whole.len() * 2 / 3]);
    assert!(String::from_utf8(body).unwrap().contains(r#""alerta":true"#));
}

#[tokio::test]
async fn a_truncated_answer_in_chunks_lacks_the_last_chunk() {
    let whole = reply_in(Fault::Normal).await.body;
    let (_sim, mut client) = client_with(Fault::TruncatedChunked).await;
    let (_, head) = client.head().await;
    assert!(head.contains("Transfer-Encoding: chunked\r\n") && !head.contains("Content-Length"));
    let (body, end) = client.rest().await;
    end.unwrap();
    let part = &whole[..whole.len() * 2 / 3];
    let chunk = [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
    assert_eq!(body, chunk);
}

// ------------ Faults that are too much ----------------------------------------------------------

#[tokio::test]
async fn a_huge_answer_is_valid_json_of_the_length_asked_for() {
    let bytes = 5_000_000;
    let reply = reply_in(Fault::Huge { bytes }).await;
    let json = reply.json();
    assert_eq!(json["msg"].as_str().unwrap().len(), bytes);
    assert_eq!((&json["status"], &json["clientes"]), (&json!("success"), &json!([])));
}

#[tokio::test]
async fn a_huge_answer_in_chunks_is_whole_and_declares_no_length() {
    let bytes = 1_000_000;
    let (_sim, mut client) = client_with(Fault::HugeChunked { bytes }).await;
    assert!(!client.head().await.1.contains("Content-Length"));
    let body = async {
        while !client.unread.ends_with(b"\r\n0\r\n\r\n") {
            client.stream.read_buf(&mut client.unread).await.unwrap();
        }
        unchunk(&client.unread)
    };
    let json: Value = serde_json::from_slice(&body.await).unwrap();
    assert_eq!(json["msg"].as_str().unwrap().len(), bytes);
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = rest.iter().position(|byte| *byte == b'\r').unwrap();
        let length =
            usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&rest[line + 2..][..length]);
        rest = &rest[line + 2 + length + 2..];
    }
}

#[tokio::test]
async fn huge_headers_are_five_megabytes_before_a_right_answer() {
    let (_sim, mut client) = client_with(Fault::HugeHeaders).await;
    while !client.unread.ends_with(b"}") {
        client.stream.read_buf(&mut client.unread).await.unwrap();
    }
    assert!(client.unread.len() > 5 * 1024 * 1024);
    assert_eq!(client.reply().await.json()["clientes"], json!([]));
}

#[tokio::test]
async fn a_gzip_bomb_is_small_and_unpacks_to_a_hundred_megabytes() {
    let reply = reply_in(Fault::GzipBomb).await;
    assert_eq!(reply.header("Content-Encoding"), Some("gzip"));
    assert!(reply.body.len() < 700_000);
    let unpacked = u32::from_le_bytes(reply.body[reply.body.len() - 4..].try_into().unwrap());
    assert!(unpacked > 100_000_000);
}
