//! Reports trunks that contradict themselves, each other, or other settings.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;

use crate::domain::call::{Did, StatedTrunk};
use crate::domain::phone::Ddd;
use crate::runtime::language::Text;
use crate::runtime::metrics::OTHER;
use crate::runtime::settings::{Place, Section};

use super::placed::PlacedTrunk;
use super::texts;

/// Longest name of a trunk; it is a label of metrics.
const NAME_BYTES_MAX: usize = 64;

/// Reports the problems of `trunks` to `file`.
pub(super) fn report(
    file: &Section<'_>,
    trunks: &[PlacedTrunk],
    by_did: impl Fn(&Did) -> Option<Ddd>,
) {
    trunks.iter().for_each(|placed| report_one(file, placed, &by_did));
    let names = trunks.iter().map(|placed| {
        (placed.trunk.name.to_ascii_lowercase(), placed.places.name, placed.path.as_str())
    });
    report_twice(file, names.filter(|(name, ..)| !name.is_empty()), texts::NAME_TWICE);
    let dids = trunks.iter().flat_map(|placed| {
        let place = placed.places.did;
        placed.trunk.dids.iter().map(move |did| (did.as_str(), place, placed.path.as_str()))
    });
    report_twice(file, dids, texts::DID_TWICE);
    let addresses = trunks.iter().flat_map(|placed| {
        let place = placed.places.address;
        placed.trunk.addresses.iter().map(move |one| (*one, place, placed.path.as_str()))
    });
    report_twice(file, addresses, texts::ADDRESS_TWICE);
}

/// Reports with `problem` each value that is there again: then it does not decide which trunk it is.
fn report_twice<'a, T: Eq + Hash + Display>(
    file: &Section<'_>,
    values: impl Iterator<Item = (T, Place, &'a str)>,
    problem: Text,
) {
    let mut seen: HashMap<T, &str> = HashMap::new();
    for (value, place, path) in values {
        if let Some(first) = seen.get(&value) {
            let parts: [(&str, &dyn Display); 3] =
                [("path", &path), ("value", &value), ("first", first)];
            file.report(place, problem.message(&parts));
        } else {
            seen.insert(value, path);
        }
    }
}

/// Reports what one trunk states that cannot be, or that contradicts itself.
fn report_one(file: &Section<'_>, placed: &PlacedTrunk, by_did: impl Fn(&Did) -> Option<Ddd>) {
    let PlacedTrunk { trunk, places, path, prefix, strip } = placed;
    if !trunk.name.trim().is_empty() && !is_name(&trunk.name) {
        let parts: [(&str, &dyn Display); 2] = [("path", path), ("name", &trunk.name)];
        file.report(places.name, texts::NAME.message(&parts));
    }
    if prefix.is_some() && prefix == strip {
        let parts: [(&str, &dyn Display); 2] =
            [("path", path), ("digits", &prefix.as_deref().unwrap_or_default())];
        file.report(places.prefix, texts::PUT_BACK.message(&parts));
    }
    let Some(own) = trunk.default_ddd else { return };
    if let Some(other) = prefix.as_deref().and_then(prefixed_ddd).filter(|other| *other != own) {
        let parts: [(&str, &dyn Display); 3] = [("path", path), ("ddd", &own), ("prefix", &other)];
        file.report(places.default_ddd, texts::DDD_AND_PREFIX.message(&parts));
    }
    for did in &trunk.dids {
        if let Some(other) = by_did(did).filter(|other| *other != own) {
            let parts: [(&str, &dyn Display); 4] =
                [("path", path), ("ddd", &own), ("other", &other), ("did", &did.as_str())];
            file.report(places.default_ddd, texts::DDD_BY_DID.message(&parts));
        }
    }
}

/// The area code with which each number of a trunk begins. 55 is the country's code, too.
fn prefixed_ddd(prefix: &str) -> Option<Ddd> {
    let ddd = Ddd::parse(prefix.strip_prefix('0').unwrap_or(prefix))?;
    (prefix != "55").then_some(ddd)
}

/// Whether `name` can be in a URL as it is, is no address, and is not the label of all others.
fn is_name(name: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(is_fit)
        && !name.eq_ignore_ascii_case(OTHER)
        && StatedTrunk::address(name).is_none()
}
