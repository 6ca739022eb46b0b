//! Judges the files of a configuration as the user of the installed unit would find them.
//!
//! Root reads every file, and the service's user, who exists only while it runs, almost none. So what
//! `bina check` can read as root may prevent the next start.

mod reader;
mod unit_text;

use std::collections::BTreeSet;
use std::env;
use std::fmt::Display;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::app::config::{Config, HandedOver, NamedFile};
use crate::runtime::language::{Message, Text};
use crate::sources::speech::EngineSettings;

use self::reader::{FileObstacle, UnitReader};
use self::unit_text::UnitText;
use super::{Failed, check_texts as texts};

/// Where systemd looks for units, the first one first.
const FOLDERS: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];
/// The configuration of a unit that names none.
const CONFIGURATION: &str = "/etc/bina/bina.toml";

/// What the service would not be able to read.
#[derive(Debug, Default)]
pub(super) struct UnitFindings {
    /// Each file, with the reason and the remedy.
    pub(super) unreadable: Vec<(PathBuf, Message)>,
    /// What is worse without a file, though the service starts.
    pub(super) warnings: Vec<Message>,
    /// The lines to paste into a drop-in; none if that is not the remedy.
    pub(super) lines: Vec<String>,
}

impl UnitFindings {
    /// Whether `path` is one of the files.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.unreadable.iter().any(|(unreadable, _)| unreadable == path)
    }

    /// What to do with the lines, if there are any.
    pub(super) fn instruction(&self) -> Option<Text> {
        (!self.lines.is_empty()).then_some(texts::PASTE)
    }
}

/// The unit that would start the service, if it is to be judged by.
pub(super) struct InstalledUnit(Option<ServiceUnit>);

impl InstalledUnit {
    /// The unit in `folder`. Without one it is looked for where systemd does, and only root's check needs it:
    /// for others a file that they cannot read is an error anyway.
    pub(super) fn find(folder: Option<&Path>) -> Result<Self, Failed> {
        let folders =
            folder.map_or_else(|| FOLDERS.map(PathBuf::from).to_vec(), |one| vec![one.into()]);
        if folder.is_none() && (!is_root() || is_inside_unit()) {
            return Ok(Self(None));
        }
        match (UnitText::read(&folders), folder) {
            (Some(text), _) => Ok(Self(Some(ServiceUnit::new(&text)))),
            (None, None) => Ok(Self(None)),
            (None, Some(folder)) => {
                let problem = texts::NO_UNIT.message(&[("folder", &folder.display())]);
                Err(Failed::configuration(problem))
            }
        }
    }

    /// The credentials that the unit hands over to a service with the configuration at `path`.
    pub(super) fn handed(&self, path: &Path) -> HandedOver {
        self.of(path).map(|unit| unit.handed.clone()).unwrap_or_default()
    }

    /// Judges the configuration at `path`.
    pub(super) fn judge(&self, config: &Config, path: &Path) -> UnitFindings {
        self.of(path).map_or_else(UnitFindings::default, |unit| findings(unit, config, path))
    }

    /// A configuration elsewhere is not the service's; a new one beside it may become it.
    fn of(&self, path: &Path) -> Option<&ServiceUnit> {
        let unit = self.0.as_ref()?;
        (whole(path).parent() == whole(&unit.configuration).parent()).then_some(unit)
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Whether the unit itself runs this, as `ExecReload=` does: it reads the files as the service does.
fn is_inside_unit() -> bool {
    env::var_os("CREDENTIALS_DIRECTORY").is_some()
}

/// What the unit says of files.
struct ServiceUnit {
    configuration: PathBuf,
    credentials: BTreeSet<String>,
    handed: HandedOver,
    /// Sources of credentials that are not there, so that systemd starts nothing.
    missing: Vec<(String, PathBuf)>,
    reader: UnitReader,
    /// Whether no credential is handed over to the user `bina`, as in the unit of the .rpm: the secrets are
    /// for the group of that name.
    reads_as_group: bool,
}

impl ServiceUnit {
    fn new(text: &UnitText) -> Self {
        const KEYS: [&str; 4] = [
            "LoadCredential",
            "LoadCredentialEncrypted",
            "SetCredential",
            "SetCredentialEncrypted",
        ];
        let lines = KEYS.into_iter().flat_map(|key| text.all(key));
        let name = |value: &str| value.split(':').next().unwrap_or_default().to_owned();
        let (handed, missing) = sources(text);
        let credentials: BTreeSet<_> = lines.map(name).collect();
        let is_account = !text.is_on("DynamicUser") && text.last("User") == Some("bina");
        Self {
            handed,
            missing,
            reads_as_group: is_account && credentials.is_empty(),
            configuration: configuration(text.last("ExecStart").unwrap_or_default()),
            credentials,
            reader: UnitReader::new(text),
        }
    }
}

/// What each credential is read from, and which sources are missing.
fn sources(text: &UnitText) -> (HandedOver, Vec<(String, PathBuf)>) {
    let split = |key| text.all(key).into_iter().filter_map(|value: &str| value.split_once(':'));
    let mut handed = HandedOver::default();
    let mut missing = Vec::new();
    // A blank one only lets the service start, which then says what is missing.
    let set = split("SetCredential").filter(|(_, value)| *value != "\\n");
    let set: BTreeSet<_> = set.map(|(name, _)| name).collect();
    handed.sealed.extend(set.iter().map(|name| (*name).to_owned()));
    handed.sealed.extend(split("SetCredentialEncrypted").map(|(name, _)| name.to_owned()));
    for key in ["LoadCredential", "LoadCredentialEncrypted"] {
        // A name without a folder is systemd's to find, and `%` begins what only systemd replaces.
        let named = split(key).filter(|(_, path)| path.starts_with('/') && !path.contains('%'));
        for (name, path) in named {
            let (owned, path) = (name.to_owned(), PathBuf::from(path));
            let error = fs::metadata(&path).err();
            if error.is_some_and(|error| error.kind() == ErrorKind::NotFound) {
                if !handed.sealed.contains(name) {
                    missing.push((owned, path));
                }
            } else if key == "LoadCredential" {
                handed.sources.insert(owned, path);
            } else {
                handed.sealed.insert(owned);
            }
        }
    }
    (handed, missing)
}

/// The file that a command line names with `-c`.
fn configuration(command: &str) -> PathBuf {
    let mut words = command.split_whitespace();
    let named = words.find(|word| matches!(*word, "-c" | "--config")).and_then(|_| words.next());
    PathBuf::from(named.unwrap_or(CONFIGURATION))
}

fn findings(unit: &ServiceUnit, config: &Config, path: &Path) -> UnitFindings {
    let mut findings = UnitFindings::default();
    let path = whole(path);
    let is_inside = |secret: &&NamedFile| whole(&secret.path) == path;
    if let Some(why) = unit.reader.obstacle(&path) {
        let has_secrets = config.secret_files.iter().any(|secret| is_inside(&secret));
        let remedy = match has_secrets {
            true => texts::UNREADABLE_MOVE.message(&[("remedy", &why.remedy())]),
            false => why.remedy(),
        };
        findings.unreadable.push((path.clone(), unreadable(&why, &remedy)));
    }
    for secret in config.secret_files.iter().filter(|secret| !is_inside(secret)) {
        examine(unit, secret, &mut findings);
    }
    for file in config.other_files.iter().filter(|file| !is_handed(unit, file)) {
        if let Some(why) = unit.reader.obstacle(&file.path) {
            findings.unreadable.push((file.path.clone(), unreadable(&why, &why.remedy())));
        }
    }
    for (name, source) in &unit.missing {
        findings.unreadable.push((source.clone(), texts::NO_SOURCE.message(&[("name", name)])));
    }
    let program = config.speech.engine.as_ref().and_then(EngineSettings::program);
    for path in config.prompts_folder.as_deref().into_iter().chain(program) {
        if let Some(why) = unit.reader.obstacle_to_use(path) {
            let problem = unreadable(&why, &why.remedy());
            let parts: [(&str, &dyn Display); 2] =
                [("path", &path.display()), ("problem", &problem)];
            findings.warnings.push(texts::FILE_WARNING.message(&parts));
        }
    }
    if !findings.lines.is_empty() {
        findings.lines.insert(0, "[Service]".to_owned());
    }
    findings
}

/// Whether the service receives the file as a credential.
fn is_handed(unit: &ServiceUnit, file: &NamedFile) -> bool {
    let name = file.path.file_name().and_then(|name| name.to_str());
    file.is_source || (file.is_bare && name.is_some_and(|name| unit.credentials.contains(name)))
}

fn examine(unit: &ServiceUnit, secret: &NamedFile, findings: &mut UnitFindings) {
    let Some(name) = secret.path.file_name().and_then(|name| name.to_str()) else { return };
    let is_handed = unit.credentials.contains(name);
    if self::is_handed(unit, secret) {
        return;
    }
    let Some(why) = unit.reader.obstacle(&secret.path) else { return };
    if unit.reads_as_group && matches!(why, FileObstacle::File { .. }) {
        let remedy = texts::FILE_GROUP_REMEDY.message(&[("path", &secret.path.display())]);
        findings.unreadable.push((secret.path.clone(), unreadable(&why, &remedy)));
        return;
    }
    let remedy = match (is_handed, secret.is_bare) {
        (true, _) => texts::UNREADABLE_RENAME,
        (false, true) => texts::UNREADABLE_ADD,
        (false, false) => texts::UNREADABLE_ADD_RENAME,
    };
    let remedy = remedy.message(&[("name", &name)]);
    findings.unreadable.push((secret.path.clone(), unreadable(&why, &remedy)));
    if !is_handed {
        let from = whole(&secret.path);
        findings.lines.push(format!("LoadCredential={name}:{}", from.display()));
    }
}

/// Why the service cannot read a file, and what helps.
fn unreadable(why: &FileObstacle, remedy: &Message) -> Message {
    texts::UNREADABLE_UNIT.message(&[("why", &why.message()), ("remedy", remedy)])
}

/// The path from the root, through no link.
fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_that_of_the_command() {
        let of = |command| configuration(command).display().to_string();
        assert_eq!(of("/usr/bin/bina serve -c /etc/other/bina.toml"), "/etc/other/bina.toml");
        assert_eq!(of("/usr/bin/bina serve --config /srv/b.toml"), "/srv/b.toml");
        assert_eq!(of("/usr/bin/bina serve"), CONFIGURATION);
        assert_eq!(of(""), CONFIGURATION);
    }
}
