//! The words of alerts, spoken ahead of the calls.
//!
//! ```text
//! active alerts, rules --> wanted texts --> prepare --> engine --> level chain --> recordings
//!                                                                                      |
//! call: rule, text --> ready-made map --> playlist; none yet: the rule's `play`  <-----'
//! ```
//! Only texts of HubSoft's list and of local alerts are spoken, which concern many customers; a text that is
//! found on one customer may be about that person. A call reads the map, and waits for nothing. One text is
//! spoken at a time, and a recording is kept for an hour after its alert, because a PBX may fetch it late.

mod folder;
mod metrics;
mod recordings;
mod refused;
mod render_key;
mod settings;
mod spoken;
mod state;
mod texts;
mod wanted;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use crate::domain::prompt::Rules;
use crate::domain::speech_text::{Prepared, SpeechWords};
use crate::domain::telephone_audio::telephone_prompt;
use crate::runtime::current::Current;
use crate::runtime::metrics::{Label, size};
use crate::sources::alerts::{AlertBoard, AlertOrigin, Board};
use crate::sources::speech::{EngineError, EngineFailure, SpeechEngine};

use self::folder::SpeechFolder;
use self::recordings::{NextText, Renders};
use self::render_key::RenderKey;
use self::wanted::{WantedText, WantedTexts, wanted};

pub use self::metrics::SpeechMetrics;
pub use self::refused::refused;
pub use self::settings::{Settings, own_url};
pub use self::spoken::{RECORDINGS_PATH, SpokenAlerts};

/// How often the alerts are looked at.
const LOOKED_EVERY: Duration = Duration::from_millis(500);
/// How often the folder is looked after: opened if it was not there, and freed of what is old.
const TENDED_EVERY: Duration = Duration::from_secs(60);

/// What a reload may replace.
#[derive(Clone)]
pub struct SpeechInputs {
    pub settings: Settings,
    pub rules: Rules,
    pub board: Arc<dyn AlertBoard>,
    /// None while no engine is configured.
    pub engine: Option<Arc<dyn SpeechEngine>>,
}

/// Speaks the texts of alerts ahead of the calls.
pub struct Speech {
    inputs: Current<SpeechInputs>,
    spoken: Current<SpokenAlerts>,
    work: Mutex<SpeechWork>,
    folder: SpeechFolder,
    /// Notified when the inputs have changed.
    adjusted: Notify,
    metrics: SpeechMetrics,
}

/// What the task knows between two looks at the alerts.
#[derive(Default)]
struct SpeechWork {
    /// The inputs and the board that `wanted` is made from.
    seen: Option<(Arc<SpeechInputs>, Arc<Board>)>,
    wanted: WantedTexts,
    renders: Renders,
    /// The folder that was looked after, and when.
    tended: Option<(PathBuf, Instant)>,
}

/// A text that is to be spoken, and one of its alerts, for the log.
struct DueText {
    origin: AlertOrigin,
    key: RenderKey,
    text: Prepared,
}

/// What a look at the alerts shows.
struct Look {
    /// What is to be spoken next.
    next: Option<DueText>,
    /// What is not spoken yet.
    missing: Vec<RenderKey>,
    /// Recordings that are not kept any more.
    dropped: Vec<RenderKey>,
}

impl Speech {
    pub fn new(inputs: SpeechInputs, metrics: SpeechMetrics) -> Self {
        Self {
            inputs: Current::new(inputs),
            spoken: Current::new(SpokenAlerts::default()),
            work: Mutex::default(),
            folder: SpeechFolder::default(),
            adjusted: Notify::new(),
            metrics,
        }
    }

    /// Applies what a reload has changed. What has been spoken stays, unless the engine is another one.
    pub fn adjust(&self, inputs: SpeechInputs) {
        self.inputs.replace(inputs);
        self.adjusted.notify_one();
    }

    /// The provider's own words, for whoever tries a text.
    pub fn words(&self) -> Arc<SpeechWords> {
        Arc::clone(&self.inputs.now().settings.words)
    }

    /// What has been spoken so far; never blocks.
    pub fn spoken(&self) -> Arc<SpokenAlerts> {
        self.spoken.now()
    }

    /// Speaks texts until it is aborted. A reload does not wait for the engine: what it speaks just then
    /// is spoken again, if it is still wanted.
    pub async fn keep(self: Arc<Self>) {
        loop {
            let inputs = self.inputs.now();
            let pass = async {
                if !self.pass(&inputs).await {
                    sleep(LOOKED_EVERY).await;
                }
            };
            tokio::select! {
                () = pass => {}
                () = self.replaced(&inputs) => {}
            }
        }
    }

    /// Waits until other inputs than these apply.
    async fn replaced(&self, inputs: &Arc<SpeechInputs>) {
        while Arc::ptr_eq(inputs, &self.inputs.now()) {
            self.adjusted.notified().await;
        }
    }

    /// Looks at the alerts, and speaks at most one text. Returns whether it has tried to.
    async fn pass(&self, inputs: &Arc<SpeechInputs>) -> bool {
        let now = Instant::now();
        let Look { next, missing, dropped } = self.look(inputs, now);
        let folder = inputs.settings.folder.as_deref();
        if let Some(path) = folder {
            self.tend(path, dropped, now).await;
        }
        let (Some(due), Some(engine)) = (next, &inputs.engine) else { return false };
        // All that is on disk comes before anything that an engine has to speak.
        if folder.is_some() && self.restore(missing).await {
            return true;
        }
        let key = due.key.clone();
        let rendered = self.rendered(engine.as_ref(), &due, folder).await;
        let problem = {
            let mut work = self.work.lock();
            match rendered {
                Ok(wav) => {
                    work.renders.add(key, wav, Instant::now());
                    None
                }
                Err(error) => {
                    let is_new = work.renders.fail(key, error.failure, Instant::now());
                    is_new.then_some(error)
                }
            }
        };
        if let Some(error) = problem {
            warn!(
                alert = ?due.origin,
                reason = error.failure.word(),
                "an alert is not spoken, and its rule's play is heard: {error}"
            );
        }
        true
    }

    /// Takes what an earlier run has left in the folder; returns whether there was anything.
    async fn restore(&self, missing: Vec<RenderKey>) -> bool {
        let stored = self.folder.read(missing).await;
        let mut work = self.work.lock();
        let any = !stored.is_empty();
        for (key, wav) in stored {
            work.renders.add(key, wav, Instant::now());
        }
        any
    }

    /// Makes the map that calls read, and returns what is to be spoken next.
    fn look(&self, inputs: &Arc<SpeechInputs>, now: Instant) -> Look {
        let board = inputs.board.board();
        let mut work = self.work.lock();
        let is_seen = |(seen, of): &(Arc<SpeechInputs>, Arc<Board>)| {
            Arc::ptr_eq(seen, inputs) && Arc::ptr_eq(of, &board)
        };
        let is_same = work.seen.as_ref().is_some_and(is_seen);
        if !is_same {
            work.wanted = wanted(&board, inputs, &work.wanted, &self.metrics);
            work.seen = Some((Arc::clone(inputs), board));
        }
        let SpeechWork { wanted, renders, .. } = &mut *work;
        let dropped = renders.keep_for(wanted.texts.iter().filter_map(WantedText::key), now);
        if renders.take_changes() || !is_same || !dropped.is_empty() {
            self.spoken.replace(SpokenAlerts::of(
                &wanted.texts,
                renders,
                &inputs.settings.base_url,
            ));
        }
        self.metrics.left_out.set(size(wanted.left_out));
        self.metrics.queue.set(size(renders.missing(&wanted.texts).count()));
        self.metrics.recordings.set(size(renders.count()));
        self.metrics.bytes.set(size(renders.bytes()));
        let missing = renders.missing(&wanted.texts).map(|next| next.key.clone()).collect();
        let next = renders.next(&wanted.texts, now).map(|NextText { origin, key, text }| DueText {
            origin: origin.clone(),
            key: key.clone(),
            text: text.clone(),
        });
        Look { next, missing, dropped }
    }

    /// Looks after the folder, if that is due.
    async fn tend(&self, path: &Path, dropped: Vec<RenderKey>, now: Instant) {
        let kept = {
            let mut work = self.work.lock();
            let is_recent = |(of, at): &(PathBuf, Instant)| {
                of == path && now.duration_since(*at) < TENDED_EVERY
            };
            if dropped.is_empty() && work.tended.as_ref().is_some_and(is_recent) {
                return;
            }
            work.tended = Some((path.to_owned(), now));
            work.renders.keys()
        };
        self.folder.tend(path.to_owned(), dropped, kept, now).await;
    }

    /// Has the engine speak a text, and makes a telephone prompt of it.
    async fn rendered(
        &self,
        engine: &dyn SpeechEngine,
        due: &DueText,
        folder: Option<&Path>,
    ) -> Result<Vec<u8>, EngineError> {
        let start = Instant::now();
        let prompt = spoken_prompt(engine, &due.text).await;
        self.metrics.renders.count(prompt.is_ok().into());
        match &prompt {
            Ok(wav) => {
                let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.metrics.seconds.observe(start.elapsed());
                info!(alert = ?due.origin, bytes = wav.len(), ms, "the text of an alert is spoken");
                if folder.is_some() {
                    self.folder.save(due.key.clone(), wav.clone()).await;
                }
            }
            Err(error) => self.metrics.failures.count(error.failure),
        }
        prompt
    }
}

/// Speaks a text, and makes a telephone prompt of it. It computes on a thread of its own.
pub async fn spoken_prompt(
    engine: &dyn SpeechEngine,
    text: &Prepared,
) -> Result<Vec<u8>, EngineError> {
    let wav = engine.speak(text).await?;
    let prompt = spawn_blocking(move || telephone_prompt(&wav)).await;
    let unusable = |problem: String| {
        let text = format!("what the engine wrote cannot be used: {problem}");
        EngineError::new(EngineFailure::Audio, text)
    };
    match prompt {
        Ok(prompt) => prompt.map_err(|error| unusable(error.to_string())),
        Err(_) => Err(unusable("a bug of bina ended the level chain, see the log".to_owned())),
    }
}
