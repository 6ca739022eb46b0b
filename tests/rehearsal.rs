//! The bad day as an administrator rehearses it, row 37: two thousand callers in a minute.
//!
//! Short, unless BINA_LONG_TESTS is set; what must hold is the same, scaled to the time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::panic::{RefUnwindSafe, catch_unwind};
use std::process::{Child, Command, Output, Stdio};

use parking_lot::{Mutex, MutexGuard};

/// As `bina rehearse` has them by default.
const RATE: f64 = 10.0;
const BURST: f64 = 1.0;
const PROMISED_MS: f64 = 820.0;
/// Of the requests HubSoft allows, so many must bring an answer in time.
const USED_LEAST: f64 = 0.97;
const MEMORY_MAX: f64 = 64.0;

/// Rehearsals measure milliseconds, so they do not stand in each other's way.
static STAGE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    STAGE.lock()
}

fn rehearse(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
    command.arg("rehearse").args(arguments).env_remove("BINA_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a rehearsal printed.
struct Report(String);

impl Report {
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

    /// Asserts what must hold of every rehearsal of `callers`.
    fn holds(&self, callers: f64) {
        assert_eq!(self.number("\ncalls"), callers, "{}", self.0);
        assert_eq!(self.number("\nanswered"), callers, "{}", self.0);
        assert_eq!(self.number("  within 820 ms"), callers, "{}", self.0);
        assert!(self.number("p99.9") <= PROMISED_MS, "{}", self.0);
        assert!(self.number("at most") <= RATE + BURST, "{}", self.0);
        assert_eq!(self.number("refused (429)"), 0.0, "{}", self.0);
        assert!(self.number("peak") <= MEMORY_MAX, "{}", self.0);
        assert!(!self.0.contains("\nwrong"), "{}", self.0);
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
    patiently(mass_outage);
}

fn mass_outage() {
    let long = std::env::var_os("BINA_LONG_TESTS").is_some();
    let (callers, seconds) = if long { (2_000.0, 60.0) } else { (200.0, 6.0) };
    let (calls, over) = (callers.to_string(), format!("{seconds}s"));
    let output = rehearse(&["--callers", &calls, "--over", &over]).output().expect("it starts");
    let report = Report::of(&output);
    report.holds(callers);
    let (personalised, least) = (
        report.number("personalised"),
        if long { 585.0 } else { (USED_LEAST * RATE * seconds).ceil() },
    );
    loudly(&format!(
        "row 37: required all of {calls} in time and >= {least} personalised, measured all and \
         {personalised}, at most {} requests a second, p99.9 {} ms, {} MB",
        report.number("at most"),
        report.number("p99.9"),
        report.number("peak"),
    ));
    assert!(personalised >= least, "{}", report.0);
    if long {
        loudly(&report.0);
    } else {
        loudly("row 37: this was the SHORT rehearsal; BINA_LONG_TESTS=1 has 2000 callers in 60 s");
    }
}

#[test]
fn cached_callers_need_no_slot() {
    patiently(|| {
        let arguments = ["--callers", "300", "--over", "3s", "--known", "0.9"];
        let report = Report::of(&rehearse(&arguments).output().expect("it starts"));
        report.holds(300.0);
        assert_eq!(report.number("from the cache"), 270.0, "{}", report.0);
        assert!(report.number("personalised") >= 0.99 * 300.0, "{}", report.0);
        // One for each unknown caller, and one more for a second form where a slot was free.
        assert!(report.number("HubSoft requests") <= 60.0, "{}", report.0);
    });
}

#[test]
fn a_hubsoft_slower_than_the_deadline_delays_no_call() {
    patiently(|| {
        let arguments = ["--callers", "100", "--over", "2s", "--upstream-ms", "1500"];
        let arguments = [&arguments[..], &["--deadline-ms", "300"]].concat();
        let report = Report::of(&rehearse(&arguments).output().expect("it starts"));
        assert_eq!(report.number("  within 320 ms"), 100.0, "{}", report.0);
        assert_eq!(report.number("personalised"), 0.0, "{}", report.0);
        assert_eq!(report.number("unavailable"), 100.0, "{}", report.0);
    });
}

#[test]
fn an_interrupted_rehearsal_prints_the_report_so_far() {
    let _alone = alone();
    let mut running = rehearse(&["--over", "10m"]).spawn().expect("it starts");
    let mut progress = BufReader::new(running.stderr.take().expect("piped"));
    progress.read_line(&mut String::new()).expect("UTF-8");
    let (code, report) = interrupted(running);
    assert_eq!(code, Some(0), "{report}");
    let report = Report(report);
    assert!(report.number("\ncalls") < 100.0, "{}", report.0);
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
fn an_invalid_argument_is_rejected_with_the_expected_range() {
    for (arguments, teaches) in [
        (["--callers", "0"], "choose 1 to 20000 callers"),
        (["--over", "60"], "e.g. 60s, 2m or 1500ms"),
        (["--over", "1h"], "e.g. 60s, 2m or 1500ms"),
        (["--known", "90"], "0.9 for nine callers in ten"),
        (["--deadline-ms", "5"], "choose 100 to 3000 milliseconds"),
        (["--upstream-rps", "0"], "choose 1 to 1000 requests a second"),
    ] {
        let output = rehearse(&arguments).output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(teaches), "{teaches}\n{text}");
    }
}
