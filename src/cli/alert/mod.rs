//! `bina alert`: adds, lists, extends and ends the alerts of the running service.

mod arguments;

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::Serialize;

use crate::app::config::Config;
use crate::cli::operation::{Operation, encoded, read_answer};
use crate::cli::{Failed, print_line};
use crate::sources::alerts::{AlertChange, AlertEntry, AlertListing};

pub(super) use self::arguments::AlertTask;

/// What to do without the listener that the requests go to.
const INSTEAD: &str = "alerts are requested there, because only the service knows its callers: set \
                       listen.metrics and restart the service";
const ALERTS: &str = "/v1/alerts";
/// Characters of a text in the list: its beginning says which alert it is.
const TEXT_SHOWN: usize = 60;

/// Does `task` in the running service.
pub(super) async fn run(task: AlertTask) -> Result<(), Failed> {
    match task {
        AlertTask::Add(options) => {
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
        AlertTask::End { id, config } => {
            let path = format!("{ALERTS}?id={}&by={}", encoded(&id), encoded(&user()));
            print_change(&read_answer(&service(&config.config)?.delete(&path).await?)?);
        }
        AlertTask::Extend { id, end, config } => {
            let service = service(&config.config)?;
            let body = body(&end.request(id, user()))?;
            print_change(&read_answer(&service.post_json("/v1/alerts/extend", &body).await?)?);
        }
    }
    Ok(())
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
    change.warnings.iter().for_each(|warning| print_line(format_args!("warning: {warning}")));
}

/// The lines of the list, three for each alert.
fn lines(listing: &AlertListing) -> Vec<String> {
    let mut lines: Vec<String> = listing.alerts.iter().flat_map(entry_lines).collect();
    if lines.is_empty() {
        lines.push("no alert is active".to_owned());
    }
    lines.extend(listing.problem.as_ref().map(|problem| format!("problem: {problem}")));
    lines
}

fn entry_lines(alert: &AlertEntry) -> [String; 3] {
    let mut first = alert.id.clone();
    if alert.everyone {
        first += "  every caller";
    } else if let Some(customers) = alert.customers {
        first += &format!("  {customers} customer{}", if customers == 1 { "" } else { "s" });
    }
    if let Some(until) = &alert.until {
        first += &format!("  until {until}");
    }
    if let Some(rule) = &alert.rule {
        first += &format!("  rule {rule}");
    }
    if !alert.by.is_empty() {
        first += &format!("  by {} ({})", alert.by, alert.from);
    }
    [first, format!("      {}", alert.scope), format!("      \"{}\"", shortened(&alert.text))]
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
        let [first, scope, text] = entry_lines(&alert);
        let expected =
            "a7k2  1 customer  until 2026-11-30 18:30  rule rompimento  by ana (127.0.0.1)";
        assert_eq!((first.as_str(), scope.trim()), (expected, alert.scope.as_str()));
        assert!(text.chars().count() < 75 && text.ends_with("ção…\""), "{text}");
        let everyone = AlertEntry { everyone: true, ..alert };
        assert!(entry_lines(&everyone)[0].contains("every caller"));
    }

    #[test]
    fn an_empty_list_says_so_and_a_problem_is_shown() {
        let problem = Some("there is no state folder".to_owned());
        let lines = lines(&AlertListing { problem, ..AlertListing::default() });
        assert_eq!(lines, ["no alert is active", "problem: there is no state folder"]);
    }
}
