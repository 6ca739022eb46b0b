//! Acronyms, which are spelt, and other words in capitals.

use super::gender::is_named_by_number;
use super::letters::{has_vowel, is_pronounceable, spelled_out};
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
const ACRONYMS: [(&str, AcronymReading); 56] = [
    ("adsl", AcronymReading::Spelled),
    ("ap", AcronymReading::Capitals),
    ("api", AcronymReading::Spelled),
    ("app", AcronymReading::Said("ép")),
    ("apps", AcronymReading::Said("éps")),
    ("catv", AcronymReading::Spelled),
    ("ce", AcronymReading::Capitals),
    ("ceo", AcronymReading::Capitals),
    ("cgnat", AcronymReading::Said("cê gê nat")),
    ("cpe", AcronymReading::Spelled),
    ("cto", AcronymReading::Spelled),
    ("ddos", AcronymReading::Said("dê dós")),
    ("dslam", AcronymReading::Said("deslam")),
    ("edp", AcronymReading::Capitals),
    ("epon", AcronymReading::Said("é pon")),
    ("eta", AcronymReading::Said("previsão")),
    ("etr", AcronymReading::Spelled),
    ("eua", AcronymReading::Spelled),
    ("fo", AcronymReading::Spelled),
    ("gpon", AcronymReading::Said("gê pon")),
    ("ibge", AcronymReading::Spelled),
    ("id", AcronymReading::Capitals),
    ("inss", AcronymReading::Spelled),
    ("iot", AcronymReading::Spelled),
    ("ip", AcronymReading::Spelled),
    ("iptv", AcronymReading::Spelled),
    ("ipv", AcronymReading::Spelled),
    ("isp", AcronymReading::Spelled),
    ("los", AcronymReading::Said("lós")),
    ("lte", AcronymReading::Spelled),
    ("noc", AcronymReading::Spelled),
    ("olt", AcronymReading::Spelled),
    ("ont", AcronymReading::Spelled),
    ("onu", AcronymReading::Spelled),
    ("os", AcronymReading::Capitals),
    ("ospf", AcronymReading::Spelled),
    ("pa", AcronymReading::Capitals),
    ("pabx", AcronymReading::Spelled),
    ("pi", AcronymReading::Capitals),
    ("pppoe", AcronymReading::Spelled),
    ("rge", AcronymReading::Spelled),
    ("sla", AcronymReading::Spelled),
    ("ssid", AcronymReading::Spelled),
    ("ubs", AcronymReading::Spelled),
    ("udp", AcronymReading::Spelled),
    ("uf", AcronymReading::Spelled),
    ("ufmg", AcronymReading::Spelled),
    ("upc", AcronymReading::Spelled),
    ("url", AcronymReading::Spelled),
    ("usb", AcronymReading::Spelled),
    ("uti", AcronymReading::Spelled),
    ("utp", AcronymReading::Spelled),
    ("vip", AcronymReading::Said("vip")),
    ("vlan", AcronymReading::Said("vilan")),
    ("voip", AcronymReading::Said("vóip")),
    ("xgspon", AcronymReading::Said("xis gê esse pon")),
];
/// Longest word without a vowel that is spelt; a longer one is noise (`kkkkkkkkkk`).
const SPELLED_MAX: usize = 8;
/// Longest acronym with a vowel that is spelt because nobody can say it; longer ones are names.
const UNSPEAKABLE_MAX: usize = 5;

fn acronym(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.word(0)?;
    let lower = typed.to_lowercase();
    let letters = typed.chars().count();
    let is_capital = typed.chars().all(char::is_uppercase);
    let is_name = view.last_word(&[]).is_some_and(|last| is_named_by_number(&last));
    if lower == "eta" && is_water_works(view) {
        return Some(Rewriting::spoken(1, spelled_out(&lower)));
    }
    if let Some(words) = acronym_words(&lower, is_capital) {
        return Some(Rewriting::spoken(1, words));
    }
    let is_unspeakable = is_capital && !view.is_shouted && !is_pronounceable(&lower);
    // `Setor NE`
    let is_block = is_capital && !view.is_shouted && is_name && letters == 2;
    // A numeral that stands after no name, or `IX`, the exchange; "vi" may be a verb.
    let is_numeral = letters > 1 && lower.chars().all(|c| "ivx".contains(c));
    let is_numeral = is_numeral && (lower != "vi" || is_capital && !view.is_shouted);
    let is_spelled = is_numeral
        || !has_vowel(&lower)
        || is_unspeakable && letters <= UNSPEAKABLE_MAX
        || is_block;
    if is_spelled && letters <= SPELLED_MAX {
        return Some(Rewriting::spoken(1, spelled_out(&lower)));
    }
    if letters == 1 {
        // A capital I would be a numeral after another word.
        let is_letter = is_capital && (is_name || lower == "i") && !view.is_shouted;
        return is_letter.then(|| Rewriting::spoken(1, spelled_out(&lower)));
    }
    let token = SpeechToken::new(TokenKind::Word, lower);
    // `aÍ` would be in capitals when it begins the sentence.
    let has_capitals = typed.chars().skip(1).all(char::is_uppercase);
    has_capitals.then(|| Rewriting { taken: 1, tokens: vec![token] })
}

/// `ETA da Copasa` is where water is treated; `ETA da equipe` is a time.
fn is_water_works(view: &TokenView<'_>) -> bool {
    const WATER: [&str; 9] =
        ["copasa", "copanor", "cesama", "demae", "dmae", "embasa", "saae", "sabesp", "sanepar"];
    let is_of = view.lower_word(2).is_some_and(|of| matches!(of.as_str(), "da" | "do"));
    let Some(name) = view.word(4).filter(|_| is_of && view.is_gap(1) && view.is_gap(3)) else {
        return false;
    };
    let is_name = !view.is_shouted && name.starts_with(char::is_uppercase);
    is_name || WATER.contains(&name.to_lowercase().as_str())
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
