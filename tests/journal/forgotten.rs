//! What `forget` reaches: the customer's other numbers, calls in flight, and files without their key.

use std::fs;

use crate::bench::{Bench, alert, phone};

/// Where something of the number is: in memory, in the files.
async fn traces(bench: &Bench, number: u64) -> Vec<bool> {
    let traces = bench.journal.traces(&phone(number)).await.expect("readable");
    traces.into_iter().map(|(is_left, _)| is_left).collect()
}

#[tokio::test]
async fn calls_of_the_customers_other_number_wait_no_more_either() {
    let bench = Bench::new("other");
    bench.call_of("500", Some(1), None, bench.now());
    bench.flush().await;
    bench.call_of("500", Some(2), None, bench.now());
    bench.call_of("501", Some(3), None, bench.now());
    assert!(bench.journal.forget(&phone(1)).await.expect("forgotten") > 0);
    assert_eq!(bench.json("").await["calls"], 1);
    assert_eq!((traces(&bench, 1).await, traces(&bench, 3).await[1]), (vec![false; 2], true));
    // The code is that of a call that still waits.
    bench.call_of("502", Some(4), None, bench.now());
    bench.call_of("502", Some(5), None, bench.now());
    assert!(bench.journal.forget(&phone(4)).await.expect("forgotten") > 0);
    assert_eq!(bench.json("").await["calls"], 1);
}

#[tokio::test]
async fn a_trace_is_found_by_the_customers_code_too() {
    let bench = Bench::new("code");
    bench.call_of("500", Some(1), None, bench.now());
    bench.flush().await;
    bench.call_of("500", Some(2), None, bench.now());
    assert_eq!(traces(&bench, 1).await, [true, true], "the other number waits");
    assert_eq!(traces(&bench, 2).await, [true, true], "the other number is in a file");
    assert_eq!(traces(&bench, 3).await, [false, false]);
}

#[tokio::test]
async fn a_call_in_flight_while_its_number_is_forgotten_leaves_nothing() {
    let bench = Bench::new("flight");
    let cable = alert("a2a2");
    bench.call_of("500", Some(1), None, bench.now());
    bench.flush().await;
    let accepted = bench.now();
    bench.journal.forget(&phone(1)).await.expect("forgotten");
    bench.call_of("", Some(1), Some(&cable), accepted);
    bench.call_of("500", Some(2), Some(&cable), accepted);
    assert!(!bench.is_told(1, &cable));
    assert_eq!(traces(&bench, 1).await, [false, false]);
    bench.call_of("501", Some(3), Some(&cable), accepted);
    assert_eq!(bench.json("").await["calls"], 1);
    // What the number does later is new.
    bench.later(60);
    bench.call_of("500", Some(1), Some(&cable), bench.now());
    assert!(bench.is_told(1, &cable));
    assert_eq!(bench.json("").await["calls"], 2);
}

#[tokio::test]
async fn without_its_key_the_journal_is_neither_searched_nor_written() {
    let bench = Bench::new("keyless");
    let cable = alert("a2a2");
    bench.call(Some(1), Some(&cable));
    bench.flush().await;
    let (key, aside) = (bench.folder.join("journal.key"), bench.folder.join("aside"));
    fs::rename(&key, &aside).expect("it is there");
    fs::create_dir(&key).expect("a folder instead");
    let bench = bench.restarted();
    let problem = bench.journal.traces(&phone(1)).await.expect_err("it cannot be searched");
    assert!(problem.contains("journal.key") && problem.contains("remove what stands there"));
    let problem = bench.journal.forget(&phone(1)).await.expect_err("it cannot be searched");
    assert!(problem.contains("journal.key"), "{problem}");
    bench.call(Some(2), Some(&cable));
    bench.flush().await;
    assert_eq!(bench.counted("bina_journal_dropped_total{reason=\"disk\"}"), 1);
    assert!(bench.is_told(2, &cable), "memory needs no key");
    let report = bench.json("").await;
    assert!(report["problems"][0].as_str().is_some_and(|text| text.contains("journal.key")));
    assert_eq!(report["calls"], 1, "what is in the files is reported");
    fs::remove_dir(&key).expect("a folder");
    fs::rename(&aside, &key).expect("it is there");
    assert_eq!(traces(&bench, 1).await, [true, true], "the key is read again");
    assert!(bench.is_told(1, &cable), "and so is who was told");
    assert_eq!(bench.journal.forget(&phone(1)).await, Ok(1));
    bench.call(Some(3), None);
    assert_eq!(bench.json("").await["calls"], 1);
    assert_eq!(bench.journal.problem(), None);
}

#[tokio::test]
async fn the_writing_goes_on_by_itself_once_the_key_is_back() {
    let bench = Bench::new("back");
    let (key, aside) = (bench.folder.join("journal.key"), bench.folder.join("aside"));
    fs::rename(&key, &aside).expect("it is there");
    fs::create_dir(&key).expect("a folder instead");
    let bench = bench.restarted();
    bench.call(Some(1), None);
    bench.flush().await;
    fs::remove_dir(&key).expect("a folder");
    fs::rename(&aside, &key).expect("it is there");
    bench.call(Some(2), None);
    bench.flush().await;
    let bench = bench.restarted();
    assert_eq!((traces(&bench, 1).await[1], traces(&bench, 2).await[1]), (false, true));
}

/// Without the key nobody finds a number's calls, so they must not be any customer's.
#[tokio::test]
async fn calls_whose_key_is_lost_are_nobodys_and_count_still() {
    for lost in [None, Some("garbage")] {
        let bench = Bench::new("lost");
        bench.call(Some(1), Some(&alert("a2a2")));
        bench.flush().await;
        let key = bench.folder.join("journal.key");
        match lost {
            None => fs::remove_file(&key).expect("it is there"),
            Some(bytes) => fs::write(&key, bytes).expect("writable"),
        }
        let bench = bench.restarted();
        let text = fs::read_to_string(&bench.days()[0]).expect("readable");
        assert!(!text.contains("caller") && !text.contains("code"), "{text}");
        assert_eq!(traces(&bench, 1).await, [false, false]);
        bench.call(Some(1), None);
        let report = bench.json("").await;
        assert_eq!([&report["calls"], &report["told"], &report["callers"]], [2, 1, 1]);
        assert_eq!(bench.journal.forget(&phone(1)).await, Ok(1));
        let bench = bench.restarted();
        assert_eq!(bench.json("").await["calls"], 1);
    }
}

#[tokio::test]
async fn a_rewriting_that_was_killed_leaves_the_old_file_and_nothing_beside_it() {
    let bench = Bench::new("beside");
    for number in 1..=3 {
        bench.call(Some(number), None);
    }
    bench.flush().await;
    let file = bench.days().pop().expect("a file");
    let beside = bench.folder.join("journal.387.new");
    fs::copy(&file, &beside).expect("writable");
    let bench = bench.restarted();
    assert!(!beside.exists(), "it has calls of customers");
    assert_eq!(bench.json("").await["calls"], 3);
}
