//! The errors of pure modules and of the running service in Portuguese, read from their English sentences.
//!
//! A pure module has no language, an answer of the service is a line of text, and a log line is English. So what a
//! person reads is made of the sentence itself, by a table that tests hold complete.

mod directory;
mod failures;
mod files;
mod journal;
mod local_alerts;
mod speech;

use std::fmt::Display;

use crate::runtime::language::{Message, Text};

const TABLES: [&[Text]; 6] = [
    directory::SENTENCES,
    failures::SENTENCES,
    files::SENTENCES,
    journal::SENTENCES,
    local_alerts::SENTENCES,
    speech::SENTENCES,
];

/// `error` in both languages; lines are read one by one, and what is in no table stays English.
pub fn in_both(error: impl Display) -> Message {
    let english = error.to_string();
    let lines: Vec<_> = english.lines().map(|line| Message::read(line, &TABLES)).collect();
    Message::lines(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::{Language, hold};
    use crate::sources::reasons::REASONS;

    /// Words of English that no Portuguese sentence has.
    const ENGLISH: [&str; 9] =
        [" the ", " is ", " not ", " must ", "cannot ", " to ", " has ", " check ", " with "];

    fn portuguese(error: impl Display) -> String {
        let shown = in_both(error).of(Language::Portuguese).to_owned();
        let spaced = format!(" {shown} ");
        let english = ENGLISH.iter().find(|word| spaced.contains(**word));
        assert_eq!(english, None, "{shown}");
        shown
    }

    #[test]
    fn every_text_has_both_languages() {
        hold(directory::ALL, &[]);
        hold(journal::ALL, &[]);
        hold(failures::ALL, &["STATED_REMEDY"]);
        hold(files::ALL, &[]);
        hold(local_alerts::ALL, &[]);
        hold(speech::ALL, &[]);
    }

    #[test]
    fn each_reason_of_a_failure_is_read_in_portuguese() {
        for reason in REASONS {
            for failure in [reason.with_status(500), reason.because("not JSON")] {
                let shown = portuguese(&failure);
                assert_ne!(shown, failure.to_string());
            }
        }
        let failure = "HubSoft's answer cannot be used (not HTTP; if the port speaks TLS, write https): check \
                       hubsoft.base_url";
        let expected = "a resposta do HubSoft não pode ser usada (não é HTTP; se a porta fala TLS, escreva https): \
                        confira hubsoft.base_url";
        assert_eq!(portuguese(failure), expected);
    }

    #[test]
    fn an_alert_that_is_refused_is_explained_in_portuguese() {
        for (error, expected) in [
            (
                "several places are called `Centro`: in which city: Betim, Formiga or Nova Serrana? (write it like \
                 `Centro, Betim`)",
                "vários lugares se chamam `Centro`: em que cidade: Betim, Formiga ou Nova Serrana? (escreva assim: \
                 `Centro, Betim`)",
            ),
            (
                "no district `Cento`; nearest: `Centro` (Betim)",
                "não há district `Cento`; nomes próximos: `Centro` (Betim)",
            ),
            (
                "the end `2026-11-30 10:00` is in the past (it is 2026-11-30 11:00): give a later time, with its day if \
                 it is tomorrow's",
                "o fim `2026-11-30 10:00` já passou (são 2026-11-30 11:00): dê uma hora posterior, com o dia se for amanhã",
            ),
            (
                "a restart loses the latest changes of local alerts; saving is tried again: cannot write \
                 `/var/lib/bina/x`: disk (free space on that file system)",
                "um reinício perde as últimas mudanças dos alertas locais; o bina tenta gravar de novo: não foi possível \
                 gravar `/var/lib/bina/x`: disk (libere espaço nesse sistema de arquivos)",
            ),
        ] {
            assert_eq!(portuguese(error), expected);
        }
    }
}
