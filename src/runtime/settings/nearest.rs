//! Suggests a known setting for an unknown one: one with a similar name, or the same in another
//! section.

use crate::domain::edit_distance::edit_distance;
use crate::runtime::language::Message;

use super::catalogue::Setting;
use super::place::Place;
use super::texts;

/// Maximum typing errors in the name of a setting.
const NEAR_MAX: usize = 2;

/// A setting that no module reads.
pub(super) struct Unknown {
    /// Its section heading, like `[lookup]`.
    pub(super) heading: String,
    pub(super) key: String,
    /// The full name, as used in messages.
    pub(super) path: String,
    pub(super) place: Place,
    /// The settings of its section.
    pub(super) expected: Vec<&'static str>,
}

/// A suggestion for `unknown`: the only one of that name among `settings`, or one with a similar
/// name in its own section.
pub(super) fn suggestion(unknown: &Unknown, settings: &[Setting]) -> Option<Message> {
    let key = &unknown.key;
    let same = settings.iter().filter(|setting| setting.key == key && !setting.heading.is_empty());
    let mut headings =
        same.map(|setting| &setting.heading).filter(|heading| **heading != unknown.heading);
    if let (Some(heading), None) = (headings.next(), headings.next()) {
        return Some(texts::BELONGS.message(&[("heading", heading)]));
    }
    let near = unknown.expected.iter().map(|known| (edit_distance(key, known, NEAR_MAX), known));
    let near = near.filter(|(steps, known)| *steps <= NEAR_MAX && *steps * 2 < known.len());
    let (_, nearest) = near.min_by_key(|(steps, _)| *steps)?;
    Some(texts::DID_YOU_MEAN.message(&[("nearest", nearest)]))
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::{Absent, SettingKind};
    use super::*;

    #[test]
    fn a_suggestion_has_the_same_or_a_similar_name() {
        let setting = |heading: &str, key| Setting {
            heading: heading.to_owned(),
            key,
            kind: SettingKind::Text,
            absent: Absent::Nothing,
        };
        let settings = [
            setting("[access]", "networks"),
            setting("[general]", "expose"),
            setting("[[rule]]", "expose"),
            setting("", "prompts"),
        ];
        let remedy = |key: &str, heading: &str| {
            let unknown = Unknown {
                heading: heading.to_owned(),
                key: key.to_owned(),
                path: key.to_owned(),
                place: Place::default(),
                expected: vec!["deadline_ms", "log", "rule"],
            };
            suggestion(&unknown, &settings).map(|message| message.to_string())
        };
        for (key, heading, expected) in [
            ("deadlin_ms", "[lookup]", Some("did you mean `deadline_ms`?")),
            ("networks", "", Some("it belongs in [access]")),
            ("networks", "[access]", None),
            ("expose", "[lookup]", None),
            ("prompts", "[lookup]", None),
            ("colour", "", None),
            ("xog", "", Some("did you mean `log`?")),
            ("x", "", None),
        ] {
            assert_eq!(remedy(key, heading).as_deref(), expected, "{key} below {heading}");
        }
    }
}
