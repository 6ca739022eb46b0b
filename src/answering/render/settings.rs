//! How a FreeSWITCH call is answered: `[freeswitch]`.

use crate::runtime::language::texts;
use crate::runtime::settings::{Marked, Section};

texts! {
    A_CONTEXT = "1 a 64 caracteres de A-Z a-z 0-9 _ . -", "1 to 64 of A-Z a-z 0-9 _ . -";
    A_FILE = "um caminho absoluto de A-Z a-z 0-9 _ / . - como /etc/freeswitch/bina-ura.xml", "an absolute path of A-Z a-z 0-9 _ / . - like /etc/freeswitch/bina-ura.xml";
    LOOP = "freeswitch.transfer_context é o contexto de entrada, e as chamadas ficariam em laço: ponha o contexto em que as chamadas continuam", "freeswitch.transfer_context is the entry context, so calls would loop: set it to the context in which calls continue";
}

/// How a FreeSWITCH call is answered.
#[derive(Clone, Debug)]
pub struct Freeswitch {
    /// The only context that is answered; all others get "not found".
    pub entry_context: String,
    pub handback: Handback,
    pub play: Play,
}

impl Default for Freeswitch {
    fn default() -> Self {
        let handback = Handback { context: "public".to_owned(), file: None };
        Self { entry_context: "bina".to_owned(), handback, play: Play::Never }
    }
}

impl Freeswitch {
    /// Reads `[freeswitch]`, except how a sound is named.
    pub fn read(section: &mut Section<'_>) -> Self {
        let default = Self::default();
        let entry_context = context(section, "entry_context", &default.entry_context);
        let transfer = context(section, "transfer_context", &default.handback.context);
        let file = transfer_file(section);
        let play = section.word("play", &Play::VALUES, default.play);
        if entry_context == transfer && file.is_none() {
            section.report(section.place(), LOOP);
        }
        Self { entry_context, handback: Handback { context: transfer, file }, play }
    }
}

fn context(section: &mut Section<'_>, key: &'static str, default: &str) -> String {
    let Marked { value, place } = section.text_or(key, default);
    let is_valid = (1..=64).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    if !is_valid {
        section.wrong(place, key, A_CONTEXT);
    }
    value
}

fn transfer_file(section: &mut Section<'_>) -> Option<String> {
    const KEY: &str = "transfer_file";
    let Marked { value, place } = section.text(KEY)?;
    let is_valid = value.starts_with('/')
        && !value.contains("..")
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_/.-".contains(&b));
    if !is_valid {
        section.wrong(place, KEY, A_FILE);
    }
    Some(value)
}

/// Where the call continues after the variables are set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handback {
    pub context: String,
    /// An XML file with the context, which saves FreeSWITCH a second request.
    pub file: Option<String>,
}

/// Whether the dialplan document plays the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    /// Answers the call, then plays.
    Answer,
    /// Plays before the call is answered, as early media.
    Early,
    /// The static dialplan plays the prompt, so that it is not played twice.
    Never,
}

impl Play {
    /// All values of `freeswitch.play` by name.
    pub const VALUES: [(&'static str, Self); 3] =
        [("never", Self::Never), ("early", Self::Early), ("answer", Self::Answer)];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &[]);
    }
}
