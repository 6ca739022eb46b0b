//! Reads `[prompts]`, and each PBX's prefix and suffix of sounds.

use std::collections::BTreeMap;

use crate::domain::prompt::SoundForm;
use crate::domain::safe_text::is_machine_word;
use crate::runtime::settings::{Marked, Section};

/// Longest sound name; a playlist of eight longer ones would exceed its limit.
const SOUND_BYTES_MAX: usize = 128;

/// Extensions of sound files, which prompt_suffix or the PBX appends.
const ENDINGS: [&str; 14] = [
    ".wav", ".wav16", ".wav49", ".gsm", ".ulaw", ".alaw", ".sln", ".sln16", ".slin", ".g722",
    ".g729", ".mp3", ".ogg", ".opus",
];

/// Reads `[prompts]`.
pub(super) fn read(file: &mut Section<'_>) -> BTreeMap<String, String> {
    let mut sounds = BTreeMap::new();
    for (Marked { value: name, place }, sound) in file.map("prompts") {
        if !is_prompt_name(&name) {
            file.report(place, format!("prompt name `{name}` must be 1 to 64 of a-z 0-9 _ -"));
        }
        if let Some(wrong) = wrong_sound(&sound) {
            file.report(place, format!("the sound of prompt `{name}` {wrong}"));
        }
        sounds.insert(name, sound);
    }
    sounds
}

/// Reads `prompt_prefix` and `prompt_suffix` of a PBX's section.
pub(super) fn sound_form(section: &mut Section<'_>, suffix: &str) -> SoundForm {
    let mut read = |key, default| {
        let Marked { value, place } = section.text_or(key, default);
        if let Some(wrong) = wrong_form(key, &value) {
            section.report(place, format!("{} {wrong}", section.path(key)));
        }
        value
    };
    SoundForm { prefix: read("prompt_prefix", "bina/"), suffix: read("prompt_suffix", suffix) }
}

fn wrong_sound(sound: &str) -> Option<String> {
    if !is_machine_word(sound, SOUND_BYTES_MAX) {
        let text = "must be of A-Z a-z 0-9 _ / . - without `..`, not beginning with `/`: folders and \
                    addresses belong into prompt_prefix";
        return Some(text.to_owned());
    }
    // As in `aviso/`, `a//b` and `-`.
    let is_name = |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if !sound.split('/').all(is_name) {
        let text =
            "is not a file name: each part between `/` must begin with a letter, a digit or `_`";
        return Some(text.to_owned());
    }
    let lower = sound.to_ascii_lowercase();
    let ending = ENDINGS.iter().find(|ending| lower.ends_with(**ending))?;
    Some(format!("ends with {ending}: leave it out, the PBX or prompt_suffix adds it"))
}

fn wrong_form(key: &str, value: &str) -> Option<&'static str> {
    let good = value.len() <= SOUND_BYTES_MAX
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_/.:-".contains(&b))
        && !value.contains("..");
    if !good {
        return Some("must be of A-Z a-z 0-9 _ / . : - without `..`");
    }
    if key != "prompt_prefix" {
        return None;
    }
    let (scheme, rest) = value.split_once("://")?;
    let host = rest.split('/').next().unwrap_or_default();
    if scheme.is_empty() || host.is_empty() || host.starts_with(':') {
        return Some(
            "is not a complete address (expected e.g. \"http://127.0.0.1:8573/prompts/\")",
        );
    }
    let is_web = matches!(scheme, "http" | "https");
    (is_web && !value.ends_with('/')).then_some(
        "must end with `/` after host and path (expected e.g. \"http://127.0.0.1:8573/prompts/\")",
    )
}

/// Warns of sounds that repeat the folder of a prefix.
pub(super) fn doubled(
    sounds: &BTreeMap<String, String>,
    forms: [(&str, &SoundForm); 2],
) -> Vec<String> {
    let text = |(name, sound): (&String, &String)| {
        let (pbx, form) = forms.iter().find(|(_, form)| has_folder_of(sound, &form.prefix))?;
        let prefix = &form.prefix;
        Some(format!(
            "prompt `{name}` is played as {prefix}{sound}, as {pbx}.prompt_prefix adds {prefix}: \
             leave that folder out of the sound, unless there is one in it of the same name"
        ))
    };
    sounds.iter().filter_map(text).collect()
}

/// Warns of a prefix that ends in a name, with which a sound becomes one word.
pub(super) fn joined(forms: [(&str, &SoundForm); 2]) -> Vec<String> {
    let text = |(pbx, form): (&str, &SoundForm)| {
        let prefix = &form.prefix;
        let is_joined = !prefix.is_empty() && !prefix.ends_with('/');
        is_joined.then(|| {
            format!(
                "{pbx}.prompt_prefix does not end with `/`, so `aviso` is played as {prefix}aviso: \
                 write \"{prefix}/\" if it is a folder"
            )
        })
    };
    forms.into_iter().filter_map(text).collect()
}

/// Whether `sound` begins with the folder with which `prefix` ends.
fn has_folder_of(sound: &str, prefix: &str) -> bool {
    let folder = prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let rest = sound.strip_prefix(folder).filter(|_| !folder.is_empty());
    rest.is_some_and(|rest| rest.starts_with('/'))
}

fn is_prompt_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}
