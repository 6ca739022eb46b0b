//! Walks the table of caller IDs and tries the rules behind it on random numbers.

use std::iter;

use proptest::prelude::*;

use bina::domain::phone::{Ddd, Kind, NoNumber, Phone};

/// Columns: input, default DDD, canonical number, class, candidates, note.
const TABLE: &str = include_str!("numbers/br_numbers.tsv");

/// An emptied or truncated table must not pass.
const ROWS_MIN: usize = 500;

#[test]
fn every_row_of_the_table_holds() {
    let rows: Vec<&str> = TABLE.lines().skip(1).collect();
    assert!(rows.len() >= ROWS_MIN, "only {} rows", rows.len());
    let wrong: Vec<String> = rows.iter().filter_map(|row| complaint(row)).collect();
    assert!(wrong.is_empty(), "{} wrong rows:\n{}", wrong.len(), wrong.join("\n"));
}

/// Returns what is wrong about a row, if anything.
fn complaint(row: &str) -> Option<String> {
    let [input, default_ddd, number, class, candidates, _note] =
        row.split('\t').collect::<Vec<_>>()[..]
    else {
        return Some(format!("{row}: not six columns"));
    };
    let default_ddd = (!default_ddd.is_empty()).then(|| ddd(default_ddd));
    let got = outcome(input, default_ddd);
    let wanted = [number, class, candidates].map(String::from);
    (got != wanted).then(|| format!("{row}\n  got {}", got.join(" ")))
}

fn outcome(input: &str, default_ddd: Option<Ddd>) -> [String; 3] {
    match Phone::parse(input, default_ddd) {
        Ok(phone) => [phone.reveal().into(), word(phone.kind()).into(), terms(phone).join(",")],
        Err(reason) => [String::new(), reason.to_string(), String::new()],
    }
}

#[test]
fn there_are_67_area_codes_and_nothing_else_is_one() {
    assert_eq!(ddds().count(), 67);
    for text in ["", "1", "011", "11 ", "+1", "1a", "１1", "00", "10", "5２"] {
        assert_eq!(Ddd::parse(text), None, "{text:?}");
    }
    assert_eq!(ddd("37").to_string(), "37");
}

#[test]
fn a_reason_is_one_word_for_logs_and_labels() {
    let reasons = [
        (NoNumber::Anonymous, "anonymous"),
        (NoNumber::International, "international"),
        (NoNumber::Invalid, "invalid"),
        (NoNumber::LocalWithoutDdd, "local_no_ddd"),
        (NoNumber::Nongeographic, "nongeo"),
        (NoNumber::Short, "short"),
    ];
    for (reason, word) in reasons {
        assert_eq!(reason.to_string(), word);
    }
}

#[test]
fn all_forms_of_one_number_are_one_phone() {
    let phone = Phone::parse("+55 (37) 98824-2968", None).unwrap();
    for text in ["3788242968", "02137988242968", "sip:5537988242968@h", "\"x\" <37988242968>"] {
        assert_eq!(Phone::parse(text, None), Ok(phone), "{text}");
    }
}

#[test]
fn every_number_is_read_behind_every_carrier_in_every_ddd() {
    for (ddd, carrier) in ddds().flat_map(|ddd| (10..=99).map(move |carrier| (ddd, carrier))) {
        for subscriber in ["32221100", "991234567", "932221100"] {
            let number = format!("{ddd}{subscriber}");
            for dialled in [
                format!("0{carrier}{number}"),
                format!("90{carrier}{number}"),
                format!("00{carrier}55{number}"),
                format!("+550{carrier}{number}"),
            ] {
                assert_eq!(revealed(&dialled, None), Some(number.clone()), "{dialled}");
            }
        }
    }
}

#[test]
fn a_carrier_without_the_zero_is_refused() {
    // 55 is the country code; 90 begins a collect call.
    for carrier in (10..=99).filter(|carrier| ![55, 90].contains(carrier)) {
        for number in ["4132221100", "61991234567"] {
            let dialled = format!("{carrier}{number}");
            assert_eq!(Phone::parse(&dialled, None), Err(NoNumber::Invalid), "{dialled}");
        }
    }
}

#[test]
fn long_garbage_is_refused() {
    for length in [21, 100, 257, 500, 1_000_000] {
        for text in ["9", "0", "%31", "<", "\"", ";", "@", "(", "+", "5 ", "é1"] {
            assert!(Phone::parse(&text.repeat(length), None).is_err(), "{length} times {text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_gives_a_valid_number_or_none(text in any::<String>(), default in default_ddd()) {
        check(&text, default)?;
    }

    #[test]
    fn any_bytes_give_a_valid_number_or_none(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        default in default_ddd(),
    ) {
        check(&String::from_utf8_lossy(&bytes), default)?;
    }

    #[test]
    fn what_looks_like_a_caller_gives_a_valid_number_or_none(
        text in "[0-9 +()*#%;@<>\"\\\\.F-]{0,24}|(sip:|tel:|\\+|%2B)?[0-9]{0,22}(@h|;npdi|F)?",
        default in default_ddd(),
    ) {
        check(&text, default)?;
    }

    #[test]
    fn a_canonical_number_is_read_back_from_every_form(number in canonical()) {
        for prefix in ["", "55", "+55", "0055", "001555", "0", "015", "90", "9021", "+550", "55021"] {
            for (before, behind) in [
                ("", ""), ("", "F"), (" ", " "), ("sip:", "@10.0.0.1:5060;user=phone"), ("tel:", ""),
                ("\"Ana\" <sip:", ";npdi;rn=+5511@h>;tag=1"), ("", ";cpc=ordinary"),
            ] {
                let text = format!("{before}{prefix}{number}{behind}");
                prop_assert_eq!(revealed(&text, None), Some(number.clone()), "{}", text);
            }
        }
    }

    #[test]
    fn every_term_to_search_means_the_same_phone(number in canonical()) {
        let phone = Phone::parse(&number, None).unwrap();
        check(&number, None)?;
        prop_assert_eq!(phone.candidates().len(), terms(phone).len());
    }

    #[test]
    fn percent_encoding_and_formatting_change_nothing(number in canonical()) {
        let encoded: String = number.bytes().map(|byte| format!("%{byte:02x}")).collect();
        prop_assert_eq!(revealed(&encoded, None), Some(number.clone()));
        let (area, line) = number.split_at(2);
        let (front, end) = line.split_at(line.len() - 4);
        let formatted = format!("+55 ({area}) {front}-{end}");
        prop_assert_eq!(revealed(&formatted, None), Some(number.clone()));
    }

    #[test]
    fn a_number_without_ddd_takes_the_default(number in canonical()) {
        let (area, line) = number.split_at(2);
        for text in [line.to_owned(), format!("9090{line}"), format!("sip:{line}@h")] {
            prop_assert_eq!(revealed(&text, Some(ddd(area))), Some(number.clone()), "{}", &text);
            prop_assert_eq!(Phone::parse(&text, None), Err(NoNumber::LocalWithoutDdd));
        }
    }

    #[test]
    fn an_old_mobile_gains_the_nine(area in area(), old in "[6-9][0-9]{7}") {
        let number = format!("{area}9{old}");
        for prefix in ["", "55", "+55", "0", "031", "90", "9031", "0055"] {
            let text = format!("{prefix}{area}{old}");
            prop_assert_eq!(revealed(&text, None), Some(number.clone()), "{}", &text);
        }
        let phone = Phone::parse(&number, None).unwrap();
        prop_assert_eq!(terms(phone), [number, format!("{area}{old}")]);
    }

    #[test]
    fn a_nationwide_number_is_never_looked_up(
        line in "(3003|4004|4020)[0-9]{4}", area in area(), default in default_ddd(),
    ) {
        for text in [
            line.clone(), format!("0{line}"), format!("+55{line}"), format!("55{line}"),
            format!("{area}{line}"), format!("0{area}{line}"), format!("021{area}{line}"),
            format!("55{area}{line}"), format!("+55{area}{line}"),
        ] {
            prop_assert_eq!(Phone::parse(&text, default), Err(NoNumber::Nongeographic), "{}", text);
        }
    }

    #[test]
    fn a_number_abroad_is_never_looked_up(
        number in "(1|2[0-9]|3[0-9]|4[0-9]|5[1-46-8]|6[0-6]|8[1246]|9[0-58])[1-9][0-9]{7,10}",
        default in default_ddd(),
    ) {
        let plus = format!("+{number}");
        prop_assert_eq!(Phone::parse(&plus, default), Err(NoNumber::International));
    }

    #[test]
    fn a_letter_or_quote_in_a_number_is_refused(
        number in canonical(), at in 0_usize..10, wrong in "[a-zA-Z'\"`=$\\\\|{}\u{0}-\u{1f}０-９]",
    ) {
        let text = format!("{}{wrong}{}", &number[..at], &number[at..]);
        prop_assert_eq!(Phone::parse(&text, None), Err(NoNumber::Invalid), "{:?}", text);
    }

    #[test]
    fn nothing_printed_shows_more_than_the_last_two_digits(number in canonical()) {
        let phone = Phone::parse(&number, None).unwrap();
        let masked = format!("{}{}", "*".repeat(number.len() - 2), &number[number.len() - 2..]);
        prop_assert_eq!(phone.to_string(), &masked[..]);
        prop_assert_eq!(format!("{phone:?}"), masked);
        for printed in [format!("{phone:#?}"), format!("{:?}", phone.candidates())] {
            let shown = printed.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
            prop_assert!(shown <= Some(2), "{}", printed);
        }
    }
}

/// Whatever the text, what comes out keeps the rules.
fn check(text: &str, default_ddd: Option<Ddd>) -> Result<(), TestCaseError> {
    let Ok(phone) = Phone::parse(text, default_ddd) else { return Ok(()) };
    let number = phone.reveal();
    let (area, line) = number.split_at(2);
    prop_assert!(number.bytes().all(|byte| byte.is_ascii_digit()));
    prop_assert!(Ddd::parse(area).is_some());
    match phone.kind() {
        Kind::Fixed => prop_assert!(line.len() == 8 && line.starts_with(['2', '3', '4', '5'])),
        Kind::Mobile => prop_assert!(line.len() == 9 && line.starts_with('9')),
    }
    prop_assert!(!is_nationwide(line));
    let terms = terms(phone);
    prop_assert!(terms.len() <= 2);
    prop_assert_eq!(&terms[0], number);
    for term in &terms {
        prop_assert_eq!(Phone::parse(term, None), Ok(phone), "each term means this phone");
    }
    Ok(())
}

fn canonical() -> impl Strategy<Value = String> {
    let line = prop_oneof!["[2-5][0-9]{7}", "9[0-9]{8}"];
    let line = line.prop_filter("a subscriber's line", |line| !is_nationwide(line));
    (area(), line).prop_map(|(area, line)| format!("{area}{line}"))
}

fn area() -> impl Strategy<Value = String> {
    prop::sample::select(ddds().map(|ddd| ddd.to_string()).collect::<Vec<_>>())
}

fn default_ddd() -> impl Strategy<Value = Option<Ddd>> {
    prop::sample::select(ddds().map(Some).chain(iter::once(None)).collect::<Vec<_>>())
}

fn ddds() -> impl Iterator<Item = Ddd> {
    (0..100).filter_map(|code| Ddd::parse(&format!("{code:02}")))
}

fn ddd(text: &str) -> Ddd {
    Ddd::parse(text).expect("a valid DDD in the test")
}

fn is_nationwide(line: &str) -> bool {
    line.len() == 8 && ["3003", "4004", "4020"].iter().any(|prefix| line.starts_with(prefix))
}

fn revealed(text: &str, default_ddd: Option<Ddd>) -> Option<String> {
    Phone::parse(text, default_ddd).ok().map(|phone| phone.reveal().to_owned())
}

fn terms(phone: Phone) -> Vec<String> {
    phone.candidates().map(|candidate| candidate.as_str().to_owned()).collect()
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Fixed => "fixed",
        Kind::Mobile => "mobile",
    }
}
