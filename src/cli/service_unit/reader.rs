//! Which files the user of a unit can read.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::runtime::language::Message;

use super::super::check_texts as texts;
use super::unit_text::UnitText;

/// Which folders a unit does not see, by the setting that hides them.
static HIDDEN: [(&str, &[&str]); 2] =
    [("ProtectHome", &["/home", "/root", "/run/user"]), ("PrivateTmp", &["/tmp", "/var/tmp"])];

/// The user of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UnitUser {
    Root,
    Account {
        uid: u32,
        gid: u32,
    },
    /// One that exists only while the service runs, and owns no file.
    Dynamic,
}

/// What a unit can read.
pub(super) struct UnitReader {
    user: UnitUser,
    hidden: Vec<(&'static str, &'static str)>,
}

/// Why a file cannot be read.
pub(super) enum FileObstacle {
    Hidden { setting: &'static str, folder: &'static str },
    Folder(PathBuf),
    File { path: PathBuf, mode: u32, right: u32 },
}

impl FileObstacle {
    /// What helps where the file has to be read as it is.
    pub(super) fn remedy(&self) -> Message {
        match self {
            Self::Hidden { .. } => texts::HIDDEN_REMEDY.into(),
            Self::Folder(folder) => {
                texts::FOLDER_CLOSED_REMEDY.message(&[("folder", &folder.display())])
            }
            Self::File { path, right: 0o5, .. } => {
                texts::FILE_USE_REMEDY.message(&[("path", &path.display())])
            }
            Self::File { path, .. } => {
                texts::FILE_MODE_REMEDY.message(&[("path", &path.display())])
            }
        }
    }

    /// What is in the way.
    pub(super) fn message(&self) -> Message {
        match self {
            Self::Hidden { setting, folder } => {
                texts::HIDDEN.message(&[("setting", setting), ("folder", folder)])
            }
            Self::Folder(folder) => texts::FOLDER_CLOSED.message(&[("folder", &folder.display())]),
            Self::File { mode, .. } => {
                texts::FILE_MODE.message(&[("mode", &format_args!("{mode:04o}"))])
            }
        }
    }
}

impl UnitReader {
    pub(super) fn new(unit: &UnitText) -> Self {
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let is_hidden = |setting: &str| unit.last(setting).is_some() && !is_off(unit, setting);
        let hidden = HIDDEN.iter().filter(|(setting, _)| is_hidden(setting));
        let each = |(setting, folders): &(&'static str, &'static [&'static str])| {
            let setting = *setting;
            folders.iter().map(move |folder| (setting, *folder)).collect::<Vec<_>>()
        };
        Self { user: user(unit, &accounts), hidden: hidden.flat_map(each).collect() }
    }

    /// Why the file at `path` cannot be read; none if it can, or is not there.
    pub(super) fn obstacle(&self, path: &Path) -> Option<FileObstacle> {
        self.obstacle_to(path, 0o4)
    }

    /// Why the folder at `path` cannot be searched, or the program not be started.
    pub(super) fn obstacle_to_use(&self, path: &Path) -> Option<FileObstacle> {
        self.obstacle_to(path, 0o5)
    }

    fn obstacle_to(&self, path: &Path, right: u32) -> Option<FileObstacle> {
        let path = path.canonicalize().ok()?;
        let hidden = self.hidden.iter().find(|(_, folder)| path.starts_with(folder));
        if let Some(&(setting, folder)) = hidden {
            return Some(FileObstacle::Hidden { setting, folder });
        }
        let folders = path.ancestors().skip(1);
        if let Some(folder) = folders.filter(|folder| !self.may(folder, 0o1)).last() {
            return Some(FileObstacle::Folder(folder.to_owned()));
        }
        let mode = fs::metadata(&path).ok()?.mode() & 0o7777;
        (!self.may(&path, right)).then_some(FileObstacle::File { path, mode, right })
    }

    /// Whether `right` (4 read, 1 enter) is granted at `path`.
    fn may(&self, path: &Path, right: u32) -> bool {
        let Ok(data) = fs::metadata(path) else { return true };
        is_granted(self.user, (data.uid(), data.gid()), data.mode(), right)
    }
}

fn is_granted(user: UnitUser, owner: (u32, u32), mode: u32, right: u32) -> bool {
    let bits = match user {
        UnitUser::Root => return true,
        UnitUser::Account { uid, .. } if uid == owner.0 => mode >> 6,
        UnitUser::Account { gid, .. } if gid == owner.1 => mode >> 3,
        UnitUser::Account { .. } | UnitUser::Dynamic => mode,
    };
    bits & right == right
}

fn is_off(unit: &UnitText, setting: &str) -> bool {
    unit.last(setting)
        .is_none_or(|value| matches!(value, "no" | "false" | "off" | "0" | "read-only"))
}

/// The user of `unit`. An account with the name of a dynamic user is taken instead of it.
fn user(unit: &UnitText, accounts: &str) -> UnitUser {
    let is_dynamic = unit.is_on("DynamicUser");
    let name = unit.last("User").unwrap_or(if is_dynamic { "bina" } else { "root" });
    match account(accounts, name) {
        Some((0, _)) => UnitUser::Root,
        Some((uid, gid)) => UnitUser::Account { uid, gid },
        None if name == "root" || name == "0" => UnitUser::Root,
        None => UnitUser::Dynamic,
    }
}

/// The numbers of the account with this name or number, of lines as in `/etc/passwd`.
fn account(accounts: &str, name: &str) -> Option<(u32, u32)> {
    accounts.lines().find_map(|line| {
        let fields: Vec<_> = line.split(':').collect();
        let [account, _, uid, gid, ..] = fields[..] else { return None };
        let is_it = account == name || uid == name;
        is_it.then(|| Some((uid.parse().ok()?, gid.parse().ok()?))).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0::/root:/bin/sh\nasterisk:x:107:112::/:/bin/false\n";

    #[test]
    fn the_user_is_root_an_account_or_none_that_owns_files() {
        let of = |lines: &str| user(&UnitText::of(&format!("[Service]\n{lines}")), ACCOUNTS);
        assert_eq!(of("DynamicUser=yes\nUser=bina\n"), UnitUser::Dynamic);
        assert_eq!(of("DynamicUser=yes\n"), UnitUser::Dynamic);
        assert_eq!(of("User=asterisk\n"), UnitUser::Account { uid: 107, gid: 112 });
        assert_eq!(of("User=107\n"), UnitUser::Account { uid: 107, gid: 112 });
        assert_eq!(of(""), UnitUser::Root);
        assert_eq!(of("User=root\n"), UnitUser::Root);
    }

    #[test]
    fn the_bits_of_the_closest_class_count() {
        let account = UnitUser::Account { uid: 107, gid: 112 };
        for (user, owner, mode, is_readable) in [
            (UnitUser::Dynamic, (0, 0), 0o600, false),
            (UnitUser::Dynamic, (0, 0), 0o640, false),
            (UnitUser::Dynamic, (0, 0), 0o644, true),
            (UnitUser::Root, (107, 112), 0o600, true),
            (account, (107, 0), 0o400, true),
            (account, (0, 112), 0o640, true),
            (account, (0, 112), 0o604, false),
            (account, (0, 0), 0o640, false),
        ] {
            assert_eq!(is_granted(user, owner, mode, 0o4), is_readable, "{user:?} {mode:o}");
        }
    }

    #[test]
    fn what_a_setting_hides_is_not_readable() {
        let unit = UnitText::of("[Service]\nDynamicUser=yes\nPrivateTmp=yes\nProtectHome=no\n");
        let reader = UnitReader::new(&unit);
        let settings: Vec<_> = reader.hidden.iter().map(|(setting, _)| *setting).collect();
        assert_eq!(settings, ["PrivateTmp", "PrivateTmp"]);
    }
}
