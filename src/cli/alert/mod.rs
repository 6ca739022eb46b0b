//! `bina alert`: adds, lists, extends and ends the alerts of the running service.

mod arguments;
mod places;

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::anyhow;
use serde::Serialize;

use crate::app::config::Config;
use crate::cli::operation::{Operation, encoded, read_answer};
use crate::cli::{Failed, print_line};
use crate::sources::alerts::{AlertChange, AlertEntry, AlertListing, SpeechEntry, StratumLine};

pub(super) use self::arguments::AlertTask;

/// What to do without the listener that the requests go to.
const INSTEAD: &str = "alerts are requested there, because only the service knows its callers: set \
                       listen.metrics and restart the service";
pub(super) const ALERTS: &str = "/v1/alerts";
/// The origin of HubSoft's alerts.
const HUBSOFT: &str = "hubsoft";
/// Characters of a text in the list: its beginning says which alert it is.
const TEXT_SHOWN: usize = 60;

/// Does `task` in the running service.
pub(super) async fn run(task: AlertTask) -> Result<(), Failed> {
    match task {
        AlertTask::Add(options) => {
            options.check().map_err(wrong)?;
            let service = service(&options.config.config)?;
            let added = service.post_json(ALERTS, &body(&options.request(user()))?).await?;
            print_change(&read_answer(&added)?);
        }
        AlertTask::List { json, config } => {
            let listed = service(&config.config)?.get(ALERTS).await?;
            if json {
                print_line(listed.trim_end());
            } else {
                lines(&read_answer(&listed)?).iter().for_each(print_line);
            }
        }
        AlertTask::Places { kind, name, config } => {
            let service = service(&config.config)?;
            let lines = places::requested(&service, kind.word(), &name).await?;
            lines.iter().for_each(print_line);
        }
        AlertTask::End { id, config } => {
            let path = format!("{ALERTS}?id={}&by={}", encoded(&id), encoded(&user()));
            print_change(&read_answer(&service(&config.config)?.delete(&path).await?)?);
        }
        AlertTask::Extend { id, end, config } => {
            end.check().map_err(wrong)?;
            let service = service(&config.config)?;
            let body = body(&end.request(id, user()))?;
            print_change(&read_answer(&service.post_json("/v1/alerts/extend", &body).await?)?);
        }
    }
    Ok(())
}

fn wrong(text: &'static str) -> Failed {
    Failed::Configuration(anyhow!(text))
}

fn service(path: &Path) -> Result<Operation, Failed> {
    Operation::of(&Config::load(path)?, INSTEAD)
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

fn print_change(change: &AlertChange) {
    print_line(&change.message);
    change.alert.speech.iter().for_each(|speech| print_line(speech_line(speech)));
    change.warnings.iter().for_each(|warning| print_line(format_args!("warning: {warning}")));
}

/// The lines of the list.
fn lines(listing: &AlertListing) -> Vec<String> {
    let mut lines: Vec<String> = listing.alerts.iter().flat_map(entry_lines).collect();
    if lines.is_empty() {
        lines.push("no alert is active".to_owned());
    }
    lines.extend(listing.problem.as_ref().map(|problem| format!("problem: {problem}")));
    if let Some(feed) = &listing.feed {
        lines.push(feed.age_s.map_or_else(
            || "HubSoft's list of alerts has not been read yet".to_owned(),
            |age_s| format!("HubSoft's list of alerts was read {age_s} s ago"),
        ));
        lines.extend(feed.problem.as_ref().map(|problem| format!("problem: {problem}")));
    }
    lines
}

/// The lines of an alert: its state and its scope; then its text, or HubSoft's evidence.
fn entry_lines(alert: &AlertEntry) -> Vec<String> {
    let mut lines = vec![first_line(alert), format!("      {}", alert.scope)];
    if alert.origin == HUBSOFT {
        lines.extend(alert.sets.iter().map(|set| format!("      {}", set_line(set))));
    } else {
        lines.push(format!("      \"{}\"", shortened(&alert.text)));
    }
    lines.extend(alert.speech.iter().map(|speech| format!("      {}", speech_line(speech))));
    lines
}

fn speech_line(speech: &SpeechEntry) -> String {
    let SpeechEntry { state, reason } = speech;
    let reason = reason.as_deref().unwrap_or("no reason");
    match state.as_str() {
        "spoken" => "its words are spoken".to_owned(),
        "waiting" => "its words are not spoken yet".to_owned(),
        "failing" => format!("its words are not spoken: the engine fails ({reason}), see the log"),
        "refused" => format!("its words are not spoken: refused ({reason}), see `bina say`"),
        "left_out" => "its words are not spoken: too many alerts are active".to_owned(),
        other => format!("its words: {other}"),
    }
}

fn first_line(alert: &AlertEntry) -> String {
    let mut first = alert.id.clone();
    if alert.origin == HUBSOFT {
        first += "  HubSoft";
        first += &alert.since.as_ref().map_or_else(String::new, |since| format!("  since {since}"));
    } else if alert.everyone {
        first += "  every caller";
    } else if let Some(customers) = alert.customers {
        first += &format!("  {}", customers_text(customers));
    }
    match (&alert.until, &alert.forecast) {
        (Some(until), _) => {
            let default = if alert.is_end_default { " (default)" } else { "" };
            first += &format!("  until {until}{default}");
        }
        (None, Some(forecast)) => first += &format!("  forecast {forecast}"),
        (None, None) => {}
    }
    if alert.may_have_ended {
        first += "  (over?)";
    }
    if let Some(rule) = &alert.rule {
        first += &format!("  rule {rule}");
    }
    if !alert.by.is_empty() {
        first += &format!("  by {} ({})", alert.by, alert.from);
    }
    first
}

/// `interface + pop: 48 customers, alert (12/12)`.
fn set_line(set: &StratumLine) -> String {
    let kinds = if set.kinds.is_empty() { "others".to_owned() } else { set.kinds.join(" + ") };
    let verdict = match set.verdict.as_str() {
        "alert" => "they have it",
        "no_alert" => "they do not have it",
        _ => "undecided",
    };
    let StratumLine { confirmed, answers, .. } = set;
    format!("{kinds}: {}, {verdict} ({confirmed}/{answers})", customers_text(set.customers))
}

fn customers_text(customers: u64) -> String {
    format!("{customers} customer{}", if customers == 1 { "" } else { "s" })
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
        let lines = entry_lines(&alert);
        let [first, scope, text] = &lines[..] else { panic!("three lines") };
        let expected =
            "a7k2  1 customer  until 2026-11-30 18:30  rule rompimento  by ana (127.0.0.1)";
        assert_eq!((first.as_str(), scope.trim()), (expected, alert.scope.as_str()));
        assert!(text.chars().count() < 75 && text.ends_with("ção…\""), "{text}");
        let everyone = AlertEntry { everyone: true, is_end_default: true, ..alert };
        let expected = "a7k2  every caller  until 2026-11-30 18:30 (default)  rule ";
        assert!(entry_lines(&everyone)[0].starts_with(expected));
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
        let shown = lines(&listing);
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
    }

    #[test]
    fn an_empty_list_says_so_and_a_problem_is_shown() {
        let problem = Some("there is no state folder".to_owned());
        let lines = lines(&AlertListing { problem, ..AlertListing::default() });
        assert_eq!(lines, ["no alert is active", "problem: there is no state folder"]);
    }
}
