//! `bina say`, and what `check` and `doctor` say of the engine.

use std::env::temp_dir;
use std::fs;
use std::path::PathBuf;
use std::process::{self, Command, Output, Stdio};

const FOUND: &str =
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
    let none = Settings::with("none", "");
    let (code, _, problem) = none.run(&["say", "Rompimento"]);
    assert_eq!(code, 2);
    assert!(problem.contains("[speech] names no engine"), "{problem}");
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
        ("base_url = \"http://10.0.0.5:8573/prompts\"\n", "`/` at its end"),
        ("folder = \"fala\"\n", "not an absolute path"),
        ("[speech.words]\nOLT = \"o 3\"\n", "speech.words: `OLT`"),
    ] {
        let (code, _, problem) = Settings::with("wrong", speech).run(&["check"]);
        assert_eq!(code, 2, "{speech}");
        assert!(problem.contains(part), "{speech}: {problem}");
    }
}
