//! `bina alert places`: lists the places that an alert may name.

use crate::cli::Failed;
use crate::cli::operation::{Operation, encoded, read_answer};
use crate::sources::alerts::{PLACES_LISTED_MAX, PlaceListing};

/// Requests the places of a kind, those whose names contain `name`.
pub(super) async fn requested(
    service: &Operation,
    kind: &str,
    name: &str,
) -> Result<Vec<String>, Failed> {
    let listed =
        service.get(&format!("/v1/places?kind={}&name={}", encoded(kind), encoded(name))).await?;
    Ok(lines(&read_answer(&listed)?))
}

/// A line for each place: its customers, and the name as an alert takes it.
fn lines(listing: &PlaceListing) -> Vec<String> {
    let places = listing.places.iter();
    let mut lines: Vec<String> =
        places.map(|place| format!("{:>8}  {}", place.customers, place.name)).collect();
    if lines.is_empty() {
        return vec![format!("no {} of this name: give less of it, or none", listing.kind)];
    }
    lines.insert(0, "customers name".to_owned());
    if listing.has_more {
        lines.push(format!(
            "these are the first {PLACES_LISTED_MAX}: name a part, e.g. `bina alert places {} \
             centro`",
            listing.kind
        ));
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
        assert_eq!(lines(&listing), ["customers name", "    1204  Jardim América (Betim)"]);
        listing.has_more = true;
        assert!(lines(&listing)[2].contains("first 100: name a part"), "{:?}", lines(&listing));
        listing.places.clear();
        assert_eq!(lines(&listing), ["no district of this name: give less of it, or none"]);
    }
}
