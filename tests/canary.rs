//! No fault puts a number, name, token, tax number or password into the log, at any level.

mod app;

use app::TestApp;
use bina::simulator::{CANARIES, Fault, RetryAfter, Sim, customer, with_alert};
use parking_lot::Mutex;

const PHONE: &str = "37999990001";
const NAME: &str = "JOANA CANARIO DA SILVA";

fn alerted() -> serde_json::Value {
    with_alert(customer(1, NAME, PHONE), &["Rompimento de fibra"])
}

/// Everything logged by this process, at every level.
fn log() -> &'static Mutex<Vec<u8>> {
    static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    static START: std::sync::Once = std::sync::Once::new();
    START.call_once(|| {
        struct Sink;
        impl std::io::Write for Sink {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                LOG.lock().extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let everything = tracing::level_filters::LevelFilter::TRACE;
        let subscriber =
            tracing_subscriber::fmt().with_max_level(everything).with_writer(|| Sink).finish();
        tracing::subscriber::set_global_default(subscriber).expect("the first");
    });
    &LOG
}

#[tokio::test]
async fn no_fault_puts_personal_data_into_the_log() {
    let log = log();
    let faults = [
        Fault::Normal,
        Fault::BadJson,
        Fault::Empty,
        Fault::GzipBomb,
        Fault::HangUp,
        Fault::Html,
        Fault::Huge { bytes: 5_000_000 },
        Fault::HugeHeaders,
        Fault::Reset,
        Fault::ServerError,
        Fault::Silent,
        Fault::StatusError,
        Fault::Trace,
        Fault::Truncated,
        Fault::Unauthorized,
        Fault::Unavailable,
        Fault::WrongPassword,
        Fault::WrongTypes,
        Fault::Redirect { to: format!("http://127.0.0.1:9/?telefone={PHONE}"), status: 302 },
        Fault::Throttled { retry_after: RetryAfter::Body(1) },
    ];
    let mut tokens = Vec::new();
    for fault in faults {
        let sim = Sim::start(vec![alerted()]).await.expect("loopback");
        let app =
            TestApp::with(&sim, &format!("{}[lookup]\ndeadline_ms = 300\n", app::RULES)).await;
        if !matches!(fault, Fault::WrongPassword) {
            sim.set_token_fault(Fault::Normal);
        }
        sim.set_fault(fault);
        app.get(&format!("/asterisk?caller={PHONE}&did=3732227777")).await;
        app.get(&format!("/v1/lookup?caller=%2B55{PHONE}")).await;
        let form = format!("section=dialplan&Hunt-Context=bina&Caller-Caller-ID-Number=0{PHONE}");
        app.post("/freeswitch/dialplan", &form).await;
        app.post("/freeswitch/httapi", &format!("Caller-Caller-ID-Number={PHONE}")).await;
        for path in ["/cid", "/route", "/match", "/freeswitch/vars", "/prompts"] {
            app.get(&format!("{path}?caller={PHONE}")).await;
        }
        let agi = format!("agi_callerid: {PHONE}\nagi_callerid: {PHONE}\n\n{NAME}\n");
        app::exchange(app.agi, agi.as_bytes()).await;
        app.get(&format!("/wrong?caller={PHONE}")).await;
        app.get(&format!("/asterisk?cal={PHONE}")).await;
        tokens.extend(sim.requests().into_iter().filter_map(|request| request.bearer));
    }
    let text = String::from_utf8_lossy(&log.lock()).into_owned();
    assert!(text.contains("call answered") && text.contains("*********01"), "the log is caught");
    assert!(!tokens.is_empty());
    let who = Sim::start(vec![]).await.expect("loopback").credentials();
    let secrets =
        [PHONE, &PHONE[2..], NAME, "JOANA", "Rompimento de fibra", who.password, who.client_secret];
    let secrets = secrets.into_iter().chain(CANARIES).chain(tokens.iter().map(String::as_str));
    for secret in secrets {
        if let Some(at) = text.find(secret) {
            let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
            panic!("`{secret}` is in the log: {}", text[line..].lines().next().unwrap_or_default());
        }
    }
}
