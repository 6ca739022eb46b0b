//! `bina say`, and what `check` and `doctor` say of the engine.

use std::env::temp_dir;
use std::fs;
use std::path::PathBuf;
use std::process::{self, Command, Output, Stdio};

pub(crate) const FOUND: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/dialplan/sounds/pt_BR/bina/manutencao.wav");

/// A configuration file of this test's own, removed at its end.
struct Settings(PathBuf);

impl Settings {
    fn with(name: &str, speech: &str) -> Self {
        let path = temp_dir().join(format!("bina-say-{}-{name}.toml", process::id()));
        let text = format!(
            "[hubsoft]\nbase_url = \"http://127.0.0.1:1\"\ninsecure_http = true\nclient_id = \"1\"\n\
             client_secret = \"x\"\nusername = \"x\"\npassword = \"x\"\n[speech]\n{speech}"
        );
        fs::write(&path, text).expect("a file");
        Self(path)
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
        command.env("LC_ALL", "C.UTF-8");
        command.args(arguments).arg("-c").arg(&self.0).stdin(Stdio::null());
        let Output { status, stdout, stderr } = command.output().expect("it starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (status.code().unwrap_or(-1), text(&stdout), text(&stderr))
    }
}

impl Drop for Settings {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// An engine that always says the same.
fn engine(name: &str) -> Settings {
    Settings::with(
        name,
        &format!("command = [\"/bin/sh\", \"-c\", \"cat > /dev/null; cat {FOUND}\"]\n"),
    )
}

#[test]
fn a_text_is_shown_as_it_is_spoken_and_written_to_a_file() {
    let settings = engine("spoken");
    let wav = temp_dir().join(format!("bina-say-{}.wav", process::id()));
    let file = wav.to_str().expect("UTF-8");
    let (code, out, _) = settings.run(&["say", "ROMPIMENTO às 18h30", "-o", file]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("spoken as: Rompimento às dezoito horas e trinta.\n"), "{out}");
    assert!(out.contains("recording: ") && out.contains("-19.0 dBFS"), "{out}");
    assert!(fs::read(&wav).expect("it was written").starts_with(b"RIFF"));
    let (code, out, _) = settings.run(&["say", "ROMPIMENTO às 18h30", "-o", file, "--lang", "pt"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("falado como: Rompimento às dezoito horas e trinta.\n"), "{out}");
    assert!(out.contains("gravação: ") && out.contains(&format!("gravado em {file}\n")), "{out}");
    fs::remove_file(&wav).expect("it is ours");
}

#[test]
fn a_text_is_read_as_the_service_reads_it() {
    let text = "<b>ROMPIMENTO</b>&nbsp;total\n\n21/08/2023 15:49 - Ana";
    let (code, out, _) = engine("html").run(&["say", text]);
    assert_eq!(code, 0, "{out}");
    assert!(out.starts_with("spoken as: Rompimento total.\n"), "{out}");
}

#[test]
fn a_refusal_exits_with_3_a_failed_engine_with_1_and_none_with_2() {
    let settings = engine("refused");
    let (code, _, problem) = settings.run(&["say", "Pague em www.exemplo.com.br"]);
    assert_eq!(code, 3);
    assert!(problem.contains("not spoken (address)"), "{problem}");
    let failing = Settings::with("failing", "command = [\"/bin/false\"]\n");
    let (code, out, problem) = failing.run(&["say", "Rompimento"]);
    assert_eq!((code, &*out), (1, "spoken as: Rompimento.\n"));
    assert!(problem.contains("`/bin/false` ended with exit status: 1"), "{problem}");
    assert!(problem.contains("`echo teste | /bin/false > /tmp/x.wav`"), "{problem}");
    assert!(!problem.contains("the engine wrote"), "{problem}");
    let none = Settings::with("none", "");
    let (code, _, problem) = none.run(&["say", "Rompimento"]);
    assert_eq!(code, 2);
    assert!(problem.contains("[speech] names no engine: install rhvoice"), "{problem}");
}

#[test]
fn check_warns_of_a_program_that_is_not_there_and_wrong_settings_are_named() {
    let secret = "url = \"http://ana:SEGREDO@127.0.0.1:9/v1/audio/speech?key=SEGREDO\"\n";
    let (code, out, _) = Settings::with("secret", secret).run(&["check"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("http://127.0.0.1:9/v1/audio/speech (voice alloy)"), "{out}");
    assert!(!out.contains("SEGREDO"), "{out}");
    let missing = Settings::with("missing", "command = [\"bina-no-such-engine\"]\n");
    let (code, out, _) = missing.run(&["check"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("  speech      bina-no-such-engine\n"), "{out}");
    assert!(out.contains("there is no program `bina-no-such-engine`"), "{out}");
    for (speech, part) in [
        ("command = []\n", "speech.command"),
        ("command = \"RHVoice-test -o -\"\n", "write a list"),
        ("command = [\"x\"]\nurl = \"http://127.0.0.1:1/\"\n", "keep one of them"),
        ("url = \"127.0.0.1\"\n", "speech.url is not an address"),
        ("url = \"http://10.0.0.5:99999/v1\"\n", "speech.url: there is no port 99999"),
        ("base_url = \"http://10.0.0.5:99999/x/\"\n", "speech.base_url: there is no port 99999"),
        ("[listen]\nhttp = \"127.0.0.1:99999\"\n", "listen.http: there is no port 99999"),
        ("[listen]\nmetrics = \"[::1]:65536\"\n", "listen.metrics: there is no port 65536"),
        (
            "[speech.words]\ncto = \"caixa\"\nCTO = \"caixa\"\n",
            "it differs from `CTO` in capitals only",
        ),
        (
            "url = \"http://ana:x@127.0.0.1:1/\"\ntoken_file = \"/etc/hostname\"\n",
            "remove the user and password",
        ),
        ("base_url = \"http://10.0.0.5:8573/prompts\"\n", "`/` at its end"),
        ("folder = \"fala\"\n", "not an absolute path"),
        ("[speech.words]\nOLT = \"o 3\"\n", "speech.words: `OLT`"),
    ] {
        let (code, _, problem) = Settings::with("wrong", speech).run(&["check"]);
        assert_eq!(code, 2, "{speech}");
        assert!(problem.contains(part), "{speech}: {problem}");
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_reported_before_the_first_recording() {
    let file = temp_dir().join(format!("bina-say-{}-no-folder", process::id()));
    fs::write(&file, b"").expect("a file");
    let below = file.join("fala");
    for (folder, part) in [(&file, "is not a folder"), (&below, "create the folder above it")] {
        let speech = format!("command = [\"/bin/cat\"]\nfolder = \"{}\"\n", folder.display());
        let settings = Settings::with("folder", &speech);
        let (code, out, _) = settings.run(&["check"]);
        assert_eq!(code, 0, "{out}");
        assert!(out.contains("warning     speech.folder: "), "{out}");
        assert!(out.contains(part), "{out}");
    }
    fs::remove_file(&file).expect("it is ours");
}

const SPEAKING: &str = "[prompts]\nintro = \"intro\"\nfibra = \"fibra\"\n[[rule]]\nname = \"rompimento\"\n\
                        text = \"rompimento*\"\nplay = \"fibra\"\nspeak = [\"intro\", \"*\"]\n";

#[test]
fn check_shows_what_is_said_and_where_it_is_fetched() {
    let speech = format!("command = [\"/bin/cat\"]\n{SPEAKING}");
    let (code, out, _) = Settings::with("shown", &speech).run(&["check"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("says bina/intro&* once the alert's text (*) has been spoken\n"), "{out}");
    assert!(out.contains("speech      /bin/cat\n"), "{out}");
    assert!(
        out.contains("              fetched at http://127.0.0.1:8573/prompts/fala/\n"),
        "{out}"
    );
    assert!(!out.contains("warning     speech"), "{out}");
}

#[test]
fn check_warns_of_what_would_silence_spoken_alerts() {
    let command = "command = [\"/bin/cat\"]\n";
    let pbx = "[listen]\npbx = [\"10.0.0.9\"]\n[access]\nnetworks = [\"10.0.0.9\"]\n";
    let token = "url = \"http://10.0.0.7:8880/v1/audio/speech\"\ntoken_file = \"/etc/hostname\"\n";
    for (speech, part) in [
        (format!("{command}{SPEAKING}{pbx}"), "speech.base_url is an address of this machine"),
        (command.to_owned(), "no rule has speak"),
        (format!("{token}{SPEAKING}"), "speech.token_file is sent in plain text"),
        (SPEAKING.to_owned(), "a rule has speak, but"),
    ] {
        let (code, out, problem) = Settings::with("silent", &speech).run(&["check"]);
        assert_eq!(code, 0, "{speech}: {problem}");
        assert!(out.contains("warning     ") && out.contains(part), "{speech}: {out}");
    }
    let reached = format!("{command}base_url = \"http://10.0.0.5:8573/prompts/\"\n{SPEAKING}{pbx}");
    let local = format!("{}{SPEAKING}", token.replace("10.0.0.7", "127.0.0.1"));
    for speech in [reached, local] {
        let (_, out, _) = Settings::with("heard", &speech).run(&["check"]);
        assert!(!out.contains("warning     speech"), "{out}");
    }
}

#[test]
fn what_the_engine_complains_of_is_shown_without_what_a_terminal_would_interpret() {
    let script = "printf '\\n\\033[31mno voice \\303\\251\\n second line' >&2; exit 3";
    let speech = format!("command = {}\n", serde_json::json!(["/bin/sh", "-c", script]));
    let (code, _, problem) = Settings::with("complains", &speech).run(&["say", "Rompimento"]);
    assert_eq!(code, 1, "{problem}");
    assert!(problem.ends_with("\nthe engine wrote: [31mno voice é\n"), "{problem:?}");
    let long = "cat /dev/zero | tr '\\0' a | head -c 100000 >&2; exit 3";
    let speech = format!("command = {}\n", serde_json::json!(["/bin/sh", "-c", long]));
    let (_, _, problem) = Settings::with("complains-long", &speech).run(&["say", "Rompimento"]);
    assert!(problem.contains("wrote: aaaa") && problem.len() < 600, "{problem}");
}

#[test]
fn a_text_is_spoken_without_hubsofts_secrets() {
    let path = temp_dir().join(format!("bina-say-{}-secrets.toml", process::id()));
    let text = format!(
        "[hubsoft]\nbase_url = \"https://api.example.hubsoft.com.br\"\nclient_id = \"1\"\n\
         client_secret_file = \"/etc/bina/not-readable\"\nusername = \"x\"\n\
         password_file = \"/etc/bina/not-readable\"\n[speech]\n\
         command = [\"/bin/sh\", \"-c\", \"cat > /dev/null; cat {FOUND}\"]\n"
    );
    fs::write(&path, text).expect("a file");
    let settings = Settings(path);
    let (code, out, problem) = settings.run(&["say", "Rompimento"]);
    assert_eq!(code, 0, "{problem}");
    assert!(out.starts_with("spoken as: Rompimento.\n"), "{out}");
    let wrong = Settings::with("wrong-speech", "comand = [\"x\"]\n");
    let (code, _, problem) = wrong.run(&["say", "Rompimento"]);
    assert_eq!(code, 2);
    assert!(problem.contains("unknown setting `speech.comand`"), "{problem}");
}

#[test]
fn ctrl_c_ends_the_engine_too() {
    let started = temp_dir().join(format!("bina-say-{}-engine", process::id()));
    let script = format!("echo $$ > {0}.new; mv {0}.new {0}; exec sleep 30", started.display());
    let speech = format!("command = {}\n", serde_json::json!(["/bin/sh", "-c", script]));
    let settings = Settings::with("interrupted", &speech);
    let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
    command.env("LC_ALL", "C.UTF-8");
    command.args(["say", "Rompimento", "-c"]).arg(&settings.0);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    while !started.exists() {
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
    let interrupt = format!("kill -INT {}", child.id());
    Command::new("/bin/sh").args(["-c", &interrupt]).status().expect("a shell");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    let id = fs::read_to_string(&started).expect("it was started");
    fs::remove_file(&started).expect("it is ours");
    let stat = || fs::read_to_string(format!("/proc/{}/stat", id.trim())).unwrap_or_default();
    // A process that is killed takes a moment to end.
    for _ in 0..200 {
        if stat().is_empty() || stat().contains(") Z") {
            return;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
    panic!("the engine is left: {}", stat());
}

#[test]
fn doctor_has_the_engine_speak_a_sentence() {
    let (_, out, _) = engine("doctor").run(&["doctor"]);
    let line = out.lines().find(|line| line.contains(" speech ")).unwrap_or_default();
    assert!(line.contains("ok") && line.contains("spoke a sentence of "), "{out}");
    let failing = Settings::with("doctor-failing", "command = [\"/bin/false\"]\n");
    let (code, out, _) = failing.run(&["doctor"]);
    assert_eq!(code, 1, "{out}");
    let line = out.lines().find(|line| line.contains(" speech ")).unwrap_or_default();
    assert!(line.contains("/bin/false"), "{out}");
}
