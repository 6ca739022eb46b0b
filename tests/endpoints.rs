//! The endpoints over real sockets: what is answered, what is refused, and that errors have no body.

mod app;

use std::time::{Duration, Instant};

use app::{Reply, TestApp, field, pairs};
use bina::simulator::{CANARIES, Fault, Sim, customer, printed_example, with_alert};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ALERTED: &str = "37988242968";
const QUIET: &str = "37999450812";
const UNKNOWN: &str = "37911112222";

async fn demo() -> (Sim, TestApp) {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    (sim, app)
}

#[tokio::test]
async fn the_three_callers_of_the_demonstration_are_answered() {
    let (_sim, app) = demo().await;
    let alerted = app.asterisk("%2B5537988242968").await;
    assert_eq!(field(&alerted, "status"), "found");
    assert_eq!(field(&alerted, "alerta"), "1");
    assert_eq!(field(&alerted, "prompt"), "bina/rompimento-fibra%26bina/equipe-a-caminho");
    assert_eq!(field(&alerted, "route"), "suporte");
    assert_eq!(alerted.last(), Some(&("end".to_owned(), "1".to_owned())));
    let quiet = app.asterisk(QUIET).await;
    assert_eq!((field(&quiet, "status"), field(&quiet, "alerta")), ("found", "0"));
    assert_eq!(field(&quiet, "prompt"), "");
    let unknown = app.asterisk(UNKNOWN).await;
    assert_eq!((field(&unknown, "status"), field(&unknown, "telefone")), ("not_found", UNKNOWN));
    let anonymous = app.asterisk("anonymous").await;
    assert_eq!((field(&anonymous, "status"), field(&anonymous, "source")), ("no_number", "none"));
}

#[tokio::test]
async fn a_second_call_is_answered_from_the_cache() {
    let (sim, app) = demo().await;
    assert_eq!(field(&app.asterisk(ALERTED).await, "source"), "hubsoft");
    let first = sim.lookups();
    assert_eq!(field(&app.asterisk("037988242968").await, "source"), "cache");
    assert_eq!(field(&app.asterisk("3788242968").await, "source"), "cache");
    assert_eq!(field(&app.asterisk("%28%2B55%29%2037%2098824-2968").await, "source"), "cache");
    assert_eq!(sim.lookups(), first);
}

#[tokio::test]
async fn an_invalid_number_never_reaches_hubsoft() {
    let (sim, app) = demo().await;
    let long = "9".repeat(500);
    for caller in [
        "",
        "anonymous",
        "s",
        "1000",
        "08007771234",
        "%2B14155552671",
        "%F0%9F%98%80",
        &long,
        "37988242968%27%20OR%20%271%27=%271",
        "%24%7Bsystem%28id%29%7D",
        "%FF%FE",
        "%00",
        "37988242968%0Aagi_callerid%3A%201",
        "asterisk",
        "0000000000",
    ] {
        assert_eq!(field(&app.asterisk(caller).await, "status"), "no_number", "{caller}");
    }
    assert_eq!(sim.lookups(), 0);
}

#[tokio::test]
async fn a_repeated_caller_is_no_number() {
    let (_sim, app) = demo().await;
    let reply = app.get("/asterisk?caller=37988242968&caller=37999450812").await;
    assert_eq!(field(&pairs(&reply.body), "status"), "no_number");
}

#[tokio::test]
async fn a_wrong_request_gets_an_empty_body() {
    let (_sim, app) = demo().await;
    for (request, status) in [
        ("GET /asterisk", 400),
        ("GET /asterisk?Caller=1", 400),
        ("GET /asterisk?caller=%zz", 400),
        ("GET /v1/lookup?did=1", 400),
        ("GET /", 404),
        ("GET /asterisk/?caller=1", 404),
        ("GET /lookup?caller=1", 404),
        ("POST /asterisk?caller=1", 400),
        ("POST /route?caller=1", 405),
        ("PUT /asterisk?caller=1", 405),
        ("PUT /freeswitch/dialplan", 405),
        ("DELETE /healthz", 405),
    ] {
        let raw = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let reply = app.query(&raw).await;
        assert_eq!((reply.status, reply.body.as_str()), (status, ""), "{request}");
    }
}

#[tokio::test]
async fn input_that_is_not_http_is_refused_at_once_with_an_empty_body() {
    let (_sim, app) = demo().await;
    for garbage in [
        &b"GET /asterisk?caller=1 2 HTTP/1.1\r\nHost: x\r\n\r\n"[..],
        b"GET /asterisk?caller=\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"agi_network: yes\nagi_request: agi://127.0.0.1/\n\n",
        b"GET /asterisk\r\n\r\n",
    ] {
        let start = Instant::now();
        let reply = Reply::read(&app.raw(garbage).await);
        assert_eq!((reply.status, reply.body.as_str()), (400, ""), "{garbage:?}");
        assert!(start.elapsed() < Duration::from_millis(500), "{garbage:?}");
    }
}

#[tokio::test]
async fn oversized_requests_are_refused() {
    let (_sim, app) = demo().await;
    let line = format!("GET /asterisk?caller={} HTTP/1.1\r\nHost: x\r\n\r\n", "1".repeat(100_000));
    assert_eq!(app.query(&line).await.status, 431);
    let headers = "X-A: b\r\n".repeat(70);
    let many = format!("GET /asterisk?caller=1 HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    assert_eq!(app.query(&many).await.status, 431);
    let body = "POST /freeswitch/dialplan HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n";
    let start = Instant::now();
    let reply = app.query(body).await;
    assert_eq!((reply.status, reply.body.as_str()), (413, ""));
    assert!(start.elapsed() < Duration::from_millis(500), "refused by its length alone");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up_after_a_second() {
    let (_sim, app) = demo().await;
    let start = Instant::now();
    let reply = app
        .query("POST /freeswitch/dialplan HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab")
        .await;
    assert_eq!((reply.status, reply.body.as_str()), (408, ""));
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_silent_client_is_closed_after_two_seconds() {
    let (_sim, app) = demo().await;
    let start = Instant::now();
    assert_eq!(app.raw(b"GET /asterisk?caller=1 HTTP/1.1\r\nHo").await, "");
    let waited = start.elapsed();
    assert!((1_800..2_500).contains(&waited.as_millis()), "{waited:?}");
}

#[tokio::test]
async fn one_connection_may_carry_many_requests() {
    let (_sim, app) = demo().await;
    let mut stream = TcpStream::connect(app.address).await.expect("the listener is open");
    for caller in [ALERTED, QUIET, UNKNOWN] {
        let request = format!("GET /v1/lookup?caller={caller} HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).await.expect("it answers");
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.ends_with("\"end\":\"1\"}"), "{answer}");
        assert!(answer.contains(caller));
    }
}

#[tokio::test]
async fn a_client_that_shuts_its_writing_side_down_is_still_answered() {
    let (_sim, app) = demo().await;
    let mut stream = TcpStream::connect(app.address).await.expect("the listener is open");
    stream.write_all(b"GET /asterisk?caller=37988242968 HTTP/1.0\r\n\r\n").await.expect("it reads");
    stream.shutdown().await.expect("half-closed");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers");
    assert!(answer.ends_with("&end=1"), "{answer}");
}

#[tokio::test]
async fn head_has_the_content_length_of_get() {
    let (_sim, app) = demo().await;
    let get = app.get("/asterisk?caller=anonymous").await;
    let head = app
        .query("HEAD /asterisk?caller=anonymous HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert!(head.head.contains(&format!("content-length: {}", get.body.len())), "{}", head.head);
}

#[tokio::test]
async fn json_is_an_object_of_strings() {
    let (_sim, app) = demo().await;
    let reply = app.get(&format!("/v1/lookup?caller={ALERTED}")).await;
    assert!(reply.head.contains("content-type: application/json"));
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&reply.body).expect("JSON");
    assert!(object.values().all(serde_json::Value::is_string));
    assert_eq!(object["prompt"], "bina/rompimento-fibra&bina/equipe-a-caminho");
    assert_eq!(object["telefone"], ALERTED);
}

#[tokio::test]
async fn health_does_not_depend_on_hubsoft() {
    let (sim, app) = demo().await;
    drop(sim);
    let reply = app.get("/healthz").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "ok\n"));
}

#[tokio::test]
async fn hubsoft_in_any_state_is_unavailable_with_200_and_within_the_deadline() {
    let faults = [
        Fault::Silent,
        Fault::ServerError,
        Fault::StatusError,
        Fault::Html,
        Fault::Empty,
        Fault::BadJson,
        Fault::Truncated,
        Fault::TruncatedChunked,
        Fault::Reset,
        Fault::HangUp,
        Fault::Trace,
        Fault::Unauthorized,
        Fault::WrongPassword,
        Fault::Unavailable,
        Fault::WrongTypes,
        Fault::GzipBomb,
        Fault::HugeHeaders,
        Fault::Huge { bytes: 6_000_000 },
        Fault::Drip { byte_every: Duration::from_millis(20) },
        Fault::Redirect { to: "http://127.0.0.1:9/".into(), status: 307 },
    ];
    for fault in faults {
        let name = format!("{fault:?}");
        let (sim, app) = demo().await;
        sim.set_fault(fault.clone());
        if !matches!(fault, Fault::WrongPassword) {
            sim.set_token_fault(Fault::Normal);
        }
        let start = Instant::now();
        let answer = app.asterisk(ALERTED).await;
        assert!(start.elapsed() < Duration::from_millis(900), "{name}: {:?}", start.elapsed());
        assert_eq!(field(&answer, "status"), "unavailable", "{name}");
        assert_eq!((field(&answer, "alerta"), field(&answer, "prompt")), ("0", ""), "{name}");
        assert_eq!(field(&answer, "telefone"), ALERTED, "{name}");
    }
}

#[tokio::test]
async fn a_stopped_hubsoft_is_unavailable_at_once() {
    let (sim, app) = demo().await;
    drop(sim);
    let start = Instant::now();
    assert_eq!(field(&app.asterisk(ALERTED).await, "status"), "unavailable");
    assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_pbx_can_shorten_the_deadline_but_not_lengthen_it() {
    for (requested, at_least, at_most) in
        [("200", 190, 400), ("5000", 790, 950), ("99", 790, 950), ("x", 790, 950)]
    {
        let (sim, app) = demo().await;
        sim.set_fault(Fault::Silent);
        let start = Instant::now();
        let reply = app.get(&format!("/asterisk?caller={ALERTED}&deadline_ms={requested}")).await;
        let waited = start.elapsed().as_millis();
        assert!((at_least..at_most).contains(&waited), "{requested}: {waited} ms");
        assert_eq!(field(&pairs(&reply.body), "status"), "unavailable");
    }
}

#[tokio::test]
async fn a_lookup_that_came_too_late_answers_the_next_call() {
    let (sim, app) = demo().await;
    sim.set_lookup_fault(Fault::Slow { first_byte: Duration::from_millis(400) });
    let early = app.get(&format!("/asterisk?caller={ALERTED}&deadline_ms=150")).await;
    assert_eq!(field(&pairs(&early.body), "status"), "unavailable");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(field(&app.asterisk(ALERTED).await, "source"), "cache");
    assert_eq!(sim.lookups(), 2, "one for each form");
}

#[tokio::test]
async fn several_customers_on_one_number_share_the_alert_and_hide_their_names() {
    let quiet = customer(1, "ANA", ALERTED);
    let alerted = with_alert(customer(2, "BIA", ALERTED), &["Rompimento de fibra"]);
    let sim = Sim::start(vec![quiet, alerted]).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let answer = app.asterisk(ALERTED).await;
    assert_eq!((field(&answer, "matches"), field(&answer, "alerta")), ("2", "1"));
    for hidden in ["nome", "codigo_cliente", "id_cliente", "servico_status", "conectado"] {
        assert_eq!(field(&answer, hidden), "", "{hidden}");
    }
    assert_eq!(field(&answer, "mensagem"), "Rompimento%20de%20fibra");
}

#[tokio::test]
async fn what_a_call_does_not_need_never_leaves() {
    let customer = with_alert(customer(1, "ANA", ALERTED), &["Rompimento"]);
    let sim = Sim::start(vec![customer]).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let form = format!("section=dialplan&Hunt-Context=bina&Caller-Caller-ID-Number={ALERTED}");
    let bodies = [
        app.get(&format!("/asterisk?caller={ALERTED}")).await.body,
        app.get(&format!("/v1/lookup?caller={ALERTED}")).await.body,
        app.post("/freeswitch/dialplan", &form).await.body,
    ];
    for body in &bodies {
        assert!(body.contains("ANA"), "{body}");
        assert!(CANARIES.iter().all(|canary| !body.contains(canary)), "{body}");
    }
}

#[tokio::test]
async fn the_called_number_chooses_the_default_ddd() {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let settings = format!(
        "{}[numbers]\ndefault_ddd = \"11\"\n[numbers.default_ddd_by_did]\n\"3732001000\" = 37\n",
        app::RULES
    );
    let app = TestApp::with(&sim, &settings).await;
    let telefone = async |query: &str| {
        let reply = app.get(&format!("/asterisk?caller=988242968{query}")).await;
        field(&pairs(&reply.body), "telefone").to_owned()
    };
    assert_eq!(telefone("").await, "11988242968");
    assert_eq!(telefone("&did=%2B553732001000").await, ALERTED);
    assert_eq!(telefone("&did=+553732001000").await, ALERTED);
    assert_eq!(telefone("&did=3732001001").await, "11988242968");
}

#[tokio::test]
async fn accepted_calls_are_answered_when_the_service_stops() {
    let (sim, app) = demo().await;
    sim.set_fault(Fault::Slow { first_byte: Duration::from_millis(300) });
    sim.set_token_fault(Fault::Normal);
    let mut calls = Vec::new();
    for _ in 0..5 {
        let mut stream = TcpStream::connect(app.address).await.expect("the listener is open");
        let request = format!("GET /asterisk?caller={ALERTED} HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        calls.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    app.stop();
    for mut stream in calls {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("it answers");
        assert!(answer.contains("status=found"), "{answer}");
    }
    assert!(TcpStream::connect(app.address).await.is_err(), "the listener is closed");
}

#[tokio::test]
async fn a_short_deadline_does_not_end_the_lookup_for_others() {
    let (sim, app) = demo().await;
    sim.set_fault(Fault::Slow { first_byte: Duration::from_millis(250) });
    sim.set_token_fault(Fault::Normal);
    let impatient = format!("/asterisk?caller={ALERTED}&deadline_ms=100");
    let (impatient, patient) = tokio::join!(app.get(&impatient), app.asterisk(ALERTED));
    assert_eq!(field(&pairs(&impatient.body), "status"), "unavailable");
    assert_eq!(field(&patient, "status"), "found");
    assert_eq!(sim.lookups(), 2, "one for each form");
}

#[tokio::test]
async fn a_gateway_url_of_freeswitch_may_carry_the_called_number() {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let rule = "[prompts]\nx = \"x\"\n[[rule]]\nname = \"x\"\ndid = \"0800 777 1234\"\nplay = \"x\"\nroute = \"r\"\n";
    let app = TestApp::with(&sim, rule).await;
    let form = format!("section=dialplan&Hunt-Context=bina&Caller-Caller-ID-Number={ALERTED}");
    let plain = app.post("/freeswitch/dialplan", &form).await;
    assert!(plain.body.contains("bina_route=\""), "{}", plain.body);
    let reported = app.post("/freeswitch/dialplan?did=08007771234", &form).await;
    assert!(reported.body.contains("bina_route=r\""), "{}", reported.body);
    let hunted = format!("{form}&Hunt-Destination-Number=%2B558007771234");
    let hunted = app.post("/freeswitch/dialplan", &hunted).await;
    assert!(hunted.body.contains("bina_route=r\""), "{}", hunted.body);
}
