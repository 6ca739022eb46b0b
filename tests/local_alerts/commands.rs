//! `bina alert` with a running service: what it prints, its exit codes, and what is logged.

use std::fs;

use bina::simulator::Sim;

use crate::program::{Program, bina};
use crate::scene::{Scene, settings};

const RULE: &str = "[prompts]\nqueda = \"queda\"\n[[rule]]\nname = \"queda\"\ntext = \"queda\"\nplay = \"queda\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_adds_lists_extends_and_ends_an_alert() {
    let scene = Scene::before_start("alert-commands").await;
    let program =
        Program::start("alert", &scene.sim, &format!("{}{RULE}", settings(&scene.folder, "")));
    program.when(|status| status.generation.as_ref().is_some_and(|it| it.is_whole)).await;
    let text = "Rompimento perto da CANARINHO-77";
    let add = [
        "alert",
        "add",
        text,
        "--district",
        "Centro (Monte do Canário)",
        "--for",
        "2h",
        "--rule",
        "queda",
    ];
    let (code, added) = bina(&program, &add);
    assert_eq!(code, 0, "{added}");
    assert!(added.contains("customers in this scope (district CENTRO (MONTE DO"), "{added}");
    let id = added.split('`').nth(1).expect("an id").to_owned();
    let (code, list) = bina(&program, &["alert", "list"]);
    assert!(code == 0 && list.contains(&id) && list.contains(text), "{list}");
    assert!(list.contains("rule queda  by ") && list.contains("(127.0.0.1)"), "{list}");
    let (code, extended) = bina(&program, &["alert", "extend", &id, "--for", "3h"]);
    assert!(code == 0 && extended.contains("(before: "), "{extended}");
    let (code, list) = bina(&program, &["alert", "list", "--lang", "pt"]);
    assert!(code == 0 && list.contains("regra queda  por "), "{list}");
    assert!(list.contains("      bairro CENTRO (MONTE DO"), "{list}");
    let json = ["alert", "list", "--json"];
    let (_, english) = bina(&program, &json);
    let (_, portuguese) = bina(&program, &[&json[..], &["--lang", "pt"]].concat());
    assert!(
        english.contains("\"scope\":\"district ") && portuguese.contains("\"scope\":\"district ")
    );
    assert_eq!(bina(&program, &["alert", "end", &id]), (0, format!("alert `{id}` ended\n")));
    let (code, list) = bina(&program, &["alert", "list"]);
    assert!(code == 0 && list.starts_with("no alert is active\n"), "{list}");
    assert!(program.has_logged("local alert ended"), "{}", program.log());
    let log = program.log();
    let added = log.lines().find(|line| line.contains("local alert added")).expect("a line");
    let scope = "scope=\"district CENTRO (MONTE DO";
    assert!(added.contains(scope) && added.contains(" from=127.0.0.1 "), "{added}");
    assert!(added.contains("rule=\"queda\""), "{added}");
    for event in ["local alert added", "local alert extended", "local alert ended"] {
        assert!(log.lines().any(|line| line.contains(event) && line.contains(&id)), "{log}");
    }
    assert!(!log.contains("CANARINHO-77"), "{log}");
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_command_exits_with_2_and_says_what_to_write() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let program =
        Program::start("alert-wrong", &sim, &format!("[directory]\nenabled = false\n{RULE}"));
    for (arguments, text) in [
        (&["add", "Falha"][..], "say --city, --district, "),
        (&["add", "Falha", "--city", "Betim"], "directory status"),
        (&["add", "Falha", "--everyone", "--until", "amanhã"], "is not a time"),
        (&["add", "Falha", "--everyone", "--for", "25h"], "more than 24 h"),
        (&["add", "Falha", "--everyone", "--rule", "outra"], "the configuration has queda"),
        (&["add", "Falha", "--everyone", "--until", "18:30", "--for", "2h"], "cannot be used"),
        (&["add", "Falha", "--everyone", "--for", "2d"], "more than 24 h"),
        (
            &["add", "Falha", "--everyone", "--until", "2026-12-05"],
            "add the time, like `2026-12-05 18:00`",
        ),
        (&["extend", "a2a2"], "say --until when, or --for how long"),
    ] {
        let (code, printed) = bina(&program, &[&["alert"], arguments].concat());
        assert_eq!(code, 2, "{arguments:?}: {printed}");
        assert!(printed.contains(text), "{arguments:?}: {printed}");
    }
    let (code, printed) = bina(&program, &["alert", "end", "a2a2"]);
    assert!(code == 1 && printed.contains("no active alert has the id `a2a2`"), "{printed}");
    let (code, printed) = bina(&program, &["alert", "add", "Falha geral", "--everyone"]);
    assert!(code == 0 && printed.contains("every caller hears it until 2"), "{printed}");
    assert!(printed.contains("warning: there is no state folder"), "{printed}");
    assert!(printed.contains("warning: it plays nothing: no rule matches its text"), "{printed}");
    let (_, printed) = bina(&program, &["alert", "add", "Queda geral", "--everyone"]);
    assert!(!printed.contains("plays nothing"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_service_or_its_listener_the_remedy_is_named() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let mut program = Program::start("alert-off", &sim, "");
    program.stop();
    let (code, printed) = bina(&program, &["alert", "list"]);
    assert!(code == 1 && printed.contains("systemctl start bina"), "{printed}");
    let file = fs::read_to_string(program.config()).expect("a file");
    let is_listener = |line: &str| line.starts_with("metrics = ");
    let lines = file.lines().map(|line| if is_listener(line) { "metrics = \"off\"" } else { line });
    fs::write(program.config(), lines.collect::<Vec<_>>().join("\n")).expect("written");
    let (code, printed) = bina(&program, &["alert", "list"]);
    assert!(code == 2 && printed.contains("listen.metrics is `off`"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_could_not_be_saved_is_saved_when_the_service_stops() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let folder = std::env::temp_dir().join(format!("bina-alert-stop-{}", std::process::id()));
    let settings = format!(
        "[service]\nstate_folder = \"{}\"\n[directory]\nenabled = false\n",
        folder.display()
    );
    let mut program = Program::start("alert-stop", &sim, &settings);
    let (_, added) = bina(&program, &["alert", "add", "Falha geral", "--everyone"]);
    let id = added.split('`').nth(1).expect("an id").to_owned();
    fs::create_dir(folder.join("local_alerts.new")).expect("a folder in the way");
    let (code, ended) = bina(&program, &["alert", "end", &id]);
    assert!(code == 0 && ended.contains("warning: a restart loses"), "{ended}");
    fs::remove_dir(folder.join("local_alerts.new")).expect("out of the way");
    assert_eq!(program.stop().0, Some(0));
    assert!(program.log().contains("local alerts are saved again"), "{}", program.log());
    drop(program);
    let program = Program::start("alert-stop", &sim, &settings);
    let (_, list) = bina(&program, &["alert", "list"]);
    assert!(list.starts_with("no alert is active\n"), "{list}");
    drop(program);
    let _ = fs::remove_dir_all(&folder);
}
