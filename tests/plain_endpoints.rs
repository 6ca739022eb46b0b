//! The endpoints that answer with one word, with recordings, and httapi, over real sockets.

mod app;
mod formats;

use std::path::PathBuf;

use app::{Reply, TestApp};
use bina::answering::render::Format;
use bina::simulator::{Fault, Sim, printed_example};

const ALERTED: &str = "37988242968";
const QUIET: &str = "37999450812";
const UNKNOWN: &str = "37911112222";

async fn started() -> (Sim, TestApp) {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    let app = TestApp::start(&sim).await;
    (sim, app)
}

async fn body(app: &TestApp, target: &str) -> String {
    let reply = app.get(target).await;
    assert_eq!(reply.status, 200, "{target}: {}", reply.head);
    reply.body
}

#[tokio::test]
async fn a_name_lookup_gets_the_name_or_nothing() {
    let (_sim, app) = started().await;
    assert_eq!(body(&app, &format!("/cid?caller={ALERTED}")).await, "GUILHERME SILVA");
    // As FreePBX writes it when its Path begins with a slash.
    assert_eq!(body(&app, &format!("//cid?caller={ALERTED}")).await, "GUILHERME SILVA");
    for unknown in [UNKNOWN, "", "anonymous", "1000", "37988242968&caller=37999450812"] {
        assert_eq!(body(&app, &format!("/cid?caller={unknown}")).await, "", "{unknown}");
    }
    let reply = app.get(&format!("/cid?caller={ALERTED}")).await;
    assert!(reply.head.contains("content-type: text/plain; charset=utf-8"), "{}", reply.head);
    assert!(reply.head.contains("content-length: 15"), "no newline at the end: {}", reply.head);
}

#[tokio::test]
async fn a_route_is_that_of_the_rule_or_none() {
    let (_sim, app) = started().await;
    assert_eq!(body(&app, &format!("/route?caller={ALERTED}&did=1")).await, "suporte");
    for other in [QUIET, UNKNOWN, "", "anonymous"] {
        assert_eq!(body(&app, &format!("/route?caller={other}")).await, "none", "{other}");
    }
}

#[tokio::test]
async fn a_match_is_one_digit() {
    let (_sim, app) = started().await;
    for (caller, digit) in [(ALERTED, "1"), (QUIET, "1"), (UNKNOWN, "0"), ("anonymous", "0")] {
        assert_eq!(body(&app, &format!("/match?caller={caller}")).await, digit, "{caller}");
    }
}

/// Their clients take a body for the value whatever the status is.
#[tokio::test]
async fn plain_endpoints_send_nothing_that_could_be_taken_for_a_name() {
    let (sim, app) = started().await;
    for path in ["/cid", "/route", "/match", "/freeswitch/vars"] {
        for (target, status) in [("", 400), ("?caller=%zz", 400), ("/?caller=1", 404)] {
            let reply = app.get(&format!("{path}{target}")).await;
            assert_eq!((reply.status, &*reply.body), (status, ""), "{path}{target}");
        }
        // Posted is what a caller has typed, and all else then, too.
        let status = if path == "/freeswitch/vars" { 400 } else { 405 };
        let posted = app.post(&format!("{path}?caller={ALERTED}"), "").await;
        assert_eq!((posted.status, &*posted.body), (status, ""), "{path}");
    }
    drop(sim);
    let without_hubsoft = [("/cid", ""), ("/route", "none"), ("/match", "0")];
    for (path, expected) in without_hubsoft {
        assert_eq!(body(&app, &format!("{path}?caller={UNKNOWN}")).await, expected, "{path}");
    }
}

#[tokio::test]
async fn the_curl_application_gets_pairs_for_multiset() {
    let (_sim, app) = started().await;
    let reported = body(&app, &format!("/freeswitch/vars?caller={ALERTED}")).await;
    let fields = formats::fields_of(Format::Vars, &reported);
    assert_eq!(app::field(&fields, "status"), "found");
    let prompt = "file_string://bina/rompimento-fibra.wav!bina/equipe-a-caminho.wav";
    assert_eq!(app::field(&fields, "prompt"), prompt);
    assert!(reported.ends_with("|bina_end=1"), "{reported}");
}

#[tokio::test]
async fn httapi_is_answered_for_get_and_post_even_without_a_caller() {
    let (sim, app) = started().await;
    let form = "session_id=1&Caller-Caller-ID-Number=37988242968&Caller-Destination-Number=1";
    let posted = app.post("/freeswitch/httapi", form).await;
    let got = app.get(&format!("/freeswitch/httapi?{form}")).await;
    for reply in [&posted, &got] {
        assert!(reply.head.contains("content-type: text/xml"), "{}", reply.head);
        let fields = formats::fields_of(Format::Httapi, &reply.body);
        assert_eq!(app::field(&fields, "status"), "found");
        assert!(reply.body.contains("<break/>\n  </work>"), "{}", reply.body);
    }
    let hidden = format!("{form}&Caller-Privacy-Hide-Number=true");
    for odd in [&hidden, ""] {
        let unknown = app.post("/freeswitch/httapi", odd).await;
        let fields = formats::fields_of(Format::Httapi, &unknown.body);
        assert_eq!(app::field(&fields, "status"), "no_number");
    }
    assert_eq!(sim.lookups(), 2, "one for each form");
}

#[tokio::test]
async fn httapi_says_farewell_without_a_lookup() {
    let (sim, app) = started().await;
    let form = "session_id=1&Caller-Caller-ID-Number=37988242968&exiting=true";
    let posted = app.post("/freeswitch/httapi", form).await;
    let got = app.get(&format!("/freeswitch/httapi?{form}")).await;
    for reply in [posted, got] {
        assert_eq!(reply.status, 200);
        assert!(reply.head.contains("content-type: text/xml"), "{}", reply.head);
        let names: Vec<_> = formats::elements(&reply.body).into_iter().map(|e| e.name).collect();
        assert_eq!(names, ["document"]);
    }
    assert_eq!(sim.requests().len(), 0);
}

fn samples() -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("dialplan/sounds/pt_BR/bina");
    format!("prompts_folder = \"{}\"\n", folder.display())
}

/// bina that serves the samples: the setting belongs into `[listen]`, which comes first.
async fn recordings() -> (Sim, TestApp) {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let connection =
        app::connection(&sim).replacen("[hubsoft]", &format!("{}[hubsoft]", samples()), 1);
    let config = app::config(&format!("{connection}{}", app::RULES));
    let hubsoft = bina::sources::hubsoft::HubSoft::new(config.hubsoft.clone()).expect("a client");
    let app = TestApp::serve(&config, std::sync::Arc::new(hubsoft));
    (sim, app)
}

async fn raw(app: &TestApp, request: &str) -> (String, Vec<u8>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream =
        tokio::net::TcpStream::connect(app.address).await.expect("the listener is open");
    let request = format!("{request}Host: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end..].to_vec())
}

#[tokio::test]
async fn a_recording_is_served_whole_with_what_a_pbx_caches_it_by() {
    let (_sim, app) = recordings().await;
    let (head, sound) = raw(&app, "GET /prompts/aviso-geral.wav HTTP/1.1\r\n").await;
    let file = include_bytes!("../dialplan/sounds/pt_BR/bina/aviso-geral.wav");
    assert_eq!(sound, file);
    for header in
        ["HTTP/1.1 200", "content-type: audio/wav", "cache-control: max-age=300", "etag: \""]
    {
        assert!(head.contains(header), "{header}: {head}");
    }
    let (again, nothing) = raw(&app, "HEAD /prompts/aviso-geral.wav HTTP/1.1\r\n").await;
    assert!(nothing.is_empty());
    assert!(again.contains(&format!("content-length: {}", file.len())), "{again}");
}

#[tokio::test]
async fn a_pbx_gets_304_for_an_unchanged_recording() {
    let (_sim, app) = recordings().await;
    let (head, _) = raw(&app, "HEAD /prompts/aviso-geral.wav HTTP/1.1\r\n").await;
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag");
    let tags = [tag.to_owned(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()];
    for method in ["HEAD", "GET"] {
        for tags in &tags {
            let request =
                format!("{method} /prompts/aviso-geral.wav HTTP/1.1\r\nIf-None-Match: {tags}\r\n");
            let (head, body) = raw(&app, &request).await;
            assert!(head.starts_with("HTTP/1.1 304") && body.is_empty(), "{method} {tags}: {head}");
            assert!(head.contains(&format!("etag: {tag}")), "{head}");
            assert!(!head.contains("content-length"), "{head}");
        }
        let other =
            format!("{method} /prompts/aviso-geral.wav HTTP/1.1\r\nIf-None-Match: \"x\"\r\n");
        assert!(raw(&app, &other).await.0.starts_with("HTTP/1.1 200"), "{method}");
    }
}

#[tokio::test]
async fn only_recordings_that_the_configuration_names_are_served() {
    let (_sim, app) = recordings().await;
    for path in [
        "manutencao.wav", // there, but not in [prompts] of this configuration
        "aviso-geral",
        "aviso-geral.wav.wav",
        "geral.wav",
        "../../../../../Cargo.toml",
        "..%2f..%2fCargo.toml",
        "%61viso-geral.wav",
        "/etc/passwd",
        "",
    ] {
        let reply: Reply = app.get(&format!("/prompts/{path}")).await;
        assert_eq!((reply.status, &*reply.body), (404, ""), "{path}");
    }
    let (_sim, closed) = started().await;
    assert_eq!(closed.get("/prompts/aviso-geral.wav").await.status, 404);
}
