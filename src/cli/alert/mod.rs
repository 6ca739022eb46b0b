//! `bina alert`: adds, lists, extends and ends the alerts of the running service.

mod arguments;
mod places;

use std::env;
use std::fmt::Display;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::Serialize;

use crate::app::config::Config;
use crate::cli::error_texts;
use crate::cli::operation::{Operation, encoded, read_answer};
use crate::cli::{Failed, print_line, texts};
use crate::runtime::language::{Language, Text};
use crate::sources::alerts::{AlertChange, AlertEntry, AlertListing, SpeechEntry, StratumLine};
use crate::sources::sentences::in_both;

pub(super) use self::arguments::AlertTask;

pub(super) const ALERTS: &str = "/v1/alerts";
/// The origin of HubSoft's alerts.
const HUBSOFT: &str = "hubsoft";
/// Characters of a text in the list: its beginning says which alert it is.
const TEXT_SHOWN: usize = 60;

/// Does `task` in the running service.
pub(super) async fn run(task: AlertTask, language: Language) -> Result<(), Failed> {
    match task {
        AlertTask::Add(options) => {
            options.check().map_err(wrong)?;
            let service = service(&options.config.config)?;
            let added = service.post_json(ALERTS, &body(&options.request(user()))?).await?;
            print_change(&read_answer(&added)?, Done::Added, language);
        }
        AlertTask::List { json, config } => {
            let listed = service(&config.config)?.get(ALERTS).await?;
            if json {
                print_line(listed.trim_end());
            } else {
                lines(&read_answer(&listed)?, language).iter().for_each(print_line);
            }
        }
        AlertTask::Places { kind, name, config } => {
            let service = service(&config.config)?;
            let lines = places::requested(&service, kind.word(), &name, language).await?;
            lines.iter().for_each(print_line);
        }
        AlertTask::End { id, config } => {
            let path = format!("{ALERTS}?id={}&by={}", encoded(&id), encoded(&user()));
            let ended = service(&config.config)?.delete(&path).await?;
            print_change(&read_answer(&ended)?, Done::Ended, language);
        }
        AlertTask::Extend { id, end, config } => {
            end.check().map_err(wrong)?;
            let service = service(&config.config)?;
            let body = body(&end.request(id, user()))?;
            let extended = service.post_json("/v1/alerts/extend", &body).await?;
            print_change(&read_answer(&extended)?, Done::Extended, language);
        }
    }
    Ok(())
}

fn wrong(text: Text) -> Failed {
    Failed::configuration(text)
}

fn service(path: &Path) -> Result<Operation, Failed> {
    Operation::of(&Config::load(path)?, error_texts::ALERTS_NO_LISTENER)
}

fn body(request: &impl Serialize) -> Result<String, Failed> {
    serde_json::to_string(request).map_err(|error| Failed::Runtime(error.into()))
}

/// The user who runs the command; with sudo, the one who has called it.
fn user() -> String {
    let named = ["SUDO_USER", "LOGNAME", "USER"].map(env::var);
    let named = named.into_iter().flatten().find(|name| !name.is_empty());
    named.unwrap_or_else(|| match fs::metadata("/proc/self") {
        Ok(about) => format!("uid-{}", about.uid()),
        Err(_) => "unknown".to_owned(),
    })
}

/// What was done to an alert.
#[derive(Clone, Copy)]
enum Done {
    Added,
    Ended,
    Extended,
}

fn print_change(change: &AlertChange, done: Done, language: Language) {
    print_line(done_line(change, done, language));
    change.alert.speech.iter().for_each(|speech| print_line(speech_line(speech, language)));
    for warning in &change.warnings {
        let none = texts::CHANGE_NO_CUSTOMER;
        let warning = match warning == none.english {
            true => none.into(),
            false => in_both(warning),
        };
        print_line(texts::WARNING.filled(language, &[("warning", &warning)]));
    }
}

/// What was done, as the service says it in English.
fn done_line(change: &AlertChange, done: Done, language: Language) -> String {
    let alert = &change.alert;
    let until = until(alert, language).unwrap_or_default();
    match (done, &change.before) {
        (Done::Added, _) => {
            let audience = audience(alert, language);
            texts::CHANGE_ADDED
                .filled(language, &[("id", &alert.id), ("audience", &audience), ("until", &until)])
        }
        (Done::Ended, _) => texts::CHANGE_ENDED.filled(language, &[("id", &alert.id)]),
        (Done::Extended, Some(before)) => texts::CHANGE_EXTENDED_FROM
            .filled(language, &[("id", &alert.id), ("until", &until), ("before", before)]),
        (Done::Extended, None) => {
            texts::CHANGE_EXTENDED.filled(language, &[("id", &alert.id), ("until", &until)])
        }
    }
}

/// Who hears an alert, in words.
fn audience(alert: &AlertEntry, language: Language) -> String {
    let scope = texts::scope(&alert.scope, language);
    match alert.customers {
        _ if alert.everyone => texts::CHANGE_EVERYONE.of(language).to_owned(),
        Some(count) => {
            let customers = texts::customers(count, language);
            let parts: [(&str, &dyn Display); 2] = [("customers", &customers), ("scope", &scope)];
            texts::CHANGE_CUSTOMERS.filled(language, &parts)
        }
        None => texts::CHANGE_CALLED.filled(language, &[("scope", &scope)]),
    }
}

/// The end of an alert, and whether nobody has given it.
fn until(alert: &AlertEntry, language: Language) -> Option<String> {
    let until = alert.until.as_ref()?;
    Some(match alert.is_end_default {
        true => texts::LIST_UNTIL_DEFAULT.filled(language, &[("until", until)]),
        false => until.clone(),
    })
}

/// The lines of the list.
fn lines(listing: &AlertListing, language: Language) -> Vec<String> {
    let problem =
        |problem: &String| texts::PROBLEM.filled(language, &[("problem", &in_both(problem))]);
    let alerts = listing.alerts.iter();
    let mut lines: Vec<String> = alerts.flat_map(|alert| entry_lines(alert, language)).collect();
    if lines.is_empty() {
        lines.push(texts::LIST_NONE.of(language).to_owned());
    }
    lines.extend(listing.problem.as_ref().map(problem));
    if let Some(feed) = &listing.feed {
        lines.push(feed.age_s.map_or_else(
            || texts::LIST_UNREAD.of(language).to_owned(),
            |age_s| texts::LIST_READ.filled(language, &[("age", &age_s)]),
        ));
        lines.extend(feed.problem.as_ref().map(problem));
    }
    lines
}

/// The lines of an alert: its state and its scope; then its text, or HubSoft's evidence.
fn entry_lines(alert: &AlertEntry, language: Language) -> Vec<String> {
    let scope = texts::scope(&alert.scope, language);
    let mut lines = vec![first_line(alert, language), format!("      {scope}")];
    if alert.origin == HUBSOFT {
        let sets = alert.sets.iter();
        lines.extend(sets.map(|set| format!("      {}", set_line(set, language))));
    } else {
        lines.push(format!("      \"{}\"", shortened(&alert.text)));
    }
    let speech = alert.speech.iter();
    lines.extend(speech.map(|speech| format!("      {}", speech_line(speech, language))));
    lines
}

fn speech_line(speech: &SpeechEntry, language: Language) -> String {
    let SpeechEntry { state, reason } = speech;
    let reason = reason.as_deref().unwrap_or("no reason");
    let text = match state.as_str() {
        "spoken" => texts::SPEECH_SPOKEN,
        "waiting" => texts::SPEECH_WAITING,
        "failing" => texts::SPEECH_FAILING,
        "refused" => texts::SPEECH_REFUSED,
        "left_out" => texts::SPEECH_LEFT_OUT,
        _ => texts::SPEECH_OTHER,
    };
    text.filled(language, &[("reason", &reason), ("state", state)])
}

fn first_line(alert: &AlertEntry, language: Language) -> String {
    let mut parts = vec![alert.id.clone()];
    if alert.origin == HUBSOFT {
        parts.push("HubSoft".to_owned());
        let since = alert.since.as_ref();
        parts.extend(since.map(|it| texts::LIST_SINCE.filled(language, &[("since", it)])));
    } else if alert.everyone {
        parts.push(texts::LIST_EVERYONE.of(language).to_owned());
    } else if let Some(count) = alert.customers {
        parts.push(texts::customers(count, language));
    }
    match (until(alert, language), &alert.forecast) {
        (Some(until), _) => parts.push(texts::LIST_UNTIL.filled(language, &[("until", &until)])),
        (None, Some(forecast)) => {
            parts.push(texts::LIST_FORECAST.filled(language, &[("forecast", forecast)]));
        }
        (None, None) => {}
    }
    if alert.may_have_ended {
        parts.push(texts::LIST_MAYBE_OVER.of(language).to_owned());
    }
    if let Some(rule) = &alert.rule {
        parts.push(texts::LIST_RULE.filled(language, &[("rule", rule)]));
    }
    if !alert.by.is_empty() {
        let by: [(&str, &dyn Display); 2] = [("by", &alert.by), ("from", &alert.from)];
        parts.push(texts::LIST_BY.filled(language, &by));
    }
    parts.join("  ")
}

/// `interface + pop: 48 customers, alert (12/12)`.
fn set_line(set: &StratumLine, language: Language) -> String {
    let others = texts::SET_OTHERS.of(language);
    let kinds = if set.kinds.is_empty() { others.to_owned() } else { set.kinds.join(" + ") };
    let verdict = match set.verdict.as_str() {
        "alert" => texts::SET_ALERTED,
        "no_alert" => texts::SET_NOT_ALERTED,
        _ => texts::SET_UNDECIDED,
    };
    let (verdict, customers) = (verdict.of(language), texts::customers(set.customers, language));
    format!("{kinds}: {customers}, {verdict} ({}/{})", set.confirmed, set.answers)
}

fn shortened(text: &str) -> String {
    let plain = text.replace(char::is_control, " ");
    match plain.char_indices().nth(TEXT_SHOWN) {
        Some((end, _)) => format!("{}…", plain[..end].trim_end()),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::alerts::FeedEntry;

    #[test]
    fn the_list_shows_whom_an_alert_reaches_and_the_beginning_of_its_text() {
        let alert = AlertEntry {
            id: "a7k2".to_owned(),
            scope: "district Jardim América (Betim)".to_owned(),
            customers: Some(1),
            until: Some("2026-11-30 18:30".to_owned()),
            rule: Some("rompimento".to_owned()),
            by: "ana".to_owned(),
            from: "127.0.0.1".to_owned(),
            text: "ção ".repeat(40),
            ..AlertEntry::default()
        };
        let lines = entry_lines(&alert, Language::English);
        let [first, scope, text] = &lines[..] else { panic!("three lines") };
        let expected =
            "a7k2  1 customer  until 2026-11-30 18:30  rule rompimento  by ana (127.0.0.1)";
        assert_eq!((first.as_str(), scope.trim()), (expected, alert.scope.as_str()));
        assert!(text.chars().count() < 75 && text.ends_with("ção…\""), "{text}");
        let everyone = AlertEntry { everyone: true, is_end_default: true, ..alert };
        let expected = "a7k2  every caller  until 2026-11-30 18:30 (default)  rule ";
        assert!(entry_lines(&everyone, Language::English)[0].starts_with(expected));
    }

    #[test]
    fn an_alert_of_hubsoft_shows_its_evidence_within_eighty_columns() {
        let set = |kinds: &[&str], customers, verdict: &str, confirmed| StratumLine {
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            customers,
            verdict: verdict.to_owned(),
            confirmed,
            answers: 12,
            live_confirmed: 0,
            live_answers: 0,
        };
        let alert = AlertEntry {
            origin: HUBSOFT.to_owned(),
            id: "301".to_owned(),
            scope: "interface, pop".to_owned(),
            since: Some("2026-11-30 14:02".to_owned()),
            until: Some("2026-11-30 18:00".to_owned()),
            forecast: Some("18h00".to_owned()),
            may_have_ended: true,
            sets: vec![
                set(&["interface", "pop"], 48, "alert", 12),
                set(&["pop"], 11_952, "no_alert", 0),
                set(&[], 1, "unknown", 3),
            ],
            speech: Some(SpeechEntry {
                state: "refused".to_owned(),
                reason: Some("forbidden_word".to_owned()),
            }),
            ..AlertEntry::default()
        };
        let feed = FeedEntry { is_current: true, age_s: Some(3), problem: None };
        let listing =
            AlertListing { alerts: vec![alert], feed: Some(feed), ..AlertListing::default() };
        let shown = lines(&listing, Language::English);
        assert_eq!(
            shown,
            [
                "301  HubSoft  since 2026-11-30 14:02  until 2026-11-30 18:00  (over?)",
                "      interface, pop",
                "      interface + pop: 48 customers, they have it (12/12)",
                "      pop: 11952 customers, they do not have it (0/12)",
                "      others: 1 customer, undecided (3/12)",
                "      its words are not spoken: refused (forbidden_word), see `bina say`",
                "HubSoft's list of alerts was read 3 s ago",
            ]
        );
        assert!(shown.iter().all(|line| line.len() <= 80));
        let shown = lines(&listing, Language::Portuguese);
        assert_eq!(
            shown,
            [
                "301  HubSoft  desde 2026-11-30 14:02  até 2026-11-30 18:00  (acabou?)",
                "      interface, pop",
                "      interface + pop: 48 clientes, eles o têm (12/12)",
                "      pop: 11952 clientes, eles não o têm (0/12)",
                "      outros: 1 cliente, ainda não se sabe (3/12)",
                "      o texto não é falado: recusado (forbidden_word), veja `bina say`",
                "a lista de alertas do HubSoft foi lida há 3 s",
            ]
        );
        assert!(shown.iter().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn an_empty_list_says_so_and_a_problem_is_shown() {
        let problem = Some("there is no state folder".to_owned());
        let lines = lines(&AlertListing { problem, ..AlertListing::default() }, Language::English);
        assert_eq!(lines, ["no alert is active", "problem: there is no state folder"]);
    }

    #[test]
    fn a_change_is_confirmed_in_portuguese() {
        let alert = AlertEntry {
            id: "a7k2".to_owned(),
            scope: "district Centro (Betim)".to_owned(),
            customers: Some(12),
            until: Some("2026-11-30 18:30".to_owned()),
            is_end_default: true,
            ..AlertEntry::default()
        };
        let everyone = AlertEntry { everyone: true, is_end_default: false, ..alert.clone() };
        let before = Some("2026-11-30 17:00".to_owned());
        let added = AlertChange { alert, ..AlertChange::default() };
        let extended = AlertChange { alert: everyone, before, ..AlertChange::default() };
        let line = |change, done| done_line(change, done, Language::Portuguese);
        assert_eq!(
            line(&added, Done::Added),
            "alerta `a7k2` criado: 12 clientes neste escopo (bairro Centro (Betim)) até \
             2026-11-30 18:30 (padrão)"
        );
        assert_eq!(
            line(&extended, Done::Added),
            "alerta `a7k2` criado: todas as chamadas o ouvem até 2026-11-30 18:30"
        );
        assert_eq!(
            line(&extended, Done::Extended),
            "alerta `a7k2` vale agora até 2026-11-30 18:30 (antes: 2026-11-30 17:00)"
        );
        assert_eq!(line(&added, Done::Ended), "alerta `a7k2` encerrado");
    }
}
