//! What a rule says with the words of the alert: recordings and the spoken text, in order.

use super::playlist::{Playlist, SoundForm};

/// One part of what is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpeakPart {
    /// A recording, by its sound name.
    Sound(String),
    /// The text of the alert.
    Text,
}

/// What a rule says once the text of its alert has been spoken into a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speak {
    parts: Vec<SpeakPart>,
    asterisk: SoundForm,
    freeswitch: SoundForm,
}

impl Speak {
    /// The parts in order, and how each PBX writes recordings.
    pub fn new(parts: Vec<SpeakPart>, asterisk: &SoundForm, freeswitch: &SoundForm) -> Self {
        Self { parts, asterisk: asterisk.clone(), freeswitch: freeswitch.clone() }
    }

    /// The parts in order.
    pub fn parts(&self) -> &[SpeakPart] {
        &self.parts
    }

    /// Whether the text of the alert is said.
    pub fn says_text(&self) -> bool {
        self.parts.contains(&SpeakPart::Text)
    }

    /// What is played when the text is served at `url`; `None` if it is too long for a PBX.
    pub fn playlist(&self, url: &str) -> Option<Playlist> {
        let elements = |form: &SoundForm| {
            let element = |part: &SpeakPart| match part {
                SpeakPart::Sound(sound) => form.element(sound),
                SpeakPart::Text => url.to_owned(),
            };
            self.parts.iter().map(element).collect::<Vec<_>>()
        };
        Playlist::of_elements(&elements(&self.asterisk), &elements(&self.freeswitch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_and_the_spoken_text_are_played_in_order() {
        let form = |suffix: &str| SoundForm { prefix: "bina/".into(), suffix: suffix.into() };
        let parts = |names: &[&str]| {
            let part = |name: &&str| match *name {
                "*" => SpeakPart::Text,
                sound => SpeakPart::Sound(sound.to_owned()),
            };
            Speak::new(names.iter().map(part).collect(), &form(""), &form(".wav"))
        };
        let url = "http://127.0.0.1:8573/prompts/fala/0123456789abcdef.wav";
        let speak = parts(&["intro", "*", "aguarde"]);
        let list = speak.playlist(url).expect("it is short");
        assert_eq!(list.asterisk, format!("bina/intro&{url}&bina/aguarde"));
        assert_eq!(list.freeswitch, format!("file_string://bina/intro.wav!{url}!bina/aguarde.wav"));
        assert_eq!(parts(&["*"]).playlist(url).expect("it is short").freeswitch, url);
        assert_eq!(parts(&["*"; 9]).playlist(url), None);
        assert!(speak.says_text() && !parts(&["intro"]).says_text());
    }
}
