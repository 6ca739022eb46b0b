//! Says which prompt files are missing or cannot be played, for `bina check` and `bina doctor`.

use std::path::Path;

use crate::config::Config;
use crate::plain_file;
use crate::recordings::Recordings;
use crate::wav;

/// Extensions Asterisk or FreeSWITCH plays, the first one being ours.
const EXTENSIONS: [&str; 9] = ["wav", "gsm", "ulaw", "alaw", "sln", "g722", "g729", "slin", "mp3"];

/// Longest prompt file that is looked at: an hour.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// What is wrong with the files a PBX plays from `folder`, one line a prompt.
pub(super) fn problems(config: &Config, folder: &Path) -> Vec<String> {
    if !folder.is_dir() {
        let folder = folder.display();
        return vec![format!(
            "{folder} is no folder that can be read: name the one of the prompts"
        )];
    }
    let sounds = config.sounds.iter();
    sounds.filter_map(|(name, sound)| problem(config, folder, name, sound)).collect()
}

/// What is wrong with the files of `listen.prompts_folder`, which are served over HTTP.
pub(super) fn problems_served(config: &Config, folder: &Path) -> Vec<String> {
    Recordings::read(folder, config.sounds.values().map(String::as_str)).1
}

/// What is wrong with the file of one prompt. It may stand below the folder with its prefix, as
/// in Asterisk's `sounds/pt_BR`, or directly in it.
fn problem(config: &Config, folder: &Path, name: &str, sound: &str) -> Option<String> {
    let prefix = config.asterisk.prefix.trim_start_matches('/');
    let places = [format!("{prefix}{sound}"), sound.to_owned()];
    let files = places
        .iter()
        .flat_map(|place| EXTENSIONS.map(|extension| folder.join(format!("{place}.{extension}"))));
    let wanted = folder.join(format!("{prefix}{sound}.wav"));
    match files.into_iter().find(|file| file.is_file()) {
        None => Some(format!(
            "prompt {name}: there is no {}: copy it there, or mend [prompts]",
            wanted.display()
        )),
        Some(file) if file.extension().is_some_and(|extension| extension == "wav") => {
            wav_problem(&file).map(|wrong| format!("prompt {name}: {} {wrong}", file.display()))
        }
        Some(_) => None,
    }
}

fn wav_problem(file: &Path) -> Option<String> {
    match plain_file::read(file, FILE_BYTES_MAX) {
        Ok(bytes) => wav::problem(&bytes),
        Err(error) => Some(format!("cannot be read ({error}): check its owner and mode")),
    }
}
