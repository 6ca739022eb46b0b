//! Reads the configuration file into the settings of each room, reporting all problems at once.

mod access;
mod credential_text;
mod files;
mod hubsoft;
mod listen;
mod nearest;
mod place;
mod rules;
mod section;
mod sense;
mod sounds;
mod syntax;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::answering::lookup;
use crate::answering::render::{Freeswitch, Handback, Play};
use crate::answering::responder::Numbers;
use crate::domain::call::Did;
use crate::domain::phone::Ddd;
use crate::domain::prompt::{Rules, SoundForm};
use crate::runtime::access::Settings as Access;
use crate::runtime::logging;
use crate::runtime::plain_file;
use crate::runtime::tls::Tls;
use crate::servers::listener;
use crate::servers::recordings::Recordings;

use self::access::Protection;
use self::files::Folders;
use self::rules::Prompts;
use self::section::{File, Marked, Section};

pub use self::files::shown_to_others;
pub use self::listen::{AGI_DEFAULT, HTTP_DEFAULT, METRICS_DEFAULT};
pub use self::place::Place;
pub use self::section::Problem;

/// Longest configuration: the shipped one has 10 kB, and ten thousand rules 1 MB.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Most worker threads: each costs memory, and TasksMax of the unit leaves room for so many.
const WORKER_THREADS_MAX: u64 = 64;

/// Everything the program is told.
#[derive(Clone, Debug)]
pub struct Config {
    pub http: SocketAddr,
    /// Where FastAGI is spoken, unless that door is closed.
    pub agi: Option<SocketAddr>,
    /// Where the service is looked at, unless that door is closed.
    pub metrics: Option<SocketAddr>,
    pub access: Access,
    /// How TLS is spoken at the HTTP and the metrics door, if it is.
    pub tls: Option<Tls>,
    /// Threads that answer calls, unless that is left to the program.
    pub worker_threads: Option<usize>,
    pub log: logging::Settings,
    /// Where the recordings are that are served over HTTP, if any.
    pub prompts_folder: Option<PathBuf>,
    /// Those that can be served.
    pub recordings: Recordings,
    pub listener: listener::Settings,
    pub hubsoft: crate::sources::hubsoft::Settings,
    pub numbers: Numbers,
    pub lookup: lookup::Settings,
    /// Sound by prompt name, for `bina check`.
    pub sounds: BTreeMap<String, String>,
    pub asterisk: SoundForm,
    pub rules: Rules,
    pub freeswitch: Freeswitch,
    /// Files that hold a secret: this one, too, when a secret stands in it. systemd's are not here.
    pub secret_files: Vec<PathBuf>,
    /// What is not wrong, but worth knowing.
    pub warnings: Vec<String>,
}

/// A configuration that cannot be used, with everything that is wrong.
#[derive(Debug)]
pub struct Invalid {
    pub path: PathBuf,
    pub problems: Vec<Problem>,
}

impl std::error::Error for Invalid {}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        let lines = self.problems.iter().map(|Problem { place, text }| match place {
            Place { line: 0, .. } => format!("{path}: {text}"),
            Place { line, column } => format!("{path}:{line}:{column}: {text}"),
        });
        f.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::InvalidData => "save it as UTF-8",
        io::ErrorKind::InvalidInput => "name a plain file with -c FILE",
        io::ErrorKind::FileTooLarge => "is it the right file?",
        io::ErrorKind::PermissionDenied => "let bina's user read it",
        _ => "name the file with -c FILE",
    }
}

impl Config {
    /// Reads the file at `path` and the secrets it names.
    pub fn load(path: &Path) -> Result<Self, Invalid> {
        let text = plain_file::read_text(path, FILE_BYTES_MAX).map_err(|error| Invalid {
            path: path.to_owned(),
            problems: vec![Problem {
                place: Place::default(),
                text: format!("cannot be read ({error}): {}", remedy(&error)),
            }],
        })?;
        // It may hold secrets.
        Self::parse(&Zeroizing::new(text), path)
    }

    /// Reads `text` as the file at `path`, beside which the files it names are looked for.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Invalid> {
        let own = path.parent().unwrap_or_else(|| Path::new(".")).to_owned();
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        let file = File::new(text);
        let secrets = RefCell::default();
        let folders = Folders { file: path.to_owned(), own, credentials, secrets };
        let mut config = file.root().and_then(|root| Self::read(root, &folders));
        if let Some(config) = &mut config {
            config.warnings = file.warnings();
            config.warnings.extend(sense::warnings(config));
            config.read_recordings();
        }
        match (file.problems(), config) {
            (problems, Some(config)) if problems.is_empty() => Ok(config),
            (problems, _) => Err(Invalid { path: path.to_owned(), problems }),
        }
    }

    fn read(mut root: Section<'_, '_>, folders: &Folders) -> Option<Self> {
        let worker_threads = worker_threads(root.section("service"));
        let log = log(root.section("log"));
        let listen = listen::listen(root.section("listen"), &folders.own);
        let (access, protection) = access::access(root.section("access"), folders);
        let (tls, certificates) = access::tls(root.section("tls"), folders);
        listen.look_out(&root, Protection { certificates, ..protection }, tls.is_some());
        let limiter = hubsoft::limiter(root.section("limiter"));
        let mut section = root.section("hubsoft");
        let hubsoft = hubsoft::settings(&mut section, limiter, folders);
        section.finish();
        let numbers = numbers(root.section("numbers"));
        let lookup = lookup_settings(root.section("lookup"));
        let (freeswitch, form) = freeswitch(root.section("freeswitch"));
        let mut section = root.section("asterisk");
        let asterisk = sounds::sound_form(&mut section, "");
        section.finish();
        let sounds = sounds::sounds(root.section("prompts"));
        let forms = [("asterisk", &asterisk), ("freeswitch", &form)];
        sounds::doubled(&sounds, forms).into_iter().for_each(|text| root.warn(text));
        sounds::joined(forms).into_iter().for_each(|text| root.warn(text));
        let prompts = Prompts { sounds, asterisk, freeswitch: form };
        let asks = hubsoft.as_ref().is_none_or(|settings| settings.wanted.ultima_conexao);
        let rules = prompts.rules(root.sections("rule"), root.section("general"), asks);
        root.finish();
        let hubsoft = hubsoft?;
        let Prompts { sounds, asterisk, .. } = prompts;
        Some(Self {
            http: listen.http?,
            agi: listen.agi,
            metrics: listen.metrics,
            access,
            tls,
            worker_threads,
            log,
            prompts_folder: listen.prompts_folder,
            recordings: Recordings::default(),
            listener: listener::Settings { pbx: listen.pbx, call_max: lookup.deadline },
            hubsoft,
            numbers,
            lookup,
            sounds,
            asterisk,
            rules,
            freeswitch,
            secret_files: folders.secrets.take(),
            warnings: Vec::new(),
        })
    }
}

impl Config {
    /// Reads the recordings that are served. One that cannot be is no reason not to answer calls.
    fn read_recordings(&mut self) {
        let Some(folder) = &self.prompts_folder else { return };
        let sounds = self.sounds.values().map(String::as_str);
        let (recordings, problems) = Recordings::read(folder, sounds);
        self.recordings = recordings;
        let warnings =
            problems.iter().map(|problem| format!("a recording is not served: {problem}"));
        self.warnings.extend(warnings);
    }
}

/// Reads `[service]`. What is usual is for the program to say, as other commands go by it, too.
fn worker_threads(mut section: Section<'_, '_>) -> Option<usize> {
    let threads = section.number("worker_threads", 1..=WORKER_THREADS_MAX);
    section.finish();
    threads.and_then(|threads| usize::try_from(threads).ok())
}

fn log(mut section: Section<'_, '_>) -> logging::Settings {
    let settings = logging::Settings {
        format: section.word("format", &logging::Format::VALUES).unwrap_or_default(),
        level: section.word("level", &logging::LEVELS),
    };
    section.finish();
    settings
}

fn numbers(mut section: Section<'_, '_>) -> Numbers {
    let mut default_ddd = None;
    if let Some(Marked { value, line }) = section.text_or_number("default_ddd") {
        default_ddd = ddd(&section, line, "default_ddd", &value);
    }
    let by_did = section.section("default_ddd_by_did");
    let report = by_did.reporter();
    let mut default_ddd_by_did = HashMap::new();
    for (did, text) in by_did.map() {
        let known = Did::new(&did.value);
        if known.is_none() {
            report(did.line, "numbers.default_ddd_by_did: a called number is blank".to_owned());
        }
        let ddd = ddd(&section, did.line, "default_ddd_by_did", &text);
        let before = known.zip(ddd).and_then(|(known, ddd)| default_ddd_by_did.insert(known, ddd));
        if before.is_some() {
            let text = "is there twice, spelled in two ways: keep one";
            report(did.line, format!("numbers.default_ddd_by_did: {} {text}", did.value));
        }
    }
    section.finish();
    Numbers { default_ddd, default_ddd_by_did }
}

fn ddd(section: &Section<'_, '_>, line: Place, key: &str, text: &str) -> Option<Ddd> {
    let ddd = Ddd::parse(text);
    if ddd.is_none() {
        let path = section.path(key);
        section.report(line, format!("{path}: `{text}` is no Brazilian area code, like \"37\""));
    }
    ddd
}

fn lookup_settings(mut section: Section<'_, '_>) -> lookup::Settings {
    const DAY: u64 = 24 * 60 * 60;
    let default = lookup::Settings::default();
    let mut seconds =
        |key, default: Duration| section.number(key, 0..=DAY).map_or(default, Duration::from_secs);
    let fresh = seconds("fresh_s", default.fresh);
    let nobody = seconds("nobody_s", default.nobody);
    let stale = seconds("stale_s", default.stale);
    let stale_on_error = seconds("stale_on_error_s", default.stale_on_error);
    let alert = seconds("alert_s", default.alert);
    let mut millis = |key, least, default: Duration| {
        section.number(key, least..=3_000).map_or(default, Duration::from_millis)
    };
    let deadline = millis("deadline_ms", 100, default.deadline);
    let patience = millis("patience_ms", 0, default.patience);
    let mut count = |key, most, default: usize| {
        section.number(key, 1..=most).map_or(default, |number| number as usize)
    };
    let records_max = count("records_max", 10_000_000, default.records_max.get());
    let flights_max = count("flights_max", 1_000, default.flights_max);
    let records_max = NonZeroUsize::new(records_max).unwrap_or(default.records_max);
    section.finish();
    lookup::Settings {
        deadline,
        patience,
        fresh,
        nobody,
        stale,
        stale_on_error,
        alert,
        records_max,
        flights_max,
    }
}

fn freeswitch(mut section: Section<'_, '_>) -> (Freeswitch, SoundForm) {
    let default = Freeswitch::default();
    let form = sounds::sound_form(&mut section, ".wav");
    let entry = context(&mut section, "entry_context").unwrap_or(default.entry_context);
    let transfer = context(&mut section, "transfer_context").unwrap_or(default.handback.context);
    let file = transfer_file(&mut section);
    let play = section.word("play", &Play::VALUES).unwrap_or(default.play);
    if entry == transfer && file.is_none() {
        section.report(
            section.line(),
            "freeswitch.transfer_context is the entry context: the call would come back for ever; \
             name the context the call goes on in"
                .to_owned(),
        );
    }
    section.finish();
    let handback = Handback { context: transfer, file };
    (Freeswitch { entry_context: entry, handback, play }, form)
}

fn context(section: &mut Section<'_, '_>, key: &'static str) -> Option<String> {
    let Marked { value, line } = section.text(key)?;
    let good = (1..=64).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    if !good {
        section.report(line, format!("{} must be 1 to 64 of A-Z a-z 0-9 _ . -", section.path(key)));
    }
    Some(value)
}

fn transfer_file(section: &mut Section<'_, '_>) -> Option<String> {
    let Marked { value, line } = section.text("transfer_file")?;
    let good = value.starts_with('/')
        && !value.contains("..")
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_/.-".contains(&b));
    if !good {
        let text =
            "must be an absolute path of A-Z a-z 0-9 _ / . - like /etc/freeswitch/bina-ura.xml";
        section.report(line, format!("freeswitch.transfer_file {text}"));
    }
    Some(value)
}
