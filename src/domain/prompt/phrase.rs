//! Searches an alert for the words of a rule.

use memchr::memmem::{self, Finder};

use crate::domain::alert_text::fold_words;

use super::ahead::is_ahead;

/// Whole words to search for in folded texts. The search is prepared once, because a thousand rules
/// may be tried for one call.
#[derive(Clone, Debug)]
pub struct Phrase {
    /// As the configuration has it.
    typed: Box<str>,
    /// `None` for `*` alone, which matches every alert, even without a text.
    words: Option<Words>,
}

#[derive(Clone, Debug)]
struct Words {
    /// The words up to the first inner `*`, with a space where a word must begin or end.
    head: Finder<'static>,
    /// The words after that `*`.
    tail: Box<[Word]>,
    /// The same, split at each `*`: if one is missing in a text, the phrase cannot match.
    needed: Box<[Finder<'static>]>,
}

/// Why a phrase is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPhrase {
    /// It has neither letters nor digits.
    Empty,
    /// A `*` is inside a word, or alone between words.
    Star,
}

/// One word, with an open end where a `*` is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    text: Box<str>,
    open_start: bool,
    open_end: bool,
}

impl Phrase {
    /// Parses a phrase. The separators between its words are ignored.
    pub fn parse(text: &str) -> Result<Self, BadPhrase> {
        let typed = text.into();
        if text.trim() == "*" {
            return Ok(Self { typed, words: None });
        }
        let words = words(text)?;
        let mut parts = words.chunk_by(|one, next| !one.open_end && !next.open_start);
        let head = parts.next().unwrap_or_default();
        let finder = |part: &[Word]| Finder::new(&needle(part)).into_owned();
        let words = Words {
            head: finder(head),
            tail: words[head.len()..].into(),
            needed: parts.map(finder).collect(),
        };
        Ok(Self { typed, words: Some(words) })
    }

    /// The phrase as the configuration has it.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Returns whether it matches every alert.
    pub fn is_any(&self) -> bool {
        self.words.is_none()
    }

    /// The substring that is searched for in folded texts, if there is no inner `*`. A text that
    /// contains a longer needle also contains each needle within it.
    pub fn needle(&self) -> Option<&str> {
        let words = self.words.as_ref().filter(|words| words.tail.is_empty())?;
        str::from_utf8(words.head.needle()).ok()
    }

    /// Returns where it begins in folded texts: at 0 for `*`. It cannot span two lines, because no
    /// word contains a line end.
    pub(super) fn position(&self, folded: &str) -> Option<usize> {
        self.words.as_ref().map_or(Some(0), |words| words.positions(folded).next())
    }

    /// Returns whether it occurs in folded texts as an accomplished fact (see `is_ahead`).
    pub(super) fn is_stated(&self, folded: &str) -> bool {
        let stated = |words: &Words| words.positions(folded).any(|at| !is_ahead(&folded[..at]));
        self.words.as_ref().is_none_or(stated)
    }
}

impl Words {
    /// Returns each position at which they begin.
    fn positions(&self, folded: &str) -> impl Iterator<Item = usize> {
        let folded = folded.as_bytes();
        let is_possible = self.needed.iter().all(|part| part.find(folded).is_some());
        let searched = if is_possible { folded } else { &[] };
        // The end of its last word, without the space.
        let end = self.head.needle().trim_ascii_end().len();
        let mut positions = self.head.find_iter(searched);
        std::iter::from_fn(move || positions.find(|at| follows(&folded[at + end..], &self.tail)))
    }
}

impl Word {
    fn fits(&self, word: &[u8]) -> bool {
        let text = self.text.as_bytes();
        match (self.open_start, self.open_end) {
            (false, false) => word == text,
            (false, true) => word.starts_with(text),
            (true, false) => word.ends_with(text),
            (true, true) => memmem::find(word, text).is_some(),
        }
    }
}

/// Returns whether the words after the one at the start of `rest` match `tail`. The end of a text
/// counts as a word that matches nothing.
fn follows(mut rest: &[u8], tail: &[Word]) -> bool {
    // Words are short: a byte loop is faster than a search for long texts.
    let space = |text: &[u8]| text.iter().position(|byte| *byte == b' ');
    tail.iter().all(|word| {
        let Some(gap) = space(rest) else { return false };
        rest = &rest[gap + 1..];
        let end = space(rest).unwrap_or(rest.len());
        let fits = word.fits(&rest[..end]);
        rest = &rest[end..];
        fits
    })
}

/// Returns the folded words of a phrase, with the `*` at their ends removed.
fn words(text: &str) -> Result<Vec<Word>, BadPhrase> {
    // A letter that is not in use replaces each star, so that folding keeps it in its word.
    const STAR: char = '\u{16A0}';
    let mut folded = String::with_capacity(text.len() + 2);
    fold_words(&text.replace('*', STAR.encode_utf8(&mut [0; 4])), &mut folded);
    let words: Result<Vec<_>, _> = folded
        .split_ascii_whitespace()
        .map(|word| {
            let bare = word.trim_matches(STAR);
            let open_start = word.starts_with(STAR);
            let open_end = word.ends_with(STAR);
            let is_good = !bare.is_empty() && !bare.contains(STAR);
            let word = Word { text: bare.into(), open_start, open_end };
            is_good.then_some(word).ok_or(BadPhrase::Star)
        })
        .collect();
    match words {
        Ok(words) if words.is_empty() => Err(BadPhrase::Empty),
        words => words,
    }
}

/// Joins the words by spaces, with a space at each end that is not open.
fn needle(words: &[Word]) -> String {
    let joined = words.iter().map(|word| &*word.text).collect::<Vec<_>>().join(" ");
    let start = if words.first().is_some_and(|word| word.open_start) { "" } else { " " };
    let end = if words.last().is_some_and(|word| word.open_end) { "" } else { " " };
    format!("{start}{joined}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(phrase: &str, text: &str) -> bool {
        let mut folded = String::new();
        fold_words(text, &mut folded);
        Phrase::parse(phrase).expect(phrase).position(&folded).is_some()
    }

    #[test]
    fn a_phrase_is_found_as_whole_words() {
        for (phrase, text, found) in [
            ("obra", "Aviso de cobrança: fatura em aberto", false),
            ("obra", "Interdição: obra na rua", true),
            ("queda", "Mudou-se para Quedas do Iguaçu", false),
            ("luz", "Bairro Santa Luzia", false),
            ("corte", "cliente descortês", false),
            ("POP 1", "Manutenção no POP 12", false),
            ("POP 1", "Manutenção no POP 1.", true),
            ("POP 1", "Manutenção no POP 1,5", false),
            ("POP 1", "POP 1, POP 2", true),
            ("PON 3", "PON 33 fora", false),
            ("PON 3", "PON 13", false),
            ("PON 0/1", "PON 0/1/3", false),
            ("PON 0/1", "PON 0/1: LOS", true),
            ("12", "POP 12", true),
            ("2", "POP 12", false),
            ("18", "até 18:30", false),
            ("rompimento", "rompimentos", false),
            ("fibra", "fibra_optica", true),
            ("queda de energia", "Queda, de\n energia!", true),
            ("queda de energia", "queda - de - energia", true),
            ("queda de energia", "queda de muita energia", false),
            ("queda-de-energia", "QUEDA DE ENERGIA", true),
            (" Obra ", "obra", true),
            ("manutencao", "MANUTENÇÃO", true),
            ("manutenção", "manutencao", true),
            ("MASSIVA", "massiva", true),
            ("d'água", "caixa D’ÁGUA", true),
            ("#4512", "MASSIVA #4512 - CTO", true),
        ] {
            assert_eq!(fits(phrase, text), found, "{phrase} in {text}");
        }
    }

    #[test]
    fn a_star_leaves_an_end_of_a_word_open() {
        for (phrase, text, found) in [
            ("rompi*", "Fibra rompida", true),
            ("rompi*", "rompi", true),
            ("rompi*", "interrompida", false),
            ("*energia", "bioenergia", true),
            ("*energia", "energias", false),
            ("*romp*", "interrompida", true),
            ("*romp*", "irromp", true),
            ("queda* de energia", "Quedas de energia", true),
            ("queda* de energia", "Quedas breves de energia", false),
            ("queda* de energia", "quedas de energias", false),
            ("queda* de energia", "queda de quedas de energia", true),
            ("queda *energia", "queda bioenergia", true),
            ("queda *energia", "queda energias", false),
            ("falta* *energ* total", "faltando bioenergia total", true),
            ("falta* *energ* total", "faltando bioenergia", false),
            ("queda*", "Quedas do Iguaçu", true),
            ("POP 1*", "POP 12", true),
            ("**rompi**", "interrompido", true),
        ] {
            assert_eq!(fits(phrase, text), found, "{phrase} in {text}");
        }
    }

    #[test]
    fn a_phrase_cannot_span_two_texts() {
        let mut folded = String::new();
        fold_words("queda de", &mut folded);
        folded.push('\n');
        fold_words("energia", &mut folded);
        for phrase in ["queda de energia", "qued* de energia", "de* energia", "de *energia", "d* *"]
        {
            let phrase = Phrase::parse(phrase);
            assert!(phrase.is_err() || phrase.is_ok_and(|p| p.position(&folded).is_none()));
        }
        assert_eq!(Phrase::parse("energia").expect("a word").position(&folded), Some(11));
    }

    #[test]
    fn a_single_star_matches_every_alert() {
        for any in ["*", " * "] {
            let phrase = Phrase::parse(any).expect("a phrase");
            assert!(phrase.is_any() && phrase.position("").is_some());
        }
    }

    #[test]
    fn invalid_phrases_are_distinguished() {
        for (text, why) in [
            ("", BadPhrase::Empty),
            (" ", BadPhrase::Empty),
            ("!!!", BadPhrase::Empty),
            ("⚠", BadPhrase::Empty),
            ("**", BadPhrase::Star),
            ("rom*ento", BadPhrase::Star),
            ("queda * energia", BadPhrase::Star),
            ("rompimento.*", BadPhrase::Star),
            ("* *", BadPhrase::Star),
        ] {
            assert_eq!(Phrase::parse(text).err(), Some(why), "{text}");
        }
    }

    #[test]
    fn only_a_phrase_without_inner_stars_has_a_needle() {
        let needle = |text| Phrase::parse(text).ok().and_then(|p| p.needle().map(str::to_owned));
        assert_eq!(needle("Queda de Energia").as_deref(), Some(" queda de energia "));
        assert_eq!(needle("rompi*").as_deref(), Some(" rompi"));
        assert_eq!(needle("*romp*").as_deref(), Some("romp"));
        assert_eq!((needle("*"), needle("a* b")), (None, None));
    }
}
