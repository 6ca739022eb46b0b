//! Finds prompt files that are missing or not playable, for `bina check` and `bina doctor`.

mod readers;

use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::app::config::Config;
use crate::runtime::language::Message;
use crate::runtime::plain_file;
use crate::servers::recordings::Recordings;
use crate::servers::wav_problem;

use self::readers::Readers;
use super::check_texts as texts;

/// Extensions that Asterisk or FreeSWITCH plays; the first one is that of the shipped files.
const EXTENSIONS: [&str; 35] = [
    "wav", "gsm", "ulaw", "alaw", "sln", "g722", "g729", "slin", "mp3", "wav16", "WAV", "wav49",
    "al", "alw", "pcm", "ul", "mu", "ulw", "au", "raw", "sln12", "sln16", "sln24", "sln32",
    "sln44", "sln48", "sln96", "sln192", "ogg", "spx", "ilbc", "g719", "siren7", "siren14", "vox",
];

/// Longest prompt file that is read: an hour.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// The problems and warnings about the files a PBX plays.
#[derive(Default)]
pub(super) struct Findings {
    /// Prompts that cannot be played, one line each.
    pub(super) problems: Vec<Message>,
    /// Prompts that may be played differently than expected, or that a PBX may be unable to read.
    pub(super) warnings: Vec<Message>,
}

/// Checks the files a PBX plays from `folder`.
pub(super) fn examine(config: &Config, folder: &Path) -> Findings {
    let mut findings = Findings::default();
    if !folder.is_dir() {
        findings.problems.push(texts::NO_PROMPTS.message(&[("folder", &folder.display())]));
        return findings;
    }
    let mut readers = Readers::of_this_machine();
    for (name, sound) in &config.sounds {
        let base = base(config, folder, sound);
        let files = files(&base);
        let of_prompt =
            |problem: Message| texts::PROMPT.message(&[("name", name), ("problem", &problem)]);
        findings.problems.extend(problem(&base, &files).map(of_prompt));
        findings.warnings.extend(siblings(&files).map(of_prompt));
        findings.warnings.extend(files.iter().flat_map(|file| readers.warnings(file)));
    }
    findings
}

/// The problems of the files in `listen.prompts_folder`, which are served over HTTP.
pub(super) fn problems_served(config: &Config, folder: &Path) -> Vec<Message> {
    Recordings::read(folder, config.sounds.values().map(String::as_str)).1
}

/// The path of a prompt without extension. The file is below `folder` with its prefix, as in
/// Asterisk's `sounds/pt_BR`, or directly in it.
fn base(config: &Config, folder: &Path, sound: &str) -> PathBuf {
    let prefix = config.asterisk.prefix.trim_start_matches('/');
    let prefixed = folder.join(format!("{prefix}{sound}"));
    let bare = folder.join(sound);
    if files(&prefixed).is_empty() && !files(&bare).is_empty() { bare } else { prefixed }
}

/// The existing files of one prompt, from which a PBX chooses.
fn files(base: &Path) -> Vec<PathBuf> {
    let file = |extension: &&str| with_extension(base, extension);
    EXTENSIONS.iter().map(file).filter(|file| file.is_file()).collect()
}

/// `Path::with_extension` would replace what follows a dot in the sound's name.
fn with_extension(base: &Path, extension: &str) -> PathBuf {
    let mut name = base.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

fn problem(base: &Path, files: &[PathBuf]) -> Option<Message> {
    let Some(file) = files.first() else {
        let wanted = with_extension(base, "wav");
        return Some(texts::PROMPT_MISSING.message(&[("file", &wanted.display())]));
    };
    if file.extension().is_none_or(|extension| extension != "wav") {
        return None;
    }
    let problem = unplayable(file)?;
    Some(texts::PROMPT_FILE.message(&[("file", &file.display()), ("problem", &problem)]))
}

fn unplayable(file: &Path) -> Option<Message> {
    match plain_file::read(file, FILE_BYTES_MAX) {
        Ok(bytes) => wav_problem(&bytes),
        Err(error) => {
            Some(texts::PROMPT_UNREADABLE.message(&[("error", &plain_file::problem(&error))]))
        }
    }
}

/// Asterisk plays the file that needs the least transcoding: on an A-law trunk that is `x.alaw`, even
/// when `x.wav` is newer.
fn siblings(files: &[PathBuf]) -> Option<Message> {
    let [first, others @ ..] = files else { return None };
    let names = others.iter().filter_map(|file| file.file_name());
    let names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    let parts: [(&str, &dyn Display); 2] =
        [("first", &first.display()), ("others", &names.join(", "))];
    (!names.is_empty()).then(|| texts::PROMPT_SIBLING.message(&parts))
}
