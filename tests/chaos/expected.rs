//! The expected answer for each number, written apart from the code under test; and the judge.

use bina::simulator::{CANARIES, customer, with_alert};
use serde_json::Value;

use crate::app::Reply;

/// Every number begins with these digits, so that one in the log is found.
pub(crate) const NUMBERS_BEGIN: [&str; 2] = ["37991", "373222"];
/// Every name begins so, every alert text holds this.
pub(crate) const NAME: &str = "FULANA";
pub(crate) const TEXT: &str = "na rua do rouxinol";

const CUSTOMERS: u32 = 200;
const OTHERS: u32 = 70;
/// Callers without a number of their own, as a query writes them.
const NO_NUMBERS: [&str; 10] = [
    "",
    "anonymous",
    "1000",
    "*98",
    "08007771234",
    "40041234",
    "%2B12125550123",
    "0000000000",
    "sip%3Aramal%40pbx",
    "88242968",
];

/// Where a call comes in, which is also how its answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interface {
    Asterisk,
    Freeswitch,
    Json,
}

/// A caller, and the only answer to it that is right.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    /// As a PBX may present it, percent-encoded.
    pub(crate) presented: Vec<String>,
    /// The digits bina is to read.
    digits: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A customer without an alert.
    Calm(u32),
    /// An alert that no rule matches.
    General(u32),
    NoNumber,
    /// An alert of the rule `rompimento`.
    Outage(u32),
    /// Two customers on one number, the second with that alert.
    Shared(u32),
    OtherCustomer,
}

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Neutral,
    Right {
        stale: bool,
    },
    /// With what is wrong about it.
    Wrong(String),
}

/// All numbers of the test.
pub(crate) fn numbers() -> Vec<Number> {
    let subscriber = |index: u32, kind: Kind| {
        let digits = match kind {
            // Landlines are among them, too.
            Kind::Calm(_) if index.is_multiple_of(2) => format!("373222{index:04}"),
            _ => format!("37991{index:06}"),
        };
        let presented = ["", "0", "%2B55", "55", "tel%3A%2B55"].map(|way| format!("{way}{digits}"));
        Number { presented: presented.to_vec(), digits, kind }
    };
    let customers = (0..CUSTOMERS).map(|index| {
        let kind = [Kind::Outage, Kind::General, Kind::Calm, Kind::Shared][index as usize % 4];
        subscriber(index, kind(index))
    });
    let others =
        (CUSTOMERS..CUSTOMERS + OTHERS).map(|index| subscriber(index, Kind::OtherCustomer));
    let none = NO_NUMBERS.map(|presented| Number {
        presented: vec![presented.to_owned()],
        digits: String::new(),
        kind: Kind::NoNumber,
    });
    customers.chain(others).chain(none).collect()
}

/// The customers as HubSoft holds them.
pub(crate) fn customers(numbers: &[Number]) -> Vec<Value> {
    numbers.iter().flat_map(Number::customers).collect()
}

impl Number {
    fn customers(&self) -> Vec<Value> {
        let outage = format!("Rompimento de fibra {TEXT}");
        let plain = |id: u32| customer(id.into(), &format!("{NAME} {id}"), &self.stored());
        match self.kind {
            Kind::Calm(id) => vec![plain(id)],
            Kind::General(id) => vec![with_alert(plain(id), &[&format!("Boleto vencido {TEXT}")])],
            Kind::Outage(id) => vec![with_alert(plain(id), &[&outage])],
            Kind::Shared(id) => {
                vec![plain(id), with_alert(plain(id + 10_000), &[&outage])]
            }
            Kind::NoNumber | Kind::OtherCustomer => vec![],
        }
    }

    /// As HubSoft holds it: digits, with marks, or a mobile without its ninth digit.
    fn stored(&self) -> String {
        let (area, line) = self.digits.split_at(2);
        match self.kind {
            Kind::General(id) if id % 3 == 0 => format!("({area}) {line}"),
            Kind::Outage(id) if id % 3 == 0 => format!("{area}{}", &line[1..]),
            _ => self.digits.clone(),
        }
    }

    /// Judges `answer`, which came through `interface`.
    pub(crate) fn judge(&self, interface: Interface, answer: &str) -> Verdict {
        let reply = Reply::read(answer);
        if reply.status != 200 {
            return Verdict::Wrong(format!("HTTP {}", reply.status));
        }
        if let Some(canary) = CANARIES.iter().find(|canary| answer.contains(**canary)) {
            return Verdict::Wrong(format!("it holds {canary}"));
        }
        let Some(mut fields) = interface.read(&reply.body) else {
            return Verdict::Wrong(format!("it is not complete: {}", reply.body));
        };
        let at = fields.iter().position(|(key, _)| key == "source");
        let source = at.map(|at| fields.remove(at).1).unwrap_or_default();
        ignore_whether_heard(&mut fields);
        let reported = |status| -> bool { fields == self.fields(interface, status) };
        let listed = || -> bool { fields == without_alert(self.fields(interface, "found")) };
        match (source.as_str(), self.kind) {
            ("none", Kind::NoNumber) if reported("no_number") => Verdict::Right { stale: false },
            ("none", kind) if kind != Kind::NoNumber && reported("unavailable") => Verdict::Neutral,
            ("hubsoft" | "cache" | "directory", Kind::OtherCustomer) if reported("not_found") => {
                Verdict::Right { stale: false }
            }
            // As good as no answer: the caller is recognised, and the alert is not known.
            ("directory", kind) if kind != Kind::OtherCustomer && listed() => Verdict::Neutral,
            ("hubsoft" | "cache" | "stale", kind)
                if kind != Kind::OtherCustomer && reported("found") =>
            {
                Verdict::Right { stale: source == "stale" }
            }
            _ => Verdict::Wrong(format!("{source} returned {fields:?} for {:?}", self.kind)),
        }
    }

    /// Every field but the source, when `status` is what is reported.
    fn fields(&self, interface: Interface, status: &str) -> Vec<(String, String)> {
        let (outage, general) = match interface {
            Interface::Freeswitch => (
                "file_string://bina/rompimento-fibra.wav!bina/equipe-a-caminho.wav",
                "bina/aviso-geral.wav",
            ),
            Interface::Asterisk | Interface::Json => {
                ("bina/rompimento-fibra&bina/equipe-a-caminho", "bina/aviso-geral")
            }
        };
        let known = (status == "found").then_some(self.kind);
        let (prompt, rule, route) = match known {
            Some(Kind::Outage(_) | Kind::Shared(_)) => (outage, "rompimento", "suporte"),
            Some(Kind::General(_)) => (general, "", ""),
            _ => ("", "", ""),
        };
        let (name, code, id, service) = match known {
            Some(Kind::Calm(id) | Kind::General(id) | Kind::Outage(id)) => (
                format!("{NAME} {id}"),
                (id + 1_000).to_string(),
                id.to_string(),
                "servico_habilitado",
            ),
            _ => (String::new(), String::new(), String::new(), ""),
        };
        let message =
            if rule.is_empty() { String::new() } else { format!("Rompimento de fibra {TEXT}") };
        let matches = match known {
            None => "0",
            Some(Kind::Shared(_)) => "2",
            Some(_) => "1",
        };
        let alert = if prompt.is_empty() { "0" } else { "1" };
        let told = if known.is_some() { "0" } else { "" };
        [
            ("status", status),
            ("alerta", alert),
            ("prompt", prompt),
            ("rule", rule),
            ("route", route),
            ("nome", &name),
            ("codigo_cliente", &code),
            ("id_cliente", &id),
            ("servico_status", service),
            ("conectado", ""),
            ("mensagem", &message),
            ("avisado", told),
            ("previsao", ""),
            ("matches", matches),
            ("telefone", &self.digits),
            ("end", "1"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec()
    }
}

/// Whether a number has heard its alert before depends on the calls so far. Without an alert it never has.
fn ignore_whether_heard(fields: &mut [(String, String)]) {
    let is_alerted = fields.iter().any(|(key, value)| key == "alerta" && value == "1");
    for (key, value) in fields.iter_mut().filter(|_| is_alerted) {
        if key == "avisado" && value == "1" {
            "0".clone_into(value);
        }
    }
}

/// What the directory has of a customer: no name, and no alert.
fn without_alert(mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
    for (key, value) in &mut fields {
        match key.as_str() {
            "alerta" => "0".clone_into(value),
            "mensagem" | "nome" | "prompt" | "route" | "rule" => value.clear(),
            _ => {}
        }
    }
    fields
}

impl Interface {
    pub(crate) const ALL: [Self; 3] = [Self::Asterisk, Self::Freeswitch, Self::Json];

    /// The request that a PBX sends there.
    pub(crate) fn request(self, presented: &str) -> String {
        let get = |path: &str| {
            format!(
                "GET {path}?caller={presented} HTTP/1.1\r\nHost: bina\r\n\
                 Connection: close\r\n\r\n"
            )
        };
        match self {
            Self::Asterisk => get("/asterisk"),
            Self::Json => get("/v1/lookup"),
            Self::Freeswitch => {
                let form = format!(
                    "hostname=pbx&section=dialplan&tag_name=&Hunt-Context=bina&\
                     Hunt-Destination-Number=1000&Caller-Caller-ID-Number={presented}"
                );
                format!(
                    "POST /freeswitch/dialplan HTTP/1.1\r\nHost: bina\r\nConnection: close\r\n\
                     Content-Type: application/x-www-form-urlencoded\r\n\
                     Content-Length: {}\r\n\r\n{form}",
                    form.len()
                )
            }
        }
    }

    /// The fields of a complete answer, in order and decoded.
    fn read(self, body: &str) -> Option<Vec<(String, String)>> {
        match self {
            Self::Asterisk => {
                let pairs = body.split('&').map(|pair| {
                    pair.split_once('=').map(|(key, value)| (key.to_owned(), percent(value)))
                });
                body.ends_with("&end=1").then(|| pairs.collect())?
            }
            Self::Freeswitch => {
                let set = |line: &str| {
                    let data = line.trim().strip_prefix(r#"<action application="set" data="bina_"#);
                    let (key, value) = data?.strip_suffix("\"/>")?.split_once('=')?;
                    Some((key.to_owned(), references(value)))
                };
                body.ends_with("</document>\n").then(|| body.lines().filter_map(set).collect())
            }
            Self::Json => {
                serde_json::from_str::<Value>(body).ok()?;
                // No value of this test holds a quote, so the order can be read from the text.
                let inner = body.strip_prefix("{\"")?.strip_suffix(r#"","end":"1"}"#)?;
                let pairs = inner.split("\",\"").map(|pair| pair.split_once("\":\""));
                let pairs =
                    pairs.map(|pair| pair.map(|(key, value)| (key.to_owned(), value.to_owned())));
                let mut pairs: Vec<_> = pairs.collect::<Option<_>>()?;
                pairs.push(("end".to_owned(), "1".to_owned()));
                Some(pairs)
            }
        }
    }
}

fn percent(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let decoded = if byte == b'%' { digit().zip(digit()) } else { None };
        bytes.push(decoded.map_or(byte, |(high, low)| (high * 16 + low) as u8));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn references(value: &str) -> String {
    let mut parts = value.split("&#");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(';').unwrap_or(("63", part));
        text.extend(number.parse().ok().and_then(char::from_u32));
        text.push_str(rest);
    }
    text
}
