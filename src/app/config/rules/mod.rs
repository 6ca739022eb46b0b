//! Reads prompts and rules, so that no rule can name what is not there.

mod hidden;
mod phrases;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::call::Did;
use crate::domain::prompt::{
    General, PLAYLIST_BYTES_MAX, Playlist, Rule, Rules, SOUNDS_MAX, SoundForm,
};
use crate::domain::safe_text::is_label;

use self::hidden::hidden;
use self::phrases::{exceptions, phrases, statuses};

use super::place::Place;
use super::section::{Marked, Section};

/// The sounds by prompt name, and how each PBX writes them.
pub(super) struct Prompts {
    pub(super) sounds: BTreeMap<String, String>,
    pub(super) asterisk: SoundForm,
    pub(super) freeswitch: SoundForm,
}

impl Prompts {
    /// Reads `[[rule]]` and `[general]`.
    pub(super) fn rules(
        &self,
        sections: Vec<Section<'_, '_>>,
        general: Section<'_, '_>,
        asks_connection: bool,
    ) -> Rules {
        let mut list: Vec<Rule> = Vec::new();
        let mut lines: HashMap<Arc<str>, Place> = HashMap::new();
        for section in sections {
            let line = section.line();
            let report = section.reporter();
            let rule = self.rule(section, asks_connection);
            if let Some(first) = lines.get(&rule.name) {
                let (name, first) = (&rule.name, first.line);
                report(
                    line,
                    format!(
                        "rule `{name}` is there twice (first in line {first}): names tell rules \
                         apart, so give each its own"
                    ),
                );
            } else {
                lines.insert(Arc::clone(&rule.name), line);
            }
            list.push(rule);
        }
        for warning in hidden(&list) {
            general.warn(warning);
        }
        Rules::new(list, self.general(general))
    }

    fn rule(&self, mut section: Section<'_, '_>, asks_connection: bool) -> Rule {
        let name = label(&mut section, "name");
        if name.is_none() && !section.has("name") {
            section.report(section.line(), "a rule has no name: add name = \"…\"".to_owned());
        }
        let rule = Rule {
            name: name.unwrap_or_default().into(),
            text: phrases(&mut section, "text"),
            also: phrases(&mut section, "also"),
            except: exceptions(&mut section, "except"),
            over: exceptions(&mut section, "over"),
            service_status: statuses(&mut section),
            connected: connected(&mut section, asks_connection),
            did: dids(&mut section),
            play: self.play(&mut section),
            route: label(&mut section, "route").map(Into::into),
            expose: section.flag("expose").is_some_and(|expose| expose.value),
        };
        section.finish();
        rule
    }

    fn play(&self, section: &mut Section<'_, '_>) -> Arc<Playlist> {
        let Some(names) = section.texts("play") else {
            if !section.has("play") {
                let text = "a rule plays nothing: add play = \"PROMPT\", or play = [] for silence";
                section.report(section.line(), text.to_owned());
            }
            return Arc::default();
        };
        Arc::new(self.playlist(section, &names))
    }

    fn playlist(&self, section: &Section<'_, '_>, names: &Marked<Vec<String>>) -> Playlist {
        let mut sounds = Vec::new();
        for name in &names.value {
            match self.sounds.get(name) {
                Some(sound) => sounds.push(sound.as_str()),
                None => section.report(names.line, self.unknown(name)),
            }
        }
        Playlist::new(&sounds, &self.asterisk, &self.freeswitch).unwrap_or_else(|| {
            let text = format!(
                "too much to play at once: at most {SOUNDS_MAX} prompts and {PLAYLIST_BYTES_MAX} bytes"
            );
            section.report(names.line, text);
            Playlist::default()
        })
    }

    fn unknown(&self, name: &str) -> String {
        let known: Vec<_> = self.sounds.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
        format!(
            "unknown prompt `{name}`: add `{name} = \"SOUND\"` to [prompts] (there are: {known})"
        )
    }

    fn general(&self, mut section: Section<'_, '_>) -> Option<General> {
        let prompt = section.text("prompt").filter(|prompt| !prompt.value.is_empty());
        let expose = section.flag("expose").is_some_and(|expose| expose.value);
        let general = prompt.map(|Marked { value, line }| {
            let names = Marked { value: vec![value], line };
            General { play: Arc::new(self.playlist(&section, &names)), expose }
        });
        section.finish();
        general
    }
}

fn label(section: &mut Section<'_, '_>, key: &'static str) -> Option<String> {
    let Marked { value, line } = section.text(key)?;
    if !is_label(&value) {
        let path = section.path(key);
        section.report(line, format!("{path} must be 1 to 64 of A-Z a-z 0-9 _ -"));
    }
    Some(value)
}

fn connected(section: &mut Section<'_, '_>, asks_connection: bool) -> Option<bool> {
    let Marked { value, line } = section.flag("conectado")?;
    if !asks_connection {
        let path = section.path("conectado");
        section
            .report(line, format!("{path} is never known: set hubsoft.ultima_conexao = \"sim\""));
    }
    Some(value)
}

fn dids(section: &mut Section<'_, '_>) -> Vec<Did> {
    let Some(Marked { value, line }) = section.texts("did") else { return Vec::new() };
    let dids: Vec<_> = value.iter().filter_map(|text| Did::new(text)).collect();
    if dids.is_empty() || dids.len() != value.len() {
        let path = section.path("did");
        section.report(line, format!("{path} must be called numbers in quotes"));
    }
    dids
}
