//! Callers who are identified by what they type: a document or a customer code.

mod app;
#[allow(dead_code, reason = "shared with the tests of the directory")]
#[path = "directory/program.rs"]
mod program;

use std::time::{Duration, Instant};

use bina::simulator::{Fault, Sim, customer, with_alert};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::{RULES, TestApp};
use crate::program::Program;

const ANA: &str = "52998224725";
const FIRM: &str = "11222333000181";
/// The CPF of nobody here.
const NOBODY: &str = "11144477735";

fn owner(id: u64, document: &Value, phone: &str) -> Value {
    let mut customer = customer(id, "ANA DOCUMENTADA", phone);
    customer["cpf_cnpj"] = document.clone();
    customer
}

async fn sim() -> Sim {
    let ana = with_alert(owner(1, &json!(ANA), "37988240001"), &["Rompimento no Centro"]);
    let firm = owner(2, &json!("11.222.333/0001-81"), "3732221234");
    // Stored as a number, without its leading zeros.
    let short = owner(3, &json!(1_234_567_890_u64), "37988240003");
    let twice = [4, 5].map(|id| owner(id, &json!("39053344705"), "37988240004"));
    let [one, other] = twice;
    // The list has him, too, because his document ends like another one.
    let stranger = owner(6, &json!("99998224725"), "37988240006");
    Sim::start(vec![stranger, ana, firm, short, one, other]).await.expect("loopback")
}

async fn lookup(app: &TestApp, query: &str) -> Value {
    let reply = app.get(&format!("/v1/lookup?{query}")).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    serde_json::from_str(&reply.body).expect("JSON")
}

fn of<'a>(answer: &'a Value, key: &str) -> &'a str {
    answer[key].as_str().expect("a text")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_caller_hears_his_alert_by_document_or_code() {
    let sim = sim().await;
    let app = TestApp::start(&sim).await;
    for query in
        ["documento=529.982.247-25", "documento=52998224725", "codigo=1001", "codigo=001001"]
    {
        let answer = lookup(&app, &format!("caller=37999990000&{query}")).await;
        assert_eq!(of(&answer, "status"), "found", "{query}");
        assert_eq!(of(&answer, "prompt"), "bina/rompimento-fibra&bina/equipe-a-caminho");
        assert_eq!(of(&answer, "telefone"), "37999990000", "it stays the caller's");
        assert_eq!((of(&answer, "nome"), of(&answer, "codigo_cliente")), ("", "1001"), "{query}");
        assert_eq!((of(&answer, "matches"), of(&answer, "end")), ("1", "1"));
    }
    // The number of another customer does not matter, nor that there is none.
    for caller in ["3732221234", "", "anonymous"] {
        let answer = lookup(&app, &format!("caller={caller}&documento={ANA}")).await;
        assert_eq!((of(&answer, "status"), of(&answer, "alerta")), ("found", "1"), "{caller}");
    }
}

/// A PBX writes the address of a request that fails into its log.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_can_be_posted() {
    let sim = sim().await;
    let app = TestApp::start(&sim).await;
    for path in ["/asterisk", "/v1/lookup", "/freeswitch/vars"] {
        let form = format!("caller=%2B5537999990000&did=3732221000&documento={ANA}");
        app.get(&format!("{path}?{form}")).await;
        let posted = app.post(path, &form).await;
        let queried = app.get(&format!("{path}?{form}")).await;
        assert_eq!((posted.status, &posted.body), (200, &queried.body), "{path}");
        assert!(posted.body.contains("rompimento-fibra"), "{path}: {}", posted.body);
        // One of the two is the request.
        let mixed = app.post(&format!("{path}?documento={ANA}"), "caller=37999990000").await;
        assert!(mixed.body.contains("not_found"), "{path}: {}", mixed.body);
    }
    let long = format!("caller=1&documento={}", "9".repeat(300_000));
    assert_eq!(app.post("/v1/lookup", &long).await.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_has_to_own_the_document() {
    let sim = sim().await;
    let app = TestApp::start(&sim).await;
    for (query, status, code) in [
        (format!("documento={FIRM}"), "found", "1002"),
        ("documento=01234567890".to_owned(), "found", "1003"),
        ("documento=39053344705".to_owned(), "found", ""),
        (format!("documento={NOBODY}"), "not_found", ""),
        ("codigo=1".to_owned(), "not_found", ""),
        // Wrong check digits, letters on a keypad, nothing, too much.
        ("documento=52998224726".to_owned(), "invalid", ""),
        ("documento=12222345013335".to_owned(), "invalid", ""),
        ("documento=12ABC34501DE35".to_owned(), "invalid", ""),
        ("documento=".to_owned(), "invalid", ""),
        ("codigo=".to_owned(), "invalid", ""),
        ("codigo=4x".to_owned(), "invalid", ""),
        (format!("documento={ANA}&documento={ANA}"), "invalid", ""),
        (format!("documento={ANA}&codigo=1001"), "invalid", ""),
        ("documento=%zz".to_owned(), "invalid", ""),
    ] {
        let answer = lookup(&app, &format!("caller=37999990000&{query}")).await;
        assert_eq!(
            (of(&answer, "status"), of(&answer, "codigo_cliente")),
            (status, code),
            "{query}"
        );
        let prompt = of(&answer, "prompt");
        assert_eq!((prompt, of(&answer, "end")), ("", "1"), "{query}");
    }
    let asked: Vec<_> = sim.requests().iter().map(|request| request.path.clone()).collect();
    assert!(asked.len() >= 5, "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_interface_takes_a_document() {
    let sim = sim().await;
    let app = TestApp::start(&sim).await;
    let query = format!("caller=37999990000&documento={ANA}");
    let hash = app.get(&format!("/asterisk?{query}")).await.body;
    assert!(hash.starts_with("status=found&source=") && hash.ends_with("&end=1"), "{hash}");
    let vars = app.get(&format!("/freeswitch/vars?{query}")).await.body;
    assert!(vars.starts_with("bina_status=found|"), "{vars}");
    let httapi = app.get(&format!("/freeswitch/httapi?documento={ANA}")).await.body;
    assert!(
        httapi.contains("<bina_status>found</bina_status>") || httapi.contains("found"),
        "{httapi}"
    );
    let mut agi = TcpStream::connect(app.agi).await.expect("the listener");
    let environment = format!(
        "agi_network: yes\nagi_network_script: lookup?documento={ANA}\nagi_callerid: 37999990000\n\
         agi_threadid: 1\n\n"
    );
    agi.write_all(environment.as_bytes()).await.expect("written");
    let mut commands = String::new();
    agi.read_to_string(&mut commands).await.expect("read");
    assert!(commands.contains("SET VARIABLE BINA_STATUS \"found\""), "{commands}");
    // These answer about the number alone.
    for path in ["/cid", "/route", "/match"] {
        let body = app.get(&format!("{path}?{query}")).await.body;
        assert!(["", "none", "0"].contains(&body.trim()), "{path}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_returned_only_if_configured() {
    let sim = sim().await;
    let app = TestApp::with(&sim, &format!("{RULES}[identify]\nnames = true\n")).await;
    let answer = lookup(&app, &format!("caller=37999990000&documento={FIRM}")).await;
    assert_eq!(of(&answer, "nome"), "ANA DOCUMENTADA");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_caller_who_tries_thirty_is_limited_and_others_are_not() {
    let sim = sim().await;
    let app = TestApp::start(&sim).await;
    let mut statuses = Vec::new();
    for code in 5_000..5_030 {
        let answer = lookup(&app, &format!("caller=37999990000&codigo={code}")).await;
        statuses.push(of(&answer, "status").to_owned());
    }
    assert!(statuses[..6].iter().all(|status| status == "not_found"), "{statuses:?}");
    assert!(statuses[6..].iter().all(|status| status == "unavailable"), "{statuses:?}");
    let other = lookup(&app, &format!("caller=37999990001&documento={ANA}")).await;
    assert_eq!(of(&other, "status"), "found");
    let same = lookup(&app, "caller=37988240001").await;
    assert_eq!(of(&same, "status"), "found", "a lookup by number is not limited");
    let metrics = app.metrics_text();
    assert!(
        metrics.contains(r#"bina_identifications_total{by="code",result="limited"} 24"#),
        "{metrics}"
    );
    assert!(metrics.contains(r#"bina_calls_unavailable_total{reason="identify_limit"} 24"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_hubsoft_holds_nobody_and_what_was_found_answers_for_five_minutes() {
    let sim = sim().await;
    let app = TestApp::with(&sim, &format!("[lookup]\nfresh_s = 0\n{RULES}")).await;
    lookup(&app, &format!("caller=37999990000&documento={ANA}")).await;
    sim.set_fault(Fault::Silent);
    let start = Instant::now();
    let again = lookup(&app, &format!("caller=37999990000&documento={ANA}")).await;
    assert_eq!((of(&again, "status"), of(&again, "source")), ("found", "stale"));
    let other = lookup(&app, &format!("caller=37999990000&documento={FIRM}")).await;
    assert_eq!(of(&other, "status"), "unavailable");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

/// What was typed, in each form in which it might be written.
fn typed_forms() -> Vec<String> {
    let whole = [ANA, FIRM, NOBODY, "52998224726", "987654321", "4444555566667777"];
    let mut forms: Vec<_> = whole.iter().map(|typed| (*typed).to_owned()).collect();
    forms.extend(
        ["529.982.247", "529%2E982", "11.222.333", "52998224", "1122233300"].map(str::to_owned),
    );
    forms
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_written_nowhere() {
    let ana = with_alert(owner(987_653_321, &json!(ANA), "37988240001"), &["Rompimento"]);
    let firm = owner(2, &json!("11.222.333/0001-81"), "3732221234");
    let sim = Sim::start(vec![ana, firm]).await.expect("loopback");
    let folder = std::env::temp_dir().join(format!("bina-identify-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let state = format!(
        "[service]\nstate_folder = \"{}\"\n[identify]\ncaller_tries = 50\n",
        folder.display()
    );
    let mut program = Program::start("identify", &sim, &format!("{state}{RULES}"));
    let mut found = 0;
    for (at, fault) in
        [Fault::Normal, Fault::HangUp, Fault::StatusError, Fault::BadJson].iter().enumerate()
    {
        sim.set_lookup_fault(fault.clone());
        for (typed, _) in typed_forms().iter().zip(0..6) {
            for parameter in ["documento", "codigo"] {
                let caller = format!("3799999{at:04}");
                let answer = program.ask(&format!("{caller}&{parameter}={typed}")).await;
                found += usize::from(answer.contains("\"found\""));
            }
        }
        program.ask("37999990000&documento=529.982.247-25").await;
        program.ask("37999990000&documento=529%2E982%2E247-2").await;
    }
    assert!(found >= 3, "{found}");
    let mut written = vec![
        ("metrics".to_owned(), program.get("/metrics").await.into_bytes()),
        ("report".to_owned(), program.get("/v1/report?format=json").await.into_bytes()),
    ];
    assert!(program.has_logged("by=document") && program.has_logged("by=code"));
    program.stop();
    written.push(("log".to_owned(), program.log().into_bytes()));
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            written.push((path.display().to_string(), std::fs::read(&path).expect("a file")));
            files += 1;
        }
    }
    assert!(files >= 2, "the journal and its key");
    for (place, bytes) in written {
        for form in typed_forms() {
            let is_there = bytes.windows(form.len()).any(|part| part == form.as_bytes());
            assert!(!is_there, "{form} in {place}");
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
}
