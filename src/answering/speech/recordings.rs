//! The recordings in memory, for how long they are kept, and which text is spoken next.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::domain::speech_text::Prepared;
use crate::sources::alerts::AlertOrigin;
use crate::sources::speech::EngineFailure;

use super::render_key::{AudioHash, RenderKey};
use super::wanted::WantedText;

/// A PBX may fetch a recording so long after its alert: the call may wait in a queue before.
pub(super) const KEPT: Duration = Duration::from_secs(60 * 60);
/// All recordings together; one takes 640 kB at most.
const BYTES_MAX: usize = 64 << 20;
/// First and longest pause before a text is tried again.
const PAUSE_MIN: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(300);

/// One recording.
pub(super) struct Render {
    pub(super) name: AudioHash,
    pub(super) bytes: Bytes,
    wanted_at: Instant,
}

/// A text that could not be spoken.
struct Setback {
    last: EngineFailure,
    failures: u32,
    due: Instant,
}

/// A text that is not spoken yet.
pub(super) struct NextText<'w> {
    pub(super) origin: &'w AlertOrigin,
    pub(super) key: &'w RenderKey,
    pub(super) text: &'w Prepared,
}

/// All recordings, and the texts that could not be spoken.
#[derive(Default)]
pub(super) struct Renders {
    all: HashMap<RenderKey, Render>,
    setbacks: HashMap<RenderKey, Setback>,
    has_changed: bool,
}

impl Renders {
    /// Adds what has been spoken.
    pub(super) fn add(&mut self, key: RenderKey, wav: Vec<u8>, now: Instant) {
        let name = AudioHash::of(&wav);
        self.setbacks.remove(&key);
        self.all.insert(key, Render { name, bytes: wav.into(), wanted_at: now });
        self.has_changed = true;
    }

    /// Notes that a text could not be spoken. Returns whether that is new.
    pub(super) fn fail(&mut self, key: RenderKey, last: EngineFailure, now: Instant) -> bool {
        let setback = self.setbacks.entry(key).or_insert(Setback { last, failures: 0, due: now });
        setback.last = last;
        let pause = PAUSE_MIN.saturating_mul(1 << setback.failures.min(16)).min(PAUSE_MAX);
        setback.failures += 1;
        setback.due = now + pause;
        setback.failures == 1
    }

    /// Keeps what is `wanted` now, and the rest for an hour; returns the keys that it has dropped.
    pub(super) fn keep_for<'w>(
        &mut self,
        wanted: impl Iterator<Item = &'w RenderKey>,
        now: Instant,
    ) -> Vec<RenderKey> {
        let wanted: Vec<_> = wanted.collect();
        for key in &wanted {
            if let Some(render) = self.all.get_mut(*key) {
                render.wanted_at = now;
            }
        }
        self.setbacks.retain(|key, _| wanted.contains(&key));
        let is_old = |render: &Render| now.duration_since(render.wanted_at) >= KEPT;
        let old = self.all.iter().filter(|(_, render)| is_old(render));
        let mut dropped: Vec<_> = old.map(|(key, _)| key.clone()).collect();
        let mut bytes = self.bytes();
        let mut by_age: Vec<_> = self.all.iter().filter(|(_, render)| !is_old(render)).collect();
        by_age.sort_by_key(|(_, render)| render.wanted_at);
        for (key, render) in by_age {
            if bytes > BYTES_MAX && !wanted.contains(&key) {
                bytes -= render.bytes.len();
                dropped.push(key.clone());
            }
        }
        dropped.iter().for_each(|key| {
            self.all.remove(key);
        });
        dropped
    }

    /// Whether recordings have been added since the last time.
    pub(super) fn take_changes(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    pub(super) fn get(&self, key: &RenderKey) -> Option<&Render> {
        self.all.get(key)
    }

    /// Why a text could not be spoken, the last time that it was tried.
    pub(super) fn failure(&self, key: &RenderKey) -> Option<EngineFailure> {
        self.setbacks.get(key).map(|setback| setback.last)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Render> {
        self.all.values()
    }

    /// The texts that are not spoken yet.
    pub(super) fn missing<'w>(
        &'w self,
        wanted: &'w [WantedText],
    ) -> impl Iterator<Item = NextText<'w>> {
        let renders = wanted.iter().filter_map(|wanted| {
            let (key, text) = wanted.render()?;
            Some(NextText { origin: &wanted.origin, key, text })
        });
        renders.filter(|next| !self.all.contains_key(next.key))
    }

    /// The text that is spoken next, if one is due: one that has failed least often, and of those the
    /// shortest. A long one keeps a slow engine busy beyond the time limit, and others would fail behind it.
    pub(super) fn next<'w>(
        &'w self,
        wanted: &'w [WantedText],
        now: Instant,
    ) -> Option<NextText<'w>> {
        if self.bytes() > BYTES_MAX {
            return None;
        }
        let is_due = |key: &RenderKey| self.setbacks.get(key).is_none_or(|one| one.due <= now);
        let failures = |key: &RenderKey| self.setbacks.get(key).map_or(0, |one| one.failures);
        let due = self.missing(wanted).filter(|next| is_due(next.key));
        due.min_by_key(|next| (failures(next.key), next.text.reveal().len()))
    }

    pub(super) fn keys(&self) -> HashSet<RenderKey> {
        self.all.keys().cloned().collect()
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.all.values().map(|render| render.bytes.len()).sum()
    }
}
