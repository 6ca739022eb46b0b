//! A trunk with the places of its settings in the file.

use crate::runtime::settings::Place;

use super::Trunk;

/// Where the settings of a trunk are in the file, for problems that concern several.
#[derive(Default)]
pub(super) struct SettingPlaces {
    pub(super) name: Place,
    pub(super) did: Place,
    pub(super) address: Place,
    pub(super) default_ddd: Place,
    pub(super) prefix: Place,
}

/// A trunk as it was read, and where.
pub(super) struct PlacedTrunk {
    pub(super) trunk: Trunk,
    pub(super) places: SettingPlaces,
    /// Its name in messages, like `trunk[2]`.
    pub(super) path: String,
    /// What `prefix` states.
    pub(super) prefix: Option<String>,
    /// What `strip` states, if it is a text.
    pub(super) strip: Option<String>,
}
