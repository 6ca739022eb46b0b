//! Reads caller IDs by the settings of a trunk.

use std::time::Instant;

use bina::app::config::Config;
use bina::domain::call::{Call, StatedTrunk};
use bina::domain::phone::{Ddd, Phone};
use proptest::prelude::*;

use super::settings::read;

/// Columns: settings, presented, number or reason, note.
const TABLE: &str = include_str!("by_trunk.tsv");
/// An emptied or truncated table must not pass.
const ROWS_MIN: usize = 45;

/// What a call with the caller ID `presented` by the trunk `e1` is read as.
fn outcome(config: &Config, presented: &str) -> String {
    let call = Call::of(Some(presented.to_owned()), "test", Instant::now());
    let call = Call { trunk: StatedTrunk::of("e1"), ..call };
    match config.numbers.phone(&call) {
        Ok(phone) => phone.reveal().to_owned(),
        Err(reason) => reason.to_string(),
    }
}

fn trunk(settings: &str) -> Config {
    let text = format!("[[trunk]]\nname = \"e1\"\n{settings}\n");
    read(&text).unwrap_or_else(|invalid| panic!("{invalid}"))
}

#[test]
fn every_row_of_the_table_holds() {
    let rows: Vec<&str> = TABLE.lines().skip(1).collect();
    assert!(rows.len() >= ROWS_MIN, "only {} rows", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let [settings, presented, expected, note] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}: not four columns");
        };
        let config = trunk(&settings.replace("\\n", "\n"));
        let got = outcome(&config, presented);
        if got != expected {
            wrong.push(format!("{presented} by {settings}: {got}, not {expected}: {note}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong rows:\n{}", wrong.len(), wrong.join("\n"));
}

fn digits(lengths: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::char::range('0', '9'), lengths)
        .prop_map(|digits| digits.into_iter().collect())
}

/// Digits as trunks present them: random ones, and real numbers with digits around them.
fn presented() -> impl Strategy<Value = String> {
    prop_oneof![
        digits(1..=20),
        "[0-9]{0,2}(11|19|37|55|79|99)9?[2-9][0-9]{7}[0-9]?",
        "[0-9]?9?[2-9][0-9]{7}[0-9]?",
    ]
}

prop_compose! {
    /// The settings of a trunk, and the digits that they add.
    fn settings()(
        category in prop::sample::select(vec!["first", "last", "no"]),
        strip in prop_oneof![
            Just(String::new()),
            (1..=3_u8).prop_map(|count| format!("strip = {count}\n")),
            digits(1..=2).prop_map(|fixed| format!("strip = \"{fixed}\"\n")),
        ],
        prefix in prop_oneof![Just(String::new()), digits(1..=4)],
        ddd in prop::sample::select(vec!["", "11", "37", "99"]),
    ) -> (String, String, String) {
        let mut text = format!("category_digit = \"{category}\"\n{strip}no_old_mobiles = true\n");
        if !prefix.is_empty() {
            text += &format!("prefix = \"{prefix}\"\n");
        }
        if !ddd.is_empty() {
            text += &format!("default_ddd = \"{ddd}\"\n");
        }
        (text, prefix, ddd.to_owned())
    }
}

proptest! {
    #[test]
    fn a_number_has_only_digits_that_were_presented_or_configured(
        (settings, prefix, ddd) in settings(), presented in presented(),
    ) {
        let text = format!("[[trunk]]\nname = \"e1\"\n{settings}\n");
        // Some of these settings contradict each other.
        let Ok(config) = read(&text) else { return Ok(()) };
        let number = outcome(&config, &presented);
        if number.starts_with(|c: char| c.is_ascii_digit()) {
            // Its end was presented, in one piece; what is before that was configured.
            let is_made = (0..=number.len()).any(|at| {
                let (before, after) = number.split_at(at);
                let configured = format!("{ddd}{prefix}");
                presented.contains(after)
                    && (ddd.ends_with(before) || prefix.ends_with(before)
                        || configured.ends_with(before))
            });
            prop_assert!(is_made, "{number} of {presented} by {settings}");
            prop_assert!(Ddd::parse(&number[..2]).is_some());
            prop_assert!(Phone::parse(&number, None).is_ok());
        }
    }

    #[test]
    fn a_trunk_that_changes_nothing_reads_what_no_trunk_does(presented in presented()) {
        let config = trunk("");
        let plain = Phone::parse(&presented, None)
            .map_or_else(|reason| reason.to_string(), |phone| phone.reveal().to_owned());
        prop_assert_eq!(outcome(&config, &presented), plain);
    }
}
