//! Texts of alerts: any text is refused, or becomes one of speakable characters, and stays as it is.

#![no_main]

use std::sync::LazyLock;

use bina::domain::speech_text::{SPEECH_CHARS_MAX, SpeechWords, prepare};
use libfuzzer_sys::fuzz_target;

/// No words of the provider's own, and some.
static WORDS: LazyLock<[SpeechWords; 2]> = LazyLock::new(|| {
    let own = [("POP", "central"), ("cto", "caixa"), ("24h", "dia e noite"), ("c-1", "célula um")];
    let own = own.map(|(written, spoken)| (written.to_owned(), spoken.to_owned()));
    [SpeechWords::default(), SpeechWords::new(&own).expect("valid")]
});

fn is_letter(c: char) -> bool {
    c.to_lowercase().all(|c| "abcdefghijklmnopqrstuvwxyzáàâãéêíóôõúüç".contains(c))
}

fuzz_target!(|text: &str| {
    for words in &*WORDS {
        let Ok(prepared) = prepare(text, words) else { continue };
        let said = prepared.reveal();
        let is_speakable = |c| is_letter(c) || " -,.?!:;".contains(c);
        assert!(said.chars().all(is_speakable), "{said:?}");
        assert!(said.chars().any(is_letter) && said.ends_with(['.', '!', '?']), "{said:?}");
        assert!(said.chars().count() <= SPEECH_CHARS_MAX);
        let again = prepare(said, words).expect("it is spoken");
        assert_eq!(again.reveal(), said);
    }
});
