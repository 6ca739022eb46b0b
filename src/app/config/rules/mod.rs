//! Reads prompts and rules, and rejects rules that name an undefined prompt.

mod alert;
mod phrases;
mod texts;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::sync::Arc;

use crate::answering::outage;
use crate::domain::call::Did;
use crate::domain::prompt::{
    AlertCondition, General, HiddenRule, PLAYLIST_BYTES_MAX, Playlist, Rule, Rules, SOUNDS_MAX,
    SoundForm, Speak, SpeakPart, hidden_rules,
};
use crate::domain::safe_text::is_label;
use crate::runtime::language::Message;
use crate::runtime::settings::{Marked, Place, Section};

use self::phrases::{exceptions, phrases, statuses};

use super::sounds;

/// The sounds by prompt name, and how each PBX writes them.
pub(super) struct Prompts {
    pub(super) sounds: BTreeMap<String, String>,
    pub(super) asterisk: SoundForm,
    pub(super) freeswitch: SoundForm,
}

/// A warning for each unreachable rule.
fn hidden(rules: &[Rule]) -> impl Iterator<Item = Message> {
    hidden_rules(rules).into_iter().map(|HiddenRule { name, by }| match by {
        Some(first) => texts::HIDDEN.message(&[("name", &name), ("first", &first)]),
        None => texts::HIDES_ITSELF.message(&[("name", &name)]),
    })
}

/// The warning for a rule that plays for every alert although nothing in it says so.
fn unconditional(rule: &Rule) -> Option<Message> {
    let has_text = !rule.text.is_empty() || !rule.also.is_empty();
    let has_other = !rule.service_status.is_empty() || rule.connected.is_some();
    let is_silent = rule.play.asterisk.is_empty();
    let needs_alert = rule.alert == AlertCondition::On;
    (needs_alert && !has_text && !has_other && rule.did.is_empty() && !is_silent)
        .then(|| texts::NO_CONDITION.message(&[("name", &rule.name)]))
}

impl Prompts {
    /// Warns of sounds that are probably played from the wrong file.
    pub(super) fn warn(&self, file: &Section<'_>) {
        let forms = [("asterisk", &self.asterisk), ("freeswitch", &self.freeswitch)];
        sounds::doubled(&self.sounds, forms).into_iter().for_each(|text| file.warn(text));
        sounds::joined(forms).into_iter().for_each(|text| file.warn(text));
    }

    /// Reads `[outage]`.
    pub(super) fn outage(&self, file: &mut Section<'_>) -> outage::Settings {
        let prompt = |section: &mut Section<'_>, key| self.prompt(section, key);
        file.read("outage", |section| outage::Settings::read(section, prompt))
    }

    /// Reads `[[rule]]` and `[general]`.
    pub(super) fn rules(&self, file: &mut Section<'_>, requests_connection: bool) -> Rules {
        let mut places: HashMap<Arc<str>, Place> = HashMap::new();
        let list = file.read_each("rule", |section| {
            let rule = self.rule(section, requests_connection);
            if let Some(first) = places.get(&rule.name) {
                let parts: [(&str, &dyn Display); 2] =
                    [("name", &rule.name), ("first", &first.line)];
                section.report(section.place(), texts::TWICE.message(&parts));
            } else {
                places.insert(Arc::clone(&rule.name), section.place());
            }
            rule
        });
        let of_conditions = list.iter().filter_map(unconditional);
        let of_alerts = list.iter().filter_map(alert::quiet_for_all);
        let above = alert::above_outages(&list);
        for warning in hidden(&list).chain(of_conditions).chain(of_alerts).chain(above) {
            file.warn(warning);
        }
        let general = file.read("general", |section| self.general(section));
        Rules::new(list, general)
    }

    fn rule(&self, section: &mut Section<'_>, requests_connection: bool) -> Rule {
        let name = label(section, "name");
        if name.is_none() && !section.has("name") {
            section.report(section.place(), texts::NO_NAME);
        }
        let play = self.play(section);
        let speak = self.speak(section, &play);
        let Marked { value: alert, place } = alert::alert(section);
        let rule = Rule {
            name: name.unwrap_or_default().into(),
            alert,
            text: phrases(section, "text"),
            also: phrases(section, "also"),
            except: exceptions(section, "except"),
            over: exceptions(section, "over"),
            service_status: statuses(section),
            connected: connected(section, requests_connection),
            did: dids(section),
            play,
            speak,
            route: label(section, "route").map(Into::into),
            expose: section.flag("expose"),
        };
        alert::check(section, &rule, place);
        rule
    }

    fn play(&self, section: &mut Section<'_>) -> Arc<Playlist> {
        let Some(names) = section.texts("play") else {
            if !section.has("play") {
                section.report(section.place(), texts::NO_PLAY);
            }
            return Arc::default();
        };
        Arc::new(self.playlist(section, &names))
    }

    /// Reads `speak`: prompts, and `*` for the text of the alert.
    fn speak(&self, section: &mut Section<'_>, play: &Playlist) -> Option<Arc<Speak>> {
        let names = section.texts_up_to("speak", SOUNDS_MAX)?;
        let path = section.path("speak");
        let mut parts = Vec::new();
        for name in &names.value {
            match (name.as_str(), self.sounds.get(name)) {
                ("*", _) => parts.push(SpeakPart::Text),
                (_, Some(sound)) => parts.push(SpeakPart::Sound(sound.clone())),
                (_, None) => section.report(names.place, self.unknown(name)),
            }
        }
        let speak = Speak::new(parts, &self.asterisk, &self.freeswitch);
        if !speak.says_text() {
            section.report(names.place, texts::SPEAK_NO_TEXT.message(&[("path", &path)]));
        }
        if play.asterisk.is_empty() {
            section.report(names.place, texts::SPEAK_NEEDS_PLAY.message(&[("path", &path)]));
        }
        Some(Arc::new(speak))
    }

    fn playlist(&self, section: &Section<'_>, names: &Marked<Vec<String>>) -> Playlist {
        let mut sounds = Vec::new();
        for name in &names.value {
            match self.sounds.get(name) {
                Some(sound) => sounds.push(sound.as_str()),
                None => section.report(names.place, self.unknown(name)),
            }
        }
        Playlist::new(&sounds, &self.asterisk, &self.freeswitch).unwrap_or_else(|| {
            let parts: [(&str, &dyn Display); 2] =
                [("sounds", &SOUNDS_MAX), ("bytes", &PLAYLIST_BYTES_MAX)];
            section.report(names.place, texts::PLAYLIST_TOO_LONG.message(&parts));
            Playlist::default()
        })
    }

    fn unknown(&self, name: &str) -> Message {
        let names: Vec<_> = self.sounds.keys().map(String::as_str).collect();
        let defined = match names.is_empty() {
            true => texts::DEFINED_NONE.into(),
            false => Message::of_both(names.join(", ")),
        };
        texts::UNKNOWN_PROMPT.message(&[("name", &name), ("defined", &defined)])
    }

    fn general(&self, section: &mut Section<'_>) -> Option<General> {
        let play = self.prompt(section, "prompt");
        let expose = section.flag("expose");
        play.map(|play| General { play, expose })
    }

    /// Reads a setting that names a prompt, or is empty.
    fn prompt(&self, section: &mut Section<'_>, key: &'static str) -> Option<Arc<Playlist>> {
        let Marked { value, place } = section.text_or(key, "");
        let names = (!value.is_empty()).then(|| Marked { value: vec![value], place })?;
        Some(Arc::new(self.playlist(section, &names)))
    }
}

fn label(section: &mut Section<'_>, key: &'static str) -> Option<String> {
    let Marked { value, place } = section.text(key)?;
    if !is_label(&value) {
        let path = section.path(key);
        section.report(place, texts::LABEL.message(&[("path", &path)]));
    }
    Some(value)
}

fn connected(section: &mut Section<'_>, requests_connection: bool) -> Option<bool> {
    let Marked { value, place } = section.flag_if_set("conectado")?;
    if !requests_connection {
        let path = section.path("conectado");
        section.report(place, texts::NO_DATA.message(&[("path", &path)]));
    }
    Some(value)
}

fn dids(section: &mut Section<'_>) -> Vec<Did> {
    let Some(Marked { value, place }) = section.texts("did") else { return Vec::new() };
    let dids: Vec<_> = value.iter().filter_map(|text| Did::new(text)).collect();
    if dids.is_empty() || dids.len() != value.len() {
        let path = section.path("did");
        section.report(place, texts::CALLED_NUMBERS.message(&[("path", &path)]));
    }
    dids
}
