//! Finds the PBX of this machine by its files.

mod asterisk;

use std::path::PathBuf;
use std::time::Duration;

use crate::runtime::language::Language;

use super::machine::Machine;

pub(super) use self::asterisk::AsteriskFolders;

/// Longest time for a question to a PBX, which may hang.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// A kind of PBX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PbxKind {
    Asterisk,
    FreePbx,
    Freeswitch,
    FusionPbx,
    Issabel,
    MagnusBilling,
    Vicidial,
}

/// One row for each: its word in a file of answers, its name, and its guide.
const KINDS: [(PbxKind, &str, &str, &str); 7] = [
    (PbxKind::Asterisk, "asterisk", "Asterisk", "asterisk"),
    (PbxKind::FreePbx, "freepbx", "FreePBX", "freepbx-issabel"),
    (PbxKind::Issabel, "issabel", "Issabel", "freepbx-issabel"),
    (PbxKind::Vicidial, "vicidial", "VICIdial", "vicidial"),
    (PbxKind::MagnusBilling, "magnusbilling", "MagnusBilling", "magnusbilling"),
    (PbxKind::Freeswitch, "freeswitch", "FreeSWITCH", "freeswitch"),
    (PbxKind::FusionPbx, "fusionpbx", "FusionPBX", "fusionpbx"),
];

/// Files that only one kind has, the most particular kinds first.
const SIGNS: [(PbxKind, &[&str]); 7] = [
    (PbxKind::Issabel, &["/etc/issabel.conf"]),
    (PbxKind::FreePbx, &["/etc/freepbx.conf", "/etc/amportal.conf"]),
    (PbxKind::Vicidial, &["/etc/astguiclient.conf"]),
    (PbxKind::MagnusBilling, &["/var/www/html/mbilling"]),
    (PbxKind::FusionPbx, &["/etc/fusionpbx", "/var/www/fusionpbx"]),
    (PbxKind::Asterisk, &["/etc/asterisk/extensions.conf", "/etc/asterisk/asterisk.conf"]),
    (PbxKind::Freeswitch, &["/etc/freeswitch", "/usr/local/freeswitch/conf"]),
];

/// A PBX of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundPbx {
    pub(super) kind: PbxKind,
    /// What it was found by.
    pub(super) sign: PathBuf,
}

impl PbxKind {
    /// Every kind, in the order of a list.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|(kind, ..)| *kind)
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        let row = KINDS.iter().find(|(kind, ..)| *kind == self);
        row.map_or(("", "", ""), |(_, word, name, guide)| (word, name, guide))
    }

    /// Its word in a file of answers.
    pub(super) fn word(self) -> &'static str {
        self.row().0
    }

    /// What its users call it.
    pub(super) fn name(self) -> &'static str {
        self.row().1
    }

    /// The path of its guide.
    pub(super) fn guide(self, language: Language) -> String {
        let end = match language {
            Language::English => "md",
            Language::Portuguese => "pt-BR.md",
        };
        format!("/usr/share/bina/dialplan/guides/{}.{end}", self.row().2)
    }

    /// The file of its dialplan that belongs to the administrator, where setup can include a snippet.
    pub(super) fn dialplan_file(self) -> Option<&'static str> {
        match self {
            Self::Asterisk | Self::MagnusBilling | Self::Vicidial => Some("extensions.conf"),
            Self::FreePbx | Self::Issabel => Some("extensions_custom.conf"),
            Self::Freeswitch | Self::FusionPbx => None,
        }
    }

    /// The kinds whose files have the signs of `other`, too.
    fn is_made_of(self, other: Self) -> bool {
        match other {
            Self::Asterisk => {
                matches!(self, Self::FreePbx | Self::Issabel | Self::MagnusBilling | Self::Vicidial)
            }
            Self::FreePbx => self == Self::Issabel,
            Self::Freeswitch => self == Self::FusionPbx,
            _ => false,
        }
    }
}

/// The PBXs of `machine`. One that another is made of is not listed beside it.
pub(super) fn find(machine: &Machine) -> Vec<FoundPbx> {
    let mut found: Vec<FoundPbx> = Vec::new();
    for (kind, signs) in SIGNS {
        let sign = signs.iter().map(|sign| machine.at(sign)).find(|sign| sign.exists());
        let is_part = found.iter().any(|other| other.kind.is_made_of(kind));
        found.extend(sign.filter(|_| !is_part).map(|sign| FoundPbx { kind, sign }));
    }
    found
}

/// The version that a running PBX reports.
pub(super) async fn version(machine: &Machine, kind: PbxKind) -> Option<String> {
    match kind {
        PbxKind::Freeswitch | PbxKind::FusionPbx => {
            let shown = machine.output("fs_cli", &["-x", "version"], ANSWER_MAX).await?;
            let version =
                shown.split_whitespace().find(|word| word.starts_with(char::is_numeric))?;
            Some(version.split(['+', '~', '-']).next().unwrap_or(version).to_owned())
        }
        _ => {
            let shown =
                machine.output("asterisk", &["-rx", "core show version"], ANSWER_MAX).await?;
            // A machine without an Ethernet interface is warned of first.
            let line = shown.lines().find(|line| line.starts_with("Asterisk "))?;
            line.split_whitespace().nth(1).map(str::to_owned)
        }
    }
}
