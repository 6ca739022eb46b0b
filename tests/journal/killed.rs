//! The real program, killed while it writes the journal: nothing but the last second is lost.

use std::fs;
use std::time::Duration;

use bina::simulator::Sim;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::app::{self, Reply};
use crate::program::{Program, bina};

const ROUNDS: u64 = 8;
const PROMPT: &str = "[prompts]\ngeral = \"aviso\"\n[general]\nprompt = \"geral\"\n";

async fn add_alert(program: &Program) -> String {
    let body = r#"{"text":"Falha geral","everyone":true}"#;
    let request = format!(
        "POST /v1/alerts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let reply = Reply::read(&app::exchange(program.metrics, request.as_bytes()).await);
    let change: Value = serde_json::from_str(&reply.body).expect("JSON");
    change["alert"]["id"].as_str().expect("an id").to_owned()
}

/// Calls until the alert is played, or is not any more.
async fn called_until(program: &Program, phone: &str, plays: bool) {
    let start = Instant::now();
    while program.ask(phone).await.contains("bina/aviso") != plays {
        assert!(start.elapsed() < Duration::from_secs(10), "{}", program.log());
        sleep(Duration::from_millis(20)).await;
    }
}

fn folder(name: &str) -> (std::path::PathBuf, String) {
    let folder = std::env::temp_dir().join(format!("bina-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let settings = format!(
        "[service]\nstate_folder = \"{}\"\n[limiter]\nrate = 1000\nburst = 1000\n[directory]\nenabled = false\n{PROMPT}",
        folder.display()
    );
    (folder, settings)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_loses_only_what_was_not_written_yet() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let (folder, settings) = folder("journal-killed");
    let mut written = 0;
    for round in 0..ROUNDS {
        let program = Program::start("journal-killed", &sim, &settings);
        let calls = |text: &str| {
            let report: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(report["problems"].as_array().map_or(0, Vec::len), 0, "{report}");
            report["calls"].as_u64().expect("a number")
        };
        let before = calls(&program.get("/v1/report?format=json").await);
        assert!(before >= written, "round {round}: {before} of {written}");
        for number in 0..40 {
            program.ask(&format!("379880{number:05}")).await;
        }
        written = calls(&program.get("/v1/report?format=json").await);
        assert_eq!(written, before + 40, "a report has what was called until then");
        for number in 0..round * 3 {
            program.ask(&format!("379880{number:05}")).await;
        }
        sleep(Duration::from_millis(round * 7_919 % 1_100)).await;
        program.kill();
    }
    let _ = fs::remove_dir_all(&folder);
}

const PURGED: &str = "37988000001";

/// Whether the purged number is left, and how many calls there are.
async fn left(program: &Program) -> (bool, u64) {
    let report = program.get("/v1/report?format=json").await;
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["problems"].as_array().map_or(0, Vec::len), 0, "{report}");
    let (code, _) = bina(program, &["forget", PURGED, "--verify"]);
    (code != 0, report["calls"].as_u64().expect("a number"))
}

/// A purge replaces a file whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_a_number_is_purged_leaves_the_old_or_the_new_file() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let (folder, settings) = folder("journal-purged");
    let mut program = Program::start("journal-purged", &sim, &settings);
    for _ in 0..30 {
        program.ask("37988000002").await;
    }
    for round in 0..ROUNDS {
        if left(&program).await.1 == 30 {
            for _ in 0..30 {
                program.ask(PURGED).await;
            }
        }
        assert_eq!(left(&program).await, (true, 60));
        let form = format!("number={PURGED}");
        let head = "POST /v1/forget HTTP/1.1\r\nHost: x\r\nContent-Length: 18\r\n\r\n";
        let mut stream = TcpStream::connect(program.metrics).await.expect("it listens");
        stream.write_all(format!("{head}{form}").as_bytes()).await.expect("it reads");
        sleep(Duration::from_micros(round * round * 197)).await;
        program.kill();
        program = Program::start("journal-purged", &sim, &settings);
        let names =
            fs::read_dir(&folder).expect("a folder").map(|one| one.expect("one").file_name());
        let unfinished = names.filter(|name| name.to_string_lossy().ends_with(".new"));
        assert_eq!(unfinished.count(), 0, "round {round}");
        let left = left(&program).await;
        assert!([(true, 60), (false, 30)].contains(&left), "round {round}: {left:?}");
    }
    let _ = fs::remove_dir_all(&folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_heard_a_wrong_alert_is_reported_also_when_the_service_has_ended() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let (folder, settings) = folder("journal-wrong");
    let mut program = Program::start("journal-wrong", &sim, &settings);
    program.ask("37988000001").await;
    let id = add_alert(&program).await;
    called_until(&program, "37988000002", true).await;
    let (code, ended) = bina(&program, &["alert", "end", &id]);
    assert_eq!(code, 0, "{ended}");
    called_until(&program, "37988000003", false).await;
    let (code, running) = bina(&program, &["report", "--alert", &id]);
    assert_eq!(code, 0, "{running}");
    let heard = running.lines().find(|line| line.starts_with("Who heard it: "));
    assert!(heard.is_some_and(|line| !line.contains(" 0 calls")), "{running}");
    assert!(!running.contains("37988"), "{running}");
    let portuguese = ["report", "--alert", &id, "--lang", "pt"];
    let (code, text) = bina(&program, &portuguese);
    assert!(code == 0 && text.contains("\nQuem ouviu: ") && text.contains("  chamadas "), "{text}");
    let csv = [&portuguese[..], &["--format", "csv"]].concat();
    let (_, portuguese) = bina(&program, &csv);
    let (code, table) = bina(&program, &["report", "--alert", &id, "--format", "csv"]);
    let rows: Vec<_> = table.lines().collect();
    assert_eq!((code, rows[0]), (0, "time,customer,caller,rule,prompt,district,again"));
    assert_eq!(portuguese, table, "a program reads the same in each language");
    assert!(rows[1].contains("\"bina/aviso\"") && rows[1].ends_with(",0"), "{table}");
    let (code, wrong) = bina(&program, &["report", "--since", "ontem"]);
    assert_eq!((code, wrong.contains("`ontem` is not a time")), (2, true), "{wrong}");
    assert_eq!(program.stop().0, Some(0));
    let (code, stopped) = bina(&program, &["report", "--alert", &id, "--format", "csv"]);
    assert_eq!((code, stopped), (0, table), "its files say the same");
    let _ = fs::remove_dir_all(&folder);
    let (code, missing) = bina(&program, &["report"]);
    assert!(code == 1 && missing.contains("no state folder"), "{missing}");
}
