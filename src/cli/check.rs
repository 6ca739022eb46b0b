//! `bina check`: validates a configuration and prints its effect.

use std::fmt::Display;
use std::path::Path;

use crate::answering::speech::RECORDINGS_PATH;
use crate::app::config::Config;
use crate::domain::prompt::{Playlist, Rules};
use crate::runtime::language::{Language, Message, Text};
use crate::sources::hubsoft::HubSoft;
use crate::sources::sentences::in_both;
use crate::sources::speech;

use super::service_unit::{InstalledUnit, UnitFindings};
use super::{Failed, check_texts as texts, client, print_line, prompt_files};

/// Checks the file at `path`, the prompt files below `sounds`, and what the unit in the folder `unit` can
/// read: it fails if the service could not start. If `is_quiet`, it prints only what makes it fail.
pub(super) fn run(
    path: &Path,
    (sounds, unit): (Option<&Path>, Option<&Path>),
    is_quiet: bool,
    language: Language,
) -> Result<(), Failed> {
    let unit = InstalledUnit::find(unit)?;
    let config = Config::load_handed(path, unit.handed(path))?;
    let hubsoft = client(&config)?;
    let sound_warnings = sounds.map_or(Ok(Vec::new()), |folder| check_sounds(&config, folder))?;
    let unreadable = unit.judge(&config, path);
    if !is_quiet {
        print_effect(&config, path, sounds, language);
        let mut warnings = [config.warnings.clone(), sound_warnings].concat();
        warnings.extend(troubles(&config, &hubsoft));
        warnings.extend_from_slice(&unreadable.warnings);
        for warning in warnings {
            print_line(texts::CHECK_WARNING.filled(language, &[("warning", &warning)]));
        }
    }
    next_start(&unreadable)
}

/// What the valid file at `path` has the service do.
fn print_effect(config: &Config, path: &Path, sounds: Option<&Path>, language: Language) {
    print_line(texts::CHECK_VALID.filled(language, &[("path", &path.display())]));
    describe(config, language);
    if let Some(folder) = sounds {
        let parts: [(&str, &dyn Display); 2] =
            [("count", &config.sounds.len()), ("folder", &folder.display())];
        print_line(texts::CHECK_SOUNDS.filled(language, &parts));
    }
}

/// What is no error of the file, as the service starts anyway.
fn troubles(config: &Config, hubsoft: &HubSoft) -> Vec<Message> {
    // Without a folder recordings are kept in memory, and without the engine the rule's play is heard.
    let folder = config.speech.folder_problem();
    let engine = config.speech.engine.as_ref().and_then(speech::problem);
    // The service waits for the CA certificates.
    let certificates = hubsoft.usable().err().map(in_both);
    [folder, engine, certificates].into_iter().flatten().collect()
}

/// Fails, with the lines to paste, if the next start would: the file itself is valid.
fn next_start(findings: &UnitFindings) -> Result<(), Failed> {
    if findings.unreadable.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<Message> = Vec::new();
    for (path, problem) in &findings.unreadable {
        let parts: [(&str, &dyn Display); 2] = [("path", &path.display()), ("problem", problem)];
        lines.push(texts::START_FAILS.message(&parts));
    }
    if let Some(instruction) = findings.instruction() {
        lines.push(instruction.into());
        lines
            .extend(findings.lines.iter().map(|line| Message::of_both(format_args!("    {line}"))));
    }
    Err(Failed::runtime(Message::lines(&lines)))
}

fn describe(config: &Config, language: Language) {
    let line =
        |text: Text, parts: &[(&str, &dyn Display)]| print_line(text.filled(language, parts));
    let hubsoft = &config.hubsoft;
    let agi = config.agi.map_or_else(String::new, |agi| format!(" agi://{agi}"));
    line(texts::CHECK_LISTENS, &[("http", &config.http), ("agi", &agi)]);
    if let Some(address) = config.console_address {
        let text = match config.console.password {
            Some(_) => texts::CHECK_CONSOLE,
            None => texts::CHECK_CONSOLE_READ_ONLY,
        };
        line(text, &[("address", &address)]);
    }
    if let Some(protection) = protection(config, language) {
        line(texts::CHECK_PROTECTED, &[("means", &protection)]);
    }
    line(texts::CHECK_HUBSOFT, &[("url", &hubsoft.base_url), ("limit", &hubsoft.wanted.limit)]);
    if let Some(threads) = config.worker_threads {
        line(texts::CHECK_THREADS, &[("threads", &threads)]);
    }
    line(texts::CHECK_DIRECTORY, &[("directory", &directory(config))]);
    line(texts::CHECK_DEADLINE, &[("ms", &config.lookup.deadline.as_millis())]);
    let names: Vec<_> = config.sounds.keys().map(String::as_str).collect();
    match names.is_empty() {
        true => line(texts::CHECK_PROMPTS, &[("names", &texts::CHECK_NONE)]),
        false => line(texts::CHECK_PROMPTS, &[("names", &names.join(", "))]),
    }
    describe_rules(&config.rules, language);
    if let Some(engine) = &config.speech.engine {
        let url = format!("{}{RECORDINGS_PATH}", config.speech.base_url);
        line(texts::CHECK_SPEECH, &[("engine", &engine.shown())]);
        line(texts::CHECK_FETCHED, &[("url", &url)]);
    }
    describe_freeswitch(config, language);
}

/// Says where a call of FreeSWITCH comes in, and where it continues.
fn describe_freeswitch(config: &Config, language: Language) {
    let freeswitch = &config.freeswitch;
    let file = freeswitch.handback.file.as_ref();
    let file = file.map(|file| texts::CHECK_FREESWITCH_FILE.message(&[("file", file)]));
    print_line(texts::CHECK_FREESWITCH.filled(
        language,
        &[
            ("entry", &freeswitch.entry_context),
            ("context", &freeswitch.handback.context),
            ("file", &file.unwrap_or_default()),
        ],
    ));
}

/// What the service reads ahead, when, and where it keeps it.
fn directory(config: &Config) -> Message {
    let directory = &config.directory;
    if directory.enabled == Some(false) {
        return texts::CHECK_DIRECTORY_OFF.into();
    }
    let names = match directory.names {
        true => texts::CHECK_DIRECTORY_NAMES,
        false => texts::CHECK_DIRECTORY_NO_NAMES,
    };
    let folder = match &config.state_folder {
        Some(folder) => texts::CHECK_DIRECTORY_FOLDER.message(&[("folder", &folder.display())]),
        None => texts::CHECK_DIRECTORY_NO_FOLDER.into(),
    };
    let parts: [(&str, &dyn Display); 3] =
        [("at", &directory.walk_at), ("names", &names), ("folder", &folder)];
    texts::CHECK_DIRECTORY_ON.message(&parts)
}

/// The means that protect the listeners, if there are any.
fn protection(config: &Config, language: Language) -> Option<String> {
    let means = [
        (!config.access.credentials.is_empty(), texts::CHECK_PROTECTED_CREDENTIALS.of(language)),
        (!config.access.networks.allowed.is_empty(), texts::CHECK_PROTECTED_NETWORKS.of(language)),
        (config.tls.is_some(), "TLS"),
    ];
    let means: Vec<_> =
        means.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect();
    (!means.is_empty()).then(|| means.join(", "))
}

/// Prints what each rule plays, one line for each PBX, because their sound names differ.
fn describe_rules(rules: &Rules, language: Language) {
    for (position, rule) in rules.list().iter().enumerate() {
        let number = format!("{:<6}", position + 1);
        let rule_name = texts::CHECK_RULE.message(&[("number", &number), ("name", &rule.name)]);
        describe_playlist(&rule_name, Some(&rule.play), language);
        let said = rule.speak.as_ref().and_then(|speak| speak.playlist("*"));
        if let Some(said) = said {
            let said = said.asterisk;
            print_line(texts::CHECK_SAYS.filled(language, &[("sounds", &said)]));
        }
    }
    let general = rules.general.as_ref().map(|general| &*general.play);
    describe_playlist(&texts::CHECK_OTHER_ALERT, general, language);
}

fn describe_playlist(what: &dyn Display, list: Option<&Playlist>, language: Language) {
    let line =
        |text: Text, parts: &[(&str, &dyn Display)]| print_line(text.filled(language, parts));
    match list.filter(|list| !list.asterisk.is_empty()) {
        Some(list) => {
            line(texts::CHECK_PLAYS, &[("what", what), ("sounds", &list.asterisk)]);
            line(texts::CHECK_IN_FREESWITCH, &[("sounds", &list.freeswitch)]);
        }
        None => line(texts::CHECK_PLAYS_NOTHING, &[("what", what)]),
    }
}

/// Fails when a prompt file cannot be played; returns the warnings about the others.
fn check_sounds(config: &Config, folder: &Path) -> Result<Vec<Message>, Failed> {
    let findings = prompt_files::examine(config, folder);
    if findings.problems.is_empty() {
        return Ok(findings.warnings);
    }
    Err(Failed::configuration(Message::lines(&findings.problems)))
}
