//! `bina man` and `bina completions`: generates the files of the packages from the command line's
//! definition.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Arguments, EXAMPLES, Failed};

/// The shipped configuration, whose comments are the reference of the settings.
const SHIPPED: &str = include_str!("../../systemd/bina.toml");

/// Writes `bina.1`, a page for each subcommand and `bina.toml.5` into `folder`.
pub(super) fn pages(folder: &Path) -> Result<(), Failed> {
    let written = || {
        fs::create_dir_all(folder)?;
        // `bina-serve.1` covers `bina help serve`.
        let mut command = Arguments::command().disable_help_subcommand(true);
        command.build();
        for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
            Man::new(command.clone()).generate_to(folder)?;
            for task in command.get_subcommands() {
                Man::new(task.clone()).generate_to(folder)?;
            }
        }
        fs::write(folder.join("bina.1"), program(command)?)?;
        fs::write(folder.join("bina.toml.5"), settings())
    };
    written().map_err(|error: io::Error| Failed::Runtime(error.into()))
}

/// Writes the completions for `shell` to standard output.
pub(super) fn completions(shell: Shell) -> Result<(), Failed> {
    let mut written = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "bina", &mut written);
    super::print_line(String::from_utf8_lossy(&written).trim_end());
    Ok(())
}

/// The page about the program. clap_mangen would join the lines of its examples to a paragraph.
fn program(command: Command) -> io::Result<String> {
    let page = Man::new(command.after_help(""));
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    page.render_subcommands_section(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    Ok(format!(
        "{text}.SH EXAMPLES\n.nf\n{}.fi\n.SH SEE ALSO\n.BR bina.toml (5)\n",
        lines(EXAMPLES)
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

    #[test]
    fn nothing_in_the_configuration_is_a_command_of_roff() {
        assert_eq!(verbatim(".SH it's \\n"), "\\&.SH it\\(aqs \\en");
        let page = settings();
        for key in ["base_url", "deadline_ms", "[[rule]]"] {
            assert!(page.contains(key), "{key}");
        }
    }
}
