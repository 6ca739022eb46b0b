//! Judges the files of a configuration as the user of the installed unit would find them.
//!
//! Root reads every file, and the service's user, who exists only while it runs, almost none. So what
//! `bina check` can read as root may prevent the next start.

mod reader;
mod unit_text;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::app::config::{Config, SecretFile};
use crate::runtime::language::{Message, Text};

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

/// Judges the configuration at `path`. Without `folder`, the unit is looked for where systemd does, and
/// only root's check needs it: for others a file that they cannot read is an error anyway.
pub(super) fn judge(
    config: &Config,
    path: &Path,
    folder: Option<&Path>,
) -> Result<UnitFindings, Failed> {
    let folders =
        folder.map_or_else(|| FOLDERS.map(PathBuf::from).to_vec(), |one| vec![one.into()]);
    if folder.is_none() && !is_root() {
        return Ok(UnitFindings::default());
    }
    match (UnitText::read(&folders), folder) {
        (Some(text), _) => Ok(findings(&ServiceUnit::new(&text), config, path)),
        (None, None) => Ok(UnitFindings::default()),
        (None, Some(folder)) => {
            let problem = texts::NO_UNIT.message(&[("folder", &folder.display())]);
            Err(Failed::configuration(problem))
        }
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// What the unit says of files.
struct ServiceUnit {
    configuration: PathBuf,
    credentials: BTreeSet<String>,
    reader: UnitReader,
}

impl ServiceUnit {
    fn new(text: &UnitText) -> Self {
        const KEYS: [&str; 4] = [
            "LoadCredential",
            "LoadCredentialEncrypted",
            "SetCredential",
            "SetCredentialEncrypted",
        ];
        let handed = KEYS.into_iter().flat_map(|key| text.all(key));
        let name = |value: &str| value.split(':').next().unwrap_or_default().to_owned();
        Self {
            configuration: configuration(text.last("ExecStart").unwrap_or_default()),
            credentials: handed.map(name).collect(),
            reader: UnitReader::new(text),
        }
    }
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
    // A configuration elsewhere is not the service's; a new one beside it may become it.
    if path.parent() != whole(&unit.configuration).parent() {
        return findings;
    }
    let is_inside = |secret: &&SecretFile| whole(&secret.path) == path;
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
    if !findings.lines.is_empty() {
        findings.lines.insert(0, "[Service]".to_owned());
    }
    findings
}

fn examine(unit: &ServiceUnit, secret: &SecretFile, findings: &mut UnitFindings) {
    let Some(name) = secret.path.file_name().and_then(|name| name.to_str()) else { return };
    let is_handed = unit.credentials.contains(name);
    if is_handed && secret.is_bare {
        return;
    }
    let Some(why) = unit.reader.obstacle(&secret.path) else { return };
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
