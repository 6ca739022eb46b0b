//! The report's numbers against a model, and its forms.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};

use bina::answering::journal::{JournalInputs, ReportForm};
use bina::simulator::Sim;
use serde_json::Value;

use crate::app::{self, Reply, TestApp};
use crate::bench::{Bench, NOW_S, TOLD_S, alert, phone};
use crate::scene::Scene;

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// One call of the model.
struct Called {
    at_s: u64,
    number: Option<u64>,
    alert: Option<&'static str>,
}

/// Plays calls over ten hours.
async fn played(bench: &Bench) -> Vec<Called> {
    let (mut dice, mut calls, mut at_s) = (Dice(7), Vec::new(), NOW_S);
    for _ in 0..60 {
        for _ in 0..dice.below(40) {
            let number = (dice.below(10) > 0).then(|| dice.below(300));
            let alert = [None, Some("a2a2"), Some("c3c3")][dice.below(3) as usize];
            bench.call(number, alert.map(self::alert).as_ref());
            calls.push(Called { at_s, number, alert });
        }
        bench.flush().await;
        bench.later(600);
        at_s += 600;
    }
    calls
}

/// The numbers that heard an alert, and those who did not call again soon.
fn told<'a>(calls: &'a [Called], counts: impl Fn(&str) -> bool) -> (BTreeSet<u64>, usize) {
    let mut first: BTreeMap<u64, (usize, u64)> = BTreeMap::new();
    let heard = |call: &&'a Called| call.alert.is_some_and(&counts);
    for (at, call) in calls.iter().enumerate().filter(|(_, call)| heard(call)) {
        if let Some(number) = call.number {
            first.entry(number).or_insert((at, call.at_s));
        }
    }
    let is_back = |number: u64, at: usize, first_s: u64| {
        let mut later = calls[at + 1..].iter();
        later.any(|call| call.number == Some(number) && call.at_s - first_s <= TOLD_S)
    };
    let deflected =
        first.iter().filter(|(number, (at, first_s))| !is_back(**number, *at, *first_s));
    let deflected = deflected.count();
    (first.into_keys().collect(), deflected)
}

#[tokio::test]
async fn the_numbers_are_those_of_a_model() {
    let bench = Bench::new("model");
    let calls = played(&bench).await;
    let report = bench.json("c3c3").await;
    let count = |of: &dyn Fn(&&Called) -> bool| calls.iter().filter(of).count() as u64;
    let numbers: BTreeSet<_> = calls.iter().filter_map(|call| call.number).collect();
    let repeated = numbers.iter().filter(|one| count(&|call| call.number == Some(**one)) > 1);
    let (told_numbers, deflected) = told(&calls, |_| true);
    for (name, expected) in [
        ("calls", calls.len() as u64),
        ("callers", numbers.len() as u64),
        ("without_number", count(&|call| call.number.is_none())),
        ("told", count(&|call| call.alert.is_some())),
        ("told_callers", told_numbers.len() as u64),
        ("deflected", deflected as u64),
        ("repeat_callers", repeated.count() as u64),
        ("first_s", calls[0].at_s),
        ("last_s", calls[calls.len() - 1].at_s),
    ] {
        assert_eq!(report[name], expected, "{name}");
    }
    for line in report["alerts"].as_array().expect("a list") {
        let id = line["alert"].as_str().and_then(|word| word.strip_prefix("local:")).expect("ours");
        let (callers, deflected) = told(&calls, |alert| alert == id);
        let expected = count(&|call| call.alert == Some(id));
        assert_eq!(line["calls"], expected, "{id}");
        assert_eq!(
            (&line["callers"], &line["deflected"]),
            (&Value::from(callers.len()), &Value::from(deflected))
        );
    }
    let heard = report["heard"].as_array().expect("a list");
    assert_eq!(heard.len() as u64, count(&|call| call.alert == Some("c3c3")));
    let sum = |name: &str| {
        let lines = report["intervals"].as_array().expect("a list");
        lines.iter().filter_map(|line| line[name].as_u64()).sum::<u64>()
    };
    assert_eq!(
        [sum("calls"), sum("told")],
        [&report["calls"], &report["told"]].map(|n| n.as_u64().expect("a number"))
    );
}

#[tokio::test]
async fn the_text_fits_eighty_columns_and_ends_with_a_chart() {
    let bench = Bench::new("text");
    played(&bench).await;
    let text = bench.report(ReportForm::Text, "a2a2").await;
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let bars = text.lines().filter(|line| line.contains('#') && line.contains("2026-"));
    assert!(bars.count() > 0, "{text}");
    let csv = bench.report(ReportForm::Csv, "").await;
    let columns = |line: &str| line.split(',').count();
    assert!(csv.lines().all(|line| columns(line) == 8), "{csv}");
    assert!(csv.lines().any(|line| line.starts_with("alert,\"local:c3c3\",")), "{csv}");
}

#[tokio::test]
async fn without_a_folder_there_is_no_report_and_calls_go_on() {
    let bench = Bench::new("none");
    bench.journal.adjust(JournalInputs { folder: None, ..bench.inputs.clone() });
    bench.call(Some(1), Some(&alert("a2a2")));
    assert!(bench.is_told(1, &alert("a2a2")));
    assert!(bench.journal.problem().is_some_and(|text| text.contains("no state folder")));
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let request = b"GET /v1/report HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let reply = Reply::read(&app::exchange(app.metrics, request).await);
    assert_eq!(reply.status, 409, "{}", reply.body);
    assert!(reply.body.contains("service.state_folder"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoint_reports_in_each_form_and_says_what_is_wrong() {
    let scene = Scene::start("journal-report").await;
    scene.walked().await;
    scene.ask(&scene.phone()).await;
    scene.ask("37988887777").await;
    let (status, json) = scene.get("/v1/report?since=2h&format=json").await;
    let report: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((status, &report["calls"]), (200, &Value::from(2)), "{json}");
    let districts = report["districts"].as_array().expect("a list");
    let named = districts.iter().filter(|line| line["district"] != "").count();
    assert_eq!((districts.len(), named), (2, 1), "the directory has one of the two: {json}");
    let (status, text) = scene.get("/v1/report").await;
    assert!(status == 200 && text.contains("2   from 2 numbers"), "{text}");
    for (query, wrong) in [
        ("since=ontem", "`ontem`"),
        ("format=pdf", "`pdf`"),
        ("since=1h&until=2h", "earlier than"),
        ("format=csv&format=json", "`format` is there twice"),
        ("format=csv&%66ormat=json", "`format` is there twice"),
        ("since=1h&alert=a7k2&since=2h", "`since` is there twice"),
        ("sinse=1h", "`sinse` is not a parameter"),
        ("lang=de", "`de` is not a language of a report; expected pt or en"),
        ("since=1h&&limit", "`limit` is not a parameter"),
    ] {
        let (status, text) = scene.get(&format!("/v1/report?{query}")).await;
        assert!(status == 400 && text.contains(wrong), "{query}: {text}");
    }
}

#[tokio::test]
async fn a_day_that_cannot_be_read_is_named_and_the_others_are_reported() {
    let bench = Bench::new("huge");
    for number in [1, 2, 1] {
        bench.call(Some(number), Some(&alert("a2a2")));
        bench.flush().await;
        bench.later(86_400);
    }
    // The second of three days: December begins.
    let [_, huge, last] = &bench.days()[..] else { panic!("three days") };
    let file = OpenOptions::new().write(true).open(huge).expect("writable");
    file.set_len((16 << 20) + 1).expect("writable");
    let report = bench.json("").await;
    assert_eq!(report["calls"], 2, "{report}");
    let problem = report["problems"][0].as_str().expect("a text");
    let name = huge.file_name().and_then(|name| name.to_str()).expect("a name");
    assert!(problem.contains("2026-12-01") && problem.contains(name), "{problem}");
    let problem = bench.journal.forget(&phone(1)).await.expect_err("a file is left");
    assert!(problem.contains(name), "{problem}");
    assert_eq!(bench.json("").await["calls"], 0, "the other days are purged");
    let problem = bench.journal.traces(&phone(1)).await.expect_err("a file is not searched");
    assert!(problem.contains(name), "{problem}");
    let [huge, last] = [huge, last].map(|path| fs::metadata(path).expect("it is there").len());
    assert!(huge > 16 << 20 && last < 200, "{last}");
}
