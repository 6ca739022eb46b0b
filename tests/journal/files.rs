//! The journal's files: whole after damage, bounded, and without numbers and names.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use bina::answering::journal::QUEUE_MAX;

use crate::bench::{Bench, alert};

#[tokio::test]
async fn damaged_lines_lose_only_themselves() {
    let bench = Bench::new("damaged");
    for number in 0..100 {
        bench.call(Some(number), Some(&alert("a2a2")));
    }
    bench.flush().await;
    let file = bench.days().pop().expect("a file");
    let mut bytes = fs::read(&file).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x20;
    bytes.truncate(bytes.len() - 30);
    fs::write(&file, &bytes).expect("writable");
    let bench = bench.restarted();
    let told = (0..100).filter(|number| bench.is_told(*number, &alert("a2a2"))).count();
    assert!((97..=98).contains(&told), "{told}");
    bench.call(Some(200), Some(&alert("a2a2")));
    let report = bench.json("").await;
    assert_eq!(report["calls"], told + 1, "what is written behind a damaged line is read");
    assert!(report["problems"][0].as_str().is_some_and(|text| text.contains("damaged")));
    fs::write(&file, b"\0\xff garbage").expect("writable");
    let bench = bench.restarted();
    assert!(!bench.is_told(1, &alert("a2a2")));
    bench.call(Some(1), Some(&alert("a2a2")));
    assert_eq!(bench.json("").await["calls"], 1);
}

#[tokio::test]
async fn what_cannot_be_written_is_counted_and_calls_go_on() {
    let bench = Bench::new("full");
    // A folder where the day's file should be is refused, as a full disk refuses.
    fs::create_dir_all(bench.folder.join("journal.387")).expect("a folder");
    for number in 0..10 {
        bench.call(Some(number), Some(&alert("a2a2")));
    }
    bench.flush().await;
    assert_eq!(bench.counted("bina_journal_dropped_total{reason=\"disk\"}"), 10);
    assert!(bench.journal.problem().is_some_and(|text| text.contains("journal.387")));
    assert!(bench.is_told(9, &alert("a2a2")), "memory knows who has been told");
    fs::remove_dir(bench.folder.join("journal.387")).expect("a folder");
    bench.call(Some(10), None);
    bench.flush().await;
    assert_eq!(bench.journal.problem(), None);
    assert_eq!(bench.json("").await["calls"], 1);
}

#[tokio::test]
async fn a_flood_is_bounded_in_memory_and_counted() {
    let bench = Bench::new("flood");
    for number in 0..100_000 {
        bench.call(Some(number), Some(&alert("a2a2")));
    }
    bench.flush().await;
    let written = bench.counted("bina_journal_written_total");
    let dropped = bench.counted("bina_journal_dropped_total{reason=\"queue\"}");
    assert_eq!((written, written + dropped), (QUEUE_MAX as u64, 100_000));
    assert_eq!(bench.counted("bina_journal_told_numbers"), 100_000);
    assert_eq!(bench.json("").await["calls"], QUEUE_MAX);
}

#[tokio::test]
async fn a_day_is_bounded_and_its_last_part_is_for_those_who_were_told() {
    let bench = Bench::new("day");
    let dropped = "bina_journal_dropped_total{reason=\"day\"}";
    while bench.counted(dropped) == 0 {
        for number in 0..QUEUE_MAX as u64 {
            bench.call(Some(number), None);
        }
        bench.flush().await;
    }
    let bytes = bench.counted("bina_journal_bytes");
    assert!((12 << 20) - 1_000 < bytes && bytes <= 12 << 20, "{bytes}");
    let before = bench.counted(dropped);
    bench.call(Some(1), Some(&alert("a2a2")));
    bench.flush().await;
    assert_eq!(bench.counted(dropped), before);
    assert_eq!(bench.json("a2a2").await["told"], 1);
    let length = fs::metadata(bench.days().pop().expect("a file")).expect("readable").len();
    assert_eq!(bench.counted("bina_journal_bytes"), length);
}

#[tokio::test]
async fn days_are_dropped_whole_once_they_are_too_old() {
    let bench = Bench::new("old");
    for _ in 0..40 {
        bench.call(Some(1), None);
        bench.flush().await;
        bench.later(86_400);
    }
    bench.call(Some(1), None);
    bench.flush().await;
    assert_eq!(bench.days().len(), 31, "today and thirty days");
    let bench = bench.restarted();
    bench.call(Some(1), None);
    bench.flush().await;
    let [days, bytes] = [bench.days().len() as u64, bench.counted("bina_journal_bytes")];
    assert!(days == 31 && bytes > 31 * 100, "{bytes}");
}

#[tokio::test]
async fn no_number_and_no_name_is_in_a_file_and_only_the_service_reads_it() {
    let bench = Bench::new("canary");
    for number in 0..500 {
        bench.call(Some(number), Some(&alert("a2a2")));
    }
    bench.flush().await;
    let mut files = 0;
    for entry in fs::read_dir(&bench.folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if !path.is_file() {
            continue;
        }
        files += 1;
        let mode = fs::metadata(&path).expect("readable").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        let text = String::from_utf8(fs::read(&path).expect("readable")).expect("UTF-8");
        assert!(!text.contains("Zuleica"));
        // A hash has twenty digits, so that eleven of a number may be in one by chance, but not many.
        let numbers =
            (0..500).filter(|number| text.contains(&format!("37{}", 988_000_000 + number)));
        assert_eq!(numbers.count(), 0, "{}", path.display());
    }
    assert_eq!(files, 2, "the key and a day");
}
