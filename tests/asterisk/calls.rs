//! Places SIP calls with sipp, and reads back what Asterisk wrote down about each.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use crate::digits;
use crate::pbx::{Asterisk, free_udp_port};
use crate::record::{Log, Record};
use crate::snippets::{CURL, Snippet};

/// sipp gives up then; the longest prompts of a test take eight seconds.
const CALLS_MAX: &str = "60s";
/// How long after sipp's end Asterisk may take to write its records, and to end a call.
const RECORD_MAX: Duration = Duration::from_secs(10);
/// The number that is called.
pub(crate) const CALLED: &str = "3732221000";
const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/asterisk/sipp");

/// One call to place.
#[derive(Clone)]
pub(crate) struct Call {
    name: String,
    user: String,
    address: String,
    second: String,
    lookup: &'static str,
    context: &'static str,
    vouched: &'static str,
    rounds: usize,
    /// Percent-encoded.
    called: String,
    /// What the caller types, as `digits::send` takes it.
    typed: String,
}

impl Call {
    /// A call to the shipped example by `user` (as it stands in From between `sip:` and `@`); the
    /// snippet finds bina at `address`, or at the address in `[globals]`.
    pub(crate) fn from(user: &str, snippet: &'static Snippet, address: &str) -> Self {
        Self {
            name: user.to_owned(),
            user: user.to_owned(),
            address: address.to_owned(),
            second: "none".to_owned(),
            lookup: snippet.context,
            // The example's own lines are run as they are.
            context: if snippet.file == CURL.file { "bina-entrada" } else { "entrada" },
            vouched: "X-Nobody",
            rounds: 0,
            called: CALLED.to_owned(),
            typed: String::new(),
        }
    }

    /// By another caller.
    pub(crate) fn by(self, user: &str) -> Self {
        Self { user: user.to_owned(), ..self }
    }

    /// What the caller types once the call is answered.
    pub(crate) fn typing(self, digits: &str) -> Self {
        Self { typed: digits.to_owned(), context: "identifica", ..self }
    }

    /// How the call is called in the output.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// The network has the number, and is requested to keep it private.
    pub(crate) fn private(self) -> Self {
        Self { vouched: "P-Asserted-Identity", ..self }
    }

    /// There is a second bina to query.
    pub(crate) fn or(self, second: &str) -> Self {
        Self { second: second.to_owned(), ..self }
    }

    /// To a context of the tests' own dialplan instead.
    pub(crate) fn to(self, context: &'static str) -> Self {
        Self { context, ..self }
    }

    /// By this context around the snippet's own.
    pub(crate) fn through(self, lookup: &'static str) -> Self {
        Self { lookup, context: "entrada", ..self }
    }

    /// Looks up so often more, where the context does.
    pub(crate) fn again(self, rounds: usize) -> Self {
        Self { rounds, ..self }
    }

    /// This is the called number that the trunk sends; for the context `called`.
    pub(crate) fn calling(self, called: &str) -> Self {
        Self { called: called.to_owned(), context: "called", ..self }
    }

    fn line(&self, case: &str) -> String {
        let Self { user, address, second, lookup, context, vouched, rounds, called, .. } = self;
        let start = format!("{user};{vouched};{case};{address};{context};{lookup}");
        format!("{start};{second};{rounds};{called}\n")
    }
}

impl Asterisk {
    /// Places the calls at nearly the same time, waits until all have ended, prints a line about
    /// each, and returns what was written down, in the order of `calls`.
    pub(crate) fn place(&self, calls: &[Call]) -> Vec<Record> {
        let records = self.run_calls(calls, "call.xml", &["-r", "100", "-l", "300"]);
        // One write, so that tests running beside this one do not come between.
        let reported: String = records.iter().map(|record| format!("{record}\n")).collect();
        print!("{reported}");
        records
    }

    /// Places the calls one after the other.
    pub(crate) fn place_in_turn(&self, calls: &[Call]) -> Vec<Record> {
        self.run_calls(calls, "call.xml", &["-r", "1000", "-l", "1"])
    }

    /// Places calls that hang up after 2.5 s if they are not answered.
    pub(crate) fn place_and_give_up(&self, calls: &[Call]) -> Vec<Record> {
        self.run_calls(calls, "giveup.xml", &["-r", "100", "-l", "300"])
    }

    /// Places calls that hang up a second after they were picked up.
    pub(crate) fn place_and_leave(&self, calls: &[Call]) -> Vec<Record> {
        self.run_calls(calls, "leave.xml", &["-r", "100", "-l", "300"])
    }

    /// Places calls whose callers type what they have to.
    pub(crate) fn place_and_type(&self, calls: &[Call]) -> Vec<Record> {
        let records = self.run_calls(calls, "type.xml", &["-r", "20", "-l", "300"]);
        let reported: String = records.iter().map(|record| format!("{record}\n")).collect();
        print!("{reported}");
        records
    }

    /// Places calls whose callers type, and hang up 4 s after they were picked up.
    pub(crate) fn place_type_and_leave(&self, calls: &[Call]) -> Vec<Record> {
        self.run_calls(calls, "type-and-leave.xml", &["-r", "20", "-l", "300"])
    }

    fn run_calls(&self, calls: &[Call], scenario: &str, pace: &[&str]) -> Vec<Record> {
        static BATCHES: AtomicUsize = AtomicUsize::new(0);
        let batch = BATCHES.fetch_add(1, Ordering::Relaxed);
        let case = |index: usize| format!("b{batch}c{index}");
        let lines = calls.iter().enumerate().map(|(index, call)| call.line(&case(index)));
        let list = self.run.join(format!("batch{batch}.csv"));
        fs::write(&list, format!("SEQUENTIAL\n{}", lines.collect::<String>())).unwrap();
        let log_start = self.log_length();
        let sipp = thread::scope(|scope| {
            for (index, call) in calls.iter().enumerate().filter(|(_, call)| !call.typed.is_empty())
            {
                let place = self.run.join("calls").join(format!("{}.rtp", case(index)));
                scope.spawn(move || digits::send(&place, &call.typed));
            }
            self.sipp(&list, calls.len(), scenario, pace)
        });

        let read = |(index, call): (usize, &Call)| self.read(&case(index), call, &sipp);
        let texts: Vec<_> = calls.iter().enumerate().map(read).collect();
        let cases: Vec<_> = (0..calls.len()).map(case).collect();
        let log = Log::new(self.whole_log_from(log_start, &cases));
        let name = |call: &Call| format!("{}: {}", call.lookup, call.name);
        let pairs = calls.iter().zip(&texts);
        let records: Vec<_> =
            pairs.map(|(call, text)| Record::new(name(call), text, Rc::clone(&log))).collect();
        self.wait_until_gone(&records);
        records
    }

    fn sipp(&self, list: &Path, calls: usize, scenario: &str, pace: &[&str]) -> Output {
        let mut sipp = self.command("usr/bin/sipp");
        sipp.arg(format!("127.0.0.1:{}", self.sip_port)).arg("-inf").arg(list);
        sipp.args(["-sf", &format!("{SCENARIOS}/{scenario}")]).args(pace);
        sipp.args(["-s", CALLED, "-i", "127.0.0.1", "-nostdin"]);
        sipp.args(["-m", &calls.to_string(), "-timeout", CALLS_MAX, "-timeout_error"]);
        for option in ["-p", "-mp"] {
            sipp.args([option, &free_udp_port().to_string()]);
        }
        sipp.current_dir(&self.run).output().unwrap()
    }

    /// Reads the file of one call, which Asterisk ends with `done=1`.
    fn read(&self, case: &str, call: &Call, sipp: &Output) -> String {
        let started = Instant::now();
        let file = self.run.join("calls").join(case);
        loop {
            let text = fs::read(&file).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            if text.ends_with("done=1\n") {
                return text.into_owned();
            }
            let waited = started.elapsed();
            assert!(waited < RECORD_MAX, "{}: no call\n{text}\n{sipp:?}", call.name);
            sleep(Duration::from_millis(20));
        }
    }

    /// Asterisk's log from that byte on, once the last step of each case is in it: a thread of
    /// Asterisk's own writes the log, behind the calls.
    fn whole_log_from(&self, start: u64, cases: &[String]) -> String {
        let started = Instant::now();
        loop {
            let log = self.log_from(start);
            let steps: Vec<_> = log.lines().filter(|line| line.contains(")=done=1")).collect();
            let is_missing =
                |case: &&String| !steps.iter().any(|step| step.contains(&format!("/{case},")));
            let missing = cases.iter().filter(is_missing).count();
            if missing == 0 {
                return log;
            }
            assert!(started.elapsed() < RECORD_MAX, "Asterisk's log lacks {missing} calls");
            sleep(Duration::from_millis(20));
        }
    }

    /// No call may leave a channel behind.
    fn wait_until_gone(&self, records: &[Record]) {
        let started = Instant::now();
        loop {
            let shown = self.cli("core show channels concise").stdout;
            let shown = String::from_utf8_lossy(&shown);
            let names = shown.lines().filter_map(|line| line.split('!').next());
            let names: BTreeSet<_> = names.collect();
            let own = |name: &&&str| records.iter().any(|record| record.get("channel") == **name);
            // A queue rings its agents by channels of its own.
            let left = names.iter().find(|name| name.starts_with("Local/") || own(name));
            let Some(left) = left else { return };
            assert!(started.elapsed() < RECORD_MAX, "{left} is still a channel\n{shown}");
            sleep(Duration::from_millis(50));
        }
    }

    /// The names of the variables the channel had, each time the dialplan showed them (DumpChan).
    pub(crate) fn variables_shown(&self, channel: &str) -> Vec<BTreeSet<String>> {
        let log = self.log_from(0);
        let title = format!("Dumping Info For Channel: {channel}:");
        let names = |shown: &str| {
            let lines = shown.lines().skip_while(|line| *line != "Variables:").skip(1);
            let lines = lines.take_while(|line| !line.starts_with("==="));
            lines.filter_map(|line| Some(line.split_once('=')?.0.to_owned())).collect()
        };
        log.split(&title).skip(1).map(names).collect()
    }
}
