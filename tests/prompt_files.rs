//! Prompt files as Asterisk reads them: `bina check`, `bina doctor` and `/prompts` agree.

mod app;
#[allow(dead_code, reason = "the tests of operation use the rest")]
#[path = "operation/served.rs"]
mod served;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bina::simulator::{Fault, Sim, printed_example};
use served::{File, Served};

const SOUND: [u8; 3_200] = [7; 3_200];

/// A WAV file: coding, channels and rate, parts in front of its sound, and the length it states.
fn wav(coding: u16, channels: u16, rate: u32, parts: &[&[u8]], length: u32) -> Vec<u8> {
    let mut head = b"WAVEfmt \x10\0\0\0".to_vec();
    head.extend(coding.to_le_bytes());
    head.extend(channels.to_le_bytes());
    head.extend(rate.to_le_bytes());
    head.extend((rate * 2).to_le_bytes());
    head.extend([2, 0, 16, 0]);
    head.extend(parts.concat());
    head.extend(b"data");
    head.extend(length.to_le_bytes());
    head.extend(SOUND);
    [b"RIFF", &(head.len() as u32).to_le_bytes()[..], &head].concat()
}

fn good() -> Vec<u8> {
    wav(1, 1, 8_000, &[], SOUND.len() as u32)
}

/// A folder of a test's own, with a configuration in front of `sim`; removed at its end.
struct Folder {
    path: PathBuf,
    sounds: Vec<String>,
}

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bina-prompts-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("ours");
        Self { path, sounds: Vec::new() }
    }

    fn put(&mut self, file: &str, bytes: &[u8], mode: u32) {
        let path = self.path.join(file);
        fs::write(&path, bytes).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
        let sound = file.split('.').next().expect("a name").to_owned();
        if !self.sounds.contains(&sound) {
            self.sounds.push(sound);
        }
    }

    /// The configuration's part that names the sounds.
    fn settings(&self) -> String {
        let lines = self.sounds.iter().map(|sound| format!("{sound} = \"{sound}\"\n"));
        format!("[prompts]\n{}", lines.collect::<String>())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Runs a command of bina about the files in `folder`; returns whether it succeeded, and its output.
fn examined(command: &str, file: &Path, folder: &Path) -> (bool, String) {
    let mut bina = Command::new(env!("CARGO_BIN_EXE_bina"));
    bina.env("LC_ALL", "C.UTF-8");
    bina.args([command, "-c"]).arg(file).arg("--sounds").arg(folder).stdin(Stdio::null());
    let output = bina.env_remove("CREDENTIALS_DIRECTORY").output().expect("it starts");
    let words = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&words).into_owned())
}

async fn sim() -> Sim {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    sim
}

/// Each file that Asterisk refuses, with what is reported of it.
fn refused() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let odd = [&b"LIST\x19\0\0\0"[..], &[b'x'; 25], &[0]].concat();
    let length = SOUND.len() as u32;
    vec![
        ("streamed", wav(1, 1, 8_000, &[], u32::MAX), "sox --ignore-length"),
        ("odd", wav(1, 1, 8_000, &[&odd], length), "`LIST` of 25 bytes"),
        ("extensible", wav(0xFFFE, 1, 8_000, &[], length), "WAVE_FORMAT_EXTENSIBLE"),
        ("alaw", wav(6, 1, 8_000, &[], length), "A-law"),
        ("fast", wav(1, 1, 96_000, &[], length), "is 96000 Hz"),
        ("wide", wav(1, 1, 16_000, &[], length), "only with the extension .wav16"),
        ("stereo", wav(1, 2, 8_000, &[], length), "2 channels"),
        ("empty", Vec::new(), "is empty"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_that_asterisk_refuses_are_reported_by_check_and_doctor_and_not_served() {
    let sim = sim().await;
    let mut folder = Folder::new("refused");
    folder.put("good.wav", &good(), 0o644);
    for (name, bytes, _) in refused() {
        folder.put(&format!("{name}.wav"), &bytes, 0o644);
    }
    let file = File::new("refused", &sim, &folder.settings());
    for command in ["check", "doctor"] {
        let (is_good, words) = examined(command, &file.0, &folder.path);
        assert!(!is_good, "{words}");
        for (name, _, expected) in refused() {
            let line = words.lines().find(|line| line.contains(&format!("prompt {name}:")));
            let line = line.unwrap_or_else(|| panic!("{command}: nothing of {name} in {words}"));
            assert!(line.contains(expected), "{command}: {line}");
        }
        assert!(!words.contains("prompt good:"), "{words}");
    }
    let text = fs::read_to_string(&file.0).expect("a file");
    let served_from = format!("[listen]\nprompts_folder = \"{}\"\n", folder.path.display());
    fs::write(&file.0, text.replacen("[listen]\n", &served_from, 1)).expect("a file");
    let served = Served::start(&file);
    let status = |name: &str| {
        let request = format!("GET /prompts/{name}.wav HTTP/1.0\r\n\r\n");
        let at = served.http;
        async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let mut stream = tokio::net::TcpStream::connect(at).await.expect("it listens");
            stream.write_all(request.as_bytes()).await.expect("it reads");
            let mut head = [0; 12];
            stream.read_exact(&mut head).await.expect("it answers");
            String::from_utf8_lossy(&head[9..]).into_owned()
        }
    };
    assert_eq!(status("good").await, "200");
    for (name, _, expected) in refused() {
        assert_eq!(status(name).await, "404", "{name}");
        assert!(served.has_logged(expected), "{}", served.log());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn siblings_that_asterisk_may_prefer_are_warned_of() {
    let sim = sim().await;
    let mut folder = Folder::new("siblings");
    for name in ["one.wav", "two.wav", "two.alaw", "three.wav", "three.wav16", "three.g722"] {
        folder.put(name, &good(), 0o644);
    }
    folder.put("four.wav", &good(), 0o644);
    folder.put("four.wav.bak", b"an editor's", 0o644);
    let file = File::new("siblings", &sim, &folder.settings());
    for command in ["check", "doctor"] {
        let (is_good, words) = examined(command, &file.0, &folder.path);
        assert!(is_good, "{words}");
        assert!(words.contains("two.wav there is two.alaw, which Asterisk plays"), "{words}");
        assert!(words.contains("three.wav there is three.g722, three.wav16,"), "{words}");
        assert!(!words.contains("prompt one:") && !words.contains("prompt four:"), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_folders_that_others_cannot_read_are_warned_of() {
    let sim = sim().await;
    let mut folder = Folder::new("modes");
    folder.put("open.wav", &good(), 0o644);
    folder.put("closed.wav", &good(), 0o600);
    let file = File::new("modes", &sim, &folder.settings());
    for command in ["check", "doctor"] {
        let (is_good, words) = examined(command, &file.0, &folder.path);
        assert!(is_good, "{words}");
        assert!(words.contains("closed.wav has mode 0600"), "{words}");
        assert!(words.contains("run `chmod a+r /"), "{words}");
        assert!(!words.contains("open.wav has mode"), "{words}");
    }
    fs::set_permissions(&folder.path, fs::Permissions::from_mode(0o700)).expect("ours");
    let (_, words) = examined("check", &file.0, &folder.path);
    assert!(words.contains("has mode 0700"), "{words}");
    assert!(words.contains("run `chmod a+x /"), "{words}");
}
