//! A million hostile strings through every endpoint: nothing outside the alphabet leaves.
//!
//! Customers, staff and callers each type some of them. `BINA_HOSTILE_STRINGS` sets how many there
//! are (`.ci/run` takes a million), `BINA_HOSTILE_SEED` which ones.

mod formats;

use std::env;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use bina::answering::lookup::{Lookup, Settings};
use bina::answering::numbers::Numbers;
use bina::answering::outage::Announcer;
use bina::answering::render::{Format, Freeswitch, Play, render};
use bina::answering::responder::Responder;
use bina::domain::alert_text::AlertText;
use bina::domain::answer::{Answer, AnswerStatus, FIELDS};
use bina::domain::call::Call;
use bina::domain::finding::Record;
use bina::domain::prompt::{General, Phrase, Playlist, Rule, Rules, SoundForm};
use bina::domain::reported::ReportedCustomer;
use bina::servers::endpoints;
use bina::servers::fastagi::Conversation;
use bina::sources::shared_request::Partial;
use bina::sources::source::{Budget, Fetch, Key, Sighting, Source};
use formats::{PLAIN, allowed, fields_of, whole};
use parking_lot::Mutex;

/// Some seconds of an unoptimised build.
const STRINGS_DEFAULT: u64 = 200_000;
/// How many of them each case takes.
const STRINGS_A_CASE: u64 = 8;
const THREADS: u64 = 2;

/// What has harmed one PBX or another, and what may change it into something new.
const PIECES: [&str; 74] = [
    "${",
    "}",
    "$",
    "$$",
    "$${",
    "\\",
    "\\\\",
    "\\n",
    "\"",
    "'",
    "`",
    "(",
    ")",
    "[",
    "]",
    "{",
    "<",
    ">",
    "<?",
    "<!--#set",
    "-->",
    "]]>",
    "<include>",
    "X-PRE-PROCESS",
    "|",
    "||",
    "&",
    "&amp;",
    "&#36;",
    ";",
    ":",
    ",",
    "=",
    "?",
    "!",
    "#",
    "%",
    "%0a",
    "%22",
    "%00",
    "%24%7B",
    "^^:",
    "~",
    "*",
    "@",
    "\n",
    "\r\n",
    "\0",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{feff}",
    "e\u{301}",
    "ﬁ",
    "Ⓐ",
    "٣",
    "½",
    "😀",
    "ã",
    "Ω",
    " ",
    "  ",
    "..",
    "../",
    "/",
    "system",
    "SHELL(",
    "ARRAY::",
    "HANGUP",
    "SET VARIABLE X",
    "agi_callerid: 1",
    "1",
];

/// A generator that can be started again from its seed.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A hostile string, now and then a very long one.
    fn string(&mut self) -> String {
        let pieces = if self.below(50) == 0 { 400 } else { 1 + self.below(12) };
        let mut text = String::new();
        for _ in 0..pieces {
            match self.below(4) {
                0 => text.push(char::from_u32(self.below(0x11_0000) as u32).unwrap_or('\u{fffd}')),
                1 => text.push(char::from(self.below(128) as u8)),
                _ => text.push_str(PIECES[self.below(PIECES.len() as u64) as usize]),
            }
        }
        text
    }
}

/// Answers every lookup with the customers it was given last.
#[derive(Default)]
struct Typed(Mutex<Vec<ReportedCustomer>>);

impl Source for Typed {
    fn fetch<'a>(&'a self, _: &'a Key, _: Budget, _: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async { Ok(Sighting::of_hubsoft(Record::new(self.0.lock().clone()))) })
    }
}

fn playlist(sound: &str) -> Arc<Playlist> {
    let form = |suffix: &str| SoundForm { prefix: "bina/".into(), suffix: suffix.into() };
    Arc::new(Playlist::new(&[sound, "equipe"], &form(""), &form(".wav")).expect("two short sounds"))
}

fn rules() -> Rules {
    let rule = Rule {
        name: "sistema".into(),
        text: Phrase::parse("system").into_iter().collect(),
        play: playlist("sistema"),
        route: Some("suporte".into()),
        expose: true,
        ..Rule::default()
    };
    Rules::new(vec![rule], Some(General { play: playlist("geral"), expose: true }))
}

fn customer(dice: &mut Dice) -> ReportedCustomer {
    ReportedCustomer {
        id: dice.string(),
        code: dice.string(),
        name: dice.string(),
        alert: Some(AlertText::new(&dice.string()).into_iter().collect()),
        service_status: Some(dice.string()),
        service_statuses: vec![dice.string(), dice.string()],
        has_live_service: dice.below(2) == 0,
        connected: Some(dice.below(2) == 0),
        services: Vec::new(),
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A call as it comes in at one of the interfaces. Most have a number, as otherwise nothing would be
/// found; the others are hostile like the called number and the caller's name.
fn call(dice: &mut Dice) -> Call {
    let number = format!("379{:08}", 80_000_000 + dice.below(20_000_000));
    let caller = if dice.below(4) == 0 { dice.string() } else { number };
    let (did, name) = (dice.string(), dice.string());
    let (encoded, did_encoded) = (percent_encoded(&caller), percent_encoded(&did));
    let fields = format!(
        "section=dialplan&Hunt-Context=bina&Hunt-Destination-Number={did_encoded}\
         &Caller-Caller-ID-Number={encoded}&Caller-Caller-ID-Name={}",
        percent_encoded(&name)
    );
    let query = format!("caller={encoded}&did={did_encoded}");
    let get = |path: &str| endpoints::call("GET", &format!("{path}?{query}"), "", "bina");
    let call = match dice.below(9) {
        0 => get("/asterisk"),
        1 => get("/v1/lookup"),
        2 => get("/freeswitch/vars"),
        3 => get("/cid"),
        4 => get("/route"),
        5 => get("/match"),
        6 => endpoints::call("POST", "/freeswitch/dialplan", &fields, "bina"),
        7 => endpoints::call("POST", "/freeswitch/httapi", &fields, "bina"),
        _ => {
            // Asterisk escapes nothing.
            let environment = format!(
                "agi_callerid: {caller}\nagi_calleridname: {name}\nagi_dnid: {did}\n\
                 agi_threadid: 1\n\n"
            );
            let mut conversation = Conversation::default();
            let _ = conversation.receive(environment.as_bytes());
            let unknown = || Call::of(None, "agi", Instant::now());
            return conversation.call(Instant::now()).unwrap_or_else(unknown);
        }
    };
    call.expect("a well-formed request is always a call")
}

/// Reads every format of an answer back, and looks at every byte that left.
fn inspect(answer: &Answer, plays: Play) {
    let freeswitch = Freeswitch { play: plays, ..Freeswitch::default() };
    for (name, format) in whole() {
        let body = render(format, answer, &freeswitch).body;
        let fields = fields_of(format, &body);
        assert!(fields.iter().map(|(key, _)| &**key).eq(FIELDS.iter().map(|field| field.key)));
        for (key, value) in &fields {
            assert!(allowed(key, value), "{name}: {key}={value:?}");
        }
        let framing = if format == Format::Json { "\n\r\0\u{1b}\\<" } else { "\r\0\u{1b}" };
        assert!(!body.contains(|c| framing.contains(c)), "{name}: {body:?}");
        let lines = body.lines().count();
        let expected = match format {
            Format::Agi => FIELDS.len(),
            Format::Dialplan | Format::Httapi => lines,
            _ => 1,
        };
        assert_eq!(lines, expected, "{name}: {body:?}");
    }
    for format in PLAIN {
        let body = render(format, answer, &freeswitch).body;
        let key = if format == Format::Cid { "nome" } else { "route" };
        assert!(allowed(key, &body), "{format:?}: {body:?}");
    }
}

/// Plays the cases of one thread, and returns how many answers named a customer.
async fn play(seed: u64, cases: u64) -> u64 {
    let mut dice = Dice(seed);
    let typed = Arc::new(Typed::default());
    let lookup = Lookup::new(Arc::clone(&typed) as Arc<dyn Source>, Settings::default());
    let announcer = Announcer { rules: rules(), ..Announcer::default() };
    let responder = Responder::new(lookup, announcer, Numbers::default());
    let mut found = 0;
    for case in 0..cases {
        let several = if dice.below(8) == 0 { 2 } else { 1 };
        *typed.0.lock() = (0..several).map(|_| customer(&mut dice)).collect();
        let answer = responder.respond(&call(&mut dice)).await;
        found += u64::from(answer.status() == AnswerStatus::Found);
        inspect(&answer, [Play::Never, Play::Early, Play::Answer][(case % 3) as usize]);
    }
    found
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

#[test]
fn no_forbidden_byte_leaves_by_any_endpoint() {
    let strings = number("BINA_HOSTILE_STRINGS", STRINGS_DEFAULT);
    let seed = number("BINA_HOSTILE_SEED", 0x2545_F491_4F6C_DD1D);
    let cases = strings.div_ceil(STRINGS_A_CASE * THREADS);
    let start = Instant::now();
    let threads = (1..=THREADS).map(|own| {
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            runtime.expect("a runtime").block_on(play(seed.wrapping_mul(own), cases))
        })
    });
    let threads: Vec<_> = threads.collect();
    let found: u64 = threads.into_iter().map(|thread| thread.join().expect("no problem")).sum();
    let answers = cases * THREADS;
    println!(
        "{} hostile strings in {answers} answers, {found} of them with a customer, in {:.1} s",
        answers * STRINGS_A_CASE,
        start.elapsed().as_secs_f64()
    );
    assert!(found > answers / 2, "most of them have something to say");
}
