//! What is left of a document that was typed: nothing that the snippet or bina could have written.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::UNKNOWN;
use crate::calls::Call;
use crate::identify::{ANA, owners};
use crate::pbx::{Asterisk, asterisk};
use crate::program::{Program, hubsoft};
use crate::record::{Problems, Record};
use crate::snippets::CURL;

/// What is typed: a customer's, nobody's, one with wrong check digits, and half of one.
const TYPED: [&str; 4] = ["52998224725", "11144477735", "52998224726", "529982"];
/// Asterisk may write the record of a call a moment after its end.
const RECORDED_WITHIN: Duration = Duration::from_secs(10);

/// An address at which nothing listens.
const NOBODY: &str = "http://127.0.0.1:1";

const CDR: &str = "[general]\nenable = yes\nunanswered = yes\n[csv]\nusegmtime = no\nloguniqueid = yes\n\
                   loguserfield = yes\naccountlogs = no\n";

/// An Asterisk that keeps records of its calls, and a log of keys, which is proof that they were typed.
fn recording(asterisk: &Asterisk) -> Asterisk {
    asterisk.with(&|run| {
        append(&run.join("etc/modules.conf"), "load = cdr_csv.so\n");
        append(&run.join("etc/logger.conf"), "keys.log => dtmf\n");
        fs::write(run.join("etc/cdr.conf"), CDR).unwrap();
        fs::create_dir_all(run.join("log/cdr-csv")).unwrap();
    })
}

fn append(file: &Path, line: &str) {
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, text + line).unwrap();
}

fn typing(bina: &Program, keys: &str) -> Call {
    Call::from(UNKNOWN, &CURL, bina.at(&CURL)).typing(keys).named(keys)
}

/// The records of that many calls.
fn call_records(asterisk: &Asterisk, calls: usize) -> String {
    let file = asterisk.run.join("log/cdr-csv/Master.csv");
    let started = Instant::now();
    loop {
        let text = fs::read_to_string(&file).unwrap_or_default();
        if text.lines().count() >= calls {
            return text;
        }
        assert!(started.elapsed() < RECORDED_WITHIN, "{} records\n{text}", text.lines().count());
        sleep(Duration::from_millis(50));
    }
}

fn went_to_h(call: &Record, problems: &mut Problems) {
    call.arrived_at("h", problems);
    call.has("typed= alerta=0 prompt=", problems);
}

#[test]
fn a_hangup_while_typing_or_during_the_lookup_runs_the_h_and_leaves_no_digit() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let frozen = Program::start(asterisk, &hubsoft.base_url());
    frozen.freeze();
    let calls = asterisk.place_type_and_leave(&[
        typing(&bina, "529982"),
        typing(&bina, "529982").to("identifica-todos"),
        typing(&frozen, "52998224725#").to("identifica-todos"),
    ]);
    let mut problems = Problems::default();
    for call in &calls {
        went_to_h(call, &mut problems);
    }
    let asked = hubsoft.requests().into_iter();
    let typed = asked.filter(|request| {
        request.parameter("termo_busca").is_some_and(|term| ANA.starts_with(term))
    });
    problems.check(typed.count() == 0, || "HubSoft was asked for half a document".to_owned());
    problems.none();
}

#[test]
fn no_document_is_in_binas_log_in_the_call_records_or_in_the_log_of_steps() {
    let Some(asterisk) = asterisk() else { return };
    let asterisk = recording(asterisk);
    let hubsoft = hubsoft(owners());
    let bina = Program::start_logging_all(&asterisk, &hubsoft.base_url());
    let keys = ["52998224725#", "11144477735#", "52998224726#", "#"];
    let mut calls = keys.map(|keys| typing(&bina, keys)).to_vec();
    calls.push(typing(&bina, "52998224725#").to("identifica-todos"));
    let stopped = Call::from(UNKNOWN, &CURL, NOBODY).typing("52998224725#");
    calls.push(stopped.to("identifica-todos").named("bina is stopped"));
    let mut problems = Problems::default();
    asterisk.place_and_type(&calls)[0].has("status=found alerta=1", &mut problems);
    let leaving: Vec<_> = ["529982", "52998224725#", "529982247"]
        .map(|keys| typing(&bina, keys))
        .into_iter()
        .collect();
    asterisk.place_type_and_leave(&leaving);

    let records = call_records(&asterisk, calls.len() + leaving.len());
    let read = |name: &str| fs::read_to_string(asterisk.run.join("log").join(name)).unwrap();
    let log = fs::read_to_string(&bina.log).unwrap();
    for (name, text, sign) in [
        ("bina's log", &log, "by=document"),
        ("Asterisk's call records", &records, "identifica"),
        ("Asterisk's log at verbosity 3", &read("full.log"), "bina/digite-seu-cpf"),
        ("Asterisk's warnings of requests", &read("full.log"), "127.0.0.1:1/asterisk"),
    ] {
        problems.check(text.contains(sign), || format!("{name} lacks {sign}:\n{text}"));
        for digits in TYPED {
            let line = text.lines().find(|line| line.contains(digits));
            problems.check(line.is_none(), || format!("{name} has {digits}: {line:?}"));
        }
    }
    // Asterisk itself writes down each key where logger.conf has `dtmf`: they were typed.
    let keys = read("keys.log").matches("DTMF end '9'").count();
    problems.check(keys > 5, || format!("{keys} nines were typed"));
    problems.none();
}
