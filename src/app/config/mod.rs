//! Has each module read its settings, and validates combinations of several modules' settings.

mod exposure;
mod rules;
mod sense;
mod sounds;
mod texts;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::answering::identify;
use crate::answering::lookup;
use crate::answering::numbers::Numbers;
use crate::answering::outage;
use crate::answering::render::Freeswitch;
use crate::answering::speech;
use crate::domain::prompt::{Rules, SoundForm};
use crate::runtime::language::{Message, Text};
use crate::runtime::settings::{File, Folders, Section, Setting};
use crate::runtime::tls::Tls;
use crate::runtime::{access, logging, plain_file, state_folder, workers};
use crate::servers::console;
use crate::servers::listener::{self, Listen};
use crate::servers::recordings::Recordings;
use crate::sources::{alerts, directory, hubsoft, limiter};

use self::exposure::ExposureCheck;
use self::rules::Prompts;
use self::sounds::sound_form;

pub use crate::runtime::settings::{HandedOver, NamedFile, Place, Problem, shown_to_others};
pub use crate::servers::listener::{AGI_DEFAULT, CONSOLE_DEFAULT, HTTP_DEFAULT, METRICS_DEFAULT};

/// Longest configuration: the shipped one has 10 kB, and ten thousand rules 1 MB.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// A file with every section that may be repeated, so that reading it reads every setting.
const EVERY_SECTION: &str = "[[rule]]\n[[trunk]]\n";

/// The complete configuration.
#[derive(Clone, Debug)]
pub struct Config {
    pub http: SocketAddr,
    /// Address of the FastAGI listener, unless it is off.
    pub agi: Option<SocketAddr>,
    /// Address of the health and metrics listener, unless it is off.
    pub metrics: Option<SocketAddr>,
    /// Address of the console, unless it is off.
    pub console_address: Option<SocketAddr>,
    pub console: console::Settings,
    pub access: access::Settings,
    /// TLS of the HTTP and metrics listeners, if it is on.
    pub tls: Option<Tls>,
    /// Worker threads, unless the default applies.
    pub worker_threads: Option<usize>,
    pub log: logging::Settings,
    /// Folder of the recordings that are served over HTTP, if any.
    pub prompts_folder: Option<PathBuf>,
    /// The recordings that can be served.
    pub recordings: Recordings,
    pub listener: listener::Settings,
    pub hubsoft: hubsoft::Settings,
    pub identify: identify::Settings,
    pub directory: directory::Settings,
    pub alerts: alerts::Settings,
    /// Folder for what survives a restart, if there is one.
    pub state_folder: Option<PathBuf>,
    pub numbers: Numbers,
    pub lookup: lookup::Settings,
    /// Sound by prompt name, for `bina check`.
    pub sounds: BTreeMap<String, String>,
    pub asterisk: SoundForm,
    pub rules: Rules,
    pub outage: outage::Settings,
    pub speech: speech::Settings,
    pub freeswitch: Freeswitch,
    /// Files that contain a secret, the configuration included if it does; not systemd's credentials.
    pub secret_files: Vec<NamedFile>,
    /// Other files without which it is invalid: certificates.
    pub other_files: Vec<NamedFile>,
    /// Problems that do not prevent a start.
    pub warnings: Vec<Message>,
}

/// An invalid configuration, with all its problems.
#[derive(Debug)]
pub struct Invalid {
    pub path: PathBuf,
    pub problems: Vec<Problem>,
}

impl std::error::Error for Invalid {}

/// `{}` is English, as in the log; `{:#}` is Portuguese.
impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl Invalid {
    /// One line for each problem.
    pub fn message(&self) -> Message {
        let path = self.path.display();
        let lines = self.problems.iter().map(|Problem { place, text }| match place {
            Place { line: 0, .. } => text.map(|text| format!("{path}: {text}")),
            Place { line, column } => text.map(|text| format!("{path}:{line}:{column}: {text}")),
        });
        Message::lines(&lines.collect::<Vec<_>>())
    }
}

fn remedy(error: &io::Error) -> Text {
    match error.kind() {
        io::ErrorKind::InvalidData => texts::FILE_NOT_UTF8,
        io::ErrorKind::InvalidInput => texts::FILE_NOT_PLAIN,
        io::ErrorKind::FileTooLarge => texts::FILE_TOO_LARGE,
        io::ErrorKind::PermissionDenied => texts::FILE_NOT_PERMITTED,
        _ => texts::FILE_NOT_THERE,
    }
}

impl Config {
    /// Reads the file at `path` and the secrets it names.
    pub fn load(path: &Path) -> Result<Self, Invalid> {
        Self::load_handed(path, HandedOver::default())
    }

    /// Reads it as a service that receives these credentials would.
    pub fn load_handed(path: &Path, handed: HandedOver) -> Result<Self, Invalid> {
        // The text may contain secrets.
        let text = Zeroizing::new(Self::text(path)?);
        Self::parsed(&text, path, Folders::of(path).with(handed))
    }

    fn text(path: &Path) -> Result<String, Invalid> {
        plain_file::read_text(path, FILE_BYTES_MAX).map_err(|error| Invalid {
            path: path.to_owned(),
            problems: vec![Problem {
                place: Place::default(),
                text: texts::FILE_UNREADABLE.message(&[
                    ("error", &plain_file::problem(&error)),
                    ("remedy", &remedy(&error)),
                ]),
            }],
        })
    }

    /// Reads of the file at `path` only what speaking a text needs, so that HubSoft's secrets need not be
    /// readable.
    pub fn load_speech(path: &Path) -> Result<speech::Settings, Invalid> {
        let text = Zeroizing::new(Self::text(path)?);
        let file = File::new(&text, Folders::of(path));
        let settings = Section::root(&file).map(|mut root| {
            let url = speech::own_url(None, None);
            root.read("speech", |section| speech::Settings::read(section, url))
        });
        match (file.problems(Self::settings), settings) {
            (problems, Some(settings)) if problems.is_empty() => Ok(settings),
            (problems, _) => Err(Invalid { path: path.to_owned(), problems }),
        }
    }

    /// Reads the file at `path` for the service, in which the directory and the alert feed are on by default.
    pub fn load_for_service(path: &Path) -> Result<Self, Invalid> {
        let mut config = Self::load(path)?;
        config.directory.enabled.get_or_insert(true);
        config.alerts.enabled.get_or_insert(true);
        Ok(config)
    }

    /// Parses `text` as the file at `path`; files it names are relative to its folder.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Invalid> {
        Self::parsed(text, path, Folders::of(path))
    }

    fn parsed(text: &str, path: &Path, folders: Folders) -> Result<Self, Invalid> {
        let file = File::new(text, folders);
        let mut config = Section::root(&file).and_then(Self::read);
        if let Some(config) = &mut config {
            config.secret_files = file.secret_files();
            config.other_files = file.other_files();
            config.warnings = file.warnings();
            config.warnings.extend(sense::warnings(config));
            config.read_recordings();
        }
        match (file.problems(Self::settings), config) {
            (problems, Some(config)) if problems.is_empty() => Ok(config),
            (problems, _) => Err(Invalid { path: path.to_owned(), problems }),
        }
    }

    /// All settings, as declared by their modules.
    pub fn settings() -> Vec<Setting> {
        let file = File::new(EVERY_SECTION, Folders::default()).described();
        // What is missing in it is of no concern.
        let _ = Section::root(&file).and_then(Self::read);
        file.catalogue()
    }

    fn read(mut file: Section<'_>) -> Option<Self> {
        let exposure = ExposureCheck::of(&file);
        let listen = file.read("listen", Listen::read);
        let access = file.read("access", access::Settings::read);
        let tls = file.read("tls", Tls::read);
        let console = file.read("console", console::Settings::read);
        exposure.check(&listen, tls.as_ref(), &file);
        let (worker_threads, state_folder) =
            file.read("service", |section| (workers::read(section), state_folder::read(section)));
        let log = file.read("log", logging::Settings::read);
        let limiter = file.read("limiter", limiter::Settings::read);
        let hubsoft = file.read("hubsoft", |section| hubsoft::Settings::read(section, limiter));
        let directory = file.read("directory", directory::Settings::read);
        let alerts = file.read("alerts", alerts::Settings::read);
        let numbers = file.read("numbers", Numbers::read).with_trunks(&mut file);
        let identify = file.read("identify", identify::Settings::read);
        let lookup = file.read("lookup", lookup::Settings::read);
        let (prompts, freeswitch) = prompts(&mut file);
        prompts.warn(&file);
        let requests_connection =
            hubsoft.as_ref().is_none_or(|settings| settings.wanted.ultima_conexao);
        let rules = prompts.rules(&mut file, requests_connection);
        let outage = prompts.outage(&mut file);
        let speech = file.read("speech", |section| {
            speech::Settings::read(section, speech::own_url(listen.http, tls.as_ref()))
        });
        speech.warnings(&rules, &listen.pbx).into_iter().for_each(|warning| file.warn(warning));
        file.finish_file();
        Some(Self {
            http: listen.http?,
            agi: listen.agi,
            metrics: listen.metrics,
            console_address: listen.console,
            console,
            access,
            tls,
            worker_threads,
            log,
            prompts_folder: listen.prompts_folder,
            recordings: Recordings::default(),
            listener: listener::Settings { pbx: listen.pbx, call_max: lookup.deadline },
            hubsoft: hubsoft?,
            identify,
            directory,
            alerts,
            state_folder,
            numbers,
            lookup,
            sounds: prompts.sounds,
            asterisk: prompts.asterisk,
            rules,
            outage,
            speech,
            freeswitch,
            secret_files: Vec::new(),
            other_files: Vec::new(),
            warnings: Vec::new(),
        })
    }
}

impl Config {
    /// Reads the recordings. One that cannot be served is a warning, because calls are answered
    /// without it.
    fn read_recordings(&mut self) {
        let Some(folder) = &self.prompts_folder else { return };
        let sounds = self.sounds.values().map(String::as_str);
        let (recordings, problems) = Recordings::read(folder, sounds);
        self.recordings = recordings;
        let warnings =
            problems.iter().map(|problem| texts::RECORDING.message(&[("problem", problem)]));
        self.warnings.extend(warnings);
    }
}

/// Reads how each PBX writes a prompt, and the sounds.
fn prompts(file: &mut Section<'_>) -> (Prompts, Freeswitch) {
    let asterisk = file.read("asterisk", |section| sound_form(section, ""));
    let (form, freeswitch) =
        file.read("freeswitch", |section| (sound_form(section, ".wav"), Freeswitch::read(section)));
    let sounds = sounds::read(file);
    (Prompts { sounds, asterisk, freeswitch: form }, freeswitch)
}
