//! The recordings of prompts, to be heard in the browser.

use hyper::StatusCode;
use maud::{Markup, html};

use crate::answering::speech::RECORDINGS_PATH;
use crate::domain::prompt::SoundForm;
use crate::runtime::language::Language;
use crate::servers::endpoints::{SPOKEN_CACHE, served, spoken};
use crate::servers::recordings::Recording;

use super::super::visit::Visit;
use super::super::{Answering, Console, ConsoleParts, layout, texts};

/// Serves a recording, or a part of it: some browsers play nothing otherwise.
pub(super) fn recording<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let sound = visit.request.rest.strip_suffix(".wav").unwrap_or_default();
        let text = texts::NO_RECORDING.of(visit.language);
        match found(&console.parts, sound) {
            Some(recording) => served(&recording, visit.request, SPOKEN_CACHE),
            None => layout::notice(&visit, StatusCode::NOT_FOUND, text),
        }
    })
}

/// A player for each sound of a playlist that bina has a recording of. The script makes one of them that plays
/// all in order.
pub(super) fn players(parts: &ConsoleParts, playlist: &str, language: Language) -> Markup {
    let sounds: Vec<_> = playlist.split('&').map(|element| sound(parts, element)).collect();
    html! {
        div.playlist {
            @for sound in sounds {
                @match sound.filter(|sound| found(parts, sound).is_some()) {
                    Some(sound) => {
                        audio controls preload="none" aria-label=(sound) src=(format!("/audios/{sound}.wav")) {}
                    }
                    None => { span.faint { (texts::RECORDING_IN_PBX.of(language)) } " " }
                }
            }
        }
    }
}

/// The sound of an element of a playlist for Asterisk.
fn sound<'p>(parts: &ConsoleParts, element: &'p str) -> Option<&'p str> {
    if let Some(at) = element.rfind(RECORDINGS_PATH) {
        return element[at..].strip_suffix(".wav");
    }
    let SoundForm { prefix, suffix } = &parts.sound_form;
    element.strip_prefix(prefix.as_str())?.strip_suffix(suffix.as_str())
}

fn found(parts: &ConsoleParts, sound: &str) -> Option<Recording> {
    spoken(&parts.speech, sound).or_else(|| parts.recordings.find(sound).cloned())
}
