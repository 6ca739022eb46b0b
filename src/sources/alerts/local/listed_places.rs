//! Lists the places that a local alert may name, for operators.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::alert_text::fold;
use crate::sources::directory::{DirectoryView, KnownPlaces, NamedPlace, PlaceKind};

use super::naming::{find_place, nearest, shown, words};

/// Maximum places of a listing: the directory is scanned once for each.
pub const PLACES_LISTED_MAX: usize = 100;

/// Places of one kind, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceListing {
    pub kind: String,
    pub places: Vec<PlaceLine>,
    /// Whether there are more than are listed.
    pub has_more: bool,
}

/// A place, by a name that an alert may have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlaceLine {
    pub name: String,
    pub customers: u64,
}

/// The places of `kind` whose names contain `part`, which may be empty. It takes some time.
pub fn listed_places(view: &DirectoryView, kind: PlaceKind, part: &str) -> PlaceListing {
    let known = view.known_places(kind);
    let (places, has_more) = containing(&known, part, PLACES_LISTED_MAX);
    let line = |place: NamedPlace| PlaceLine {
        name: shown(&place.path, &known),
        customers: view.rows_in(&[place]).len() as u64,
    };
    let places = places.into_iter().map(line).collect();
    PlaceListing { kind: kind.word().to_owned(), places, has_more }
}

/// Names of places for somebody who is typing one: those that contain `part`, or else those that are spelt
/// like it; `most` at most.
pub fn nearest_places(
    view: &DirectoryView,
    kind: PlaceKind,
    part: &str,
    most: usize,
) -> Vec<String> {
    let known = view.known_places(kind);
    let (places, _) = containing(&known, part, most);
    if places.is_empty() {
        let mut names = nearest(part, &known);
        names.truncate(most);
        return names;
    }
    places.iter().map(|place| shown(&place.path, &known)).collect()
}

/// The first places that have `part` in their names, however it is written, and whether there are more. A
/// place that customers' registrations state more or less of is one.
fn containing(known: &KnownPlaces, part: &str, most: usize) -> (BTreeSet<NamedPlace>, bool) {
    let part = words(&fold(part));
    let mut places = BTreeSet::new();
    for path in known.paths.iter().filter(|path| words(&path.join(" ")).contains(&part)) {
        let Ok(place) = find_place(&shown(path, known), known) else { continue };
        if places.len() == most && !places.contains(&place) {
            return (places, true);
        }
        places.insert(place);
    }
    (places, false)
}
