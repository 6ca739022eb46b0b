//! Which texts are to be spoken: those of active alerts that a rule says the words of.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use tracing::warn;

use crate::domain::alert::{Alert, TextKey};
use crate::domain::prompt::Speak;
use crate::domain::speech_text::{Prepared, Refusal, prepare};
use crate::sources::alerts::{AlertOrigin, Board};

use super::render_key::RenderKey;
use super::{SpeechInputs, SpeechMetrics};

/// Maximum texts at a time; HubSoft's list has a handful.
pub(super) const TEXTS_MAX: usize = 100;

/// One text, and the rules that say it.
pub(super) struct WantedText {
    pub(super) text: TextKey,
    pub(super) rules: Vec<(Arc<str>, Arc<Speak>)>,
    /// The newest alert with this text, for the log.
    pub(super) origin: AlertOrigin,
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

/// The texts of all active alerts that a rule says the words of.
#[derive(Default)]
pub(super) struct WantedTexts {
    /// The newest first; those of alerts that may have ended, last.
    pub(super) texts: Vec<WantedText>,
    /// How many more there are, which are not spoken.
    pub(super) left_out: usize,
}

/// The texts to be spoken. A refusal is reported once: `before` are the texts that were wanted so far.
pub(super) fn wanted(
    board: &Board,
    inputs: &SpeechInputs,
    before: &WantedTexts,
    metrics: &SpeechMetrics,
) -> WantedTexts {
    let mut all = WantedTexts::default();
    let Some(engine) = &inputs.engine else { return all };
    let mut alerts: Vec<_> = board.alerts.iter().collect();
    alerts.sort_by_key(|active| (active.is_held, Reverse(active.seen)));
    let mut left_out = HashSet::new();
    for active in alerts {
        let Some(alert) = active.alert.as_deref() else { continue };
        let rules = inputs.rules.speaking(alert, active.rule.as_deref());
        let rules: Vec<_> = rules
            .filter_map(|rule| Some((Arc::clone(&rule.name), Arc::clone(rule.speak.as_ref()?))))
            .collect();
        if rules.is_empty() {
            continue;
        }
        let text = alert.text_key();
        if let Some(known) = all.texts.iter_mut().find(|known| known.text == text) {
            known.rules.extend(rules);
            continue;
        }
        if all.texts.len() >= TEXTS_MAX {
            left_out.insert(text);
            continue;
        }
        let prepared = prepared(alert, inputs);
        if let Err(refusal) = &prepared
            && !before.texts.iter().any(|known| known.text == text)
        {
            report_refusal(*refusal, &active.origin, metrics);
        }
        let render = prepared.ok().map(|text| (RenderKey::new(&text, engine.id()), text));
        all.texts.push(WantedText { text, rules, origin: active.origin.clone(), render });
    }
    all.left_out = left_out.len();
    if all.left_out > 0 && before.left_out == 0 {
        let count = all.left_out;
        warn!("{count} texts of alerts are not spoken: the {TEXTS_MAX} newest are");
    }
    all
}

/// The text of an alert as the engine is given it.
pub(super) fn prepared(alert: &Alert, inputs: &SpeechInputs) -> Result<Prepared, Refusal> {
    prepare(alert.reveal(), &inputs.settings.words)
}

fn report_refusal(refusal: Refusal, origin: &AlertOrigin, metrics: &SpeechMetrics) {
    metrics.refusals.count(refusal.label());
    warn!(
        alert = ?origin,
        reason = refusal.label(),
        "the text of an alert is not spoken, and its rule's play is heard: {refusal} (see `bina say`)"
    );
}
