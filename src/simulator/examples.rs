//! Checks the examples of the faults of a list against the type that reads them.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Each example is written as it is read, and each variant has one.
pub(super) fn check<F: DeserializeOwned>(examples: &[&str], to_json: impl Fn(&F) -> Value) {
    let error = serde_json::from_str::<F>(r#"{"fault":"none such"}"#).err().unwrap();
    let error = error.to_string();
    let variants: BTreeSet<_> = error.split('`').skip(1).step_by(2).skip(1).collect();
    let mut named = BTreeSet::new();
    for example in examples {
        let fault: F = serde_json::from_str(example).unwrap();
        let written: Value = serde_json::from_str(example).unwrap();
        assert_eq!(to_json(&fault), written);
        named.insert(written["fault"].as_str().unwrap().to_owned());
    }
    assert!(named.iter().map(String::as_str).eq(variants));
}
