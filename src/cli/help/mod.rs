//! The help of the commands, and what is wrong with a command line, in both languages.
//!
//! The English help is that of the command line's definition, and clap's own words. The Portuguese one is
//! the same definition with its texts replaced; what clap adds to them is replaced in what it prints.

mod command;
mod problem;
mod texts;
mod wrap;

use std::ffi::OsString;

use crate::runtime::language::Language;

pub(super) use self::command::{printed, translated};
pub(super) use self::problem::problem;
pub(super) use self::wrap::wrapped;

const OPTION: &str = "--lang";

/// The language that the arguments name. It is needed before they are read, for what is wrong with them.
pub(super) fn named_language(arguments: &[OsString]) -> Option<Language> {
    let mut typed = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = typed.next().filter(|argument| argument != "--") {
        let Some(rest) = argument.strip_prefix(OPTION) else { continue };
        let word = match rest.strip_prefix('=') {
            Some(word) => word.to_owned(),
            None if rest.is_empty() => typed.next()?.into_owned(),
            None => continue,
        };
        return Language::named(&word);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_found_before_the_arguments_are_read() {
        for (line, language) in [
            ("bina --lang pt", Some(Language::Portuguese)),
            ("bina rehearse --lang=en --help", Some(Language::English)),
            ("bina lookup 1000 --explain --lang pt --nonsense", Some(Language::Portuguese)),
            ("bina say -- --lang pt", None),
            ("bina --language pt", None),
            ("bina --lang", None),
            ("bina --lang de", None),
            ("bina", None),
        ] {
            let typed: Vec<_> = line.split(' ').map(OsString::from).collect();
            assert_eq!(named_language(&typed), language, "{line}");
        }
    }
}
