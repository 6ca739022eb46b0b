//! Processes that an engine starts: none outlives the time limit, a shutdown, or the engine's own end.

use std::env::temp_dir;
use std::fs;
use std::path::PathBuf;
use std::process;
use std::time::{Duration, Instant};

use bina::domain::speech_text::{SpeechWords, prepare};
use bina::sources::speech::{EngineError, EngineFailure, engine};
use tokio::time::sleep;

use crate::server::config;

/// Where a script writes the number of a process that it has started; removed at the end.
struct Started(PathBuf);

impl Started {
    fn named(name: &str) -> Self {
        Self(temp_dir().join(format!("bina-started-{}-{name}", process::id())))
    }

    /// A script that starts a process beside itself, and then runs `rest`.
    fn script(&self, rest: &str) -> String {
        format!("sleep 30 & echo $! > {0}.new; mv {0}.new {0}; {rest}", self.0.display())
    }

    async fn is_there(&self) {
        while !self.0.exists() {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the process has ended. Whoever adopts it may reap it late.
    async fn has_ended(&self) -> bool {
        let id = fs::read_to_string(&self.0).expect("it was started");
        let stat = PathBuf::from("/proc").join(id.trim()).join("stat");
        for _ in 0..200 {
            let state = fs::read_to_string(&stat).unwrap_or_default();
            let state = state.rsplit(')').next().unwrap_or_default().trim_start().to_owned();
            if state.is_empty() || state.starts_with('Z') {
                return true;
            }
            sleep(Duration::from_millis(10)).await;
        }
        false
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

async fn spoken(script: &str, timeout_s: u32) -> Result<Vec<u8>, EngineError> {
    let words = serde_json::json!(["/bin/sh", "-c", script]);
    let speech = format!("command = {words}\ntimeout_s = {timeout_s}\n");
    let settings = config(&speech).speech.engine.expect("an engine");
    let text = prepare("Rompimento de fibra", &SpeechWords::default()).expect("a text");
    engine(&settings).expect("a program").speak(&text).await
}

#[tokio::test]
async fn what_a_script_has_started_is_ended_at_the_time_limit() {
    let started = Started::named("limit");
    let error = spoken(&started.script("wait"), 1).await.expect_err("it takes too long");
    assert_eq!(error.failure, EngineFailure::Timeout);
    assert!(started.has_ended().await, "a process of the engine is left");
}

#[tokio::test]
async fn what_a_script_has_started_is_ended_with_the_task() {
    let started = Started::named("task");
    let script = started.script("wait");
    let task = tokio::spawn(async move { spoken(&script, 30).await });
    started.is_there().await;
    task.abort();
    assert!(task.await.expect_err("it was aborted").is_cancelled());
    assert!(started.has_ended().await, "a process of the engine is left");
}

#[tokio::test]
async fn a_process_in_the_background_neither_delays_nor_outlives_a_good_recording() {
    let started = Started::named("background");
    let start = Instant::now();
    let wav = spoken(&started.script("printf RIFF"), 10).await.expect("it has spoken");
    assert_eq!(wav, b"RIFF");
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert!(started.has_ended().await, "a process of the engine is left");
}

#[tokio::test]
async fn what_the_background_still_writes_is_taken() {
    let script = "(sleep 0.1; printf FF) & printf RI";
    assert_eq!(spoken(script, 10).await.expect("it has spoken"), b"RIFF");
}
