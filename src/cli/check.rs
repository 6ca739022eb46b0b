//! `bina check`: validates a configuration and prints its effect.

use std::path::Path;

use anyhow::anyhow;

use crate::answering::speech::RECORDINGS_PATH;
use crate::app::config::Config;
use crate::domain::prompt::{Playlist, Rules};
use crate::sources::speech;

use super::service_unit::{self, UnitFindings};
use super::{Failed, client, print_line, prompt_files};

/// Checks the file at `path`, the prompt files below `sounds`, and what the unit in the folder `unit` can
/// read. If `is_quiet`, it prints only what makes it fail.
pub(super) fn run(
    path: &Path,
    (sounds, unit): (Option<&Path>, Option<&Path>),
    is_quiet: bool,
) -> Result<(), Failed> {
    let config = Config::load(path)?;
    let hubsoft = client(&config)?;
    let sound_warnings = sounds.map_or(Ok(Vec::new()), |folder| check_sounds(&config, folder))?;
    if is_quiet {
        return Ok(());
    }
    let unreadable = service_unit::judge(&config, path, unit)?;
    print_line(format_args!("{}: valid", path.display()));
    describe(&config);
    if let Some(folder) = sounds {
        let count = config.sounds.len();
        print_line(format_args!("  sounds      all {count} found in {}", folder.display()));
    }
    for warning in config.warnings.iter().chain(&sound_warnings) {
        print_line(format_args!("  warning     {warning}"));
    }
    // Neither is an error of the file: without a folder recordings are kept in memory, and without the engine
    // the rule's play is heard.
    if let Some(problem) = config.speech.folder_problem() {
        print_line(format_args!("  warning     {problem}"));
    }
    if let Some(problem) = config.speech.engine.as_ref().and_then(speech::problem) {
        print_line(format_args!("  warning     {problem}"));
    }
    // Nor this: the service starts anyway, and waits for the CA certificates.
    if let Err(failure) = hubsoft.usable() {
        print_line(format_args!("  warning     {failure}"));
    }
    warn_of_unreadable(&unreadable);
    Ok(())
}

/// The file itself is valid, but the service would not start with it.
fn warn_of_unreadable(findings: &UnitFindings) {
    for (path, text) in &findings.unreadable {
        print_line(format_args!("  warning     {}: {text}", path.display()));
    }
    if let Some(instruction) = findings.instruction() {
        print_line(format_args!("              {instruction}"));
        for line in &findings.lines {
            print_line(format_args!("                  {line}"));
        }
    }
}

fn describe(config: &Config) {
    let hubsoft = &config.hubsoft;
    let agi = config.agi.map_or_else(String::new, |agi| format!(" agi://{agi}"));
    print_line(format_args!("  listens     http://{}{agi}", config.http));
    if let Some(protection) = protection(config) {
        print_line(format_args!("  protected   by {protection}"));
    }
    print_line(format_args!(
        "  HubSoft     {} (up to {} customers)",
        hubsoft.base_url, hubsoft.wanted.limit
    ));
    if let Some(threads) = config.worker_threads {
        print_line(format_args!("  threads     {threads}"));
    }
    print_line(format_args!("  directory   {}", directory(config)));
    print_line(format_args!("  deadline    {} ms", config.lookup.deadline.as_millis()));
    print_line(format_args!("  prompts     {}", joined(config.sounds.keys().map(String::as_str))));
    describe_rules(&config.rules);
    if let Some(engine) = &config.speech.engine {
        let base_url = &config.speech.base_url;
        print_line(format_args!("  speech      {}", engine.shown()));
        print_line(format_args!("              fetched at {base_url}{RECORDINGS_PATH}"));
    }
    let freeswitch = &config.freeswitch;
    let file = freeswitch.handback.file.as_deref().map_or_else(String::new, |f| format!(" of {f}"));
    print_line(format_args!(
        "  FreeSWITCH  answers context {}, the call continues in {}{file}",
        freeswitch.entry_context, freeswitch.handback.context
    ));
}

/// What the service reads ahead, when, and where it keeps it.
fn directory(config: &Config) -> String {
    let directory = &config.directory;
    if directory.enabled == Some(false) {
        return "off (directory.enabled = false)".to_owned();
    }
    let names = if directory.names { "with names" } else { "without names" };
    let folder = match &config.state_folder {
        Some(folder) => format!("in {}", folder.display()),
        None => "in the unit's StateDirectory=, else in memory only".to_owned(),
    };
    format!("on, read at {}, {names}, {folder}", directory.walk_at)
}

/// The means that protect the listeners, if there are any.
fn protection(config: &Config) -> Option<String> {
    let means = [
        (!config.access.credentials.is_empty(), "credentials"),
        (!config.access.networks.allowed.is_empty(), "networks"),
        (config.tls.is_some(), "TLS"),
    ];
    let means: Vec<_> =
        means.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect();
    (!means.is_empty()).then(|| means.join(", "))
}

/// Prints what each rule plays, one line for each PBX, because their sound names differ.
fn describe_rules(rules: &Rules) {
    for (position, rule) in rules.list().iter().enumerate() {
        describe_playlist(&format!("rule {:<6} {}", position + 1, rule.name), Some(&rule.play));
        let said = rule.speak.as_ref().and_then(|speak| speak.playlist("*"));
        if let Some(said) = said {
            let said = said.asterisk;
            print_line(format_args!(
                "              says {said} once the alert's text (*) has been spoken"
            ));
        }
    }
    describe_playlist("other alert", rules.general.as_ref().map(|general| &*general.play));
}

fn describe_playlist(what: &str, list: Option<&Playlist>) {
    match list.filter(|list| !list.asterisk.is_empty()) {
        Some(list) => {
            print_line(format_args!("  {what} plays {}", list.asterisk));
            print_line(format_args!("              in FreeSWITCH {}", list.freeswitch));
        }
        None => print_line(format_args!("  {what} plays nothing")),
    }
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// Fails when a prompt file cannot be played; returns the warnings about the others.
fn check_sounds(config: &Config, folder: &Path) -> Result<Vec<String>, Failed> {
    let findings = prompt_files::examine(config, folder);
    if findings.problems.is_empty() {
        return Ok(findings.warnings);
    }
    Err(Failed::Configuration(anyhow!("{}", findings.problems.join("\n"))))
}
