//! Completes a caller's number with the area code it was dialled in: `[numbers]`.

use std::collections::HashMap;

use crate::domain::call::{Call, Did};
use crate::domain::phone::{Ddd, NoNumber, Phone};
use crate::runtime::settings::{Marked, Place, Section};

/// Which area code a number without one belongs to.
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

    /// Reads the caller of `call`, or says why there is nothing to look up.
    pub fn phone(&self, call: &Call) -> Result<Phone, NoNumber> {
        let own = call.did.as_ref().and_then(|did| self.default_ddd_by_did.get(did)).copied();
        let caller = call.caller.as_deref().ok_or(NoNumber::Anonymous)?;
        Phone::parse(caller, own.or(self.default_ddd))
    }
}

fn by_did(section: &mut Section<'_>) -> HashMap<Did, Ddd> {
    const KEY: &str = "default_ddd_by_did";
    let mut by_did = HashMap::new();
    for (did, text) in section.map(KEY) {
        let known = Did::new(&did.value);
        if known.is_none() {
            section.report(did.place, format!("numbers.{KEY}: a called number is blank"));
        }
        let ddd = ddd(section, did.place, KEY, &text);
        let before = known.zip(ddd).and_then(|(known, ddd)| by_did.insert(known, ddd));
        if before.is_some() {
            let text = "is there twice, spelled in two ways: keep one";
            section.report(did.place, format!("numbers.{KEY}: {} {text}", did.value));
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
