//! The mod_xml_curl door, with requests as FreeSWITCH writes them (`tests/wire/freeswitch/`).

mod app;

use std::fs;
use std::path::PathBuf;

use app::TestApp;
use bina::render::{Freeswitch, not_found};
use bina::sim::{Sim, printed_example};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn request(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire/freeswitch");
    fs::read(folder.join(format!("{name}.http"))).expect("the fixture is there")
}

/// Sends a fixture as it is and reads the body, by its length: the connection stays open.
async fn body_of(app: &TestApp, name: &str) -> String {
    let mut stream = TcpStream::connect(app.address).await.expect("the door is open");
    stream.write_all(&request(name)).await.expect("it reads");
    let mut answer = String::new();
    let mut part = [0; 4096];
    loop {
        let length = stream.read(&mut part).await.expect("it answers");
        answer.push_str(str::from_utf8(&part[..length]).expect("UTF-8"));
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let wanted = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if wanted.is_some_and(|wanted| wanted == body.len().to_string()) {
            assert!(head.starts_with("HTTP/1.1 200"), "{name}: {head}");
            assert!(head.contains("content-type: text/xml"), "{name}: {head}");
            return body.to_owned();
        }
        assert_ne!(length, 0, "{name}: {answer}");
    }
}

async fn door() -> (Sim, TestApp) {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    (sim, app)
}

#[tokio::test]
async fn a_call_in_the_entry_context_gets_variables_and_goes_on() {
    let (_sim, app) = door().await;
    for name in [
        "sip_plain",
        "sip_e164_display",
        "get",
        "get_lower_case",
        "enable_post_var",
        "hostile_name",
    ] {
        let body = body_of(&app, name).await;
        for line in [
            "<context name=\"bina\">",
            "data=\"bina_status=found\"",
            "data=\"bina_alerta=1\"",
            "data=\"bina_telefone=37988242968\"",
            "data=\"bina_end=1\"",
            "<action application=\"transfer\" data=\"${destination_number} XML public\"/>",
        ] {
            assert!(body.contains(line), "{name}: {line}\n{body}");
        }
        assert!(!body.contains("553732001000"), "{name}: the request's own text is not repeated");
        assert!(!body.contains("touch"), "{name}");
    }
}

#[tokio::test]
async fn a_withheld_number_is_no_number() {
    let (sim, app) = door().await;
    for name in ["sip_anonymous", "sip_privacy"] {
        let body = body_of(&app, name).await;
        assert!(body.contains("data=\"bina_status=no&#95;number\""), "{name}\n{body}");
        assert!(body.contains("data=\"bina_telefone=\""), "{name}\n{body}");
    }
    assert_eq!(sim.lookups(), 0);
}

#[tokio::test]
async fn every_other_context_and_section_is_not_found() {
    let (sim, app) = door().await;
    for name in [
        "after_transfer",
        "execute_extension",
        "enable_post_var_without_hunt_context",
        "configuration",
    ] {
        assert_eq!(body_of(&app, name).await, not_found().body, "{name}");
    }
    let empty = app.post("/freeswitch/dialplan", "").await;
    assert_eq!((empty.status, empty.body), (200, not_found().body));
    assert_eq!(sim.requests().len(), 0, "HubSoft is not asked");
}

#[tokio::test]
async fn an_unavailable_hubsoft_still_hands_the_call_back() {
    let (sim, app) = door().await;
    drop(sim);
    let body = body_of(&app, "sip_plain").await;
    assert!(body.contains("data=\"bina_status=unavailable\""), "{body}");
    assert!(body.contains("application=\"transfer\""), "{body}");
}

#[test]
fn the_entry_context_is_never_the_context_the_call_goes_on_in() {
    let default = Freeswitch::default();
    assert_ne!(default.entry_context, default.handback.context);
}
