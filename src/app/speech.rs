//! The spoken alerts of an application: spoken by a task, and handed on at a reload.

use std::sync::Arc;

use tracing::error;

use crate::answering::speech::{Speech, SpeechInputs};
use crate::runtime::tasks::{Task, Tasks};
use crate::sources::alerts::AlertBoard;
use crate::sources::speech::engine;

use super::config::Config;
use super::metrics::AppMetrics;

/// Spoken alerts and the task that speaks them.
pub(super) struct KeptSpeech {
    pub(super) speech: Arc<Speech>,
    /// Ends with the last application that has them.
    _task: Task,
}

impl KeptSpeech {
    /// Speaks the alerts of `board` as `config` describes.
    pub(super) fn start(
        config: &Config,
        board: Arc<dyn AlertBoard>,
        tasks: &Tasks,
        metrics: &AppMetrics,
    ) -> Arc<Self> {
        let speech = Arc::new(Speech::new(inputs(config, board), metrics.speech.clone()));
        let kept = Arc::clone(&speech);
        let task = tasks.start("speech", move || Arc::clone(&kept).keep());
        Arc::new(Self { speech, _task: task })
    }

    /// The same, with the settings of `config`.
    pub(super) fn renewed(
        self: &Arc<Self>,
        config: &Config,
        board: Arc<dyn AlertBoard>,
    ) -> Arc<Self> {
        self.speech.adjust(inputs(config, board));
        Arc::clone(self)
    }
}

fn inputs(config: &Config, board: Arc<dyn AlertBoard>) -> SpeechInputs {
    let made = config.speech.engine.as_ref().map(engine).transpose();
    let engine = made.unwrap_or_else(|problem| {
        error!("alerts are not spoken: {problem}");
        None
    });
    SpeechInputs { settings: config.speech.clone(), rules: config.rules.clone(), board, engine }
}
