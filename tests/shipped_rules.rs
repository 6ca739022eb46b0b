//! What is played for which alert with the rules as they are shipped: nothing false, above all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bina::app::config::Config;
use bina::domain::alert_text::AlertText;
use bina::domain::found::FoundCustomer;
use bina::domain::prompt::Choice;
use bina::domain::reported::ReportedCustomer;

/// A rule's name or `-` for silence, and an alert text with `\n` for the end of a line.
const ALERTS: &str = include_str!("shipped_rules/alerts.tsv");

fn shipped() -> Config {
    let text = include_str!("../systemd/bina.toml");
    let secrets = [("client_secret_file", "client_secret"), ("password_file", "password")];
    let text = secrets.iter().fold(text.to_owned(), |text, (file, name)| {
        text.replace(&format!("{file} = \"{name}\""), &format!("{name} = \"invented\""))
    });
    let config = Config::parse(&text, Path::new("/nowhere/bina.toml"));
    config.unwrap_or_else(|invalid| panic!("{invalid}"))
}

fn customer(texts: &[&str]) -> FoundCustomer {
    let alert = texts.iter().filter_map(|text| AlertText::new(text)).collect();
    FoundCustomer::new(ReportedCustomer { alert: Some(alert), ..ReportedCustomer::default() })
}

/// The sounds of a rule, as Asterisk plays them.
fn sounds(rule: &str) -> &'static str {
    match rule {
        "rompimento" => "bina/rompimento-fibra&bina/equipe-a-caminho",
        "cabo-rompido" => "bina/rompimento-fibra",
        "energia" => "bina/falta-de-energia",
        "massiva" | "sem-sinal" => "bina/falha-na-regiao",
        "manutencao" => "bina/manutencao",
        "-" => "",
        other => panic!("{other} is no shipped rule"),
    }
}

fn played<'c>(choice: &Choice<'c>) -> (&'c str, &'c str) {
    let rule = choice.rule.map_or("-", |rule| rule);
    (rule, choice.play.map_or("", |play| play.asterisk.as_str()))
}

#[test]
fn each_alert_plays_what_its_text_states_or_nothing() {
    let config = shipped();
    let mut wrong = Vec::new();
    let alerts: Vec<_> = ALERTS.lines().skip(1).map(|line| line.split_once('\t')).collect();
    assert!(alerts.len() >= 45, "15 of the vendor's kind, and 30 more");
    for (rule, text) in alerts.into_iter().map(|alert| alert.expect("a tab")) {
        let customers = [customer(&[&text.replace("\\n", "\n")])];
        let choice = config.rules.choose(&customers, None);
        if played(&choice) != (rule, sounds(rule)) {
            wrong.push(format!("{text}: {:?} instead of {rule}", played(&choice)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn an_alert_that_is_over_does_not_hide_one_that_is_open() {
    let config = shipped();
    for texts in [
        ["Rompimento no Norte resolvido", "Rompimento no Sul"],
        ["Rompimento no Sul", "Rompimento no Norte resolvido"],
        ["Boleto vencido", "Rompimento no Sul"],
    ] {
        let customers = [customer(&texts)];
        assert_eq!(played(&config.rules.choose(&customers, None)).0, "rompimento", "{texts:?}");
    }
}

#[test]
fn an_alert_without_text_is_silent() {
    let customers = [customer(&[])];
    assert_eq!(shipped().rules.choose(&customers, None), Choice::default());
}

#[test]
fn the_shipped_file_gives_rise_to_no_warnings_but_those_of_its_placeholders() {
    let warnings: Vec<_> = shipped().warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("PROVIDER"), "{warnings:?}");
    assert!(warnings[1].contains("hubsoft.username"), "{warnings:?}");
}

#[test]
fn every_sound_has_a_recording_and_every_recording_a_text_and_a_name() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("dialplan/sounds/pt_BR/bina");
    let recordings: BTreeSet<_> = fs::read_dir(folder)
        .expect("the folder is there")
        .filter_map(|file| file.expect("readable").file_name().into_string().ok())
        .filter_map(|file| file.strip_suffix(".wav").map(str::to_owned))
        .collect();
    let named: BTreeSet<_> = shipped().sounds.into_values().collect();
    assert_eq!(named, recordings);
    let read =
        |file: &str| fs::read_to_string(root.join("dialplan/sounds").join(file)).expect(file);
    let (table, pages) = (read("texts.tsv"), [read("README.md"), read("README.pt-BR.md")]);
    for name in &recordings {
        let begin = format!("{name}\t");
        let text = table.lines().find_map(|line| line.strip_prefix(&begin)).expect(name);
        let row = format!("| `{name}.wav` | {text} |");
        assert!(pages.iter().all(|page| page.contains(&row)), "{name}: {text}");
    }
}
