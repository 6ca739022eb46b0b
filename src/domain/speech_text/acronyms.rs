//! Acronyms, which are spelt, and other words in capitals.

use super::gender::is_named_by_number;
use super::letters::{has_vowel, spelled_out};
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[acronym];

/// How an acronym is said.
enum AcronymReading {
    /// Only when it is typed in capitals: it is a word, too.
    Capitals,
    /// As these words.
    Said(&'static str),
    /// Letter by letter.
    Spelled,
}

/// Acronyms with a vowel. "Aparelho" for ONU would break the article: "da aparelho".
const ACRONYMS: [(&str, AcronymReading); 40] = [
    ("adsl", AcronymReading::Spelled),
    ("ap", AcronymReading::Capitals),
    ("api", AcronymReading::Spelled),
    ("app", AcronymReading::Said("ép")),
    ("apps", AcronymReading::Said("éps")),
    ("catv", AcronymReading::Spelled),
    ("ceo", AcronymReading::Capitals),
    ("cgnat", AcronymReading::Said("cê gê nat")),
    ("cpe", AcronymReading::Spelled),
    ("cto", AcronymReading::Spelled),
    ("edp", AcronymReading::Capitals),
    ("epon", AcronymReading::Said("é pon")),
    ("eta", AcronymReading::Said("previsão")),
    ("eua", AcronymReading::Spelled),
    ("fo", AcronymReading::Spelled),
    ("gpon", AcronymReading::Said("gê pon")),
    ("ibge", AcronymReading::Spelled),
    ("id", AcronymReading::Capitals),
    ("ip", AcronymReading::Spelled),
    ("iptv", AcronymReading::Spelled),
    ("isp", AcronymReading::Spelled),
    ("los", AcronymReading::Said("lós")),
    ("olt", AcronymReading::Spelled),
    ("ont", AcronymReading::Spelled),
    ("onu", AcronymReading::Spelled),
    ("os", AcronymReading::Capitals),
    ("pppoe", AcronymReading::Spelled),
    ("rge", AcronymReading::Spelled),
    ("sla", AcronymReading::Spelled),
    ("ssid", AcronymReading::Spelled),
    ("ubs", AcronymReading::Spelled),
    ("udp", AcronymReading::Spelled),
    ("uf", AcronymReading::Spelled),
    ("upc", AcronymReading::Spelled),
    ("url", AcronymReading::Spelled),
    ("usb", AcronymReading::Spelled),
    ("uti", AcronymReading::Spelled),
    ("utp", AcronymReading::Spelled),
    ("vip", AcronymReading::Said("vip")),
    ("xgspon", AcronymReading::Said("xis gê esse pon")),
];
/// Longest word without a vowel that is spelt; a longer one is noise (`kkkkkkkkkk`).
const SPELLED_MAX: usize = 8;

fn acronym(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.word(0)?;
    let lower = typed.to_lowercase();
    let letters = typed.chars().count();
    let is_capital = typed.chars().all(char::is_uppercase);
    let is_name = view.last_word(&[]).is_some_and(|last| is_named_by_number(&last));
    if lower == "n" && !is_capital && !is_name {
        return Some(Rewriting::spoken(1, "não"));
    }
    if let Some(words) = acronym_words(&lower, is_capital) {
        return Some(Rewriting::spoken(1, words));
    }
    if !has_vowel(&lower) && letters <= SPELLED_MAX {
        return Some(Rewriting::spoken(1, spelled_out(&lower)));
    }
    if letters == 1 {
        let is_letter = is_capital && is_name && !view.is_shouted;
        return is_letter.then(|| Rewriting::spoken(1, spelled_out(&lower)));
    }
    let token = SpeechToken::new(TokenKind::Word, lower);
    // `aÍ` would be in capitals when it begins the sentence.
    let has_capitals = typed.chars().skip(1).all(char::is_uppercase);
    has_capitals.then(|| Rewriting { taken: 1, tokens: vec![token] })
}

/// The words of a known acronym, or of its plural: `ONUs` is "ó ene us".
fn acronym_words(lower: &str, is_capital: bool) -> Option<String> {
    let find = |word: &str| {
        let (_, reading) = ACRONYMS.iter().find(|(known, _)| *known == word)?;
        match reading {
            AcronymReading::Capitals => is_capital.then(|| spelled_out(word)),
            AcronymReading::Said(words) => Some((*words).to_owned()),
            AcronymReading::Spelled => Some(spelled_out(word)),
        }
    };
    let plural = || Some(find(lower.strip_suffix('s')?)? + "s");
    find(lower).or_else(plural)
}
