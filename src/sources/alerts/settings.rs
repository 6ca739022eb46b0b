//! Settings of the alert feed: `[alerts]`.

use std::time::Duration;

use crate::runtime::settings::Section;

/// Settings of the alert feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether HubSoft's list of alerts is read; unless it is set, each command decides.
    pub enabled: Option<bool>,
    /// How often it is read while nothing happens.
    pub poll: Duration,
    /// How long an alert without an end counts as certain after the list showed it last.
    pub age_max: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let (poll, age_max) = (Duration::from_secs(5), Duration::from_secs(900));
        Self { enabled: None, poll, age_max }
    }
}

impl Settings {
    /// Reads `[alerts]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let default = Self::default();
        Self {
            enabled: section.flag_if_set("enabled").map(|enabled| enabled.value),
            poll: section.seconds("poll_s", 1..=60, default.poll),
            age_max: section.seconds("age_max_s", 60..=86_400, default.age_max),
        }
    }
}
