//! `bina check`: says whether a configuration is good, and what it means.

use std::fs;
use std::path::Path;

use anyhow::anyhow;

use crate::config::Config;
use crate::prompt::Rules;
use crate::recordings::Recordings;
use crate::wav;

use super::{Failed, say, serve};

/// Extensions Asterisk or FreeSWITCH plays, the first one being ours.
const EXTENSIONS: [&str; 9] = ["wav", "gsm", "ulaw", "alaw", "sln", "g722", "g729", "slin", "mp3"];

/// Checks the file at `path`, and the prompt files below `sounds`.
pub(super) fn run(path: &Path, sounds: Option<&Path>) -> Result<(), Failed> {
    let config = Config::load(path)?;
    let hubsoft = serve::client(&config)?;
    sounds.map_or(Ok(()), |folder| check_sounds(&config, folder))?;
    say(format_args!("{}: good", path.display()));
    describe(&config);
    if let Some(folder) = sounds {
        let count = config.sounds.len();
        say(format_args!("  sounds      all {count} are in {}", folder.display()));
    }
    if let Some(folder) = &config.prompts_folder {
        let sounds = config.sounds.values().map(String::as_str);
        let (_, problems) = Recordings::read(folder, sounds);
        for problem in problems {
            say(format_args!("  warning     a recording is not served: {problem}"));
        }
    }
    for warning in &config.warnings {
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
    say(format_args!(
        "  HubSoft     {} (up to {} customers)",
        hubsoft.base_url, hubsoft.wanted.limit
    ));
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

fn describe_rules(rules: &Rules) {
    for (position, rule) in rules.list.iter().enumerate() {
        let plays = if rule.play.asterisk.is_empty() { "nothing" } else { &rule.play.asterisk };
        say(format_args!("  rule {:<6} {} plays {plays}", position + 1, rule.name));
    }
    match &rules.general {
        Some(general) => say(format_args!("  other alert plays {}", general.play.asterisk)),
        None => say(format_args!("  other alert plays nothing")),
    }
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

fn check_sounds(config: &Config, folder: &Path) -> Result<(), Failed> {
    let mut problems = Vec::new();
    if !folder.is_dir() {
        problems.push(format!("{} is no folder that can be read", folder.display()));
    } else {
        let sounds = config.sounds.iter();
        problems
            .extend(sounds.filter_map(|(name, sound)| sound_problem(config, folder, name, sound)));
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failed::Configuration(anyhow!("{}", problems.join("\n"))))
}

/// What is wrong with the file of one prompt. It may stand below the folder with its prefix, as
/// in Asterisk's `sounds/pt_BR`, or directly in it.
fn sound_problem(config: &Config, folder: &Path, name: &str, sound: &str) -> Option<String> {
    let prefix = config.asterisk.prefix.trim_start_matches('/');
    let places = [format!("{prefix}{sound}"), sound.to_owned()];
    let files = places
        .iter()
        .flat_map(|place| EXTENSIONS.map(|extension| folder.join(format!("{place}.{extension}"))));
    let wanted = folder.join(format!("{prefix}{sound}.wav"));
    match files.into_iter().find(|file| file.is_file()) {
        None => Some(format!(
            "prompt {name}: there is no {}: copy it there, or mend [prompts]",
            wanted.display()
        )),
        Some(file) if file.extension().is_some_and(|extension| extension == "wav") => {
            wav_problem(&file).map(|wrong| format!("prompt {name}: {} {wrong}", file.display()))
        }
        Some(_) => None,
    }
}

fn wav_problem(file: &Path) -> Option<String> {
    match fs::read(file) {
        Ok(bytes) => wav::problem(&bytes),
        Err(error) => Some(format!("cannot be read ({error}): check its owner and mode")),
    }
}
