//! `bina check`: says whether a configuration is good, and what it means.

use std::path::Path;

use anyhow::anyhow;

use crate::app::config::Config;
use crate::domain::prompt::{Playlist, Rules};

use super::{Failed, client, prompt_files, say};

/// Checks the file at `path`, and the prompt files below `sounds`.
pub(super) fn run(path: &Path, sounds: Option<&Path>) -> Result<(), Failed> {
    let config = Config::load(path)?;
    let hubsoft = client(&config)?;
    let of_sounds = sounds.map_or(Ok(Vec::new()), |folder| check_sounds(&config, folder))?;
    say(format_args!("{}: good", path.display()));
    describe(&config);
    if let Some(folder) = sounds {
        let count = config.sounds.len();
        say(format_args!("  sounds      all {count} are in {}", folder.display()));
    }
    for warning in config.warnings.iter().chain(&of_sounds) {
        say(format_args!("  warning     {warning}"));
    }
    // No mistake in the file: the service starts all the same, and waits for them.
    if let Err(failure) = hubsoft.usable() {
        say(format_args!("  warning     {failure}"));
    }
    Ok(())
}

fn describe(config: &Config) {
    let hubsoft = &config.hubsoft;
    let agi = config.agi.map_or_else(String::new, |agi| format!(" agi://{agi}"));
    say(format_args!("  listens     http://{}{agi}", config.http));
    if let Some(protection) = protection(config) {
        say(format_args!("  protected   by {protection}"));
    }
    say(format_args!(
        "  HubSoft     {} (up to {} customers)",
        hubsoft.base_url, hubsoft.wanted.limit
    ));
    if let Some(threads) = config.worker_threads {
        say(format_args!("  threads     {threads} answer calls"));
    }
    say(format_args!("  deadline    {} ms", config.lookup.deadline.as_millis()));
    say(format_args!("  prompts     {}", list(config.sounds.keys().map(String::as_str))));
    describe_rules(&config.rules);
    let freeswitch = &config.freeswitch;
    let file = freeswitch.handback.file.as_deref().map_or_else(String::new, |f| format!(" of {f}"));
    say(format_args!(
        "  FreeSWITCH  context {} is answered, the call goes on in {}{file}",
        freeswitch.entry_context, freeswitch.handback.context
    ));
}

/// What stands between the doors and whoever can reach them, where anything does.
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

/// Says what each rule plays, on a line for each PBX: its forms differ, and so do the folders.
fn describe_rules(rules: &Rules) {
    for (position, rule) in rules.list().iter().enumerate() {
        describe_playlist(&format!("rule {:<6} {}", position + 1, rule.name), Some(&rule.play));
    }
    describe_playlist("other alert", rules.general.as_ref().map(|general| &*general.play));
}

fn describe_playlist(what: &str, list: Option<&Playlist>) {
    match list.filter(|list| !list.asterisk.is_empty()) {
        Some(list) => {
            say(format_args!("  {what} plays {}", list.asterisk));
            say(format_args!("              in FreeSWITCH {}", list.freeswitch));
        }
        None => say(format_args!("  {what} plays nothing")),
    }
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// Refuses prompt files that cannot be played, and returns what is worth knowing of the others.
fn check_sounds(config: &Config, folder: &Path) -> Result<Vec<String>, Failed> {
    let findings = prompt_files::examine(config, folder);
    if findings.problems.is_empty() {
        return Ok(findings.warnings);
    }
    Err(Failed::Configuration(anyhow!("{}", findings.problems.join("\n"))))
}
