//! Notices a voice that is not installed: RHVoice speaks with another one, and reports success.

use std::fs;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use crate::runtime::language::Message;

use super::texts;

/// Where RHVoice's voices are: Debian's package, and one built from source.
pub(super) const VOICE_FOLDERS: [&str; 2] =
    ["/usr/share/RHVoice/voices", "/usr/local/share/RHVoice/voices"];
const RHVOICE: &str = "RHVoice-test";

/// Says which voice of the command is missing, as far as `folders` show it. Other programs fail by
/// themselves.
pub(super) fn missing_voice(command: &[String], folders: &[&Path]) -> Option<Message> {
    let program = Path::new(command.first()?).file_name()?;
    if program != RHVOICE {
        return None;
    }
    let wanted = profile(command)?;
    let installed: Vec<_> = folders.iter().flat_map(|folder| names(folder)).collect();
    if installed.is_empty() {
        // It may be installed elsewhere.
        return None;
    }
    let is_installed = |voice: &str| installed.iter().any(|name| name.nfc().eq(voice.nfc()));
    let missing = wanted.split('+').find(|voice| !is_installed(voice))?;
    let installed = installed.join(", ");
    Some(texts::NO_VOICE.message(&[("voice", &missing), ("installed", &installed)]))
}

/// The voices that the command names: `-p NAME`, `-pNAME`, `--profile NAME` or `--profile=NAME`.
fn profile(command: &[String]) -> Option<&str> {
    let mut words = command.iter().skip(1).map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "-p" | "--profile" => return words.next(),
            _ => {}
        }
        if let Some(name) = word.strip_prefix("--profile=") {
            return Some(name);
        }
        if let Some(name) = word.strip_prefix("-p").filter(|_| !word.starts_with("--")) {
            return Some(name);
        }
    }
    None
}

/// The names of the installed voices.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let infos = entries.flatten().filter_map(|entry| {
        let text = fs::read_to_string(entry.path().join("voice.info")).ok()?;
        let name = text.lines().find_map(|line| line.strip_prefix("name="))?;
        Some(name.trim().to_owned())
    });
    let mut names: Vec<_> = infos.collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_that_is_not_installed_is_named_with_those_that_are() {
        let folder = std::env::temp_dir().join(format!("bina-voices-{}", std::process::id()));
        for (voice, name) in [("leticia-f123", "Letícia-F123"), ("anna", "Anna")] {
            fs::create_dir_all(folder.join(voice)).expect("a folder");
            let info = format!("format=4\nname={name}\nlanguage=Brazilian-Portuguese\n");
            fs::write(folder.join(voice).join("voice.info"), info).expect("a file");
        }
        let problem = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            missing_voice(&words, &[Path::new("/nowhere"), &folder])
        };
        for good in [
            &["RHVoice-test", "-p", "Letícia-F123", "-o", "-"][..],
            &["/usr/bin/RHVoice-test", "--profile=Letícia-F123"],
            &["RHVoice-test", "-pAnna+Letícia-F123"],
            &["RHVoice-test", "-p", "Leti\u{301}cia-F123"],
            &["espeak-ng", "-p", "40"],
            &["RHVoice-test"],
        ] {
            assert_eq!(problem(good), None, "{good:?}");
        }
        let missing = problem(&["RHVoice-test", "-p", "Leticia"]).expect("it is not there");
        assert!(missing.english.contains("no voice `Leticia`"), "{missing}");
        assert!(missing.english.contains("one of Anna, Letícia-F123"), "{missing}");
        assert!(
            problem(&["RHVoice-test", "-p", "Anna+Bia"]).expect("one").english.contains("`Bia`")
        );
        fs::remove_dir_all(&folder).expect("it is ours");
        assert_eq!(problem(&["RHVoice-test", "-p", "Bia"]), None, "nothing can be seen");
    }
}
