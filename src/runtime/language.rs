//! The two languages in which people read bina, and which one a reader wants.

use std::fmt::{Display, Write};

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
            let _ = part.map(|(_, value)| write!(filled, "{value}"));
            rest = behind;
        }
        filled + rest
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

pub(crate) use texts;

/// The variables of the environment that name a language, the strongest first, as POSIX ranks them.
pub const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

impl Language {
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
