//! Reads the sections `[[trunk]]`.

use std::fmt::Display;

use crate::domain::call::{Did, StatedTrunk};
use crate::domain::phone::{CategoryDigit, Cut, Ddd, DigitRewriting};
use crate::runtime::language::Text;
use crate::runtime::settings::{Marked, Place, Section};

use super::placed::{PlacedTrunk, SettingPlaces};
use super::{Trunk, Trunks, problems, texts};

impl Trunks {
    /// Reads every `[[trunk]]` of `file`. `by_did` returns the area code of a called number elsewhere.
    pub fn read(file: &mut Section<'_>, by_did: impl Fn(&Did) -> Option<Ddd>) -> Self {
        let placed = file.read_each("trunk", trunk);
        problems::report(file, &placed, by_did);
        Self(placed.into_iter().map(|placed| placed.trunk).collect())
    }
}

fn trunk(section: &mut Section<'_>) -> PlacedTrunk {
    let mut places = SettingPlaces::default();
    let name = section.needed("name", texts::NAME_IT);
    let name = name.map_or_else(String::new, |name| {
        places.name = name.place;
        name.value
    });
    let (dids, did_place) = list(section, "did", texts::NOT_CALLED, Did::new);
    let (addresses, address_place) =
        list(section, "address", texts::NOT_AN_ADDRESS, StatedTrunk::address);
    (places.did, places.address) = (did_place, address_place);
    let words =
        [("first", CategoryDigit::First), ("last", CategoryDigit::Last), ("no", CategoryDigit::No)];
    let category = section.word("category_digit", &words, CategoryDigit::No);
    let (cut, strip) = strip(section);
    let rewriting = DigitRewriting { category, strip: cut, ..DigitRewriting::default() };
    let (rewriting, prefix) = prefix(section, rewriting, &mut places);
    let default_ddd = default_ddd(section, &mut places);
    let no_old_mobiles = section.flag_if_set("no_old_mobiles");
    // What is left of a number that came whole may look like an old mobile.
    let no_old_mobiles = no_old_mobiles.map_or_else(|| rewriting.cuts(), |flag| flag.value);
    let rewriting = DigitRewriting { no_old_mobiles, ..rewriting };
    let trunk = Trunk { name, dids, addresses, rewriting, default_ddd };
    let path = section.path("").trim_end_matches('.').to_owned();
    PlacedTrunk { trunk, places, path, prefix, strip }
}

/// Reads a text or a list of texts, each with `read`; reports with `problem` those that it cannot read.
fn list<T>(
    section: &mut Section<'_>,
    key: &'static str,
    problem: Text,
    read: impl Fn(&str) -> Option<T>,
) -> (Vec<T>, Place) {
    let Some(Marked { value: texts, place }) = section.texts(key) else {
        return (Vec::new(), Place::default());
    };
    let mut values = Vec::new();
    for text in texts {
        match read(&text) {
            Some(value) => values.push(value),
            None => {
                let parts: [(&str, &dyn Display); 2] =
                    [("path", &section.path(key)), ("text", &text)];
                section.report(place, problem.message(&parts));
            }
        }
    }
    (values, place)
}

fn strip(section: &mut Section<'_>) -> (Option<Cut>, Option<String>) {
    let Some(Marked { value, place }) = section.number_or_text("strip") else {
        return (None, None);
    };
    let (cut, text) = match value {
        Ok(count) => (Cut::of_count(count), None),
        Err(text) => (Cut::of_text(&text), Some(text)),
    };
    if cut.is_err() {
        let path = section.path("strip");
        section.report(place, texts::STRIP.message(&[("path", &path)]));
    }
    (cut.ok(), text)
}

fn prefix(
    section: &mut Section<'_>,
    rewriting: DigitRewriting,
    places: &mut SettingPlaces,
) -> (DigitRewriting, Option<String>) {
    let Some(Marked { value, place }) = section.text("prefix") else {
        return (rewriting, None);
    };
    places.prefix = place;
    match rewriting.prefixed(&value) {
        Ok(prefixed) => (prefixed, Some(value)),
        Err(_) => {
            let path = section.path("prefix");
            section.report(place, texts::PREFIX.message(&[("path", &path)]));
            (rewriting, None)
        }
    }
}

fn default_ddd(section: &mut Section<'_>, places: &mut SettingPlaces) -> Option<Ddd> {
    let Marked { value, place } = section.text_or_number("default_ddd")?;
    places.default_ddd = place;
    let ddd = Ddd::parse(&value);
    if ddd.is_none() {
        let parts: [(&str, &dyn Display); 2] =
            [("path", &section.path("default_ddd")), ("text", &value)];
        section.report(place, texts::NOT_A_DDD.message(&parts));
    }
    ddd
}
