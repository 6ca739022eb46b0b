//! Places SIP calls with sipp, and reads back what Asterisk wrote down about each.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::pbx::{Asterisk, free_udp_port};
use crate::record::Record;

/// sipp gives up then; the longest prompts of a test take eight seconds.
const CALLS_MAX: &str = "40s";
/// How long after sipp's end Asterisk may take to write down what it knows.
const RECORD_MAX: Duration = Duration::from_secs(10);
/// The number that is called.
pub(crate) const CALLED: &str = "3732221000";
const SCENARIO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/asterisk/sipp/call.xml");

/// One call to place.
pub(crate) struct Call {
    name: String,
    user: String,
    url: String,
    context: &'static str,
    vouched: &'static str,
}

impl Call {
    /// A call to the shipped example by `user` (as it stands in From between `sip:` and `@`); the
    /// snippet finds bina at `url`, or where `[globals]` say.
    pub(crate) fn from(user: &str, url: &str) -> Self {
        let (name, user, url) = (user.to_owned(), user.to_owned(), url.to_owned());
        Self { name, user, url, context: "bina-entrada", vouched: "X-Nobody" }
    }

    /// How the call is called in the output.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// The network knows the number, and is asked to keep it private.
    pub(crate) fn private(self) -> Self {
        Self { vouched: "P-Asserted-Identity", ..self }
    }

    /// To a context of the tests' own dialplan instead.
    pub(crate) fn to(self, context: &'static str) -> Self {
        Self { context, ..self }
    }
}

impl Asterisk {
    /// Places the calls at nearly the same time, waits until all have ended, prints a line about
    /// each, and returns what was written down, in the order of `calls`.
    pub(crate) fn place(&self, calls: &[Call]) -> Vec<Record> {
        static BATCHES: AtomicUsize = AtomicUsize::new(0);
        let batch = BATCHES.fetch_add(1, Ordering::Relaxed);
        let case = |index: usize| format!("b{batch}c{index}");
        let lines = calls.iter().enumerate().map(|(index, call)| {
            let Call { user, url, context, vouched, .. } = call;
            format!("{user};{vouched};{};{url};{context}\n", case(index))
        });
        let list = self.run.join(format!("batch{batch}.csv"));
        fs::write(&list, format!("SEQUENTIAL\n{}", lines.collect::<String>())).unwrap();
        let sipp = self.sipp(&list, calls.len());

        let read = |(index, call): (usize, &Call)| self.read(&case(index), call, &sipp);
        let records: Vec<_> = calls.iter().enumerate().map(read).collect();
        // One write, so that tests running beside this one do not come between.
        let told: String = records.iter().map(|record| format!("{record}\n")).collect();
        print!("{told}");
        records
    }

    fn sipp(&self, list: &Path, calls: usize) -> Output {
        let mut sipp = self.command("usr/bin/sipp");
        sipp.arg(format!("127.0.0.1:{}", self.sip_port)).args(["-sf", SCENARIO, "-inf"]).arg(list);
        sipp.args(["-s", CALLED, "-i", "127.0.0.1", "-nostdin", "-r", "50", "-l", "200"]);
        sipp.args(["-m", &calls.to_string(), "-timeout", CALLS_MAX, "-timeout_error"]);
        for option in ["-p", "-mp"] {
            sipp.args([option, &free_udp_port().to_string()]);
        }
        sipp.current_dir(&self.run).output().unwrap()
    }

    /// Reads the file of one call, which Asterisk ends with `done=1`.
    fn read(&self, case: &str, call: &Call, sipp: &Output) -> Record {
        let started = Instant::now();
        let file = self.run.join("calls").join(case);
        loop {
            let text = fs::read(&file).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            if text.ends_with("done=1\n") {
                return self.record(&call.name, &text);
            }
            let waited = started.elapsed();
            assert!(waited < RECORD_MAX, "{}: no call\n{text}\n{sipp:?}", call.name);
            sleep(Duration::from_millis(20));
        }
    }

    /// The names of the variables the channel had, each time the dialplan showed them (DumpChan).
    pub(crate) fn variables_shown(&self, channel: &str) -> Vec<BTreeSet<String>> {
        let log = self.log();
        let title = format!("Dumping Info For Channel: {channel}:");
        let names = |shown: &str| {
            let lines = shown.lines().skip_while(|line| *line != "Variables:").skip(1);
            let lines = lines.take_while(|line| !line.starts_with("==="));
            lines.filter_map(|line| Some(line.split_once('=')?.0.to_owned())).collect()
        };
        log.split(&title).skip(1).map(names).collect()
    }

    fn record(&self, name: &str, text: &str) -> Record {
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let values = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let mut record = Record {
            name: name.to_owned(),
            values: values.collect(),
            played: Vec::new(),
            log: String::new(),
        };
        let log = self.log();
        record.played =
            log.lines().filter_map(|line| played(line, record.get("channel"))).collect();
        record.log = about(&log, record.get("channel"));
        record
    }
}

/// Reads `… <PJSIP/sipp-0000001b> Playing 'bina/x.slin' (language 'pt_BR')` as `bina/x(pt_BR)`.
fn played(line: &str, channel: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!("<{channel}> Playing '"))?;
    let (file, rest) = rest.split_once("' (language '")?;
    let (sound, _) = file.rsplit_once('.')?;
    let (language, _) = rest.split_once('\'')?;
    Some(format!("{sound}({language})"))
}

/// The lines that carry the call's number and are more than one step of the dialplan.
fn about(log: &str, channel: &str) -> String {
    let step = format!("(\"{channel}\"");
    let number = log.lines().find(|line| line.contains(&step)).and_then(|line| {
        let start = line.find("[C-")?;
        line.get(start..start + 12)
    });
    let Some(number) = number else { return String::new() };
    let telling = ["WARNING", "ERROR", "CURL", "BINA_BODY", "DumpChan", "Playing"];
    let lines = log
        .lines()
        .filter(|line| line.contains(number) && telling.iter().any(|word| line.contains(word)));
    lines.map(|line| format!("    {line}\n")).collect()
}
