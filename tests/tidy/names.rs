//! Type names: each is unique in the crate, so that a name means one thing.

use std::collections::BTreeMap;

use regex_lite::Regex;

use crate::{none, sources};

/// Names that every module may have: a module reads its own section of the configuration into
/// `Settings`.
const PER_MODULE: [&str; 1] = ["Settings"];

#[test]
fn type_names_are_unique_in_the_crate() {
    let definition = Regex::new(r"(?m)^ *(?:pub(?:\([^)]*\))? )?(?:struct|enum|trait|union) (\w+)|^(?:pub(?:\([^)]*\))? )?type (\w+)")
        .expect("a pattern");
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources() {
        for found in definition.captures_iter(&source.text) {
            let name = found.get(1).or_else(|| found.get(2)).map_or("", |name| name.as_str());
            places.entry(name.to_owned()).or_default().push(source.path.clone());
        }
    }
    assert!(places.len() > 200, "the types are found: {}", places.len());
    places.retain(|name, paths| paths.len() > 1 && !PER_MODULE.contains(&name.as_str()));
    let wrong: Vec<_> =
        places.iter().map(|(name, paths)| format!("{name}: {}", paths.join(", "))).collect();
    none(&wrong);
}
