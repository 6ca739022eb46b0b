//! The two languages in which people read bina, and which one a reader wants.

use std::fmt::{self, Display};

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Portuguese,
}

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    pub portuguese: &'static str,
    pub english: &'static str,
}

impl Text {
    /// The text in `language`.
    pub const fn of(self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Portuguese => self.portuguese,
        }
    }

    /// The text in `language`, with what its named parts (`{id}`) stand for: each language has its own order.
    pub fn filled(self, language: Language, parts: &[(&str, &dyn Display)]) -> String {
        let mut filled = String::new();
        let mut rest = self.of(language);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            let part = parts.iter().find(|(part, _)| *part == name);
            debug_assert!(part.is_some(), "`{name}` of `{}` is missing", self.english);
            filled.push_str(before);
            part.into_iter().for_each(|(_, value)| filled += &language.shown(value));
            rest = behind;
        }
        filled + rest
    }

    /// The text with its named parts, in both languages.
    pub fn message(self, parts: &[(&str, &dyn Display)]) -> Message {
        let [portuguese, english] =
            [Language::Portuguese, Language::English].map(|language| self.filled(language, parts));
        Message { portuguese, english }
    }
}

impl Text {
    /// Reads a sentence that was made of this text in English; its parts are read by `tables`, too.
    fn read(self, sentence: &str, tables: &[&[Self]]) -> Option<Message> {
        let (first, mut rest) = self.english.split_once('{')?;
        let mut sentence = sentence.strip_prefix(first)?;
        let mut parts: Vec<(&str, Message)> = Vec::new();
        loop {
            let (name, behind) = rest.split_once('}')?;
            let (literal, next) = match behind.split_once('{') {
                Some((literal, next)) => (literal, Some(next)),
                None => (behind, None),
            };
            let end = match next {
                Some(_) => sentence.find(literal)?,
                None => sentence.len().checked_sub(literal.len())?,
            };
            let (part, after) = (sentence.get(..end)?, sentence.get(end..)?);
            sentence = after.strip_prefix(literal)?;
            parts.push((name, Message::read(part, tables)));
            let Some(next) = next else { break };
            rest = next;
        }
        let parts: Vec<(&str, &dyn Display)> =
            parts.iter().map(|(name, part)| (*name, part as &dyn Display)).collect();
        sentence.is_empty().then(|| self.message(&parts))
    }

    /// How much of a sentence this text decides.
    fn literals(self) -> usize {
        let parts = self.english.split('{').skip(1).filter_map(|part| part.find('}'));
        self.english.len() - parts.map(|name| name + 2).sum::<usize>()
    }
}

/// `{}` is English, as in log lines; `{:#}` is Portuguese.
impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() { self.portuguese } else { self.english })
    }
}

/// A sentence in both languages, with all its parts: what reports it does not know yet who reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    pub portuguese: String,
    pub english: String,
}

impl Message {
    /// What `shown` writes: in English by `{}`, in Portuguese by `{:#}`.
    pub fn of_both(shown: impl Display) -> Self {
        let [portuguese, english] =
            [Language::Portuguese, Language::English].map(|language| language.shown(&shown));
        Self { portuguese, english }
    }

    /// The message that an English `sentence` is by the texts of `tables`; as it is if none fits. An error of a
    /// pure module, or of the running service, is known as a sentence only.
    pub fn read(sentence: &str, tables: &[&[Text]]) -> Self {
        let same = || Self { portuguese: sentence.to_owned(), english: sentence.to_owned() };
        let texts = || tables.iter().flat_map(|table| table.iter().copied());
        if let Some(text) = texts().find(|text| text.english == sentence) {
            return text.into();
        }
        let texts = texts().filter(|text| text.literals() > 0);
        let found = texts.filter_map(|text| Some((text.literals(), text.read(sentence, tables)?)));
        found.max_by_key(|(literals, _)| *literals).map_or_else(same, |(_, message)| message)
    }

    /// The sentence in `language`.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::Portuguese => &self.portuguese,
        }
    }

    /// The sentences one below the other.
    pub fn lines(messages: &[Self]) -> Self {
        Self::joined(messages, "\n")
    }

    /// The sentences with `between` between them.
    pub fn joined(messages: &[Self], between: &str) -> Self {
        let [portuguese, english] = [Language::Portuguese, Language::English].map(|language| {
            let lines = messages.iter().map(|message| message.of(language));
            lines.collect::<Vec<_>>().join(between)
        });
        Self { portuguese, english }
    }

    /// Both languages, changed by `change`.
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self { portuguese: change(&self.portuguese), english: change(&self.english) }
    }
}

impl From<Text> for Message {
    fn from(text: Text) -> Self {
        text.message(&[])
    }
}

/// `{}` is English, as in log lines; `{:#}` is Portuguese.
impl Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() { &self.portuguese } else { &self.english })
    }
}

/// Declares texts, one row each: the name, Portuguese, English. `ALL` has them for a test.
macro_rules! texts {
    ($($name:ident = $portuguese:literal, $english:literal;)*) => {
        $(pub(super) const $name: $crate::runtime::language::Text = $crate::runtime::language::Text {
            portuguese: $portuguese,
            english: $english,
        };)*
        #[cfg(test)]
        pub(super) const ALL: &[(&str, $crate::runtime::language::Text)] =
            &[$((stringify!($name), $name)),*];
    };
}

/// Declares texts as `texts!` does, of which an English sentence is read: `SENTENCES` has them all.
macro_rules! sentences {
    ($($name:ident = $portuguese:literal, $english:literal;)*) => {
        pub(super) const SENTENCES: &[$crate::runtime::language::Text] =
            &[$($crate::runtime::language::Text { portuguese: $portuguese, english: $english }),*];
        #[cfg(test)]
        pub(super) const ALL: &[(&str, $crate::runtime::language::Text)] = &[$((
            stringify!($name),
            $crate::runtime::language::Text { portuguese: $portuguese, english: $english },
        )),*];
    };
}

pub(crate) use sentences;
pub(crate) use texts;

/// The variables of the environment that name a language, the strongest first, as POSIX ranks them.
pub const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

impl Language {
    /// What `value` writes in this language: by `{}` in English, by `{:#}` in Portuguese.
    pub fn shown(self, value: impl Display) -> String {
        match self {
            Self::English => value.to_string(),
            Self::Portuguese => format!("{value:#}"),
        }
    }

    /// The language of the first of `VARIABLES` that has a value: English for any but Portuguese.
    pub fn of_environment(value: impl Fn(&str) -> Option<String>) -> Self {
        let named = VARIABLES.iter().filter_map(|name| value(name)).find(|value| !value.is_empty());
        named.as_deref().and_then(Self::named).unwrap_or_default()
    }

    /// The code of RFC 5646.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Portuguese => "pt-BR",
        }
    }

    /// The language of a name such as `pt`, `pt_BR.UTF-8` or `en`; none for another one.
    pub fn named(name: &str) -> Option<Self> {
        let primary = name.split(['_', '-', '.', '@']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "pt" => Some(Self::Portuguese),
            "en" | "c" | "posix" => Some(Self::English),
            _ => None,
        }
    }

    /// The language that a browser prefers by its header `Accept-Language`: Portuguese unless it ranks English
    /// higher.
    pub fn accepted(header: &str) -> Self {
        let mut best = (Self::Portuguese, 0);
        for range in header.split(',') {
            let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
            let quality = quality(parameters);
            let Some(language) = Self::named(name.trim()) else { continue };
            if quality > best.1 {
                best = (language, quality);
            }
        }
        best.0
    }
}

/// The quality of a range, in thousandths.
fn quality(parameters: &str) -> u32 {
    let Some(text) = parameters.trim().strip_prefix("q=") else { return 1_000 };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part: u32 = format!("{:0<3.3}", part.trim()).parse().unwrap_or_default();
    whole.trim().parse::<u32>().map_or(0, |whole| (whole.min(1) * 1_000 + part).min(1_000))
}

/// What every table of texts has: both languages, with the same named parts and the same end; `same` are the
/// texts that are alike in both.
#[cfg(test)]
pub(crate) fn hold(table: &[(&str, Text)], same: &[&str]) {
    for (name, text) in table {
        let both = [text.portuguese, text.english];
        assert!(both.iter().all(|text| !text.is_empty()), "{name}");
        assert_eq!(text.portuguese == text.english, same.contains(name), "{name}");
        let [portuguese, english] = both.map(|text| text.chars().next_back());
        let mark = |end: Option<char>| end.filter(|end| ['.', ':', ';', '?', '!'].contains(end));
        assert_eq!(mark(portuguese), mark(english), "{name}");
        let [portuguese, english] = both.map(|text| {
            let parts = text.split('{').skip(1).map(|part| part.split_once('}'));
            let mut names: Vec<_> = parts.map(|part| part.expect("its end").0).collect();
            names.sort_unstable();
            names
        });
        assert_eq!(portuguese, english, "{name}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_stands_where_the_language_has_it() {
        let text = Text { portuguese: "de {b} a {a}.", english: "{a} of {b}" };
        let filled = |language| text.filled(language, &[("a", &"{b}"), ("b", &7)]);
        assert_eq!(filled(Language::Portuguese), "de 7 a {b}.", "a value is no template");
        assert_eq!(filled(Language::English), "{b} of 7");
    }

    #[test]
    fn a_message_within_another_has_its_language() {
        let number = Text { portuguese: "um número de {least}", english: "a number from {least}" };
        let wrong =
            Text { portuguese: "{key} tem que ser {wanted}", english: "{key} must be {wanted}" };
        let wanted = number.message(&[("least", &1)]);
        let message = wrong.message(&[("key", &"a.b"), ("wanted", &wanted)]);
        assert_eq!(message.of(Language::Portuguese), "a.b tem que ser um número de 1");
        assert_eq!(message.to_string(), "a.b must be a number from 1");
        assert_eq!(Message::of_both(&message), message);
    }

    #[test]
    fn a_sentence_is_read_by_the_text_that_decides_most_of_it() {
        let text = |portuguese, english| Text { portuguese, english };
        let table = [
            text("{file} {problem}", "{file} {problem}"),
            text("está vazio", "is empty"),
            text(
                "{file} não pode ser lido ({error}): {remedy}",
                "{file} cannot be read ({error}): {remedy}",
            ),
            text("copie-o", "copy it"),
        ];
        for (english, portuguese) in [
            ("a.wav is empty", "a.wav está vazio"),
            ("a {b}.wav cannot be read (é): copy it", "a {b}.wav não pode ser lido (é): copie-o"),
            ("a cannot be read (x): y", "a não pode ser lido (x): y"),
            ("something", "something"),
            ("", ""),
        ] {
            let message = Message::read(english, &[&table]);
            assert_eq!(message.of(Language::Portuguese), portuguese);
            assert_eq!(message.of(Language::English), english);
        }
    }

    #[test]
    fn a_name_has_its_language() {
        for (name, language) in [
            ("pt_BR.UTF-8", Some(Language::Portuguese)),
            ("pt", Some(Language::Portuguese)),
            ("PT-br", Some(Language::Portuguese)),
            ("en_US.UTF-8", Some(Language::English)),
            ("C.UTF-8", Some(Language::English)),
            ("POSIX", Some(Language::English)),
            ("de_DE", None),
            ("", None),
        ] {
            assert_eq!(Language::named(name), language, "{name}");
        }
    }

    #[test]
    fn the_first_variable_with_a_value_decides() {
        for (values, language) in [
            ([None, None, None], Language::English),
            ([None, None, Some("pt_BR.UTF-8")], Language::Portuguese),
            ([None, Some("pt_PT"), Some("en_US.UTF-8")], Language::Portuguese),
            ([Some("C"), Some("pt_BR"), Some("pt_BR")], Language::English),
            ([Some("pt_BR.UTF-8"), Some("en_US"), Some("C")], Language::Portuguese),
            ([Some(""), Some(""), Some("pt_BR.UTF-8")], Language::Portuguese),
            ([None, Some("de_DE.UTF-8"), Some("pt_BR.UTF-8")], Language::English),
        ] {
            let value = |name: &str| {
                let at = VARIABLES.iter().position(|variable| *variable == name)?;
                values[at].map(str::to_owned)
            };
            assert_eq!(Language::of_environment(value), language, "{values:?}");
        }
    }

    #[test]
    fn a_browser_reads_portuguese_unless_it_prefers_english() {
        for (header, language) in [
            ("", Language::Portuguese),
            ("de", Language::Portuguese),
            ("pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7", Language::Portuguese),
            ("en-US,en;q=0.9,pt;q=0.8", Language::English),
            ("en;q=0.5, pt-BR;q=0.5", Language::English),
            ("de,en;q=0.1", Language::English),
            ("en;q=0,pt;q=0.001", Language::Portuguese),
            ("en;q=x", Language::Portuguese),
            ("en;q=0.95,pt;q=0.9", Language::English),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
