//! Answers to be written, and each format read as its reader does, so that tests can compare what
//! arrives with the contract.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of it")]

use std::sync::Arc;

use bina::answering::render::Format;
use bina::domain::alert::{Alert, Scope};
use bina::domain::alert_text::AlertText;
use bina::domain::answer::{AlertFacts, Answer, FIELDS, Told};
use bina::domain::finding::{AlertCertainty, AnswerSource, Finding, Record};
use bina::domain::found::FoundCustomer;
use bina::domain::phone::Phone;
use bina::domain::prompt::{Choice, ChosenBy, Playlist, SoundForm};
use bina::domain::reported::ReportedCustomer;
use quick_xml::events::{BytesStart, Event};

/// Formats of one value: no field has a name in them.
pub const PLAIN: [Format; 3] = [Format::Cid, Format::Match, Format::Route];

/// Every format that carries the whole answer, by name.
pub fn whole() -> impl Iterator<Item = (&'static str, Format)> {
    Format::VALUES.into_iter().filter(|(_, format)| !PLAIN.contains(format))
}

/// The two sounds of the rule `rompimento`.
fn playlist() -> Arc<Playlist> {
    let form = |suffix: &str| SoundForm { prefix: "bina/".into(), suffix: suffix.into() };
    let sounds = ["rompimento-fibra", "equipe-a-caminho"];
    Arc::new(Playlist::new(&sounds, &form(""), &form(".wav")).expect("two short sounds"))
}

/// These customers, as HubSoft has just returned them.
pub fn found(customers: Vec<ReportedCustomer>) -> Finding {
    let record = Record::new(customers);
    Finding::Found { record, source: AnswerSource::Hubsoft, alerts: AlertCertainty::Certain }
}

/// An answer in which the rule `rompimento` chose, if there is an alert to choose for.
pub fn answer(finding: &Finding) -> Answer {
    let list = playlist();
    let customers = match finding {
        Finding::Found { record, .. } => record.customers(),
        _ => &[],
    };
    let message = customers.iter().flat_map(FoundCustomer::alerts).next().map(|alert| &**alert);
    let (rule, route) = ("rompimento".into(), "suporte".into());
    let choice = Choice {
        rule: Some(&rule),
        play: Some(&list),
        route: Some(&route),
        message,
        ..Choice::default()
    };
    let phone = Phone::parse("37988242968", None).expect("a number");
    let phone = (!matches!(finding, Finding::NoNumber(_))).then_some(phone);
    Answer::new(phone, finding, &choice, facts())
}

/// That the caller has heard it, and when it is expected to end.
fn facts() -> AlertFacts {
    AlertFacts { told: Told::Already, forecast: Some("2026-11-30_18h00".into()) }
}

/// An answer for which a local alert decided, whoever calls.
pub fn local_answer(phone: Option<Phone>, finding: &Finding) -> Answer {
    let (list, rule, route) = (playlist(), "aviso-geral".into(), "suporte".into());
    let text = AlertText::new("Queda geral na cidade").expect("a text");
    let alert = Alert::new(text, Scope::Carrier);
    let choice = Choice {
        rule: Some(&rule),
        play: Some(&list),
        speak: None,
        route: Some(&route),
        message: Some(&alert),
        alert: Some(&alert),
        chosen_by: ChosenBy::Local,
    };
    Answer::new(phone, finding, &choice, facts())
}

/// An answer with the hedged prompt.
pub fn hedged_answer(finding: &Finding) -> Answer {
    let list = playlist();
    Answer::new(None, finding, &Choice::hedged(&list), AlertFacts::default())
}

/// Every action of a dialplan, read by an XML parser.
pub fn actions(body: &str) -> Vec<(String, String)> {
    let elements = elements(body).into_iter().filter(|element| element.name == "action");
    elements.map(|element| (element.value("application"), element.value("data"))).collect()
}

/// An element of a document: its attributes, and the text in it.
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
}

impl Element {
    fn new(start: &BytesStart<'_>) -> Self {
        let pair = |attribute: quick_xml::events::attributes::Attribute<'_>| {
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            (attribute.key.0.to_owned(), value.expect("known references").into_owned())
        };
        let attributes = start.attributes().map(|found| pair(found.expect("well-formed")));
        let name = start.name().0.to_owned();
        Self { name, attributes: attributes.collect(), text: String::new() }
    }

    pub fn value(&self, attribute: &str) -> String {
        let found = self.attributes.iter().find(|(name, _)| name == attribute);
        found.map_or_else(String::new, |(_, value)| value.clone())
    }
}

/// Every element of a document in the order in which they begin.
pub fn elements(body: &str) -> Vec<Element> {
    let mut reader = quick_xml::Reader::from_str(body);
    let mut elements: Vec<Element> = Vec::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(start) | Event::Empty(start) => elements.push(Element::new(&start)),
            Event::Text(text) => {
                let last = elements.last_mut();
                last.expect("nothing stands before the root").text.push_str(text.trim());
            }
            Event::GeneralRef(reference) => {
                let c = reference.resolve_char_ref().expect("a number").expect("a character");
                elements.last_mut().expect("inside an element").text.push(c);
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}

/// The fields of a format that carries them all, as its reader sees them.
pub fn fields_of(format: Format, body: &str) -> Vec<(String, String)> {
    match format {
        Format::Agi => body.lines().map(agi_field).collect(),
        Format::Cid | Format::Match | Format::Route => panic!("{format:?} has no fields"),
        Format::Dialplan => actions(body)
            .into_iter()
            .filter(|(application, _)| application == "set")
            .map(|(_, data)| bina_field(&data))
            .collect(),
        Format::Hash => body
            .split('&')
            .map(|pair| pair.split_once('=').expect("each field has a value"))
            .map(|(key, value)| (key.to_owned(), decoded(value)))
            .collect(),
        Format::Httapi => elements(body)
            .into_iter()
            .filter_map(|element| {
                Some((element.name.strip_prefix("bina_")?.to_owned(), element.text))
            })
            .collect(),
        Format::Json => {
            let object: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(body).expect("JSON");
            let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
            FIELDS.iter().map(|field| (field.key.to_owned(), text(&object[field.key]))).collect()
        }
        Format::Vars => body.split('|').map(bina_field).collect(),
    }
}

fn bina_field(pair: &str) -> (String, String) {
    let (key, value) = pair.split_once('=').expect("each field has a value");
    (key.strip_prefix("bina_").expect("its prefix").to_owned(), value.to_owned())
}

/// Reads `SET VARIABLE BINA_X "…"` as Asterisk does: a backslash takes the next character as it is.
fn agi_field(line: &str) -> (String, String) {
    assert!(line.len() < 1_024, "{line}");
    let rest = line.strip_prefix("SET VARIABLE BINA_").expect("a command");
    let (key, quoted) = rest.split_once(' ').expect("a value");
    let quoted = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let quoted = quoted.expect("the value is quoted");
    let mut value = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        assert_ne!(c, '"', "the quotes end early: {line}");
        value.push(if c == '\\' { chars.next().expect("something is escaped") } else { c });
    }
    (key.to_lowercase(), value)
}

fn decoded(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let code = str::from_utf8(&after[..2]).expect("ASCII");
            bytes.push(u8::from_str_radix(code, 16).expect("hexadecimal"));
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// The alphabets of the contract, written down a second time.
pub fn allowed(key: &str, value: &str) -> bool {
    let machine = |c: char| c.is_ascii_alphanumeric() || "_/.-".contains(c);
    match key {
        "nome" | "mensagem" => {
            value.chars().all(|c| c.is_alphabetic() || c.is_ascii_digit() || " .-_/+".contains(c))
        }
        "prompt" => value.chars().all(|c| machine(c) || "&:!".contains(c)),
        _ => value.chars().all(machine) && !value.contains("..") && !value.starts_with('/'),
    }
}
