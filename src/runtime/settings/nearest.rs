//! Suggests a known setting for an unknown one: one with a similar name, or the same in another
//! section.

use super::catalogue::Setting;
use super::place::Place;

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
pub(super) fn suggestion(unknown: &Unknown, settings: &[Setting]) -> Option<String> {
    let key = &unknown.key;
    let same = settings.iter().filter(|setting| setting.key == key && !setting.heading.is_empty());
    let mut headings =
        same.map(|setting| &setting.heading).filter(|heading| **heading != unknown.heading);
    if let (Some(heading), None) = (headings.next(), headings.next()) {
        return Some(format!("it belongs in {heading}"));
    }
    let near = unknown.expected.iter().map(|known| (distance(key, known), known));
    let near = near.filter(|(steps, known)| *steps <= 2 && *steps * 2 < known.len());
    let (_, nearest) = near.min_by_key(|(steps, _)| *steps)?;
    Some(format!("did you mean `{nearest}`?"))
}

/// The number of characters to insert, delete, replace or swap with the next one (edit distance).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // The distance is at least the difference in length.
    if one.len().abs_diff(other.len()) > 2 {
        return usize::MAX;
    }
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let changed = rows[i][j] + usize::from(a != b);
            let mut steps = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                steps = steps.min(rows[i - 1][j - 1] + 1);
            }
            row.push(steps);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::{Absent, SettingKind};
    use super::*;

    #[test]
    fn typing_errors_are_near_and_other_words_are_not() {
        for (one, other, steps) in [
            ("", "", 0),
            ("hubsft", "hubsoft", 1),
            ("rules", "rule", 1),
            ("clientid", "client_id", 1),
            ("lgo", "log", 1),
            ("ação", "acao", 2),
            ("fresh", "alert", 4),
            ("x", "freeswitch", usize::MAX),
        ] {
            assert_eq!(distance(one, other), steps, "{one} {other}");
            assert_eq!(distance(other, one), steps, "{other} {one}");
        }
    }

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
            suggestion(&unknown, &settings)
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
