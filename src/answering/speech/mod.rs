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
mod render_key;
mod settings;
mod spoken;
mod wanted;

use std::path::PathBuf;
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
use crate::runtime::metrics::size;
use crate::sources::alerts::{AlertBoard, Board};
use crate::sources::speech::{EngineError, EngineFailure, SpeechEngine};

use self::folder::SpeechFolder;
use self::recordings::Renders;
use self::render_key::RenderKey;
use self::wanted::{WantedText, wanted};

pub use self::metrics::SpeechMetrics;
pub use self::settings::{Settings, own_url};
pub use self::spoken::{RECORDINGS_PATH, SpokenAlerts, SpokenRecording};

/// How often the alerts are looked at.
const LOOKED_EVERY: Duration = Duration::from_millis(500);

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
    /// Notified when the inputs have changed.
    adjusted: Notify,
    metrics: SpeechMetrics,
}

/// What the task knows between two looks at the alerts.
#[derive(Default)]
struct SpeechWork {
    /// The inputs and the board that `wanted` is made from.
    seen: Option<(Arc<SpeechInputs>, Arc<Board>)>,
    wanted: Vec<WantedText>,
    renders: Renders,
}

/// What a look at the alerts shows.
struct Look {
    /// What is to be spoken next.
    next: Option<(RenderKey, Prepared)>,
    /// Recordings that are not kept any more.
    dropped: Vec<RenderKey>,
}

impl Speech {
    pub fn new(inputs: SpeechInputs, metrics: SpeechMetrics) -> Self {
        Self {
            inputs: Current::new(inputs),
            spoken: Current::new(SpokenAlerts::default()),
            work: Mutex::default(),
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

    /// Speaks texts until it is aborted.
    pub async fn keep(self: Arc<Self>) {
        loop {
            if self.pass().await {
                continue;
            }
            tokio::select! {
                () = sleep(LOOKED_EVERY) => {}
                () = self.adjusted.notified() => {}
            }
        }
    }

    /// Looks at the alerts, and speaks at most one text. Returns whether it has tried to.
    async fn pass(&self) -> bool {
        let inputs = self.inputs.now();
        let now = Instant::now();
        let Look { next, dropped } = self.look(&inputs, now);
        let folder = inputs.settings.folder.clone();
        if let Some(folder) = folder.clone().filter(|_| !dropped.is_empty()) {
            let removed = spawn_blocking(move || SpeechFolder::new(&folder).remove(&dropped));
            // What cannot be removed stays.
            let _ = removed.await;
        }
        let (Some((key, text)), Some(engine)) = (next, &inputs.engine) else { return false };
        let rendered = match stored(folder.clone(), key.clone()).await {
            Some(wav) => Ok(wav),
            None => self.rendered(engine.as_ref(), &text, folder, &key).await,
        };
        let problem = {
            let mut work = self.work.lock();
            match rendered {
                Ok(wav) => {
                    work.renders.add(key, wav, Instant::now());
                    None
                }
                Err(error) => work.renders.fail(key, Instant::now()).then_some(error),
            }
        };
        if let Some(error) = problem {
            warn!("an alert is not spoken, and its rule's play is heard: {error}");
        }
        true
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
        let dropped = renders.keep_for(wanted.iter().filter_map(WantedText::key), now);
        if renders.take_changes() || !is_same || !dropped.is_empty() {
            self.spoken.replace(SpokenAlerts::of(wanted, renders, &inputs.settings.base_url));
        }
        self.metrics.queue.set(size(renders.missing(wanted).count()));
        self.metrics.recordings.set(size(renders.count()));
        self.metrics.bytes.set(size(renders.bytes()));
        Look { next: renders.next(wanted, now), dropped }
    }

    /// Has the engine speak a text, and makes a telephone prompt of it.
    async fn rendered(
        &self,
        engine: &dyn SpeechEngine,
        text: &Prepared,
        folder: Option<PathBuf>,
        key: &RenderKey,
    ) -> Result<Vec<u8>, EngineError> {
        let start = Instant::now();
        let prompt = spoken_prompt(engine, text).await;
        self.metrics.renders.count(prompt.is_ok().into());
        match &prompt {
            Ok(wav) => {
                let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.metrics.seconds.observe(start.elapsed());
                info!(bytes = wav.len(), ms, "the text of an alert is spoken");
                if let Some(folder) = folder {
                    let (key, wav) = (key.clone(), wav.clone());
                    let saved = spawn_blocking(move || SpeechFolder::new(&folder).save(&key, &wav));
                    if let Ok(Err(problem)) = saved.await {
                        warn!("{problem}");
                    }
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

/// The recording that an earlier run has left in the folder, if there is one.
async fn stored(folder: Option<PathBuf>, key: RenderKey) -> Option<Vec<u8>> {
    let folder = folder?;
    let read = spawn_blocking(move || SpeechFolder::new(&folder).read(&key)).await;
    read.ok().flatten()
}
