//! What is played in doubt, and what is kept of who was told: `[outage]`.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::prompt::Playlist;
use crate::runtime::settings::Section;

const DAY_S: u64 = 24 * 60 * 60;

/// What is played in doubt, and what is kept of who was told.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Played to callers whom an alert may concern, if it is set.
    pub hedged_prompt: Option<Arc<Playlist>>,
    /// Played to further callers from where an outage is suspected, if it is set.
    pub suspect_prompt: Option<Arc<Playlist>>,
    /// How long a caller counts as told of an alert; zero for never.
    pub told: Duration,
    /// How long the journal is kept.
    pub journal: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hedged_prompt: None,
            suspect_prompt: None,
            told: Duration::from_secs(3 * 60 * 60),
            journal: Duration::from_secs(30 * DAY_S),
        }
    }
}

impl Settings {
    /// Reads `[outage]`; `prompt` reads a setting that names a prompt, or is empty.
    pub fn read(
        section: &mut Section<'_>,
        mut prompt: impl FnMut(&mut Section<'_>, &'static str) -> Option<Arc<Playlist>>,
    ) -> Self {
        let default = Self::default();
        let hedged_prompt = prompt(section, "hedged_prompt");
        let suspect_prompt = prompt(section, "suspect_prompt");
        let told = section.seconds("told_s", 0..=DAY_S, default.told);
        let journal_days: u64 = section.number("journal_days", 1..=365, 30);
        let journal = Duration::from_secs(journal_days * DAY_S);
        Self { hedged_prompt, suspect_prompt, told, journal }
    }
}
