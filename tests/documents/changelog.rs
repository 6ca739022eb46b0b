//! CHANGELOG.md: one section for each version, the newest first, and in each the four kinds of change.

use crate::read;

const KINDS: [&str; 4] = ["Breaking:", "New:", "Changed:", "Fixed:"];

#[test]
fn every_version_is_closed_but_the_newest() {
    let text = read("CHANGELOG.md");
    let heads: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let versions: Vec<_> = heads.iter().filter_map(|head| head.split_once(" - ")).collect();
    assert_eq!(versions.len(), heads.len(), "version and date: {heads:?}");
    let number = |version: &str| -> Vec<u32> {
        version.split('.').map(|part| part.parse().expect("a number")).collect()
    };
    assert!(versions.is_sorted_by(|newer, older| number(newer.0) > number(older.0)), "{heads:?}");
    for (version, date) in &versions[1..] {
        let is_date = date.len() == 10 && date.chars().all(|c| c.is_ascii_digit() || c == '-');
        assert!(is_date, "{version}: {date}");
    }
    let own = env!("CARGO_PKG_VERSION");
    assert!(versions.iter().any(|(version, _)| *version == own), "{own} has no section");
}

#[test]
fn every_change_is_of_one_of_four_kinds() {
    for section in read("CHANGELOG.md").split("\n## ").skip(1) {
        let (head, body) = section.split_once('\n').expect("a section");
        let starts = |line: &&str| !line.is_empty() && !line.starts_with([' ', '-']);
        let kinds: Vec<_> = body.lines().filter(starts).collect();
        let place = |kind: &str| KINDS.iter().position(|known| *known == kind);
        assert!(kinds.iter().all(|kind| place(kind).is_some()), "{head}: {kinds:?}");
        assert!(kinds.is_sorted_by_key(|kind| place(kind)), "{head}: {kinds:?}");
    }
}
