//! What spoken alerts count.

use crate::domain::speech_text::Refusal;
use crate::runtime::metrics::{ByLabel, ByWords, Gauge, Label, Registry, Seconds};
use crate::sources::speech::EngineFailure;

/// How an attempt to speak a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RenderResult {
    Failed,
    Spoken,
}

impl From<bool> for RenderResult {
    fn from(is_spoken: bool) -> Self {
        if is_spoken { Self::Spoken } else { Self::Failed }
    }
}

impl Label for RenderResult {
    const NAME: &'static str = "result";
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Failed, "failed"), (Self::Spoken, "spoken")];

    fn index(self) -> usize {
        self as usize
    }
}

/// What spoken alerts count.
#[derive(Clone, Debug)]
pub struct SpeechMetrics {
    pub(super) bytes: Gauge,
    pub(super) failures: ByLabel<EngineFailure>,
    pub(super) left_out: Gauge,
    pub(super) queue: Gauge,
    pub(super) recordings: Gauge,
    pub(super) refusals: ByWords<1>,
    pub(super) renders: ByLabel<RenderResult>,
    pub(super) seconds: Seconds,
}

impl Default for SpeechMetrics {
    fn default() -> Self {
        Self {
            bytes: Gauge::default(),
            failures: ByLabel::default(),
            left_out: Gauge::default(),
            queue: Gauge::default(),
            recordings: Gauge::default(),
            refusals: ByWords::beginning("reason", Refusal::LABELS),
            renders: ByLabel::default(),
            seconds: Seconds::of_work(),
        }
    }
}

impl SpeechMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Size of the spoken recordings in memory";
        registry.register("speech_bytes", help, &self.bytes);
        let help = "Attempts to speak a text that failed, by reason";
        registry.register("speech_failures", help, &self.failures);
        let help = "Texts of alerts that are not spoken because there are too many";
        registry.register("speech_left_out", help, &self.left_out);
        let help = "Texts of alerts that wait to be spoken";
        registry.register("speech_queue", help, &self.queue);
        let help = "Spoken recordings in memory";
        registry.register("speech_recordings", help, &self.recordings);
        let help = "Texts of alerts that are not spoken, by reason";
        registry.register("speech_refusals", help, &self.refusals);
        let help = "Time to speak a text and to make a telephone prompt of it";
        registry.register("speech_render_seconds", help, &self.seconds);
        let help = "Attempts to speak a text, by result";
        registry.register("speech_renders", help, &self.renders);
    }
}
