//! Where an Asterisk has its configuration and its recordings.

use std::fs;
use std::path::PathBuf;

use super::super::machine::Machine;
use super::ANSWER_MAX;

/// Where the data folder usually is: of the sources, and of Debian's package.
const DATA_FOLDERS: [&str; 3] =
    ["/var/lib/asterisk", "/usr/share/asterisk", "/usr/local/var/lib/asterisk"];
/// Where the configuration is unless a running Asterisk names another folder.
const CONFIGURATION: &str = "/etc/asterisk";

/// The folders of an Asterisk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct AsteriskFolders {
    pub(in super::super) configuration: PathBuf,
    /// The folder that has `sounds`, if it was found.
    pub(in super::super) data: Option<PathBuf>,
}

impl AsteriskFolders {
    /// Asks a running Asterisk; else reads its file, and looks at the usual folders.
    pub(in super::super) async fn find(machine: &Machine) -> Self {
        let shown = machine.output("asterisk", &["-rx", "core show settings"], ANSWER_MAX).await;
        let shown = shown.unwrap_or_default();
        let named = |label: &str| shown_folder(&shown, label).map(|folder| machine.at(folder));
        let is_folder = |folder: &PathBuf| folder.is_dir();
        let configuration = named("Configuration directory:").filter(is_folder);
        let configuration = configuration.unwrap_or_else(|| machine.at(CONFIGURATION));
        let file = fs::read(configuration.join("asterisk.conf")).unwrap_or_default();
        let file = String::from_utf8_lossy(&file);
        let configured = || configured_data(&file).map(|folder| machine.at(folder));
        let usual = || {
            let mut folders = DATA_FOLDERS.iter().map(|folder| machine.at(folder));
            folders.find(|folder| folder.join("sounds").is_dir())
        };
        let data = named("Data directory:").filter(is_folder);
        let data = data.or_else(|| configured().filter(is_folder)).or_else(usual);
        Self { configuration, data }
    }
}

/// The folder of a line of `core show settings`.
fn shown_folder<'t>(shown: &'t str, label: &str) -> Option<&'t str> {
    let mut lines = shown.lines().map(str::trim);
    let folder = lines.find_map(|line| line.strip_prefix(label))?.trim();
    folder.starts_with('/').then_some(folder)
}

/// `astdatadir` of asterisk.conf.
fn configured_data(file: &str) -> Option<&str> {
    let mut lines = file.lines().map(|line| line.split(';').next().unwrap_or_default().trim());
    let value = lines.find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "astdatadir").then(|| value.trim_start_matches('>').trim())
    })?;
    value.starts_with('/').then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_are_those_that_asterisk_shows() {
        let shown = "\nPBX Core settings\n  Version:                     22.10.1\n\
                     \x20 Configuration directory:     /etc/asterisk\n\
                     \x20 Data directory:              /srv/a b\r\n";
        assert_eq!(shown_folder(shown, "Data directory:"), Some("/srv/a b"));
        assert_eq!(shown_folder(shown, "Configuration directory:"), Some("/etc/asterisk"));
        assert_eq!(shown_folder("Data directory: relative", "Data directory:"), None);
        assert_eq!(shown_folder("", "Data directory:"), None);
    }

    #[test]
    fn the_configured_folder_is_read_without_its_comment() {
        let file = "[directories](!)\n;astdatadir => /no\nastetcdir => /etc\nastdatadir => /srv/data ; why\n";
        assert_eq!(configured_data(file), Some("/srv/data"));
        assert_eq!(configured_data("astdatadir = /x"), Some("/x"));
        assert_eq!(configured_data("astdatadir => x"), None);
    }
}
