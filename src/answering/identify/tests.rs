//! Tests of the limits of identification.

use std::time::Duration;

use super::*;
use crate::domain::finding::AnswerSource;
use crate::domain::identification::Identification;

const CLIENT: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

fn code(code: u32) -> Identification {
    Identification::read(None, Some(&code.to_string())).expect("given")
}

fn caller(last: u32) -> Phone {
    Phone::parse(&format!("3798824{last:04}"), None).expect("a mobile")
}

#[test]
fn one_caller_is_limited_and_others_are_not() {
    let (identify, now) = (Identify::default(), Instant::now());
    let admits = |who: u32, tried: u32| {
        identify.admitted(&code(tried), Some(&caller(who)), CLIENT, now).is_ok()
    };
    let admitted = (1..=30).filter(|tried| admits(1, *tried)).count();
    assert_eq!(admitted, 6);
    assert!((2..=40).all(|who| admits(who, 1_000 + who)), "others are not affected");
    let refused = identify.admitted(&code(99), Some(&caller(1)), CLIENT, now).err();
    assert_eq!(refused, Some(Finding::Unavailable(reasons::IDENTIFY_LIMIT.failure())));
}

#[test]
fn callers_without_a_number_share_their_tries() {
    let (identify, now) = (Identify::default(), Instant::now());
    let tried =
        (1..=100).filter(|tried| identify.admitted(&code(*tried), None, CLIENT, now).is_ok());
    assert_eq!(tried.count(), 30);
    assert!(identify.admitted(&code(1), Some(&caller(1)), CLIENT, now).is_ok());
}

#[test]
fn one_pbx_is_limited_and_others_are_not() {
    let (identify, now) = (Identify::default(), Instant::now());
    let from = |client: [u8; 4], who: u32| {
        identify.admitted(&code(who), Some(&caller(who)), Some(client.into()), now).is_ok()
    };
    let admitted = (1..=1_000).filter(|who| from([192, 0, 2, 1], *who)).count();
    assert_eq!(admitted, 300);
    assert!(from([192, 0, 2, 2], 2_000));
}

/// The codes of a provider are dense: most of those that are tried exist.
#[test]
fn a_pbx_without_tries_raises_an_alarm_whatever_was_found() {
    let (identify, now) = (Identify::default(), Instant::now());
    let admits = |who: u32| identify.admitted(&code(who), Some(&caller(who)), CLIENT, now).is_ok();
    assert_eq!((1..=300).filter(|who| admits(*who)).count(), 300);
    assert_eq!(identify.metrics.alarms.get(), 0);
    assert_eq!((301..=700).filter(|who| admits(*who)).count(), 0);
    assert_eq!(identify.metrics.alarms.get(), 1);
}

#[test]
fn one_caller_without_tries_raises_no_alarm() {
    let (identify, now) = (Identify::default(), Instant::now());
    for tried in 1..=100 {
        let _ = identify.admitted(&code(tried), Some(&caller(1)), CLIENT, now);
    }
    assert_eq!(identify.metrics.alarms.get(), 0);
}

#[test]
fn a_reload_gives_no_new_tries_and_invalid_digits_cost_none() {
    let (identify, now) = (Identify::default(), Instant::now());
    let admit = |identify: &Identify, given: &Identification| {
        identify.admitted(given, Some(&caller(1)), CLIENT, now)
    };
    for _ in 0..50 {
        assert_eq!(admit(&identify, &Identification::Invalid), Err(Finding::Invalid));
    }
    assert!((1..=6).all(|tried| admit(&identify, &code(tried)).is_ok()));
    let renewed = identify.renewed(Settings::default());
    assert!(admit(&renewed, &code(7)).is_err());
}

#[test]
fn many_that_are_nobodys_raise_one_alarm() {
    let (identify, now) = (Identify::default(), Instant::now());
    for tried in 1..=200 {
        let given = code(tried);
        let Identification::Code(code) = given else { unreachable!("a code") };
        let at = now + Duration::from_millis(u64::from(tried));
        identify.note(&given, &Key::from(code), &Finding::NotFound(AnswerSource::Hubsoft), at);
    }
    assert_eq!(identify.metrics.alarms.get(), 1);
}
