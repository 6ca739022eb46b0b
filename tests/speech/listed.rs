//! What operators see of an alert's words: in the answer to an addition, and in the list.

use bina::simulator::Sim;
use bina::sources::alerts::{AlertChange, AlertListing, SpeechEntry};
use tokio::time::{Duration, sleep};

use crate::app::{self, Reply, TestApp};
use crate::said::FOUND;

const RULES: &str = "[prompts]\nintro = \"intro\"\nfibra = \"fibra\"\n[[rule]]\nname = \"rompimento\"\n\
                     text = \"rompimento*\"\nplay = \"fibra\"\nspeak = [\"intro\", \"*\"]\n\
                     [[rule]]\nname = \"energia\"\ntext = \"energia\"\nplay = \"fibra\"\n";

async fn request(app: &TestApp, line: &str, body: &str) -> String {
    let request = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let reply = Reply::read(&app::exchange(app.metrics, request.as_bytes()).await);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

/// Adds an alert for everyone; returns its id and what becomes of its words.
async fn added(app: &TestApp, text: &str) -> (String, Option<SpeechEntry>) {
    let body = serde_json::json!({"text": text, "everyone": true, "minutes": 60, "by": "ana"});
    let answer = request(app, "POST /v1/alerts", &body.to_string()).await;
    let change: AlertChange = serde_json::from_str(&answer).expect("JSON");
    (change.alert.id, change.alert.speech)
}

/// Waits until the list shows this state of an alert's words.
async fn becomes(app: &TestApp, id: &str, expected: &SpeechEntry) {
    let mut seen = None;
    for _ in 0..400 {
        let answer = request(app, "GET /v1/alerts", "").await;
        let listing: AlertListing = serde_json::from_str(&answer).expect("JSON");
        let entry = listing.alerts.into_iter().find(|alert| alert.id == id).expect("it is active");
        seen = entry.speech;
        if seen.as_ref() == Some(expected) {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("{seen:?} is not {expected:?}");
}

fn state(state: &str, reason: Option<&str>) -> SpeechEntry {
    SpeechEntry { state: state.to_owned(), reason: reason.map(ToOwned::to_owned) }
}

async fn app(sim: &Sim, script: &str) -> TestApp {
    let words = serde_json::json!(["/bin/sh", "-c", script]);
    TestApp::with(sim, &format!("{RULES}[speech]\ncommand = {words}\n")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_what_has_become_of_an_alerts_words() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let good = app(&sim, &format!("cat > /dev/null; cat {FOUND}")).await;
    let (id, speech) = added(&good, "Rompimento no Centro").await;
    assert_eq!(speech, Some(state("waiting", None)));
    becomes(&good, &id, &state("spoken", None)).await;
    let (id, speech) = added(&good, "Rompimento: veja www.exemplo.com.br").await;
    let refused = state("refused", Some("address"));
    assert_eq!(speech.as_ref(), Some(&refused));
    becomes(&good, &id, &refused).await;
    let (_, speech) = added(&good, "Falta de energia").await;
    assert_eq!(speech, None, "no rule says its words");

    let failing = app(&sim, "exit 3").await;
    let (id, _) = added(&failing, "Rompimento no Norte").await;
    becomes(&failing, &id, &state("failing", Some("exit"))).await;
}
