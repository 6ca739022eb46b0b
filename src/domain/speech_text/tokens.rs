//! The tokens of a text, and how rules rewrite them into spoken words.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// White space.
    Gap,
    /// One sign.
    Mark,
    /// Digits as typed.
    Number,
    /// Spoken words that stand for a number.
    Numeral,
    /// Spoken words that no later rule changes.
    Spoken,
    /// Letters as typed.
    Word,
}

/// One token of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SpeechToken {
    pub(super) kind: TokenKind,
    pub(super) text: String,
}

impl SpeechToken {
    pub(super) fn new(kind: TokenKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    pub(super) fn gap() -> Self {
        Self::new(TokenKind::Gap, " ")
    }

    pub(super) fn comma() -> Self {
        Self::new(TokenKind::Mark, ",")
    }

    /// Whether it is a word or a number, typed or spoken.
    pub(super) fn is_content(&self) -> bool {
        !matches!(self.kind, TokenKind::Gap | TokenKind::Mark)
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == TokenKind::Mark && self.text.starts_with(mark)
    }
}

/// What a rule makes of the first tokens of a view.
pub(super) struct Rewriting {
    /// How many tokens it stands for; at least one.
    pub(super) taken: usize,
    pub(super) tokens: Vec<SpeechToken>,
}

impl Rewriting {
    pub(super) fn numeral(taken: usize, text: impl Into<String>) -> Self {
        Self { taken, tokens: vec![SpeechToken::new(TokenKind::Numeral, text)] }
    }

    pub(super) fn spoken(taken: usize, text: impl Into<String>) -> Self {
        Self { taken, tokens: vec![SpeechToken::new(TokenKind::Spoken, text)] }
    }
}

/// One rule: returns `None` where it does not apply. It looks at few tokens around the place.
pub(super) type SpeechRule = fn(&TokenView<'_>) -> Option<Rewriting>;

/// Tokens between a place and the word before it: `telefone: (37)` has three.
const LOOK_BACK: usize = 5;

/// A place in the text, as a rule sees it.
#[derive(Clone, Copy)]
pub(super) struct TokenView<'t> {
    /// What stands before, rewritten already.
    pub(super) before: &'t [SpeechToken],
    /// What comes, beginning with the token in question.
    pub(super) rest: &'t [SpeechToken],
    /// Whether the text was typed in capitals, which say nothing then.
    pub(super) is_shouted: bool,
}

impl<'t> TokenView<'t> {
    fn of(&self, at: usize, kind: TokenKind) -> Option<&'t str> {
        self.rest.get(at).filter(|token| token.kind == kind).map(|token| token.text.as_str())
    }

    /// The digits at `at`.
    pub(super) fn number(&self, at: usize) -> Option<&'t str> {
        self.of(at, TokenKind::Number)
    }

    /// The value of at most `digits_max` digits at `at`.
    pub(super) fn value(&self, at: usize, digits_max: usize) -> Option<u32> {
        self.number(at).filter(|digits| digits.len() <= digits_max)?.parse().ok()
    }

    /// The typed word at `at`.
    pub(super) fn word(&self, at: usize) -> Option<&'t str> {
        self.of(at, TokenKind::Word)
    }

    /// The typed word at `at` in lower case.
    pub(super) fn lower_word(&self, at: usize) -> Option<String> {
        self.word(at).map(str::to_lowercase)
    }

    pub(super) fn is_gap(&self, at: usize) -> bool {
        self.of(at, TokenKind::Gap).is_some()
    }

    pub(super) fn is_mark(&self, at: usize, mark: char) -> bool {
        self.rest.get(at).is_some_and(|token| token.is_mark(mark))
    }

    pub(super) fn is_content(&self, at: usize) -> bool {
        self.rest.get(at).is_some_and(SpeechToken::is_content)
    }

    /// The first place at or after `at` that is no gap.
    pub(super) fn past_gap(&self, at: usize) -> usize {
        at + usize::from(self.is_gap(at))
    }

    /// The same view further on, for what a rule looks up there.
    pub(super) fn from(&self, at: usize) -> Self {
        Self { rest: self.rest.get(at..).unwrap_or_default(), ..*self }
    }

    /// Whether the place begins a word: no word or number ends right before it.
    pub(super) fn begins(&self) -> bool {
        !self.before.last().is_some_and(SpeechToken::is_content)
    }

    /// Whether the place follows a digit and one of `marks`, as the 5 of `1,5` does.
    pub(super) fn continues_number(&self, marks: &[char]) -> bool {
        let [.., number, mark] = self.before else { return false };
        let is_number = matches!(number.kind, TokenKind::Number | TokenKind::Numeral);
        is_number && marks.iter().any(|known| mark.is_mark(*known))
    }

    /// The word before the place in lower case, with nothing but gaps and `skipped` in between.
    pub(super) fn last_word(&self, skipped: &[char]) -> Option<String> {
        let is_skipped = |token: &&SpeechToken| {
            token.kind == TokenKind::Gap || skipped.iter().any(|mark| token.is_mark(*mark))
        };
        let last = self.before.iter().rev().take(LOOK_BACK).find(|token| !is_skipped(token))?;
        matches!(last.kind, TokenKind::Word | TokenKind::Spoken).then(|| last.text.to_lowercase())
    }

    /// Whether the last word is one of `words`.
    pub(super) fn follows(&self, words: &[&str]) -> bool {
        self.last_word(&[]).is_some_and(|last| words.contains(&last.as_str()))
    }
}

/// The first of two numbers that a hyphen joins, and the "a" for the hyphen.
pub(super) fn first_and_a(words: impl Into<String>) -> Vec<SpeechToken> {
    let numeral = SpeechToken::new(TokenKind::Numeral, words);
    let a = SpeechToken::new(TokenKind::Spoken, "a");
    vec![numeral, SpeechToken::gap(), a, SpeechToken::gap()]
}

/// Splits a clean text into tokens.
pub(super) fn tokens(clean: &str) -> Vec<SpeechToken> {
    let mut tokens: Vec<SpeechToken> = Vec::new();
    for c in clean.chars() {
        let kind = kind(c);
        match tokens.last_mut() {
            Some(last) if kind == TokenKind::Gap && last.kind == kind => {}
            Some(last) if last.kind == kind && kind != TokenKind::Mark => last.text.push(c),
            _ => tokens.push(SpeechToken::new(kind, c)),
        }
    }
    tokens
}

fn kind(c: char) -> TokenKind {
    match c {
        '0'..='9' => TokenKind::Number,
        'º' | 'ª' => TokenKind::Mark,
        c if c.is_alphabetic() => TokenKind::Word,
        c if c.is_whitespace() => TokenKind::Gap,
        _ => TokenKind::Mark,
    }
}

/// Applies `rules` at each place, from left to right.
pub(super) fn rewritten(
    tokens: &[SpeechToken],
    is_shouted: bool,
    rules: &[SpeechRule],
) -> Vec<SpeechToken> {
    let mut before = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        let view = TokenView { before: &before, rest, is_shouted };
        let (taken, rewriting) = match rules.iter().find_map(|rule| rule(&view)) {
            Some(Rewriting { taken, tokens }) => (taken.clamp(1, rest.len()), tokens),
            None => (1, vec![first.clone()]),
        };
        before.extend(rewriting);
        rest = &rest[taken..];
    }
    before
}
