//! Reads the unit `bina.service` with its drop-ins, as systemd would merge them.
//!
//! The files are read and systemd is not asked: it may not run, may be slow, and has the lines of the last
//! `daemon-reload`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::runtime::plain_file;

const NAME: &str = "bina.service";
/// Longest file of a unit; that of bina has 6 kB.
const BYTES_MAX: u64 = 256 << 10;

/// The assignments of the section `[Service]`, in the order in which they count.
pub(super) struct UnitText(Vec<(String, String)>);

impl UnitText {
    /// The unit in the first of `folders` that has it, with the drop-ins of all of them.
    pub(super) fn read(folders: &[PathBuf]) -> Option<Self> {
        let main = folders.iter().find_map(|folder| text(&folder.join(NAME)))?;
        let mut drop_ins = BTreeMap::new();
        // Of files with the same name, that of the first folder counts.
        for folder in folders.iter().rev() {
            for path in drop_ins_in(&folder.join(format!("{NAME}.d"))) {
                drop_ins.insert(path.file_name().map(ToOwned::to_owned), path);
            }
        }
        let mut lines = assignments(&main);
        for path in drop_ins.into_values() {
            lines.extend(assignments(&text(&path).unwrap_or_default()));
        }
        Some(Self(lines))
    }

    /// The values of a list, of which an empty value removes those before it.
    pub(super) fn all(&self, key: &str) -> Vec<&str> {
        let mut values = Vec::new();
        for (_, value) in self.0.iter().filter(|(name, _)| name == key) {
            if value.is_empty() {
                values.clear();
            } else {
                values.push(value.as_str());
            }
        }
        values
    }

    /// The value of a setting that has one.
    pub(super) fn last(&self, key: &str) -> Option<&str> {
        self.all(key).pop()
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self, key: &str) -> bool {
        self.last(key).is_some_and(|value| matches!(value, "yes" | "true" | "on" | "1"))
    }

    #[cfg(test)]
    pub(super) fn of(text: &str) -> Self {
        Self(assignments(text))
    }
}

fn text(path: &Path) -> Option<String> {
    plain_file::read_text(path, BYTES_MAX).ok()
}

fn drop_ins_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "conf")).collect()
}

fn assignments(text: &str) -> Vec<(String, String)> {
    let joined = text.replace("\\\n", " ");
    let mut section = "";
    let mut found = Vec::new();
    for line in joined.lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            section = line;
        } else if let Some((key, value)) = line.split_once('=').filter(|_| section == "[Service]") {
            found.push((key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_section_of_the_service_counts_and_an_empty_value_begins_anew() {
        let unit = UnitText::of(
            "[Unit]\nLoadCredential=no:/x\n[Service]\n# LoadCredential=old:/x\n\
             LoadCredential=one:/x\nLoadCredential=\nLoadCredential = two:/x\nExecStart=a \\\n  b\n\
             DynamicUser=yes\nDynamicUser=no\n",
        );
        assert_eq!(unit.all("LoadCredential"), ["two:/x"]);
        assert_eq!(unit.last("ExecStart"), Some("a    b"));
        assert!(!unit.is_on("DynamicUser"));
        assert_eq!(unit.last("User"), None);
    }
}
