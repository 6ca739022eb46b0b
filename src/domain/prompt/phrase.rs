//! Looks for the words of a rule among the words of an alert.

use memchr::memmem::{self, Finder};

use crate::domain::alert_text::fold_words;

use super::ahead::is_ahead;

/// Words to look for in folded texts, as whole words. The search is prepared once, as a thousand
/// rules may be tried for a call.
#[derive(Clone, Debug)]
pub struct Phrase(
    /// `None` for `*` alone: every alert, also one without a text.
    Option<Words>,
);

#[derive(Clone, Debug)]
struct Words {
    /// The words up to the first inner `*`, with a space where a word has to begin or end.
    head: Finder<'static>,
    /// The words behind that `*`, each by itself.
    tail: Box<[Word]>,
    /// The same, from `*` to `*`: where one of these is missing, no place needs to be tried.
    needed: Box<[Finder<'static>]>,
}

/// Why a phrase cannot be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPhrase {
    /// There is neither a letter nor a digit in it.
    Empty,
    /// A `*` stands inside a word, or by itself among others.
    Star,
}

/// One word, which may go on where a `*` stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    text: Box<str>,
    open_start: bool,
    open_end: bool,
}

impl Phrase {
    /// Reads a phrase. What stands between its words makes no difference.
    pub fn parse(text: &str) -> Result<Self, BadPhrase> {
        if text.trim() == "*" {
            return Ok(Self(None));
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
        Ok(Self(Some(words)))
    }

    /// Tells whether it stands for every alert.
    pub fn is_any(&self) -> bool {
        self.0.is_none()
    }

    /// What is searched for in folded texts, as long as there is no `*` inside: every text with a
    /// longer needle that contains it has this one, too.
    pub fn needle(&self) -> Option<&str> {
        let words = self.0.as_ref().filter(|words| words.tail.is_empty())?;
        str::from_utf8(words.head.needle()).ok()
    }

    /// Where it begins in folded texts. It never begins on one line and ends on another, as no word
    /// holds the end of a line. For `*` that is the beginning.
    pub(super) fn place(&self, folded: &str) -> Option<usize> {
        self.0.as_ref().map_or(Some(0), |words| words.places(folded).next())
    }

    /// Tells whether it is somewhere in folded texts as what is so already (see `is_ahead`).
    pub(super) fn is_said(&self, folded: &str) -> bool {
        let said = |words: &Words| words.places(folded).any(|at| !is_ahead(&folded[..at]));
        self.0.as_ref().is_none_or(said)
    }
}

impl Words {
    /// Where they begin, each time.
    fn places(&self, folded: &str) -> impl Iterator<Item = usize> {
        let folded = folded.as_bytes();
        let is_possible = self.needed.iter().all(|part| part.find(folded).is_some());
        let searched = if is_possible { folded } else { &[] };
        // Where its last word ends, or would if it were not open.
        let end = self.head.needle().trim_ascii_end().len();
        let mut places = self.head.find_iter(searched);
        std::iter::from_fn(move || places.find(|at| follows(&folded[at + end..], &self.tail)))
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

/// Tells whether `tail` are the next words behind the one that `rest` begins in. The end of a text
/// counts as a word, which none of a phrase fits.
fn follows(mut rest: &[u8], tail: &[Word]) -> bool {
    // Words are short: searching by the byte is faster than by what is made for long texts.
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

/// The words of a phrase, folded; the `*` at their ends are taken off.
fn words(text: &str) -> Result<Vec<Word>, BadPhrase> {
    // A letter of no meaning takes the place of each star, so that folding leaves it in its word.
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

/// The words with a space between them, and one at each end that is not open.
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
        Phrase::parse(phrase).expect(phrase).place(&folded).is_some()
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
    fn no_phrase_begins_in_one_text_and_ends_in_another() {
        let mut folded = String::new();
        fold_words("queda de", &mut folded);
        folded.push('\n');
        fold_words("energia", &mut folded);
        for phrase in ["queda de energia", "qued* de energia", "de* energia", "de *energia", "d* *"]
        {
            let phrase = Phrase::parse(phrase);
            assert!(phrase.is_err() || phrase.is_ok_and(|p| p.place(&folded).is_none()));
        }
        assert_eq!(Phrase::parse("energia").expect("a word").place(&folded), Some(11));
    }

    #[test]
    fn a_star_by_itself_stands_for_every_alert() {
        for any in ["*", " * "] {
            let phrase = Phrase::parse(any).expect("a phrase");
            assert!(phrase.is_any() && phrase.place("").is_some());
        }
    }

    #[test]
    fn what_cannot_be_looked_for_is_told_apart() {
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
