//! Reads `[prompts]`, and each PBX's prefix and suffix of sounds.

use std::collections::BTreeMap;

use crate::domain::prompt::SoundForm;
use crate::domain::safe_text::is_machine_word;
use crate::runtime::language::{Message, Text};
use crate::runtime::settings::{Marked, Section};

use super::texts;

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
            file.report(place, texts::PROMPT_NAME.message(&[("name", &name)]));
        }
        if let Some(wrong) = wrong_sound(&name, &sound) {
            file.report(place, wrong);
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
            section.report(place, wrong.message(&[("path", &section.path(key))]));
        }
        value
    };
    SoundForm { prefix: read("prompt_prefix", "bina/"), suffix: read("prompt_suffix", suffix) }
}

fn wrong_sound(name: &str, sound: &str) -> Option<Message> {
    if !is_machine_word(sound, SOUND_BYTES_MAX) {
        return Some(texts::SOUND_CHARACTERS.message(&[("name", &name)]));
    }
    // As in `aviso/`, `a//b` and `-`.
    let is_name = |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if !sound.split('/').all(is_name) {
        return Some(texts::SOUND_NO_FILE.message(&[("name", &name)]));
    }
    let lower = sound.to_ascii_lowercase();
    let ending = ENDINGS.iter().find(|ending| lower.ends_with(**ending))?;
    Some(texts::SOUND_ENDING.message(&[("name", &name), ("ending", ending)]))
}

fn wrong_form(key: &str, value: &str) -> Option<Text> {
    let good = value.len() <= SOUND_BYTES_MAX
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_/.:-".contains(&b))
        && !value.contains("..");
    if !good {
        return Some(texts::PREFIX_CHARACTERS);
    }
    if key != "prompt_prefix" {
        return None;
    }
    let (scheme, rest) = value.split_once("://")?;
    let host = rest.split('/').next().unwrap_or_default();
    if scheme.is_empty() || host.is_empty() || host.starts_with(':') {
        return Some(texts::PREFIX_ADDRESS);
    }
    let is_web = matches!(scheme, "http" | "https");
    (is_web && !value.ends_with('/')).then_some(texts::PREFIX_SLASH)
}

/// Warns of sounds that repeat the folder of a prefix.
pub(super) fn doubled(
    sounds: &BTreeMap<String, String>,
    forms: [(&str, &SoundForm); 2],
) -> Vec<Message> {
    let text = |(name, sound): (&String, &String)| {
        let (pbx, form) = forms.iter().find(|(_, form)| has_folder_of(sound, &form.prefix))?;
        let prefix = &form.prefix;
        Some(texts::SOUND_DOUBLED.message(&[
            ("name", name),
            ("prefix", prefix),
            ("sound", sound),
            ("pbx", pbx),
        ]))
    };
    sounds.iter().filter_map(text).collect()
}

/// Warns of a prefix that ends in a name, with which a sound becomes one word.
pub(super) fn joined(forms: [(&str, &SoundForm); 2]) -> Vec<Message> {
    let text = |(pbx, form): (&str, &SoundForm)| {
        let prefix = &form.prefix;
        let is_joined = !prefix.is_empty() && !prefix.ends_with('/');
        is_joined.then(|| texts::PREFIX_JOINED.message(&[("pbx", &pbx), ("prefix", prefix)]))
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
