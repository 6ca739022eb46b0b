//! `bina man` and `bina completions`: generates the files of the packages from the command line's
//! definition.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::runtime::language::{Language, Text, texts};

use super::{Arguments, Failed, help};

/// The shipped configuration, whose comments are the reference of the settings.
const SHIPPED: &str = include_str!("../../systemd/bina.toml");

/// The folder of the pages in Portuguese, below that of the others; man looks for it by this name.
const PORTUGUESE: &str = "pt_BR";

texts! {
    DESCRIPTION = "DESCRIÇÃO", "DESCRIPTION";
    EXAMPLES = "EXEMPLOS", "EXAMPLES";
    MORE = "EXEMPLOS", "EXTRA";
    NAME = "NOME", "NAME";
    OPTIONS = "OPÇÕES", "OPTIONS";
    SEE_ALSO = "VEJA TAMBÉM", "SEE ALSO";
    SUBCOMMANDS = "COMANDOS", "SUBCOMMANDS";
    SYNOPSIS = "SINOPSE", "SYNOPSIS";
}

/// The headings that clap_mangen writes. Behind EXTRA it has the examples of a command.
const HEADINGS: [Text; 6] = [DESCRIPTION, MORE, NAME, OPTIONS, SUBCOMMANDS, SYNOPSIS];

/// Writes `bina.1`, a page for each subcommand and `bina.toml.5` into `folder`; those of the commands in
/// Portuguese, too, into a folder below it.
pub(super) fn pages(folder: &Path) -> Result<(), Failed> {
    let written = || {
        commands(folder, Language::English)?;
        commands(&folder.join(PORTUGUESE), Language::Portuguese)?;
        fs::write(folder.join("bina.toml.5"), settings())
    };
    written().map_err(|error: io::Error| Failed::Runtime(error.into()))
}

fn commands(folder: &Path, language: Language) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // `bina-serve.1` covers `bina help serve`.
    let command = Arguments::command().disable_help_subcommand(true);
    let mut command = help::translated(command, language);
    command.build();
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        page(command, folder, language)?;
        for task in command.get_subcommands() {
            page(task, folder, language)?;
        }
    }
    fs::write(folder.join("bina.1"), program(command, language)?)
}

fn page(command: &Command, folder: &Path, language: Language) -> io::Result<()> {
    let page = Man::new(command.clone());
    let mut text = Vec::new();
    page.render(&mut text)?;
    let text = printed(&text, language);
    fs::write(folder.join(page.get_filename()), text)
}

/// What clap_mangen has written, in `language`.
fn printed(rendered: &[u8], language: Language) -> String {
    let rendered = help::printed(&String::from_utf8_lossy(rendered), language);
    HEADINGS.iter().fold(rendered, |rendered, heading| {
        let [english, own] =
            [heading.english, heading.of(language)].map(|it| format!(".SH {it}\n"));
        rendered.replace(&english, &own)
    })
}

/// Writes the completions for `shell` to standard output.
pub(super) fn completions(shell: Shell) -> Result<(), Failed> {
    let mut written = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "bina", &mut written);
    super::print_line(String::from_utf8_lossy(&written).trim_end());
    Ok(())
}

/// The page about the program. clap_mangen would join the lines of its examples to a paragraph.
fn program(command: Command, language: Language) -> io::Result<String> {
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let page = Man::new(command.after_help(""));
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    page.render_subcommands_section(&mut text)?;
    Ok(format!(
        "{}.SH {}\n.nf\n{}.fi\n.SH {}\n.BR bina.toml (5)\n",
        printed(&text, language),
        EXAMPLES.of(language),
        lines(&examples),
        SEE_ALSO.of(language),
    ))
}

/// The page about `bina.toml`.
fn settings() -> String {
    format!(
        ".TH bina.toml 5 \"\" \"bina {}\"\n\
         .SH NAME\nbina.toml \\- the configuration of bina\n\
         .SH SYNOPSIS\n/etc/bina/bina.toml\n\
         .SH DESCRIPTION\n\
         The configuration as it is shipped, with every setting, its default and its purpose. Validate\n\
         a change with\n.B bina check\nbefore you activate it with\n\
         .BR \"systemctl reload bina\" .\n\
         .SH SETTINGS\n.nf\n{}.fi\n\
         .SH SEE ALSO\n.BR bina (1),\n.BR bina-check (1)\n",
        env!("CARGO_PKG_VERSION"),
        lines(SHIPPED)
    )
}

/// The lines of `text`, as they are.
fn lines(text: &str) -> String {
    text.lines().map(|line| verbatim(line) + "\n").collect()
}

/// A line that roff prints unchanged: a dot or an apostrophe at its start would be a command.
fn verbatim(line: &str) -> String {
    let escaped = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if escaped.starts_with('.') { format!("\\&{escaped}") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &[]);
    }

    #[test]
    fn nothing_in_the_configuration_is_a_command_of_roff() {
        assert_eq!(verbatim(".SH it's \\n"), "\\&.SH it\\(aqs \\en");
        let page = settings();
        for key in ["base_url", "deadline_ms", "[[rule]]"] {
            assert!(page.contains(key), "{key}");
        }
    }
}
