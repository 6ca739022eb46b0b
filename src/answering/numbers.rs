//! Reads the caller's number of a call: `[numbers]`, and the trunk by which it came.

use std::collections::HashMap;
use std::fmt::Display;

use crate::answering::trunks::{Trunk, Trunks};
use crate::domain::call::{Call, Did};
use crate::domain::phone::{Ddd, NoNumber, Phone};
use crate::runtime::language::texts;
use crate::runtime::settings::{Marked, Place, Section};

texts! {
    NOT_A_DDD = "{path}: `{text}` não é um DDD (esperava-se p. ex. \"37\")", "{path}: `{text}` is not a Brazilian area code (expected e.g. \"37\")";
    NOT_CALLED = "numbers.{key}: `{text}` não é um número chamado (esperavam-se dígitos)", "numbers.{key}: `{text}` is not a called number (expected digits)";
    TWICE = "numbers.{key}: `{text}` está lá duas vezes, escrito de dois modos: deixe um", "numbers.{key}: `{text}` is there twice, in two spellings: keep one";
}

/// The area codes for numbers without one, and the trunks that present other digits than the caller's.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    pub default_ddd: Option<Ddd>,
    pub default_ddd_by_did: HashMap<Did, Ddd>,
    pub trunks: Trunks,
}

impl Numbers {
    /// Reads `[numbers]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let default_ddd = section.text_or_number("default_ddd");
        let default_ddd = default_ddd
            .and_then(|Marked { value, place }| ddd(section, place, "default_ddd", &value));
        Self { default_ddd, default_ddd_by_did: by_did(section), trunks: Trunks::default() }
    }

    /// The same with the trunks of `file`.
    pub fn with_trunks(self, file: &mut Section<'_>) -> Self {
        let trunks = Trunks::read(file, |did| self.default_ddd_by_did.get(did).copied());
        Self { trunks, ..self }
    }

    /// Parses the caller of `call`, or returns why there is no number to look up.
    pub fn phone(&self, call: &Call) -> Result<Phone, NoNumber> {
        self.phone_by(call, self.trunks.of(call))
    }

    /// The same for a call that came by `trunk`.
    pub fn phone_by(&self, call: &Call, trunk: Option<&Trunk>) -> Result<Phone, NoNumber> {
        let did_ddd = call.did.as_ref().and_then(|did| self.default_ddd_by_did.get(did)).copied();
        let caller = call.caller.as_deref().ok_or(NoNumber::Anonymous)?;
        let Some(trunk) = trunk else {
            return Phone::parse(caller, did_ddd.or(self.default_ddd));
        };
        let default_ddd = did_ddd.or(trunk.default_ddd).or(self.default_ddd);
        Phone::parse_rewritten(caller, default_ddd, &trunk.rewriting)
    }
}

fn by_did(section: &mut Section<'_>) -> HashMap<Did, Ddd> {
    const KEY: &str = "default_ddd_by_did";
    let mut by_did = HashMap::new();
    for (key, text) in section.map(KEY) {
        let did = Did::new(&key.value);
        if did.is_none() {
            let parts: [(&str, &dyn Display); 2] = [("key", &KEY), ("text", &key.value)];
            section.report(key.place, NOT_CALLED.message(&parts));
        }
        let ddd = ddd(section, key.place, KEY, &text);
        let previous = did.zip(ddd).and_then(|(did, ddd)| by_did.insert(did, ddd));
        if previous.is_some() {
            let parts: [(&str, &dyn Display); 2] = [("key", &KEY), ("text", &key.value)];
            section.report(key.place, TWICE.message(&parts));
        }
    }
    by_did
}

fn ddd(section: &Section<'_>, place: Place, key: &str, text: &str) -> Option<Ddd> {
    let ddd = Ddd::parse(text);
    if ddd.is_none() {
        let path = section.path(key);
        section.report(place, NOT_A_DDD.message(&[("path", &path), ("text", &text)]));
    }
    ddd
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &[]);
    }
}
