//! Spoken alerts with a board that the test changes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bina::answering::speech::{Settings, Speech, SpeechInputs, SpeechMetrics};
use bina::domain::alert::{Alert, Scope};
use bina::domain::alert_text::AlertText;
use bina::domain::finding::Record;
use bina::domain::phone::Phone;
use bina::domain::prompt::{Phrase, Playlist, Rule, Rules, SoundForm, Speak, SpeakPart};
use bina::domain::speech_text::SpeechWords;
use bina::runtime::metrics::{Exposition, Registry};
use bina::sources::alerts::{ActiveAlert, AlertBoard, AlertEpoch, AlertOrigin, Board, Reach};
use bina::sources::speech::SpeechEngine;
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::engine::StubEngine;

pub(crate) const BASE_URL: &str = "http://127.0.0.1:8573/prompts/";

#[derive(Default)]
pub(crate) struct StubBoard(Mutex<Arc<Board>>);

impl AlertBoard for StubBoard {
    fn board(&self) -> Arc<Board> {
        Arc::clone(&self.0.lock())
    }

    fn observe(&self, _: &Phone, _: &Record, _: Instant) {}
}

pub(crate) struct Bench {
    pub(crate) engine: Arc<StubEngine>,
    pub(crate) speech: Arc<Speech>,
    pub(crate) inputs: SpeechInputs,
    board: Arc<StubBoard>,
    registry: Registry,
    task: JoinHandle<()>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A rule that says an introduction and the text of alerts with this word.
pub(crate) fn rule(word: &str) -> Rule {
    let form = SoundForm { prefix: "bina/".into(), suffix: String::new() };
    let parts = vec![SpeakPart::Sound("intro".to_owned()), SpeakPart::Text];
    Rule {
        name: word.into(),
        text: vec![Phrase::parse(word).expect("a word")],
        play: Arc::new(Playlist::new(&["geral"], &form, &form).expect("it is short")),
        speak: Some(Arc::new(Speak::new(parts, &form, &form))),
        ..Rule::default()
    }
}

pub(crate) fn alert(text: &str) -> Arc<Alert> {
    Arc::new(Alert::new(AlertText::new(text).expect("a text"), Scope::Carrier))
}

impl Bench {
    pub(crate) fn start(rules: Vec<Rule>) -> Self {
        Self::in_folder(rules, None)
    }

    pub(crate) fn in_folder(rules: Vec<Rule>, folder: Option<PathBuf>) -> Self {
        let engine = StubEngine::named("stub");
        let board = Arc::new(StubBoard::default());
        let settings = Settings {
            engine: None,
            base_url: BASE_URL.to_owned(),
            folder,
            words: Arc::new(SpeechWords::default()),
        };
        let inputs = SpeechInputs {
            settings,
            rules: Rules::new(rules, None),
            board: Arc::clone(&board) as Arc<dyn AlertBoard>,
            engine: Some(Arc::clone(&engine) as Arc<dyn SpeechEngine>),
        };
        let metrics = SpeechMetrics::default();
        let mut registry = Registry::default();
        metrics.register(&mut registry);
        let speech = Arc::new(Speech::new(inputs.clone(), metrics));
        let task = tokio::spawn(Arc::clone(&speech).keep());
        Self { engine, speech, inputs, board, registry, task }
    }

    /// The list of HubSoft has these texts, and no other.
    pub(crate) fn show(&self, texts: &[&str]) {
        let alerts = texts.iter().enumerate().map(|(at, text)| active(at as u64, text, None));
        self.publish(alerts.collect());
    }

    pub(crate) fn publish(&self, alerts: Vec<ActiveAlert>) {
        *self.board.0.lock() = Arc::new(Board { alerts, ..Board::default() });
    }

    /// What the rule plays for an alert with this text.
    pub(crate) fn played(&self, rule: &str, text: &str) -> Option<String> {
        let spoken = self.speech.spoken();
        spoken.playlist(rule, alert(text).text_key()).map(|list| list.asterisk.clone())
    }

    /// The recording in a playlist, fetched as a PBX does.
    pub(crate) fn recording(&self, playlist: &str) -> Option<Vec<u8>> {
        let url = playlist.split('&').find(|part| part.contains("://"))?;
        let name = url.strip_prefix(BASE_URL)?.strip_prefix("fala/")?.strip_suffix(".wav")?;
        self.speech.spoken().recording(name).map(|bytes| bytes.to_vec())
    }

    pub(crate) fn metrics(&self) -> String {
        self.registry.written(Exposition::Prometheus)
    }

    pub(crate) async fn pass(&self, seconds: f64) {
        // Threads that compute hold paused time back only while somebody waits for them.
        let end = tokio::time::Instant::now() + Duration::from_secs_f64(seconds);
        while tokio::time::Instant::now() < end {
            sleep(Duration::from_millis(100)).await;
        }
    }
}

pub(crate) fn active(id: u64, text: &str, rule: Option<&str>) -> ActiveAlert {
    ActiveAlert {
        origin: AlertOrigin::Hubsoft(id),
        epoch: AlertEpoch(id),
        alert: Some(alert(text)),
        rule: rule.map(Into::into),
        ends_at_s: None,
        is_end_default: false,
        seen: Instant::now(),
        absent_at: None,
        is_held: false,
        reach: Reach::Unplaced,
    }
}
