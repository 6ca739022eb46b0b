//! `bina alert places`: lists the places that an alert may name.

use std::fmt::Display;

use crate::cli::Failed;
use crate::cli::operation::{Operation, encoded, read_answer};
use crate::cli::texts;
use crate::runtime::language::Language;
use crate::sources::alerts::{PLACES_LISTED_MAX, PlaceListing};

/// Requests the places of a kind, those whose names contain `name`.
pub(super) async fn requested(
    service: &Operation,
    kind: &str,
    name: &str,
    language: Language,
) -> Result<Vec<String>, Failed> {
    let listed =
        service.get(&format!("/v1/places?kind={}&name={}", encoded(kind), encoded(name))).await?;
    Ok(lines(&read_answer(&listed)?, language))
}

/// A line for each place: its customers, and the name as an alert takes it.
fn lines(listing: &PlaceListing, language: Language) -> Vec<String> {
    let places = listing.places.iter();
    let mut lines: Vec<String> =
        places.map(|place| format!("{:>8}  {}", place.customers, place.name)).collect();
    let kind = &listing.kind;
    if lines.is_empty() {
        return vec![texts::PLACES_NONE.filled(language, &[("kind", kind)])];
    }
    lines.insert(0, texts::PLACES_HEADING.of(language).to_owned());
    if listing.has_more {
        let parts: [(&str, &dyn Display); 2] = [("max", &PLACES_LISTED_MAX), ("kind", kind)];
        lines.push(texts::PLACES_MORE.filled(language, &parts));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::alerts::PlaceLine;

    #[test]
    fn places_are_lines_with_their_customers() {
        let place = PlaceLine { name: "Jardim América (Betim)".to_owned(), customers: 1_204 };
        let mut listing =
            PlaceListing { kind: "district".to_owned(), places: vec![place], has_more: false };
        assert_eq!(
            lines(&listing, Language::English),
            ["customers name", "    1204  Jardim América (Betim)"]
        );
        listing.has_more = true;
        assert!(
            lines(&listing, Language::English)[2].contains("first 100: name a part"),
            "{:?}",
            lines(&listing, Language::English)
        );
        listing.places.clear();
        assert_eq!(
            lines(&listing, Language::English),
            ["no district of this name: give less of it, or none"]
        );
        let portuguese = lines(&listing, Language::Portuguese);
        assert!(portuguese[0].starts_with("nenhum lugar do tipo district "), "{portuguese:?}");
    }
}
