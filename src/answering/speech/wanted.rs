//! Which texts are to be spoken: those of active alerts that a rule says the words of.

use std::sync::Arc;

use tracing::warn;

use crate::domain::alert::{Alert, TextKey};
use crate::domain::prompt::Speak;
use crate::domain::speech_text::{Prepared, prepare};
use crate::sources::alerts::{AlertOrigin, Board};

use super::render_key::RenderKey;
use super::{SpeechInputs, SpeechMetrics};

/// Maximum texts at a time; HubSoft's list has a handful.
const TEXTS_MAX: usize = 100;

/// One text, and the rules that say it.
pub(super) struct WantedText {
    pub(super) text: TextKey,
    pub(super) rules: Vec<(Arc<str>, Arc<Speak>)>,
    /// None if the text is not spoken.
    render: Option<(RenderKey, Prepared)>,
}

impl WantedText {
    /// The key of its recording, unless the text is not spoken.
    pub(super) fn key(&self) -> Option<&RenderKey> {
        self.render.as_ref().map(|(key, _)| key)
    }

    /// What the engine is given for it.
    pub(super) fn render(&self) -> Option<&(RenderKey, Prepared)> {
        self.render.as_ref()
    }
}

/// The texts to be spoken, in the order of the alerts. A refusal is reported once: `before` are the texts
/// that were wanted so far.
pub(super) fn wanted(
    board: &Board,
    inputs: &SpeechInputs,
    before: &[WantedText],
    metrics: &SpeechMetrics,
) -> Vec<WantedText> {
    let Some(engine) = &inputs.engine else { return Vec::new() };
    let mut all: Vec<WantedText> = Vec::new();
    for active in &board.alerts {
        let Some(alert) = active.alert.as_deref() else { continue };
        let rules = inputs.rules.speaking(alert, active.rule.as_deref());
        let rules: Vec<_> = rules
            .filter_map(|rule| Some((Arc::clone(&rule.name), Arc::clone(rule.speak.as_ref()?))))
            .collect();
        if rules.is_empty() {
            continue;
        }
        let text = alert.text_key();
        if let Some(known) = all.iter_mut().find(|known| known.text == text) {
            known.rules.extend(rules);
            continue;
        }
        if all.len() >= TEXTS_MAX {
            warn!("more than {TEXTS_MAX} texts of alerts are to be spoken: the rest are not");
            break;
        }
        let is_known = before.iter().any(|known| known.text == text);
        let report = (!is_known).then_some((metrics, &active.origin));
        let render = prepared(alert, inputs, report);
        let render = render.map(|text| (RenderKey::new(&text, engine.id()), text));
        all.push(WantedText { text, rules, render });
    }
    all
}

/// The text as the engine is given it. A refusal is reported, if it is to be.
fn prepared(
    alert: &Alert,
    inputs: &SpeechInputs,
    report: Option<(&SpeechMetrics, &AlertOrigin)>,
) -> Option<Prepared> {
    match prepare(alert.reveal(), &inputs.settings.words) {
        Ok(text) => Some(text),
        Err(refusal) => {
            if let Some((metrics, origin)) = report {
                metrics.refusals.count(refusal.label());
                warn!(
                    alert = ?origin,
                    reason = refusal.label(),
                    "the text of an alert is not spoken, and its rule's play is heard: {refusal} (see \
                     `bina say`)"
                );
            }
            None
        }
    }
}
