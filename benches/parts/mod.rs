//! The parts of bina's work by name, for those who time them and for those who count instructions.

#![allow(dead_code, unreachable_pub, reason = "each bench uses its part of it")]

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, process};

use bina::answering::figures::{FiguredCall, Figures, PromptKind};
use bina::answering::journal::{CallRecord, ChosenAlert, Journal, JournalInputs, JournalMetrics};
use bina::answering::lookup::{Lookup, Settings};
use bina::answering::render::{Format, Freeswitch, render};
use bina::answering::suspicion::{SuspicionMetrics, Suspicions};
use bina::domain::alert::TextKey;
use bina::domain::alert_text::AlertText;
use bina::domain::answer::{AlertFacts, Answer, AnswerStatus, Told};
use bina::domain::finding::{AlertCertainty, AnswerSource, Finding, Record};
use bina::domain::phone::Phone;
use bina::domain::prompt::{Choice, Phrase, Playlist, Rule, Rules, SoundForm};
use bina::domain::reported::ReportedCustomer;
use bina::domain::zone::Zone;
use bina::simulator::{customer, with_alert};
use bina::sources::alerts::AlertOrigin;
use bina::sources::hubsoft::{Wanted, conclude};
use bina::sources::shared_request::Partial;
use bina::sources::source::{Budget, Fetch, Key, Sighting, Source};
use serde::de::IgnoredAny;
use tokio::runtime::{Builder, Runtime};

/// The caller whom every part is about, invented.
pub const CALLER: &str = "37988242968";

/// Something that can be done again and again.
pub type Work = Box<dyn FnMut()>;

/// Every part: its name, and how it is made ready.
pub fn parts() -> Vec<(String, Box<dyn Fn() -> Work>)> {
    let mut parts: Vec<(String, Box<dyn Fn() -> Work>)> = vec![("phone".into(), Box::new(parse))];
    for count in [1, 100, 1_000] {
        parts.push((format!("rules {count}"), Box::new(move || choose(count))));
    }
    for (name, format) in Format::VALUES {
        parts.push((format!("format {name}"), Box::new(move || write(format))));
    }
    for (name, customers, services) in BODIES {
        parts.push((format!("body {name}"), Box::new(move || read(&body(customers, services)))));
    }
    parts.push(("body 6 kB, all ignored".into(), Box::new(|| ignore(body(2, 1)))));
    for count in [100, 10_000, 1_000_000] {
        parts.push((format!("memory {count}"), Box::new(move || remember(count))));
    }
    parts.push(("journal".into(), Box::new(note)));
    parts.push(("figures".into(), Box::new(figure)));
    parts
}

/// Bodies by name, with so many customers of so many services each.
pub const BODIES: [(&str, usize, usize); 3] =
    [("6 kB", 2, 1), ("300 kB", 100, 1), ("6.5 MB", 100, 25)];

fn parse() -> Work {
    Box::new(|| {
        let _ = black_box(Phone::parse(black_box("+55 37 98824-2968"), None));
    })
}

/// So many rules, of which only the last one fits.
fn choose(count: usize) -> Work {
    let form = SoundForm { prefix: "bina/".into(), suffix: String::new() };
    let play = Arc::new(Playlist::new(&["aviso"], &form, &form).expect("one short sound"));
    let rule = |index: usize| {
        let last = index + 1 == count;
        let phrase = if last { "fibra".to_owned() } else { format!("bairro numero {index}") };
        Rule {
            name: format!("regra-{index}").into(),
            text: Phrase::parse(&phrase).into_iter().collect(),
            play: Arc::clone(&play),
            ..Rule::default()
        }
    };
    let rules = Rules::new((0..count).map(rule).collect(), None);
    let record = Record::new(vec![found()]);
    Box::new(move || {
        let choice = rules.choose(black_box(record.customers()), None);
        assert!(black_box(choice).rule.is_some());
    })
}

fn write(format: Format) -> Work {
    let (record, freeswitch) = (Record::new(vec![found()]), Freeswitch::default());
    let finding =
        Finding::Found { record, source: AnswerSource::Cache, alerts: AlertCertainty::Certain };
    let answer =
        Answer::new(Some(phone(CALLER)), &finding, &Choice::default(), AlertFacts::default());
    Box::new(move || {
        black_box(render(format, black_box(&answer), &freeswitch));
    })
}

fn read(body: &[u8]) -> Work {
    let (body, phone, wanted) = (body.to_owned(), phone(CALLER), Wanted::default());
    Box::new(move || {
        let record = conclude(black_box(&body), &phone, &wanted).expect("a success");
        assert_eq!(black_box(record).customers().len(), 1);
    })
}

/// The least serde_json can do with a body: see that it is JSON.
fn ignore(body: Vec<u8>) -> Work {
    Box::new(move || {
        let _: IgnoredAny = serde_json::from_slice(black_box(&body)).expect("JSON");
    })
}

/// A lookup from a cache after `count` numbers. It holds 48 MiB, which is some
/// 300,000 of them.
fn remember(count: u32) -> Work {
    let (lookup, runtime) = (memory(count), runtime());
    let mut index = 0;
    Box::new(move || {
        index = (index + 1) % 100;
        let finding = runtime.block_on(lookup.find(&number(count - 1 - index).into(), soon()));
        assert!(matches!(black_box(finding), Finding::NotFound(AnswerSource::Cache)));
    })
}

/// A call in the figures that an operator sees, with a rule, a prompt and an alert.
fn figure() -> Work {
    let (figures, rule) = (Figures::default(), Arc::from("fibra"));
    let prompt = Arc::new(Playlist { asterisk: "bina/aviso".into(), ..Playlist::default() });
    let phone = phone(CALLER);
    let accepted = Instant::now();
    let mut number = 0;
    Box::new(move || {
        number += 1;
        figures.note(FiguredCall {
            accepted,
            took: Duration::from_micros(40),
            interface: "/asterisk",
            phone: Some(phone.masked()),
            status: AnswerStatus::Found,
            source: AnswerSource::Cache,
            rule: Some(Arc::clone(&rule)),
            prompt: Some(Arc::clone(&prompt)),
            kind: PromptKind::Prepared,
            reason: "",
            alert: Some(TextKey(7)),
            told: Told::NotYet,
            number,
        });
    })
}

/// A call of the journal, written with the next hundred of them; without a directory.
fn note() -> Work {
    let folder = std::env::temp_dir().join(format!("bina-bench-journal-{}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    let journal = journal(folder);
    let record = Record::new(vec![found()]);
    let finding =
        Finding::Found { record, source: AnswerSource::Cache, alerts: AlertCertainty::Certain };
    let runtime = runtime();
    let mut calls: u32 = 0;
    Box::new(move || {
        calls += 1;
        let phone = number(calls);
        let answer = Answer::new(Some(phone), &finding, &Choice::default(), AlertFacts::default());
        let chosen =
            ChosenAlert { key: TextKey(7), origin: Some(AlertOrigin::Hubsoft(1_234)), since: None };
        journal.note(CallRecord::new(
            Instant::now(),
            Some(phone),
            &answer,
            Some(chosen),
            Told::NotYet,
        ));
        if calls.is_multiple_of(100) {
            runtime.block_on(journal.flush());
        }
    })
}

/// A journal in a folder of its own.
fn journal(folder: PathBuf) -> Arc<Journal> {
    let inputs = JournalInputs {
        folder: Some(folder),
        told: Duration::from_secs(3 * 60 * 60),
        kept: Duration::from_secs(30 * 24 * 60 * 60),
        zone: Zone::default(),
        directory: None,
        board: None,
        now_s: Arc::new(|| 1_796_072_400),
    };
    let suspicions = Arc::new(Suspicions::new(SuspicionMetrics::default()));
    Arc::new(Journal::open(inputs, suspicions, JournalMetrics::default()))
}

/// A cache after `count` numbers, all of them not found.
pub fn memory(count: u32) -> Lookup {
    let forever = Duration::from_secs(24 * 60 * 60);
    let records_max = NonZeroUsize::new(10_000_000).expect("not zero");
    let settings =
        Settings { fresh: forever, not_found: forever, records_max, ..Settings::default() };
    let lookup = Lookup::new(Arc::new(Nobody), settings);
    runtime().block_on(async {
        for index in 0..count {
            lookup.find(&number(index).into(), soon()).await;
        }
    });
    lookup
}

/// Answers "not found", at once.
struct Nobody;

impl Source for Nobody {
    fn fetch<'a>(&'a self, _: &'a Key, _: Budget, _: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async { Ok(Sighting::of_hubsoft(Record::default())) })
    }
}

pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The number of caller `index`.
pub fn number(index: u32) -> Phone {
    phone(&format!("379{}", 80_000_000 + index))
}

/// A deadline that no lookup here comes near.
pub fn soon() -> tokio::time::Instant {
    (Instant::now() + Duration::from_secs(60)).into()
}

fn phone(text: &str) -> Phone {
    Phone::parse(text, None).expect("a number")
}

fn found() -> ReportedCustomer {
    let texts = [
        "Existe uma manutenção programada no bairro Centro que está afetando esse cliente",
        "A equipe técnica já está a caminho para resolver o rompimento de fibra",
    ];
    ReportedCustomer {
        id: "421".into(),
        code: "1421".into(),
        name: "CLIENTE INVENTADO DA SILVA".into(),
        alert: Some(texts.iter().filter_map(|text| AlertText::new(text)).collect()),
        service_status: Some("servico_habilitado".into()),
        connected: Some(true),
        ..ReportedCustomer::default()
    }
}

/// An answer of HubSoft in the shape of its printed example: the last customer is the caller.
pub fn body(customers: usize, services: usize) -> Vec<u8> {
    let one = |index: usize| {
        let last = index + 1 == customers;
        let number = if last { CALLER.to_owned() } else { format!("379{:08}", 99_000_000 + index) };
        let mut one = customer(index as u64 + 1, "CLIENTE INVENTADO DA SILVA", &number);
        let list = one["servicos"].as_array_mut().expect("the simulator lists services");
        let service = list[0].clone();
        list.resize(services, service);
        with_alert(one, &["Rompimento de fibra no bairro Centro"]).to_string()
    };
    let mut body =
        br#"{"status":"success","msg":"Dados consultados com sucesso","clientes":["#.to_vec();
    for index in 0..customers {
        body.extend_from_slice(if index > 0 { b"," } else { b"" });
        body.extend_from_slice(one(index).as_bytes());
    }
    body.extend_from_slice(b"]}");
    body
}
