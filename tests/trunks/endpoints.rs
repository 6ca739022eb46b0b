//! How each interface says by which trunk a call came.

use bina::simulator::{Sim, customer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::app::{RULES, TestApp, field, pairs};

const CALLER: &str = "37988240001";
/// What the trunk `e1` presents for him.
const PRESENTED: &str = "137988240001";

const TRUNKS: &str = "[[trunk]]\nname = \"e1\"\naddress = \"192.0.2.7\"\ncategory_digit = \"first\"\n\
    [[trunk]]\nname = \"e2\"\ndid = \"3732221000\"\ncategory_digit = \"last\"\n";

async fn app() -> (Sim, TestApp) {
    let sim = Sim::start(vec![customer(1, "ANA", CALLER)]).await.expect("loopback");
    let app = TestApp::with(&sim, &format!("{RULES}{TRUNKS}")).await;
    (sim, app)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_interface_takes_the_trunk_by_name_or_address() {
    let (_sim, app) = app().await;
    for trunk in ["e1", "E1", "192.0.2.7", "192.0.2.7%3A5060"] {
        for path in ["/asterisk", "/v1/lookup", "/freeswitch/vars"] {
            let body = app.get(&format!("{path}?caller={PRESENTED}&trunk={trunk}")).await.body;
            assert!(body.contains("found") && body.contains(CALLER), "{path} {trunk}: {body}");
        }
        for path in ["/cid", "/match", "/route"] {
            let with = app.get(&format!("{path}?caller={PRESENTED}&trunk={trunk}")).await.body;
            let own = app.get(&format!("{path}?caller={CALLER}")).await.body;
            assert_eq!(with, own, "{path} {trunk}");
        }
    }
    assert_eq!(app.get(&format!("/cid?caller={PRESENTED}&trunk=e1")).await.body, "ANA");
    assert_ne!(app.get(&format!("/cid?caller={PRESENTED}")).await.body, "ANA");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_no_trunk_applies_no_rule() {
    let (_sim, app) = app().await;
    let status = async |query: &str| {
        let reply = app.get(&format!("/asterisk?caller={query}")).await;
        field(&pairs(&reply.body), "status").to_owned()
    };
    assert_eq!(status(&format!("{PRESENTED}&trunk=")).await, "no_number", "no variable is set");
    assert_eq!(status(&format!("{PRESENTED}&trunk=another")).await, "no_number");
    assert_eq!(status(&format!("{PRESENTED}&trunk=e1&trunk=e1")).await, "no_number", "repeated");
    assert_eq!(status(&format!("{CALLER}&trunk=another&did=3732221000")).await, "found");
    assert_eq!(status(&format!("{CALLER}1&did=3732221000")).await, "found", "by called number");
    assert_eq!(status(&format!("{CALLER}1&did=3732221000&trunk=")).await, "found");
    assert_eq!(status(&format!("{PRESENTED}&did=3732221000&trunk=e1")).await, "found");
    assert_eq!(app.counted("bina_trunk_calls_total{trunk=\"e2\",status=\"found\"}"), 2);
    assert_eq!(app.counted("bina_trunk_calls_total{trunk=\"e1\",status=\"found\"}"), 1);
    assert_eq!(app.counted("bina_trunk_calls_total{trunk=\"other\",status=\"no_number\"}"), 3);
    let series = app.metrics_text().matches("bina_trunk_calls_total{").count();
    app.get(&format!("/asterisk?caller={CALLER}&trunk=yet-another")).await;
    assert_eq!(app.metrics_text().matches("bina_trunk_calls_total{").count(), series);
}

#[tokio::test(flavor = "multi_thread")]
async fn freeswitch_states_the_address_of_the_gateway() {
    let (_sim, app) = app().await;
    let form = |caller: &str, peer: &str| {
        format!(
            "section=dialplan&Hunt-Context=bina&Caller-Caller-ID-Number={caller}\
             &Hunt-Destination-Number=3732221000&Caller-Destination-Number=3732221000\
             &Caller-Network-Addr={peer}"
        )
    };
    for path in ["/freeswitch/dialplan", "/freeswitch/httapi"] {
        let name =
            async |target: &str, form: &str| app.post(target, form).await.body.contains("ANA");
        assert!(name(path, &form(PRESENTED, "192.0.2.7")).await, "{path}: by address");
        assert!(name(path, &form(&format!("{CALLER}1"), "192.0.2.8")).await, "{path}: by did");
        assert!(name(path, &form(&format!("{CALLER}1"), "garbage")).await, "{path}: no address");
        assert!(!name(path, &form(PRESENTED, "192.0.2.8")).await, "{path}: the other trunk");
        let stated = format!("{path}?trunk=e1");
        assert!(name(&stated, &form(PRESENTED, "192.0.2.8")).await, "{path}: the URL is first");
        let unset = format!("{path}?trunk=");
        assert!(name(&unset, &form(PRESENTED, "192.0.2.7")).await, "{path}: not set");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fastagi_takes_the_trunk_in_its_address() {
    let (_sim, app) = app().await;
    for (script, expected) in [("lookup?trunk=e1", "found"), ("lookup", "no_number")] {
        let mut stream = TcpStream::connect(app.agi).await.expect("the listener is open");
        let environment = format!(
            "agi_network_script: {script}\nagi_callerid: {PRESENTED}\nagi_extension: 100\n\
             agi_threadid: 1\n\n"
        );
        stream.write_all(environment.as_bytes()).await.expect("it reads");
        let mut answer = vec![0; 4096];
        let read =
            tokio::io::AsyncReadExt::read(&mut stream, &mut answer).await.expect("it writes");
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(answer.contains(&format!("\"{expected}\"")), "{script}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_trunks_the_parameter_means_nothing_and_nothing_is_counted() {
    let sim = Sim::start(vec![customer(1, "ANA", CALLER)]).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let reply = app.get(&format!("/asterisk?caller={CALLER}&trunk=e1")).await;
    assert_eq!(field(&pairs(&reply.body), "status"), "found");
    assert!(!app.metrics_text().contains("bina_trunk_calls_total{"));
}
