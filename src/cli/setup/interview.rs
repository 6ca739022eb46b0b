//! Asks the questions: at a terminal, or of a file of answers.

use std::fmt::Display;

use crate::runtime::language::{Language, Message, Text};
use crate::runtime::secret::Secret;

use super::super::error_texts::INTERRUPTED;
use super::super::{Failed, print_line};
use super::answers::GivenAnswers;
use super::{terminal, texts};

/// Who answers.
pub(super) struct Interview {
    given: Option<GivenAnswers>,
    language: Language,
}

/// A question, by its name in a file of answers.
pub(super) struct Question<'a> {
    pub(super) key: &'static str,
    pub(super) text: Message,
    /// What an empty answer means.
    pub(super) default: Option<&'a str>,
}

impl Interview {
    /// At the terminal without `given` answers; refused if there is no terminal.
    pub(super) fn new(given: Option<GivenAnswers>, language: Language) -> Result<Self, Failed> {
        if given.is_none() && !terminal::is_present() {
            return Err(Failed::configuration(texts::NO_TERMINAL));
        }
        let interview = Self { given, language };
        let warnings = interview.given.iter().flat_map(|given| &given.warnings);
        warnings.for_each(|warning| interview.say(warning));
        Ok(interview)
    }

    pub(super) fn language(&self) -> Language {
        self.language
    }

    /// Whether a question can be asked again.
    pub(super) fn can_repeat(&self) -> bool {
        self.given.is_none()
    }

    /// Prints a line in the language of who reads it.
    pub(super) fn say(&self, line: impl Display) {
        print_line(self.language.shown(line));
    }

    /// Asks until `check` accepts the answer.
    pub(super) async fn ask<T>(
        &self,
        question: &Question<'_>,
        check: impl Fn(&str) -> Result<T, Message>,
    ) -> Result<T, Failed> {
        let shown = self.language.shown(&question.text);
        if let Some(given) = &self.given {
            let answer = given.text(question.key).or(question.default);
            let answer = answer.ok_or_else(|| given.missing(question.key))?;
            print_line(format_args!("{shown}: {}", visible(answer)));
            return check(answer).map_err(|why| given.wrong(question.key, &why));
        }
        let default = question.default.filter(|default| !default.is_empty());
        let default = default.map(|default| format!(" [{default}]")).unwrap_or_default();
        loop {
            let mark = if shown.ends_with('?') { "" } else { ":" };
            terminal::show(&format!("{shown}{default}{mark} "));
            let typed = terminal::line().await.map_err(|error| Failed::Runtime(error.into()))?;
            let typed = typed.ok_or_else(end_of_input)?;
            let answer = Some(typed.trim()).filter(|typed| !typed.is_empty());
            match check(answer.or(question.default).unwrap_or_default()) {
                Ok(value) => return Ok(value),
                Err(why) => self.say(why),
            }
        }
    }

    /// Asks for a secret, which is not shown; none keeps the present one.
    pub(super) async fn ask_secret(
        &self,
        key: &'static str,
        text: Text,
        has_present: bool,
    ) -> Result<Option<Secret>, Failed> {
        let shown = self.language.shown(text);
        if let Some(given) = &self.given {
            let secret = given.secret(key).cloned();
            if secret.is_none() && !has_present {
                return Err(given.missing(key));
            }
            if let Some(why) = secret.as_ref().and_then(|secret| wrong_secret(secret.reveal())) {
                return Err(given.wrong(key, &why.into()));
            }
            let state = if secret.is_some() { texts::SECRET_GIVEN } else { texts::SECRET_KEPT };
            print_line(format_args!("{shown}: {}", self.language.shown(state)));
            return Ok(secret);
        }
        let kept = self.language.shown(texts::SECRET_KEPT);
        let default = if has_present { format!(" [{kept}]") } else { String::new() };
        loop {
            let typed = terminal::hidden_line(&format!("{shown}{default}: ")).await;
            let typed = typed.map_err(|error| Failed::Runtime(error.into()))?;
            let typed = typed.ok_or_else(end_of_input)?;
            if typed.is_empty() && has_present {
                return Ok(None);
            }
            match wrong_secret(&typed) {
                Some(why) => self.say(why),
                None => return Ok(Some(Secret::new(typed.trim().to_owned()))),
            }
        }
    }

    /// Asks for yes or no.
    pub(super) async fn confirm(
        &self,
        key: &'static str,
        text: Message,
        default: Option<bool>,
    ) -> Result<bool, Failed> {
        let word = |is_yes| if is_yes { texts::YES } else { texts::NO }.of(self.language);
        if let Some(given) = &self.given {
            let answer = given.flag(key).or(default).ok_or_else(|| given.missing(key))?;
            print_line(format_args!("{} {}", self.language.shown(&text), word(answer)));
            return Ok(answer);
        }
        let question = Question { key, text, default: default.map(word) };
        self.ask(&question, |answer| match answer.to_lowercase().as_str() {
            "y" | "yes" | "s" | "sim" => Ok(true),
            "n" | "no" | "não" | "nao" => Ok(false),
            _ => Err(texts::YES_OR_NO.into()),
        })
        .await
    }
}

/// A text without what a terminal would obey.
pub(super) fn visible(text: &str) -> String {
    let shown = text.chars().map(|c| match c.is_control() {
        true => c.escape_unicode().to_string(),
        false => c.to_string(),
    });
    shown.collect()
}

fn end_of_input() -> Failed {
    Failed::runtime(INTERRUPTED)
}

/// Why a secret cannot be one.
fn wrong_secret(secret: &str) -> Option<Text> {
    if secret.trim().is_empty() {
        return Some(texts::SECRET_EMPTY);
    }
    secret.contains(char::is_control).then_some(texts::SECRET_CONTROL)
}
