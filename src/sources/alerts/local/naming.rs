//! Finds the place that somebody means by a name, or says why it is not clear which.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::domain::alert_text::fold;
use crate::domain::edit_distance::edit_distance;
use crate::sources::directory::{KnownPlaces, NamedPlace, PlaceKind};

/// Maximum suggestions, and choices, in a message.
const SHOWN_MAX: usize = 4;
/// Names whose lengths differ more are no typing errors of each other.
const LENGTH_GAP_MAX: usize = 3;

/// Why a name means no place.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PlaceNameError {
    #[error("no {} `{typed}`{}", .kind.word(), shown_nearest(.nearest))]
    Unknown { kind: PlaceKind, typed: String, nearest: Vec<String> },
    #[error(
        "several places are called `{typed}`: {question}: {}? (write it like `{example}`)",
        shown_choices(.choices)
    )]
    Ambiguous { typed: String, question: &'static str, choices: Vec<String>, example: String },
    #[error(
        "`{typed}` is the name of several entries of a table ({}), which the directory cannot tell \
         apart: name the interface or the equipment", .kind.word()
    )]
    Doubled { kind: PlaceKind, typed: String },
}

/// Finds the place that is called `typed`: by its name, or with where it is, in any punctuation.
pub(super) fn find_place(typed: &str, known: &KnownPlaces) -> Result<NamedPlace, PlaceNameError> {
    let kind = known.kind;
    let found = matching(typed, known);
    let Some(first) = found.first() else {
        let nearest = nearest(typed, known);
        return Err(PlaceNameError::Unknown { kind, typed: typed.to_owned(), nearest });
    };
    if known.is_doubled(&first[0]) {
        return Err(PlaceNameError::Doubled { kind, typed: typed.to_owned() });
    }
    for level in 0..first.len() {
        let names: BTreeSet<&str> = found.iter().map(|path| path[level].as_str()).collect();
        let stated: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        if stated.len() > 1 {
            return Err(ambiguous(typed, level, &stated, first, known));
        }
    }
    Ok(NamedPlace { kind, path: shortest(&found, known) })
}

/// The place in the words of the tables: `Jardim América (Betim)`.
pub(super) fn shown(path: &[String], known: &KnownPlaces) -> String {
    let names = path.iter().filter(|name| !name.is_empty()).map(|name| known.typed(name));
    let names: Vec<&str> = names.collect();
    match &names[..] {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [name, within @ ..] => format!("{name} ({})", within.join(", ")),
    }
}

/// The paths whose name it is; else those whose name and further parts it is.
fn matching<'a>(typed: &str, known: &'a KnownPlaces) -> Vec<&'a Vec<String>> {
    let folded = fold(typed);
    let is_named = |path: &&Vec<String>| {
        let is_address = known.kind == PlaceKind::Equipment && path[1] == folded;
        path[0] == folded || is_address && !folded.is_empty()
    };
    let named: Vec<_> = known.paths.iter().filter(is_named).collect();
    if !named.is_empty() {
        return named;
    }
    let words = words(&folded);
    let is_spelt = |path: &&Vec<String>| spellings(path).any(|spelling| spelling == words);
    known.paths.iter().filter(is_spelt).collect()
}

/// The ways to write a name together with where it is: `Centro, Betim`, `OLT 1: gpon 0/1`.
fn spellings(path: &[String]) -> impl Iterator<Item = String> {
    let forward = (1..=path.len()).map(|end| words(&path[..end].join(" ")));
    let backward = path.get(1).map(|within| words(&format!("{within} {}", path[0])));
    forward.chain(backward)
}

/// Letters and digits; everything else is a gap.
pub(super) fn words(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// As much of the path as tells the place from every other one, so that a customer whose registration
/// states less of it has it, too.
fn shortest(found: &[&Vec<String>], known: &KnownPlaces) -> Vec<String> {
    let levels = 0..found[0].len();
    let stated = |level: usize| found.iter().map(move |path| &path[level]).max();
    let whole: Vec<String> = levels.filter_map(stated).cloned().collect();
    let agrees = |path: &Vec<String>| {
        path.iter().zip(&whole).all(|(one, own)| one.is_empty() || own.is_empty() || one == own)
    };
    let is_enough = |end: &usize| {
        let beginning = &whole[..*end];
        known.paths.iter().filter(|path| path.starts_with(beginning)).all(agrees)
    };
    let mut end = (1..whole.len()).find(is_enough).unwrap_or(whole.len());
    while whole[..end].last().is_some_and(String::is_empty) {
        end -= 1;
    }
    whole[..end].to_vec()
}

fn ambiguous(
    typed: &str,
    level: usize,
    stated: &[&str],
    first: &[String],
    known: &KnownPlaces,
) -> PlaceNameError {
    let question = match (known.kind, level) {
        (PlaceKind::District, 1) => "in which city",
        (PlaceKind::Interface, 1) => "on which equipment",
        (_, 0) => "which one",
        (PlaceKind::City | PlaceKind::District, _) => "in which state",
        _ => "at which address",
    };
    let mut example: Vec<&str> = first[..level].iter().map(|name| known.typed(name)).collect();
    example.push(known.typed(stated[0]));
    // An address is a name of its equipment.
    let example = match known.kind {
        PlaceKind::Equipment => example[level..].join(""),
        PlaceKind::Interface if level == 1 => format!("{}: {}", example[1], example[0]),
        _ => example.join(", "),
    };
    let choices = stated.iter().map(|name| known.typed(name).to_owned()).collect();
    PlaceNameError::Ambiguous { typed: typed.to_owned(), question, choices, example }
}

/// The names that a typing error would make of it, the nearest first.
pub(super) fn nearest(typed: &str, known: &KnownPlaces) -> Vec<String> {
    let whole = words(&fold(typed));
    let name = words(&fold(typed.split([',', '(', ';']).next().unwrap_or_default()));
    let steps_max = (whole.chars().count() / 4).clamp(1, LENGTH_GAP_MAX);
    let distance = |path: &Vec<String>| {
        let own = words(&path[0]);
        let spelt = words(&path.join(" "));
        let pairs = [(&whole, &own), (&name, &own), (&whole, &spelt)];
        let steps = pairs.map(|(one, other)| edit_distance(one, other, LENGTH_GAP_MAX));
        steps.into_iter().min().unwrap_or(usize::MAX)
    };
    let near = known.paths.iter().map(|path| (distance(path), path));
    let mut near: Vec<_> = near.filter(|(steps, _)| *steps <= steps_max).collect();
    near.sort();
    near.dedup_by_key(|(_, path)| &path[..path.len().min(2)]);
    let nearest = near.into_iter().take(SHOWN_MAX);
    // The state says nothing new where the city is named.
    nearest.map(|(_, path)| shown(&path[..path.len().min(2)], known)).collect()
}

fn shown_nearest(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return " in the directory: write the name as HubSoft has it".to_owned();
    }
    let names: Vec<String> = nearest.iter().map(|name| quoted(name)).collect();
    format!("; nearest: {}", names.join(", "))
}

/// Quotes the name, not where it is.
fn quoted(shown: &str) -> String {
    match shown.split_once(" (") {
        Some((name, within)) => format!("`{name}` ({within}"),
        None => format!("`{shown}`"),
    }
}

fn shown_choices(choices: &[String]) -> String {
    let (shown, more) = choices.split_at(choices.len().min(SHOWN_MAX));
    if !more.is_empty() {
        return format!("{} or {} others", shown.join(", "), more.len());
    }
    match shown {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => shown.join(""),
    }
}

#[cfg(test)]
mod tests {
    use crate::sources::directory::{
        Builder, CityEntry, GenerationFacts, InterfaceEntry, Names, PhoneHasher, ScopeTables,
        WalkExtent,
    };

    use super::*;

    fn known(kind: PlaceKind) -> KnownPlaces {
        let city = |id, name: &str, state: &str, districts: &[&str]| CityEntry {
            id,
            name: name.to_owned(),
            states: [state.to_owned(), String::new()],
            ibge: None,
            districts: districts.iter().map(|name| (*name).to_owned()).collect(),
        };
        let interface = |id, name: &str, equipment: &str, address: &str| InterfaceEntry {
            id,
            name: name.to_owned(),
            equipment_id: id,
            equipment: equipment.to_owned(),
            address: address.to_owned(),
        };
        let tables = ScopeTables {
            cities: vec![
                city(1, "Betim", "MG", &["Centro", "Jardim América"]),
                city(2, "Contagem", "MG", &["Centro"]),
                city(3, "Bom Jesus", "MG", &["Olavo"]),
                city(4, "Bom Jesus", "PB", &["Olavo"]),
            ],
            interfaces: vec![
                interface(1, "gpon 0/1/3", "OLT-01", "10.0.0.1"),
                interface(2, "gpon 0/1/3", "OLT-02", "10.0.0.2"),
                interface(3, "gpon 0/1/4", "OLT-02", "10.0.0.2"),
                interface(4, "gpon 0/9/9", "OLT Sul", "10.0.0.3"),
                interface(5, "gpon 0/8/8", "OLT Sul", "10.0.0.4"),
            ],
            boxes: vec![(1, "CX-1".to_owned()), (2, "CX-2".to_owned()), (3, "cx-2".to_owned())],
            ..ScopeTables::default()
        };
        let builder = Builder::new(PhoneHasher::new(&[7; 32]), Names::Dropped);
        let facts = GenerationFacts { number: 1, made_at_s: 1, extent: WalkExtent::Whole };
        builder.finish(facts, None).known_places(&tables, kind)
    }

    fn found(kind: PlaceKind, typed: &str) -> String {
        match find_place(typed, &known(kind)) {
            Ok(place) => place.path.join("|"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_name_is_found_however_it_is_written_and_no_longer_than_needed() {
        for (kind, typed, path) in [
            (PlaceKind::City, "BETIM", "betim"),
            (PlaceKind::City, "Bom Jesus/PB", "bom jesus|pb"),
            (PlaceKind::City, "Bom Jesus (MG)", "bom jesus|mg"),
            (PlaceKind::District, " jardim  america ", "jardim america"),
            (PlaceKind::District, "Jardim América (Betim)", "jardim america"),
            (PlaceKind::District, "Centro, Contagem", "centro|contagem"),
            (PlaceKind::District, "Olavo, Bom Jesus, PB", "olavo|bom jesus|pb"),
            (PlaceKind::Equipment, "olt-01", "olt-01"),
            (PlaceKind::Equipment, "10.0.0.4", "olt sul|10.0.0.4"),
            (PlaceKind::Interface, "GPON 0/1/4", "gpon 0/1/4"),
            (PlaceKind::Interface, "OLT-02: gpon 0/1/3", "gpon 0/1/3|olt-02"),
            (PlaceKind::Interface, "gpon 0/1/3 (OLT-01)", "gpon 0/1/3|olt-01"),
            (PlaceKind::Box, "cx-1", "cx-1"),
        ] {
            assert_eq!(found(kind, typed), path, "{typed}");
        }
    }

    #[test]
    fn a_name_of_several_places_is_asked_back() {
        for (kind, typed, question) in [
            (
                PlaceKind::District,
                "Centro",
                "in which city: Betim or Contagem? (write it like `Centro, Betim`)",
            ),
            (
                PlaceKind::District,
                "Olavo",
                "in which state: MG or PB? (write it like `Olavo, Bom Jesus, MG`)",
            ),
            (
                PlaceKind::City,
                "bom jesus",
                "in which state: MG or PB? (write it like `Bom Jesus, MG`)",
            ),
            (
                PlaceKind::Interface,
                "gpon 0/1/3",
                "on which equipment: OLT-01 or OLT-02? (write it like `OLT-01: gpon 0/1/3`)",
            ),
            (
                PlaceKind::Equipment,
                "OLT Sul",
                "at which address: 10.0.0.3 or 10.0.0.4? (write it like `10.0.0.3`)",
            ),
            (PlaceKind::Box, "CX-2", "cannot tell apart: name the interface or the equipment"),
        ] {
            let error = found(kind, typed);
            assert!(error.ends_with(question), "{typed}: {error}");
        }
    }

    #[test]
    fn what_was_asked_back_can_be_written_as_the_question_says() {
        for (kind, typed) in [
            (PlaceKind::District, "Centro"),
            (PlaceKind::District, "Olavo"),
            (PlaceKind::City, "Bom Jesus"),
            (PlaceKind::Interface, "gpon 0/1/3"),
            (PlaceKind::Equipment, "OLT Sul"),
        ] {
            let known = known(kind);
            let Err(PlaceNameError::Ambiguous { example, .. }) = find_place(typed, &known) else {
                panic!("{typed}");
            };
            assert!(find_place(&example, &known).is_ok(), "{example}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        for (kind, typed, text) in [
            (
                PlaceKind::District,
                "Jardim Amérca",
                "no district `Jardim Amérca`; nearest: `Jardim América` (Betim)",
            ),
            (
                PlaceKind::District,
                "Jardim America, Contagm",
                "no district `Jardim America, Contagm`; nearest: `Jardim América` (Betim)",
            ),
            (PlaceKind::City, "Betin", "no city `Betin`; nearest: `Betim` (MG)"),
            (PlaceKind::City, "", "no city `` in the directory: write the name as HubSoft has it"),
            (
                PlaceKind::Pop,
                "Norte",
                "no pop `Norte` in the directory: write the name as HubSoft has it",
            ),
        ] {
            assert_eq!(found(kind, typed), text);
        }
    }
}
