//! What calls and PBXs read: the playlists of rules with the words of an alert, and the recordings.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::domain::alert::TextKey;
use crate::domain::prompt::Playlist;

use super::recordings::Renders;
use super::wanted::WantedText;

/// Where recordings are, below the address of recordings.
pub const RECORDINGS_PATH: &str = "fala/";

/// The rules that say a text, each with what it plays.
type SpokenRules = Vec<(Arc<str>, Arc<Playlist>)>;

/// What has been spoken so far.
#[derive(Default)]
pub struct SpokenAlerts {
    playlists: HashMap<TextKey, SpokenRules>,
    recordings: HashMap<String, Bytes>,
}

impl SpokenAlerts {
    pub(super) fn of(wanted: &[WantedText], renders: &Renders, base_url: &str) -> Self {
        let recordings = renders
            .iter()
            .map(|render| (render.name.as_str().to_owned(), render.bytes.clone()))
            .collect();
        let mut playlists: HashMap<_, SpokenRules> = HashMap::new();
        for wanted in wanted {
            let Some(render) = wanted.key().and_then(|key| renders.get(key)) else { continue };
            let url = format!("{base_url}{RECORDINGS_PATH}{}.wav", render.name.as_str());
            let lists = wanted.rules.iter().filter_map(|(rule, speak)| {
                Some((Arc::clone(rule), Arc::new(speak.playlist(&url)?)))
            });
            playlists.entry(wanted.text).or_default().extend(lists);
        }
        Self { playlists, recordings }
    }

    /// What the rule says for an alert with this text, if it has been spoken.
    pub fn playlist(&self, rule: &str, text: TextKey) -> Option<&Arc<Playlist>> {
        let rules = self.playlists.get(&text)?;
        rules.iter().find(|(name, _)| **name == *rule).map(|(_, playlist)| playlist)
    }

    /// The recording with this name, without its ending.
    pub fn recording(&self, name: &str) -> Option<Bytes> {
        self.recordings.get(name).cloned()
    }
}
