//! Completes caller numbers that have no area code: `[numbers]`.

use std::collections::HashMap;

use crate::domain::call::{Call, Did};
use crate::domain::phone::{Ddd, NoNumber, Phone};
use crate::runtime::settings::{Marked, Place, Section};

/// The area codes for numbers without one.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    pub default_ddd: Option<Ddd>,
    pub default_ddd_by_did: HashMap<Did, Ddd>,
}

impl Numbers {
    /// Reads `[numbers]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let default_ddd = section.text_or_number("default_ddd");
        let default_ddd = default_ddd
            .and_then(|Marked { value, place }| ddd(section, place, "default_ddd", &value));
        Self { default_ddd, default_ddd_by_did: by_did(section) }
    }

    /// Parses the caller of `call`, or returns why there is no number to look up.
    pub fn phone(&self, call: &Call) -> Result<Phone, NoNumber> {
        let did_ddd = call.did.as_ref().and_then(|did| self.default_ddd_by_did.get(did)).copied();
        let caller = call.caller.as_deref().ok_or(NoNumber::Anonymous)?;
        Phone::parse(caller, did_ddd.or(self.default_ddd))
    }
}

fn by_did(section: &mut Section<'_>) -> HashMap<Did, Ddd> {
    const KEY: &str = "default_ddd_by_did";
    let mut by_did = HashMap::new();
    for (key, text) in section.map(KEY) {
        let did = Did::new(&key.value);
        if did.is_none() {
            let text = format!("`{}` is not a called number (expected digits)", key.value);
            section.report(key.place, format!("numbers.{KEY}: {text}"));
        }
        let ddd = ddd(section, key.place, KEY, &text);
        let previous = did.zip(ddd).and_then(|(did, ddd)| by_did.insert(did, ddd));
        if previous.is_some() {
            let text = format!("`{}` is there twice, in two spellings: keep one", key.value);
            section.report(key.place, format!("numbers.{KEY}: {text}"));
        }
    }
    by_did
}

fn ddd(section: &Section<'_>, place: Place, key: &str, text: &str) -> Option<Ddd> {
    let ddd = Ddd::parse(text);
    if ddd.is_none() {
        let path = section.path(key);
        let text = format!("{path}: `{text}` is not a Brazilian area code (expected e.g. \"37\")");
        section.report(place, text);
    }
    ddd
}
