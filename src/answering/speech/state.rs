//! What has become of the words of an alert, for operators.

use crate::domain::alert::Alert;
use crate::domain::speech_text::Refusal;
use crate::runtime::metrics::Label;
use crate::sources::alerts::{AlertOrigin, SpeechEntry};

use super::Speech;
use super::render_key::RenderKey;
use super::wanted::{TEXTS_MAX, prepared};

impl Speech {
    /// The state of the words of an active alert; none if no rule says them, or no engine is configured.
    pub fn state_of(&self, origin: &AlertOrigin) -> Option<SpeechEntry> {
        let board = self.inputs.now().board.board();
        let active = board.alerts.iter().find(|active| active.origin == *origin)?;
        self.state(active.alert.as_deref()?, active.rule.as_deref())
    }

    /// The same of an alert with this text, which names that rule, if it names one.
    pub fn state(&self, alert: &Alert, rule: Option<&str>) -> Option<SpeechEntry> {
        let inputs = self.inputs.now();
        let engine = inputs.engine.as_ref()?;
        inputs.rules.speaking(alert, rule).next()?;
        Some(match prepared(alert, &inputs) {
            Ok(text) => self.state_of_text(alert, &RenderKey::new(&text, engine.id())),
            Err(refusal) => refused(refusal),
        })
    }

    fn state_of_text(&self, alert: &Alert, key: &RenderKey) -> SpeechEntry {
        let work = self.work.lock();
        let texts = &work.wanted.texts;
        let is_left_out =
            || texts.len() >= TEXTS_MAX && !texts.iter().any(|it| it.text == alert.text_key());
        let state = |state: &str| SpeechEntry { state: state.to_owned(), reason: None };
        match work.renders.failure(key) {
            _ if work.renders.get(key).is_some() => state("spoken"),
            Some(failure) => {
                let reason = Some(failure.word().to_owned());
                SpeechEntry { reason, ..state("failing") }
            }
            None if is_left_out() => state("left_out"),
            None => state("waiting"),
        }
    }
}

fn refused(refusal: Refusal) -> SpeechEntry {
    SpeechEntry { state: "refused".to_owned(), reason: Some(refusal.label().to_owned()) }
}
