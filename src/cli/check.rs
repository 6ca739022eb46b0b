//! `bina check`: says whether a configuration is good, and what it means.

use std::fs;
use std::path::Path;

use anyhow::anyhow;

use crate::config::Config;
use crate::prompt::Rules;

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
    say(format_args!("  listens     http://{}", config.http));
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

/// Asterisk plays a `.wav` only as 8,000 Hz, mono, 16-bit PCM.
fn wav_problem(file: &Path) -> Option<String> {
    const REMEDY: &str = "convert it with `sox IN.wav -r 8000 -c 1 -b 16 OUT.wav`";
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => return Some(format!("cannot be read ({error}): check its owner and mode")),
    };
    let (Some(format), Some(data)) = (chunk(&bytes, b"fmt "), chunk(&bytes, b"data")) else {
        return Some(format!("is no WAV file: {REMEDY}"));
    };
    let word = |at: usize| format.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    // Coding, channels, rate (below 65,536), bits.
    match (word(0), word(2), word(4), word(14)) {
        (Some(1), Some(1), Some(8_000), Some(16)) if data.is_empty() => {
            Some("has a head but no sound: record it anew".to_owned())
        }
        (Some(1), Some(1), Some(8_000), Some(16)) => None,
        (_, channels, rate, bits) => Some(format!(
            "is {} Hz with {} channels and {} bits, Asterisk wants 8000, 1 and 16: {REMEDY}",
            rate.unwrap_or(0),
            channels.unwrap_or(0),
            bits.unwrap_or(0)
        )),
    }
}

/// The content of a chunk of a WAV file, as much of it as is there.
fn chunk<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut rest = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
    loop {
        let (id, behind) = rest.split_first_chunk::<4>()?;
        let (length, behind) = behind.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        if id == name {
            return Some(&behind[..length.min(behind.len())]);
        }
        // Chunks begin at even places.
        rest = behind.get(length + length % 2..)?;
    }
}
