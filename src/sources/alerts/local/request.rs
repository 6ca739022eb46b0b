//! What an operator requests of local alerts, and why it is refused.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::sources::directory::PlaceKind;

use super::alert::{NAMES_MAX, TEXT_CHARS_MAX};
use super::end_time::EndTimeError;
use super::json::{minutes, names};
use super::naming::PlaceNameError;

/// A request to add an alert. Any of its scopes is enough for a caller to hear it.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertRequest {
    pub text: String,
    #[serde(rename = "city", deserialize_with = "names")]
    pub cities: Vec<String>,
    #[serde(rename = "district", deserialize_with = "names")]
    pub districts: Vec<String>,
    #[serde(deserialize_with = "names")]
    pub equipment: Vec<String>,
    #[serde(rename = "interface", deserialize_with = "names")]
    pub interfaces: Vec<String>,
    #[serde(rename = "box", deserialize_with = "names")]
    pub boxes: Vec<String>,
    #[serde(rename = "pop", deserialize_with = "names")]
    pub pops: Vec<String>,
    /// Called numbers.
    #[serde(rename = "did", deserialize_with = "names")]
    pub dids: Vec<String>,
    pub everyone: bool,
    /// The end, like `18:30` or `2026-12-01 08:00`, by the provider's clock.
    pub until: Option<String>,
    /// The end, counted from now.
    #[serde(deserialize_with = "minutes")]
    pub minutes: Option<u64>,
    /// The rule that chooses the prompt; without one, the text does.
    pub rule: Option<String>,
    /// Who requests it.
    pub by: String,
}

/// A request for another end of an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExtendRequest {
    pub id: String,
    pub until: Option<String>,
    #[serde(deserialize_with = "minutes")]
    pub minutes: Option<u64>,
    pub by: String,
}

impl AlertRequest {
    /// The names of places, by their kind.
    pub(super) fn places(&self) -> [(PlaceKind, &[String]); 6] {
        [
            (PlaceKind::City, &self.cities),
            (PlaceKind::District, &self.districts),
            (PlaceKind::Equipment, &self.equipment),
            (PlaceKind::Interface, &self.interfaces),
            (PlaceKind::Box, &self.boxes),
            (PlaceKind::Pop, &self.pops),
        ]
    }
}

impl fmt::Debug for AlertRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AlertRequest(masked)")
    }
}

/// Why a request is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum LocalAlertError {
    #[error("the alert has no text: say in a sentence what is the matter")]
    Blank,
    #[error("`{0}` is not a called number: write it like `3732221234` or `0800 777 1234`")]
    Did(String),
    #[error(transparent)]
    End(#[from] EndTimeError),
    #[error("no end is given: say `until` when, or how many `minutes`")]
    EndMissing,
    #[error(
        "{0} alerts have ended within a day, whose ids must not be used again yet: wait an hour"
    )]
    IdsUsed(usize),
    #[error("the text is longer than {TEXT_CHARS_MAX} characters: shorten it")]
    Long,
    #[error("the scope has more than {NAMES_MAX} names: use a larger kind of place, or two alerts")]
    Names,
    #[error(
        "places are looked up in the directory, which has no customers yet or is off: see `bina \
         directory status`; an alert for called numbers or for everyone needs no directory"
    )]
    NoDirectory,
    #[error(
        "the alert has no scope: name a city, district, equipment, interface, box, pop or did, or say \
         `everyone`"
    )]
    NoScope,
    #[error(transparent)]
    Place(#[from] PlaceNameError),
    #[error("there is no rule `{rule}`: {}", rules_shown(.known))]
    Rule { rule: String, known: Vec<String> },
    #[error("{0} local alerts are active, which is the limit: end one first (`bina alert list`)")]
    TooMany(usize),
    #[error(
        "no active alert has the id `{0}`: see `bina alert list` (HubSoft's alerts are ended in HubSoft)"
    )]
    UnknownId(String),
}

fn rules_shown(known: &[String]) -> String {
    if known.is_empty() {
        return "the configuration has none".to_owned();
    }
    format!("the configuration has {}", known.join(", "))
}
