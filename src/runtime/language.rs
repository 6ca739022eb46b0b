//! The two languages in which people read bina, and which one a reader wants.

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Portuguese,
}

/// A text in both languages.
#[derive(Clone, Copy, Debug)]
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

impl Language {
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

#[cfg(test)]
mod tests {
    use super::*;

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
