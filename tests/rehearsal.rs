//! The day of the outage as an administrator rehearses it, row 37: short, with few customers.
//!
//! What must hold of the full size (50,000 customers) is measured in a release build; BINA_LONG_TESTS
//! rehearses it, too.

#[path = "rehearsal/portuguese.rs"]
mod portuguese;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::panic::{RefUnwindSafe, catch_unwind};
use std::process::{Child, Command, Output, Stdio};

use parking_lot::{Mutex, MutexGuard};

/// As `bina rehearse` has them by default.
const RATE: f64 = 10.0;
const BURST: f64 = 1.0;
const PROMISED_MS: f64 = 820.0;
const MEMORY_MAX: f64 = 96.0;
const COLUMNS_MAX: usize = 80;

/// Few customers, so that the directory is filled in no time.
const SMALL: [&str; 6] = ["--customers", "2000", "--unaffected", "40", "--over", "6s"];

/// Rehearsals measure milliseconds, so they do not stand in each other's way.
static STAGE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    STAGE.lock()
}

fn rehearse(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
    command.env("LC_ALL", "C.UTF-8");
    command.arg("rehearse").args(arguments).env_remove("BINA_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a rehearsal printed.
struct Report(String);

impl Report {
    /// Of a small rehearsal with `arguments`, which has to pass.
    fn small(arguments: &[&str]) -> Self {
        let output = rehearse(&[&SMALL, arguments].concat()).output().expect("it starts");
        let report = Self::of(&output);
        report.holds();
        report
    }

    fn of(output: &Output) -> Self {
        let report = String::from_utf8(output.stdout.clone()).expect("UTF-8");
        let log = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{report}\n{log}");
        assert!(!log.contains("WARN") && !log.contains("call answered"), "no log: {log}");
        Self(report)
    }

    /// The first number behind `words`.
    fn number(&self, words: &str) -> f64 {
        let report = &self.0;
        let (_, rest) = report.split_once(words).unwrap_or_else(|| panic!("{words}\n{report}"));
        let number: String =
            rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        number.parse().unwrap_or_else(|_| panic!("{words} is followed by {number:?}\n{report}"))
    }

    /// The first number behind `words` in the lines about these callers.
    fn of_group(&self, group: &str, words: &str) -> f64 {
        let (_, rest) = self.0.split_once(group).unwrap_or_else(|| panic!("{group}\n{}", self.0));
        let lines = rest.split("\n\n").next().unwrap_or_default();
        Self(lines.to_owned()).number(words)
    }

    /// Asserts that it has these words, wherever its lines end.
    fn says(&self, words: &str) {
        let text = self.0.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "{words}\n{}", self.0);
    }

    fn advises(&self, words: &str) {
        let (_, advice) = self.0.split_once("What would help:").expect(&self.0);
        Self(advice.to_owned()).says(words);
    }

    /// Asserts what must hold of every rehearsal.
    fn holds(&self) {
        let calls = self.number("\ncalls");
        assert_eq!(self.number("\nanswered"), calls, "{}", self.0);
        let guarantee =
            self.0.lines().find(|line| line.ends_with("the guarantee")).expect("a line");
        assert_eq!(Self(guarantee.to_owned()).number("ms"), calls, "{}", self.0);
        assert!(self.number("at most") <= RATE + BURST, "{}", self.0);
        assert_eq!(self.number("refused (429)"), 0.0, "{}", self.0);
        assert!(self.number("peak") <= MEMORY_MAX, "{}", self.0);
        assert!(!self.0.contains("\nwrong answers"), "{}", self.0);
        for line in self.0.lines() {
            assert!(line.chars().count() <= COLUMNS_MAX, "{line}\n{}", self.0);
        }
    }
}

/// Rehearses up to three times: it is milliseconds that are measured, and a shared machine stumbles
/// now and then by more than the promise allows. What is broken is broken three times.
fn patiently(rehearsal: impl Fn() + RefUnwindSafe) {
    let _alone = alone();
    for _ in 0..2 {
        if catch_unwind(&rehearsal).is_ok() {
            return;
        }
        loudly("this rehearsal did not hold; once more, in case it was the machine");
    }
    rehearsal();
}

/// Prints it even when the test harness captures what tests print.
fn loudly(text: &str) {
    let _ = writeln!(io::stderr(), "\n{text}");
}

#[test]
fn a_mass_outage_gives_every_caller_an_answer_and_wastes_no_slot() {
    patiently(|| {
        if std::env::var_os("BINA_LONG_TESTS").is_some() {
            let report = Report::of(&rehearse(&["--lead", "60s"]).output().expect("it starts"));
            report.holds();
            loudly(&report.0);
            assert!(report.number("\nright") >= 0.97 * 5_600.0, "{}", report.0);
            return;
        }
        loudly("row 37: this is the SHORT rehearsal; BINA_LONG_TESTS=1 has 5,000 callers in 60 s");
        // Without the directory each slot has to bring an answer in time.
        let report = Report::small(&["--affected", "160", "--without-directory"]);
        let (right, least) = (report.number("\nright"), (0.9 * RATE * 5.0).ceil());
        assert!(right >= least, "{right} of {least}\n{}", report.0);
        assert!(report.number("p99.9") <= PROMISED_MS, "{}", report.0);
        assert!(!report.0.contains("alert noticed"), "{}", report.0);
        report.advises("directory.enabled and alerts.enabled = true");
        report.advises("HubSoft permits 10 a second");
    });
}

#[test]
fn with_a_lead_affected_callers_are_told_and_others_are_not() {
    patiently(|| {
        let report = Report::small(&["--affected", "300", "--lead", "12s", "--poll-s", "2"]);
        assert!(report.number("\nright") >= 0.95 * 340.0, "{}", report.0);
        assert!(report.of_group("affected callers", "told") >= 0.95 * 300.0, "{}", report.0);
        assert_eq!(report.of_group("other callers", "told"), 0.0, "{}", report.0);
        assert_eq!(report.number("\nwrong plays"), 0.0, "{}", report.0);
        assert!(report.number("  probes") >= 10.0, "{}", report.0);
        report.says("fit interface: alert");
        report.says("fit nothing of it: no alert");
        assert!(!report.0.contains("What would help"), "{}", report.0);
    });
}

#[test]
fn a_dead_hubsoft_and_a_window_need_no_request() {
    patiently(|| {
        let death = ["--affected", "300", "--lead", "12s", "--poll-s", "2", "--dies-after", "0s"];
        let end = ["--ends-after", "3s", "--window", "--compare"];
        let report = Report::small(&[&death[..], &end].concat());
        report.says("HubSoft is dead from the first call on");
        assert!(report.number("\nright") >= 0.95 * 340.0, "{}", report.0);
        assert_eq!(report.number("\nwrong plays"), 0.0, "{}", report.0);
        assert!(report.of_group("after its end", "not told") > 0.0, "{}", report.0);
        assert_eq!(report.number("  against"), 0.0, "{}", report.0);
        assert!(report.0.contains("without directory and feed"), "{}", report.0);
    });
}

#[test]
fn a_late_alert_and_its_unannounced_end_lead_to_advice() {
    patiently(|| {
        let late = ["--affected", "300", "--late", "2s", "--ends-after", "5s"];
        let report = Report::small(&late);
        assert!(report.of_group("before the alert", "not told") > 0.0, "{}", report.0);
        report.advises("affected callers came before the alert was in HubSoft");
        report.advises("bina alert add \"text\"");
    });
}

#[test]
fn a_death_before_the_alert_is_judged_leads_to_a_local_alert() {
    patiently(|| {
        let report = Report::small(&["--affected", "200", "--dies-after", "0s"]);
        assert!(report.of_group("affected callers", "not told") > 180.0, "{}", report.0);
        report.says("alert judged after, s never");
        report.advises("A local alert:");
    });
}

#[test]
fn a_group_that_nothing_shows_is_named_as_the_cause() {
    patiently(|| {
        let hidden = ["--scope", "districts-and-group", "--affected", "120", "--lead", "20s"];
        let report = Report::small(&[&hidden[..], &["--hubsoft-ms", "50"]].concat());
        assert_eq!(report.of_group("other callers", "told"), 0.0, "{}", report.0);
        report.advises("something that HubSoft's list does not show");
        report.advises("outage.hedged_prompt");
    });
}

#[test]
fn places_that_join_nothing_and_a_slow_hubsoft_are_named_as_the_cause() {
    patiently(|| {
        let places = ["--affected", "300", "--lead", "12s", "--joining", "0.5"];
        let report = Report::small(&[&places[..], &["--poll-s", "2"]].concat());
        report.advises("only 50 % of the places join its tables");
        let slow = ["--affected", "100", "--without-directory", "--hubsoft-ms", "1500"];
        let report = Report::small(&[&slow[..], &["--deadline-ms", "300"]].concat());
        assert_eq!(report.number("  within 320 ms"), 140.0, "{}", report.0);
        report.advises("lookup.deadline_ms:");
    });
}

#[test]
fn cached_callers_and_earlier_alerts_are_prepared() {
    patiently(|| {
        let cached = ["--affected", "200", "--cached", "0.9", "--without-directory"];
        let report = Report::small(&cached);
        report.says("216 of them are in the cache");
        assert!(report.of_group("other callers", "not told") >= 30.0, "{}", report.0);
        let earlier = ["--affected", "200", "--earlier", "2", "--poll-s", "1"];
        let report = Report::small(&earlier);
        report.says("It has judged 2 alerts of this kind before");
        report.says("fit interface: alert");
    });
}

#[test]
fn an_interrupted_rehearsal_prints_the_report_so_far() {
    let _alone = alone();
    let arguments = ["--customers", "2000", "--affected", "1000", "--over", "10m"];
    let mut running = rehearse(&arguments).spawn().expect("it starts");
    let mut progress = BufReader::new(running.stderr.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("of 600 s") {
        line.clear();
        assert!(progress.read_line(&mut line).expect("UTF-8") > 0, "it has ended");
    }
    let (code, report) = interrupted(running);
    assert_eq!(code, Some(0), "{report}");
    let report = Report(report);
    assert!(report.number("\ncalls") < 500.0, "{}", report.0);
    assert_eq!(report.number("\nanswered"), report.number("\ncalls"), "{}", report.0);
}

/// Presses Ctrl-C and waits for the end.
fn interrupted(mut running: Child) -> (Option<i32>, String) {
    let pid = running.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill runs").success());
    let mut report = String::new();
    let out = running.stdout.as_mut().expect("piped");
    out.read_to_string(&mut report).expect("UTF-8");
    (running.wait().expect("it ends").code(), report)
}

#[test]
fn invalid_options_are_refused_with_the_remedy() {
    for (arguments, teaches) in [
        (&["--affected", "0"][..], "choose 1 to 50000 callers"),
        (&["--customers", "9"], "choose 500 to 1000000 customers"),
        (&["--over", "60"], "e.g. 60s, 2m or 1500ms"),
        (&["--over", "1h"], "e.g. 60s, 2m or 1500ms"),
        (&["--cached", "90"], "0.9 for nine callers in ten"),
        (&["--deadline-ms", "5"], "choose 100 to 3000 milliseconds"),
        (&["--hubsoft-rps", "0"], "choose 1 to 1000 requests a second"),
        (&["--scope", "street"], "pop-and-interfaces"),
        (&["--customers", "500"], "raise --customers"),
        (&["--lead", "5s", "--late", "5s"], "choose one of them"),
        (&["--late", "90s"], "choose --late below --over"),
        (&["--ends-after", "90s"], "choose --ends-after below --over"),
        (&["--dies-after", "90s"], "choose --dies-after below --over"),
        (&["--late", "30s", "--ends-after", "20s"], "choose --late below --ends-after"),
        (&["--late", "30s", "--dies-after", "20s"], "choose --late below --dies-after"),
        (&["--window"], "with --ends-after"),
        (&["--compare", "--without-directory"], "omit --without-directory"),
        (&["--earlier", "2", "--without-directory"], "omit --without-directory"),
        (&["--customers", "2000", "--affected", "1990", "--unaffected", "0"], "lower --affected"),
    ] {
        let output = rehearse(arguments).output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}\n{text}");
        assert!(text.contains(teaches), "{teaches}\n{text}");
    }
}
