//! Settings of the directory: `[directory]`.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use crate::domain::zone::{InvalidTime, TimeOfDay};
use crate::runtime::secret::Secret;
use crate::runtime::settings::Section;

use super::keys::{KEY_FILE_BYTES_MIN, check_key_file};
use super::texts;

/// At night, when few customers call and HubSoft has little to do.
const WALK_AT: &str = "03:00";
/// The systemd credential that holds the key.
const KEY_CREDENTIAL: &str = "directory_key";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Settings of the directory.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Whether the list of customers is read; unless it is set, each command decides.
    pub enabled: Option<bool>,
    /// Whether the names of customers are kept.
    pub names: bool,
    /// When the list is read each night, in the zone of HubSoft.
    pub walk_at: TimeOfDay,
    /// Customers of the first page; the size then adapts.
    pub page_rows: u32,
    /// Maximum share of the time in which a page is requested.
    pub duty_percent: u32,
    /// Maximum age of the file to be used after a restart.
    pub age_max: Duration,
    /// The secret of the file, if it is not HubSoft's client secret.
    pub key: Option<Secret>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: None,
            names: false,
            walk_at: walk_at_default(),
            page_rows: 200,
            duty_percent: 50,
            age_max: 14 * DAY,
            key: None,
        }
    }
}

impl Settings {
    /// Reads `[directory]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let default = Self::default();
        let age_max_days = section.number("age_max_days", 1..=90, 14);
        Self {
            enabled: section.flag_if_set("enabled").map(|enabled| enabled.value),
            names: section.flag("names"),
            walk_at: walk_at(section),
            page_rows: section.number("page_rows", 10..=500, default.page_rows),
            duty_percent: section.number("duty_percent", 1..=100, default.duty_percent),
            age_max: DAY * age_max_days,
            key: key(section),
        }
    }
}

/// Reads the time of the nightly walk.
fn walk_at(section: &mut Section<'_>) -> TimeOfDay {
    let text = section.text_or("walk_at", WALK_AT);
    text.value.parse().unwrap_or_else(|_: InvalidTime| {
        section.report(text.place, texts::WALK_AT.message(&[("text", &text.value)]));
        walk_at_default()
    })
}

fn walk_at_default() -> TimeOfDay {
    WALK_AT.parse().expect("a time of day")
}

/// Reads the secret of the file: from the file that `key_file` names, or from systemd's credential.
fn key(section: &mut Section<'_>) -> Option<Secret> {
    let named = section.text("key_file");
    let check = |_: &Path, text: &str| {
        check_key_file(text).map_err(|_| {
            let parts: [(&str, &dyn Display); 2] =
                [("bytes", &text.len()), ("min", &KEY_FILE_BYTES_MIN)];
            texts::KEY_SHORT.message(&parts)
        })
    };
    let read = match &named {
        Some(name) => section.secret_named("key_file", &name.value, check),
        None => {
            let path = section.folders().credential(KEY_CREDENTIAL)?;
            section.secret_credential("key_file", &path, check)
        }
    };
    let place = named.map_or_else(|| section.place(), |name| name.place);
    read.map_err(|problem| section.report(place, problem)).ok()
}
