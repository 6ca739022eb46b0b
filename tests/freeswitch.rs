//! The endpoints for FreeSWITCH, with requests as it writes them (`tests/wire/freeswitch/`).

mod app;

use std::fs;
use std::path::PathBuf;

use app::TestApp;
use bina::answering::render::{Freeswitch, farewell, not_found};
use bina::simulator::{Sim, printed_example};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn request(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire/freeswitch");
    fs::read(folder.join(format!("{name}.http"))).expect("the fixture is there")
}

/// Sends a fixture as it is and reads the body, by its length: the connection stays open.
async fn body_of(app: &TestApp, name: &str) -> String {
    let mut stream = TcpStream::connect(app.address).await.expect("the listener is open");
    stream.write_all(&request(name)).await.expect("it reads");
    let mut answer = String::new();
    let mut part = [0; 4096];
    loop {
        let length = stream.read(&mut part).await.expect("it answers");
        answer.push_str(str::from_utf8(&part[..length]).expect("UTF-8"));
        // On request, the server confirms that it is ready for the body before it answers.
        let final_answer = answer.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&answer);
        let (head, body) = final_answer.split_once("\r\n\r\n").unwrap_or((final_answer, ""));
        let wanted = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if wanted.is_some_and(|wanted| wanted == body.len().to_string()) {
            assert!(head.starts_with("HTTP/1.1 200"), "{name}: {head}");
            let text = name.starts_with("vars_") || name.starts_with("cid_");
            let kind = if text { "content-type: text/plain" } else { "content-type: text/xml" };
            assert!(head.contains(kind), "{name}: {head}");
            return body.to_owned();
        }
        assert_ne!(length, 0, "{name}: {answer}");
    }
}

async fn started() -> (Sim, TestApp) {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    (sim, app)
}

#[tokio::test]
async fn a_call_in_the_entry_context_gets_variables_and_goes_on() {
    let (_sim, app) = started().await;
    for name in [
        "sip_plain",
        "sip_e164_display",
        "get",
        "get_lower_case",
        "enable_post_var",
        "hostile_name",
        "xml_basic_auth",
        "xml_diversion",
        "xml_dynamic_url",
        "xml_execute_extension",
        "xml_expect_100",
        "xml_loopback",
        "xml_pai",
        "xml_rpid",
        "xml_sip_full",
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

/// The shipped binding names no fields, so FreeSWITCH posts every variable of the channel.
#[tokio::test]
async fn a_post_of_a_whole_channel_is_read_up_to_the_limit() {
    let (_sim, app) = started().await;
    let whole = String::from_utf8(request("xml_sip_full")).expect("UTF-8");
    let (_, form) = whole.split_once("\r\n\r\n").expect("a body");
    for (variables, bytes) in [(100, 20), (200, 1_000), (3_000, 60)] {
        let variable = |at: usize| format!("&variable_own_{at}={}", "%20x".repeat(bytes / 4));
        let more: String = (0..variables).map(variable).collect();
        // Before and behind: the fields of the hunt stand at the end, where FreeSWITCH writes them.
        for form in [format!("{form}{more}"), format!("hostname=pbx{more}&{form}")] {
            let reply = app.post("/freeswitch/dialplan", &form).await;
            assert_eq!(reply.status, 200, "{variables} of {bytes}");
            assert!(reply.body.contains("data=\"bina_status=found\""), "{variables} of {bytes}");
        }
    }
    let endless = format!("{form}&variable_own={}", "x".repeat(300_000));
    let reply = app.post("/freeswitch/dialplan", &endless).await;
    assert_eq!((reply.status, reply.body.as_str()), (413, ""), "the static dialplan goes on");
}

#[tokio::test]
async fn a_withheld_number_is_no_number() {
    let (sim, app) = started().await;
    for name in ["sip_anonymous", "sip_privacy", "xml_privacy", "xml_unknown"] {
        let body = body_of(&app, name).await;
        assert!(body.contains("data=\"bina_status=no&#95;number\""), "{name}\n{body}");
        assert!(body.contains("data=\"bina_telefone=\""), "{name}\n{body}");
    }
    assert_eq!(sim.lookups(), 0);
}

#[tokio::test]
async fn a_hostile_caller_and_called_number_are_never_repeated() {
    let (sim, app) = started().await;
    let body = body_of(&app, "xml_hostile_number").await;
    assert!(body.contains("data=\"bina_status=no&#95;number\""), "{body}");
    for trap in ["system", "touch", "default", "1000"] {
        assert!(!body.contains(trap), "{trap}\n{body}");
    }
    assert_eq!(sim.lookups(), 0);
}

#[tokio::test]
async fn every_other_context_and_section_is_not_found() {
    let (sim, app) = started().await;
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
    assert_eq!(sim.requests().len(), 0, "HubSoft is not queried");
}

#[tokio::test]
async fn an_unavailable_hubsoft_still_hands_the_call_back() {
    let (sim, app) = started().await;
    drop(sim);
    let body = body_of(&app, "sip_plain").await;
    assert!(body.contains("data=\"bina_status=unavailable\""), "{body}");
    assert!(body.contains("application=\"transfer\""), "{body}");
}

#[tokio::test]
async fn httapi_gets_variables_and_a_break_from_every_form_of_its_request() {
    let (_sim, app) = started().await;
    for name in [
        "httapi_continue",
        "httapi_did_in_url",
        "httapi_get",
        "httapi_post_full",
        "httapi_post_loopback",
        "httapi_post_var",
    ] {
        let body = body_of(&app, name).await;
        for part in [
            "<bina_status>found</bina_status>",
            "<bina_alerta>1</bina_alerta>",
            "<bina_telefone>37988242968</bina_telefone>",
            "<bina_end>1</bina_end>",
            "<break/>\n  </work>",
        ] {
            assert!(body.contains(part), "{name}: {part}\n{body}");
        }
        assert!(!body.contains("553732001000"), "{name}: the request's own text is not repeated");
    }
}

#[tokio::test]
async fn httapis_request_at_hangup_starts_no_lookup() {
    let (sim, app) = started().await;
    for name in [
        "httapi_get_exiting",
        "httapi_post_full_exiting",
        "httapi_post_loopback_exiting",
        "httapi_post_var_exiting",
    ] {
        assert_eq!(body_of(&app, name).await, farewell().body, "{name}");
    }
    assert_eq!(sim.requests().len(), 0, "HubSoft is not queried");
}

#[tokio::test]
async fn httapi_gets_no_number_where_it_is_withheld_or_hostile() {
    let (sim, app) = started().await;
    for name in ["httapi_anonymous", "httapi_hostile", "httapi_privacy"] {
        let body = body_of(&app, name).await;
        assert!(body.contains("<bina_status>no&#95;number</bina_status>"), "{name}\n{body}");
        assert!(body.contains("<bina_telefone></bina_telefone>"), "{name}\n{body}");
        assert!(!body.contains("execute") && !body.contains("touch"), "{name}\n{body}");
    }
    assert_eq!(sim.lookups(), 0);
}

#[tokio::test]
async fn the_curl_application_gets_pairs_and_cidlookup_the_name() {
    let (_sim, app) = started().await;
    for name in ["vars_get", "vars_did_deadline", "vars_headers"] {
        let body = body_of(&app, name).await;
        assert!(body.starts_with("bina_status=found|bina_source="), "{name}: {body}");
        assert!(body.ends_with("|bina_telefone=37988242968|bina_end=1"), "{name}: {body}");
    }
    assert!(body_of(&app, "vars_no_number").await.starts_with("bina_status=no_number|"));
    assert_eq!(body_of(&app, "cid_get").await, "GUILHERME SILVA");
    assert_eq!(body_of(&app, "cid_no_number").await, "");
}

#[test]
fn the_entry_context_is_never_the_context_the_call_goes_on_in() {
    let default = Freeswitch::default();
    assert_ne!(default.entry_context, default.handback.context);
}
