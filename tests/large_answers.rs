//! An answer of HubSoft cannot hurt: within the cap it costs neither other calls' time nor much memory.
//!
//! HubSoft is a process of its own here, as its memory is none of bina's.

mod app;

use std::fs;
use std::time::{Duration, Instant};

use app::{TestApp, field};
use bina::simulator::{Fault, Sim, customer};

const CACHED: &str = "3733330001";
const BODY_BYTES: usize = 4 * 1024 * 1024 - 1_024;

/// A body within the cap, of as many of `item` as fit, in the place of `mark`.
fn filled(frame: &str, mark: &str, item: &str) -> Vec<u8> {
    let (before, behind) = frame.split_once(mark).expect("it is there");
    let count = (BODY_BYTES - frame.len()) / (item.len() + 1);
    [before, &vec![item; count].join(","), behind].concat().into_bytes()
}

fn bodies(number: &str) -> Vec<(&'static str, Vec<u8>)> {
    let customers = r#"{"status":"success","clientes":[*]}"#;
    let one = r#"{"status":"success","clientes":[{"telefone_primario":"NUMBER",FIELD}]}"#;
    let field = |text: &str| one.replace("NUMBER", number).replace("FIELD", text);
    let own = r#"{"telefone_primario":"NUMBER"}"#.replace("NUMBER", number);
    vec![
        ("own customers", filled(customers, "*", &own)),
        ("empty customers", filled(customers, "*", "{}")),
        ("null customers", filled(customers, "*", "null")),
        ("services", filled(&field(r#""servicos":[*]"#), "*", "{}")),
        ("texts", filled(&field(r#""alerta":true,"alerta_mensagens":[*]"#), "*", "1")),
        (
            "text objects",
            filled(&field(r#""alerta":true,"alerta_mensagens":[*]"#), "*", r#"{"a":1}"#),
        ),
        ("numbered", filled(&field(r#""alerta":true,"alerta_mensagens":{*}"#), "*", r#""1":"a""#)),
        ("named", filled(&field(r#""alerta":true,"alerta_mensagens":{*}"#), "*", r#""a":"a""#)),
        (
            "one text",
            filled(&field(r#""alerta":true,"alerta_mensagens":["*"]"#), "*", "rompimento"),
        ),
        ("unknown fields", filled(&field(r#""x":[*]"#), "*", "[[]]")),
        ("heavy texts", filled(customers, "*", &heavy(number, "&amp;amp;lt;b ‹ Ã§Ã£o"))),
        ("heavy phones", filled(customers, "*", &crowded())),
    ]
}

/// A customer with as many long texts as are kept.
fn heavy(number: &str, text: &str) -> String {
    let texts = vec![format!("\"{}\"", text.repeat(25)); 64].join(",");
    format!(r#"{{"telefone_primario":"{number}","alerta":true,"alerta_mensagens":[{texts}]}}"#)
}

/// A customer whose phone fields hold a number in each of their digits.
fn crowded() -> String {
    format!(r#"{{"telefone_primario":"{}"}}"#, "1 ".repeat(6_500))
}

/// The status of a call that gets the body called `name`.
fn expected(name: &str) -> &'static str {
    match name {
        // More customers than were requested, and none of those read is the caller.
        "empty customers" | "null customers" => "unavailable",
        _ => "found",
    }
}

fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it is reported");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_within_the_cap_holds_calls_or_fills_the_memory() {
    let sim = Sim::start(vec![customer(1, "ANA", CACHED)]).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    let app = TestApp::with(&sim, "[lookup]\nfresh_s = 600\ndeadline_ms = 3000\n").await;
    assert_eq!(field(&app.asterisk(CACHED).await, "status"), "found");
    for index in 0..bodies("").len() {
        let number = &format!("37333300{}", 10 + index);
        let (name, body) = bodies(number).swap_remove(index);
        sim.set_lookup_fault(Fault::Answer { status: 200, headers: vec![], body });
        let before = resident_kib();
        let Seen { status, peak, slowest } = look(&app, number).await;
        let grown = peak.saturating_sub(before);
        println!("{name}: {status}, cached calls at most {slowest:?}, memory + {grown} KiB");
        // Reading these takes a debug build longer than a call waits.
        if !name.starts_with("heavy") {
            assert_eq!(status, expected(name), "{name}");
        }
        assert!(slowest < Duration::from_millis(200), "{name}: {slowest:?}");
        // The simulator's copy of the body and what is on its way are in this process, too.
        assert!(grown < 40 * 1024, "{name}: {grown} KiB");
    }
}

/// What was seen while a number was looked up.
struct Seen {
    status: String,
    /// The most memory.
    peak: u64,
    /// The longest of the calls that were answered from the cache.
    slowest: Duration,
}

async fn look(app: &TestApp, number: &str) -> Seen {
    let mut calling = std::pin::pin!(app.asterisk(number));
    let (mut peak, mut slowest) = (0, Duration::ZERO);
    loop {
        peak = peak.max(resident_kib());
        let call = Instant::now();
        let cached = async {
            let answer = app.asterisk(CACHED).await;
            (answer, call.elapsed())
        };
        tokio::select! {
            answer = &mut calling => {
                let status = field(&answer, "status").to_owned();
                return Seen { status, peak, slowest };
            }
            (answer, took) = cached => {
                assert_eq!(field(&answer, "source"), "cache");
                slowest = slowest.max(took);
            }
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
