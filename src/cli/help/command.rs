//! The definition of the command line with Portuguese texts.

use clap::builder::StyledStr;
use clap::{Arg, Command};

use crate::runtime::language::{Language, Text};

use super::texts::{CLAP, HELP, NAMES, VALUES};

/// What a command below another one is called in a usage line.
const COMMAND: &str = "COMANDO";

/// The command line with its texts in `language`; the English ones are those of its definition.
pub(in crate::cli) fn translated(command: Command, language: Language) -> Command {
    match language {
        Language::English => command,
        Language::Portuguese => portuguese(command),
    }
}

/// What clap has rendered of a translated command: a help, a usage line or a manual page. In Portuguese clap's
/// own words are replaced, too.
pub(in crate::cli) fn printed(rendered: &str, language: Language) -> String {
    let rendered = rendered.to_owned();
    match language {
        Language::English => rendered,
        Language::Portuguese => CLAP
            .iter()
            .chain(VALUES)
            .fold(rendered, |rendered, words| rendered.replace(words.english, words.portuguese)),
    }
}

fn portuguese(command: Command) -> Command {
    let mut command =
        command.mut_args(argument).mut_subcommands(portuguese).subcommand_value_name(COMMAND);
    if let Some(about) = command.get_about().map(translation) {
        command = command.about(about);
    }
    if let Some(about) = command.get_long_about().map(translation) {
        command = command.long_about(about);
    }
    match command.get_after_help().map(translation) {
        Some(examples) => command.after_help(examples),
        None => command,
    }
}

fn argument(mut argument: Arg) -> Arg {
    if let Some(help) = argument.get_help().map(translation) {
        argument = argument.help(help);
    }
    if let Some(help) = argument.get_long_help().map(translation) {
        argument = argument.long_help(help);
    }
    if let Some(heading) = argument.get_help_heading().and_then(|it| found(HELP, it)) {
        argument = argument.help_heading(heading);
    }
    let name = argument.get_value_names().and_then(|names| names.first());
    match name.and_then(|name| value_name(&argument, name)) {
        Some(name) => argument.value_name(name),
        None => argument,
    }
}

/// The name of an argument's value: that for this option alone comes first.
fn value_name(argument: &Arg, name: &str) -> Option<&'static str> {
    let own = argument.get_long().map(|option| format!("--{option} {name}"));
    own.and_then(|own| found(NAMES, &own)).or_else(|| found(NAMES, name))
}

/// A text, paragraph by paragraph. The tests hold that each has a translation.
fn translation(text: &StyledStr) -> String {
    let text = text.to_string();
    let paragraphs = text.split("\n\n").map(|part| found(HELP, part).unwrap_or(part));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn found(table: &[Text], english: &str) -> Option<&'static str> {
    table.iter().find(|text| text.english == english).map(|text| text.portuguese)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Arguments;
    use crate::runtime::language::hold;

    /// Every command of the command line, hidden ones, too: `bina man --help` is read as well.
    fn all(command: &Command, seen: &mut Vec<Command>) {
        command.get_subcommands().for_each(|it| all(it, seen));
        seen.push(command.clone());
    }

    fn commands(language: Language) -> Vec<Command> {
        let mut command = translated(Arguments::command(), language);
        command.build();
        let mut seen = Vec::new();
        all(&command, &mut seen);
        seen
    }

    /// The texts of the definition, in paragraphs, and the names of values.
    fn defined() -> (BTreeSet<String>, BTreeSet<String>, BTreeSet<String>) {
        let (mut texts, mut names, mut values) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut seen = Vec::new();
        all(&Arguments::command(), &mut seen);
        for command in seen {
            let mut said: Vec<String> = Vec::new();
            let own = [command.get_about(), command.get_long_about(), command.get_after_help()];
            said.extend(own.into_iter().flatten().map(ToString::to_string));
            for argument in command.get_arguments() {
                let own = [argument.get_help(), argument.get_long_help()];
                said.extend(own.into_iter().flatten().map(ToString::to_string));
                said.extend(argument.get_help_heading().map(ToOwned::to_owned));
                if argument.get_action().takes_values() {
                    let own = argument.get_value_names().unwrap_or_default();
                    names.extend(own.iter().map(ToString::to_string));
                }
                let own = argument.get_possible_values();
                values.extend(own.iter().filter_map(|it| it.get_help().map(ToString::to_string)));
            }
            texts.extend(said.iter().flat_map(|text| text.split("\n\n")).map(ToOwned::to_owned));
        }
        (texts, names, values)
    }

    #[test]
    fn the_tables_have_what_the_command_line_says_and_nothing_else() {
        let (mut texts, names, values) = defined();
        // Names of programs are the same in both languages.
        texts.retain(|text| !["bina", "HubSoft"].contains(&text.as_str()));
        let english = |table: &[Text]| -> BTreeSet<String> {
            table.iter().map(|text| text.english.to_owned()).collect()
        };
        assert_eq!(english(HELP), texts);
        assert_eq!(english(VALUES), values);
        let plain = |name: &String| !name.starts_with("--");
        let own = ["ID", "MS", "SHELL"];
        let named: BTreeSet<_> = english(NAMES).into_iter().filter(plain).collect();
        let names: BTreeSet<_> =
            names.into_iter().filter(|name| !own.contains(&name.as_str())).collect();
        assert_eq!(named, names);
    }

    #[test]
    fn every_text_has_both_languages() {
        for table in [HELP, NAMES, VALUES, CLAP] {
            let rows: Vec<_> = table.iter().map(|text| (text.english, *text)).collect();
            hold(&rows, &[]);
        }
    }

    /// The words of a help that begin with two hyphens.
    fn options(help: &str) -> BTreeSet<String> {
        let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
        let words = help.split(|c| !is_part(c)).filter(|word| word.starts_with("--"));
        words.map(ToOwned::to_owned).collect()
    }

    #[test]
    fn each_help_names_the_same_options_in_both_languages() {
        let both = commands(Language::English).into_iter().zip(commands(Language::Portuguese));
        let mut compared = 0;
        for (mut english, mut portuguese) in both {
            assert_eq!(english.get_name(), portuguese.get_name());
            let long = [english.render_long_help(), portuguese.render_long_help()];
            let short = [english.render_help(), portuguese.render_help()];
            for [english, portuguese] in [long, short] {
                let portuguese = printed(&portuguese.to_string(), Language::Portuguese);
                let english = options(&english.to_string());
                assert_eq!(options(&portuguese), english, "{portuguese}");
                compared += english.len();
            }
        }
        assert!(compared > 100, "{compared}");
    }

    #[test]
    fn no_portuguese_help_has_an_english_word() {
        let words = [
            "the",
            "of",
            "and",
            "with",
            "is",
            "are",
            "its",
            "print",
            "default",
            "possible",
            "values",
            "usage",
            "options",
            "commands",
            "arguments",
            "customer",
            "call",
            "callers",
            "file",
            "number",
        ];
        for mut command in commands(Language::Portuguese) {
            for help in [command.render_long_help(), command.render_help()] {
                let help = printed(&help.to_string(), Language::Portuguese);
                // What is typed is the same in both languages.
                let said = help.split(['`', '\n']).filter(|part| !part.contains("bina "));
                let said: Vec<_> = said
                    .flat_map(|part| {
                        part.split(|c: char| !c.is_alphanumeric() && !"-_.".contains(c))
                    })
                    .map(str::to_lowercase)
                    .collect();
                let found = said.iter().find(|word| words.contains(&word.as_str()));
                assert_eq!(found, None, "{help}");
            }
        }
    }
}
