//! Wraps the help of the commands to the width of a terminal: clap writes a paragraph as one line.

/// What every terminal shows, also over SSH from a telephone that is held across.
const COLUMNS: usize = 80;
/// A text that begins further right has too few columns to be continued below its beginning.
const TEXT_AT_MAX: usize = 44;
/// Where such a text is continued, from the beginning of its line.
const INDENT: usize = 4;

/// Wraps each line that is too long, and continues it below the beginning of its text.
pub(in crate::cli) fn wrapped(help: &str) -> String {
    let mut text = String::with_capacity(help.len() + help.len() / 8);
    help.lines().for_each(|line| wrap(line.trim_end(), &mut text));
    text
}

fn wrap(line: &str, text: &mut String) {
    // Before its text a line is not broken.
    let (mut first, indent) = text_at(line);
    let (mut rest, mut at) = (line, 0);
    while let Some(end) = break_at(rest, first, COLUMNS - at) {
        push(text, at, rest[..end].trim_end());
        rest = rest[end..].trim_start();
        (at, first) = (indent, 0);
    }
    push(text, at, rest);
}

fn push(text: &mut String, at: usize, line: &str) {
    text.extend(std::iter::repeat_n(' ', at));
    text.push_str(line);
    text.push('\n');
}

/// The last blank within `width` characters; behind them, if there is only a long word. `None` if the line
/// fits, or cannot be broken.
fn break_at(line: &str, first: usize, width: usize) -> Option<usize> {
    let (limit, _) = line.char_indices().nth(width)?;
    let blanks = || line.match_indices(' ').map(|(at, _)| at).filter(|at| *at > first);
    blanks().take_while(|at| *at <= limit).last().or_else(|| blanks().next())
}

/// Where the text of a line begins, behind the name of an option, a command or a value; and the column at which
/// it is continued.
fn text_at(line: &str) -> (usize, usize) {
    let lead = line.len() - line.trim_start().len();
    let text = &line[lead..];
    let value = || text.starts_with("- ").then(|| text.find(": ").map(|at| at + 1)).flatten();
    let Some(gap) = text.find("  ").or_else(value) else { return (lead, lead) };
    let behind = &line[lead + gap..];
    let at = lead + gap + behind.len() - behind.trim_start().len();
    let column = line[..at].chars().count();
    (at, if column <= TEXT_AT_MAX { column } else { lead + INDENT })
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::*;
    use crate::cli::Arguments;
    use crate::cli::help::{printed, translated};
    use crate::runtime::language::Language;

    #[test]
    fn a_long_line_is_continued_below_its_text() {
        for option in ["      --for <TIME>  ", "      --share <FRAÇÃO>  "] {
            let text = "ção ".repeat(25);
            let wrapped = wrapped(&format!("{option}{text}"));
            let lines: Vec<_> = wrapped.lines().collect();
            assert_eq!(lines.len(), 2);
            assert!(lines[0].starts_with(option) && lines[0].chars().count() > 76, "{wrapped}");
            let below = " ".repeat(option.chars().count());
            assert!(lines[1].starts_with(&format!("{below}ção")), "{wrapped}");
        }
    }

    #[test]
    fn what_fits_or_has_no_blank_stays_as_it_is() {
        let word = "x".repeat(100);
        for line in ["Usage: bina", "  -h, --help  Print help", &word] {
            assert_eq!(wrapped(line), format!("{line}\n"));
        }
        let value = wrapped(&format!("  - pop: {}", "POP ".repeat(30)));
        assert!(
            value.lines().nth(1).is_some_and(|line| line.starts_with("         POP")),
            "{value}"
        );
        assert_eq!(wrapped(&format!("{word} {word}")), format!("{word}\n{word}\n"));
    }

    /// Every command with the commands below it.
    fn all(mut command: Command, seen: &mut Vec<Command>) {
        command.build();
        command.get_subcommands().cloned().for_each(|below| all(below, seen));
        seen.push(command);
    }

    #[test]
    fn no_help_is_wider_than_a_terminal() {
        for language in [Language::English, Language::Portuguese] {
            let mut commands = Vec::new();
            all(translated(Arguments::command(), language), &mut commands);
            assert!(commands.len() > 15, "{}", commands.len());
            commands.into_iter().for_each(|command| is_narrow(command, language));
        }
    }

    fn is_narrow(mut command: Command, language: Language) {
        let name = command.get_name().to_owned();
        for help in [command.render_help(), command.render_long_help()] {
            let help = printed(&help.to_string(), language);
            let narrow = wrapped(&help);
            let wide = narrow.lines().find(|line| line.chars().count() > COLUMNS);
            assert_eq!(wide, None, "{name}");
            assert!(narrow.split_whitespace().eq(help.split_whitespace()), "{name}");
        }
        let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let is_command = |line: &&str| line.starts_with("  bina") && !line[2..].contains("  ");
        let mut wide =
            examples.lines().filter(is_command).filter(|line| line.chars().count() > COLUMNS);
        assert_eq!(wide.next(), None, "a wrapped example cannot be copied");
    }
}
