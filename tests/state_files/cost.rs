//! What sealing, opening and a look-up cost; measured in a release build.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use bina::domain::phone::Phone;
use bina::sources::directory::{FORGOTTEN_MAX, Forgotten, SealedKind};

use crate::scratch::{FACTS, NOW, Scratch};

const BYTES: usize = 60_000_000;

/// Run with `cargo test --release --test state_files cost -- --ignored --nocapture`.
#[test]
#[ignore = "its times are those of a release build"]
fn sixty_megabytes_are_saved_and_opened_within_a_third_of_a_second() {
    let scratch = Scratch::new();
    let files = scratch.files();
    let content: Vec<u8> = (0..BYTES).map(|at| (at * 7) as u8).collect();
    for _ in 0..5 {
        let start = Instant::now();
        let mut done = start;
        let write = |to: &mut dyn Write| {
            to.write_all(&content)?;
            done = Instant::now();
            Ok(())
        };
        files.save(SealedKind::Directory, FACTS, write).expect("saved");
        println!("sealed and written {:?}, with fsync {:?}", done - start, start.elapsed());
        let start = Instant::now();
        let opened = files.open(SealedKind::Directory, NOW, |_, from| {
            let mut whole = vec![0; BYTES];
            from.read_exact(&mut whole).map(|()| whole)
        });
        let (_, whole) = opened.expect("whole").expect("a file");
        println!("opened {:?}", start.elapsed());
        assert!(whole == content);
    }
}

#[test]
#[ignore = "its times are those of a release build"]
fn a_forgotten_number_is_found_within_a_microsecond() {
    let forgotten = Forgotten::in_memory().expect("random numbers");
    let phone = |number| Phone::parse(&format!("379{:08}", 90_000_000 + number), None);
    let phones: Vec<_> = (0..FORGOTTEN_MAX).map(|number| phone(number).expect("one")).collect();
    for phone in &phones[..FORGOTTEN_MAX / 2] {
        forgotten.insert(phone, 1).expect("no disk");
    }
    let start = Instant::now();
    let found = phones.iter().filter(|phone| forgotten.contains(black_box(phone))).count();
    println!("a look-up takes {:?}", start.elapsed() / FORGOTTEN_MAX as u32);
    assert_eq!(found, FORGOTTEN_MAX / 2);
}
