//! Forgotten numbers stay forgotten: over restarts, damage and failures, until they are removed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use bina::domain::phone::Phone;
use bina::sources::directory::{FORGOTTEN_MAX, Forgotten};

use crate::scratch::Scratch;

fn phone(number: u32) -> Phone {
    Phone::parse(&format!("379{:08}", 90_000_000 + number), None).expect("a number")
}

fn open(scratch: &Scratch) -> Forgotten {
    Forgotten::open(scratch.open()).expect("readable")
}

#[test]
fn a_forgotten_number_stays_so_over_restarts() {
    let scratch = Scratch::new();
    for number in 1..=5 {
        let forgotten = open(&scratch);
        assert!(!forgotten.contains(&phone(number)));
        forgotten.insert(&phone(number), 100).expect("saved");
        assert!((1..=number).all(|number| forgotten.contains(&phone(number))));
        assert_eq!(forgotten.count(), number as usize);
    }
    let mode = fs::metadata(scratch.path("forgotten")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(scratch.names(), ["forgotten"]);
}

#[test]
fn a_number_that_is_removed_leaves_nothing() {
    let scratch = Scratch::new();
    let forgotten = open(&scratch);
    forgotten.insert(&phone(1), 100).expect("saved");
    let before = fs::read(scratch.path("forgotten")).expect("a file");
    forgotten.insert(&phone(2), 100).expect("saved");
    assert!(forgotten.remove(&phone(2)).expect("saved"));
    assert!(!forgotten.remove(&phone(2)).expect("nothing to save"));
    assert_eq!(fs::read(scratch.path("forgotten")).expect("a file"), before);
    drop(forgotten);
    let forgotten = open(&scratch);
    assert!(forgotten.contains(&phone(1)) && !forgotten.contains(&phone(2)));
    assert_eq!(forgotten.clear().expect("saved"), 1);
    drop(forgotten);
    assert_eq!(open(&scratch).count(), 0);
}

#[test]
fn a_damaged_line_loses_only_itself_and_is_dropped() {
    let scratch = Scratch::new();
    let forgotten = open(&scratch);
    (1..=3).for_each(|number| forgotten.insert(&phone(number), 100).expect("saved"));
    drop(forgotten);
    let path = scratch.path("forgotten");
    let text = fs::read_to_string(&path).expect("text");
    let at = text.match_indices("gone ").nth(1).expect("three lines").0;
    fs::write(&path, text.replacen(&text[at..at + 9], "gone ????", 1)).expect("a file");
    let forgotten = open(&scratch);
    assert_eq!((1..=3).filter(|number| forgotten.contains(&phone(*number))).count(), 2);
    assert!(!fs::read_to_string(&path).expect("text").contains("????"));
    forgotten.insert(&phone(4), 100).expect("saved");
    drop(forgotten);
    assert_eq!(open(&scratch).count(), 3);
}

#[test]
fn a_file_of_rubbish_costs_its_numbers_and_no_start() {
    for rubbish in [&b""[..], b"\n\n", &[0xff; 5_000], b"gone 00 1 0000000000000000", b"key "] {
        let scratch = Scratch::new();
        drop(scratch.open());
        fs::write(scratch.path("forgotten"), rubbish).expect("a file");
        let forgotten = open(&scratch);
        assert_eq!(forgotten.count(), 0);
        forgotten.insert(&phone(1), 100).expect("saved");
        drop(forgotten);
        assert!(open(&scratch).contains(&phone(1)));
    }
}

#[test]
fn a_damaged_file_is_kept_once() {
    let scratch = Scratch::new();
    let forgotten = open(&scratch);
    forgotten.insert(&phone(1), 100).expect("saved");
    assert_eq!(forgotten.problem(), None);
    drop(forgotten);
    let text = fs::read_to_string(scratch.path("forgotten")).expect("text");
    let damaged = text.replace("key ", "kex ");
    for content in [&damaged, "later"] {
        fs::write(scratch.path("forgotten"), content).expect("a file");
        assert!(open(&scratch).problem().is_some());
        assert_eq!(fs::read_to_string(scratch.path("forgotten.damaged")).expect("text"), damaged);
    }
    let mode = fs::metadata(scratch.path("forgotten.damaged")).expect("a file").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    assert_eq!(scratch.names(), ["forgotten", "forgotten.damaged"]);
    fs::remove_file(scratch.path("forgotten.damaged")).expect("it is there");
    assert_eq!(open(&scratch).problem(), None);
}

/// What stands where the file has to be ends each write, as a full disk does.
#[test]
fn a_number_that_was_not_saved_is_forgotten_and_saved_with_the_next() {
    let scratch = Scratch::new();
    let forgotten = open(&scratch);
    forgotten.insert(&phone(1), 100).expect("saved");
    let path = scratch.path("forgotten");
    fs::rename(&path, scratch.path("aside")).expect("a file");
    fs::create_dir(&path).expect("a folder");
    for number in [2, 3] {
        let error = forgotten.insert(&phone(number), 100).expect_err("it cannot be written");
        assert!(error.to_string().ends_with("(remove what stands there)"), "{error}");
        assert!(forgotten.contains(&phone(number)));
    }
    fs::remove_dir(&path).expect("it is there");
    forgotten.insert(&phone(4), 100).expect("saved");
    drop(forgotten);
    assert!((1..=4).all(|number| open(&scratch).contains(&phone(number))));
}

#[test]
fn beyond_the_limit_the_oldest_go() {
    let scratch = Scratch::new();
    let forgotten = Forgotten::in_memory().expect("random numbers");
    for number in 0..FORGOTTEN_MAX as u32 {
        forgotten.insert(&phone(number), u64::from(number) + 1).expect("no disk");
    }
    forgotten.insert(&phone(0), 1_000_000).expect("no disk");
    forgotten.insert(&phone(2_000_000), 2_000_000).expect("no disk");
    assert_eq!(forgotten.count(), FORGOTTEN_MAX);
    assert!(!forgotten.contains(&phone(1)), "the oldest");
    for kept in [0, 2, 2_000_000] {
        assert!(forgotten.contains(&phone(kept)), "{kept}");
    }
    assert!(!scratch.0.exists());
}

#[test]
fn no_number_is_in_the_file_or_in_debug_output() {
    let scratch = Scratch::new();
    let forgotten = open(&scratch);
    forgotten.insert(&phone(1), 100).expect("saved");
    let text = fs::read_to_string(scratch.path("forgotten")).expect("text");
    assert!(!text.contains("9000000"), "{text}");
    assert_eq!(format!("{forgotten:?}"), "Forgotten(1 numbers, masked)");
}

#[test]
fn two_files_have_no_hash_in_common() {
    let hash = || {
        let scratch = Scratch::new();
        open(&scratch).insert(&phone(1), 100).expect("saved");
        let text = fs::read_to_string(scratch.path("forgotten")).expect("text");
        text.split_once("gone ").map(|(_, rest)| rest[..32].to_owned())
    };
    assert_ne!(hash(), hash());
}

#[test]
fn threads_that_forget_at_once_lose_nothing() {
    let scratch = Scratch::new();
    let forgotten = Arc::new(open(&scratch));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let forgotten = Arc::clone(&forgotten);
            scope.spawn(move || {
                for number in 0..10 {
                    forgotten.insert(&phone(thread * 100 + number), 1).expect("saved");
                }
            });
        }
    });
    drop(forgotten);
    assert_eq!(open(&scratch).count(), 40);
}
