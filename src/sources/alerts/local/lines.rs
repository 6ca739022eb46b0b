//! The text of the file of local alerts: a line of JSON for each, with its checksum.
//!
//! ```text
//! {"alert":{…}} <checksum>
//! {"ended":{"id":"a7k2","at_s":…}} <checksum>
//! ```

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::runtime::state_folder::{CheckedLine, checked_lines, write_checked_line};

use super::alert::LocalAlert;
use super::id::is_id;

/// An id that must not be used again yet.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndedId {
    pub(super) id: String,
    /// When its alert ended, in seconds since the epoch.
    pub(super) at_s: u64,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum AlertLine<'a> {
    Alert(Cow<'a, LocalAlert>),
    Ended(Cow<'a, EndedId>),
}

/// What a file states, in its order.
#[derive(Default)]
pub(super) struct AlertFile {
    pub(super) alerts: Vec<LocalAlert>,
    pub(super) ended: Vec<EndedId>,
    /// Lines that mean nothing.
    pub(super) damaged: usize,
}

impl AlertFile {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut file = Self::default();
        for line in checked_lines(bytes) {
            match read_line(line) {
                Some(AlertLine::Alert(alert)) if alert.is_sound() => {
                    file.alerts.push(alert.into_owned());
                }
                Some(AlertLine::Ended(ended)) if is_id(&ended.id) => {
                    file.ended.push(ended.into_owned());
                }
                _ => file.damaged += 1,
            }
        }
        file
    }
}

/// Writes the file.
pub(super) fn written<'a>(
    alerts: impl Iterator<Item = &'a LocalAlert>,
    ended: &'a [EndedId],
) -> String {
    let mut text = String::new();
    let alerts = alerts.map(|alert| AlertLine::Alert(Cow::Borrowed(alert)));
    let ended = ended.iter().map(|ended| AlertLine::Ended(Cow::Borrowed(ended)));
    for line in alerts.chain(ended) {
        // Texts, numbers and flags always are JSON.
        let json = serde_json::to_string(&line).unwrap_or_default();
        write_checked_line(&json, &mut text);
    }
    text
}

fn read_line(line: CheckedLine<'_>) -> Option<AlertLine<'static>> {
    serde_json::from_str(line.content()?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::alert::LocalScope;
    use super::*;

    fn alert(id: &str, text: &str) -> LocalAlert {
        LocalAlert {
            id: id.to_owned(),
            text: text.to_owned(),
            scope: LocalScope { everyone: true, ..LocalScope::default() },
            added_s: 1,
            ends_s: 2,
            is_end_given: true,
            rule: None,
            by: "ana".to_owned(),
            from: "127.0.0.1".to_owned(),
        }
    }

    fn file() -> (Vec<LocalAlert>, Vec<EndedId>, String) {
        let alerts = vec![alert("a7k2", "Queda\nno \"centro\""), alert("c2h3", "Manutenção")];
        let ended = vec![EndedId { id: "m9r4".to_owned(), at_s: 7 }];
        let text = written(alerts.iter(), &ended);
        (alerts, ended, text)
    }

    #[test]
    fn what_was_written_is_read() {
        let (alerts, ended, text) = file();
        let read = AlertFile::read(text.as_bytes());
        assert_eq!((read.alerts, read.ended, read.damaged), (alerts, ended, 0));
    }

    #[test]
    fn a_line_of_an_earlier_version_has_an_end_that_nobody_gave() {
        let new = serde_json::to_string(&alert("a7k2", "Queda")).expect("JSON");
        let old = new.replace("\"is_end_given\":true,", "");
        assert_ne!(old, new);
        let mut text = String::new();
        write_checked_line(&format!("{{\"alert\":{old}}}"), &mut text);
        let read = AlertFile::read(text.as_bytes()).alerts;
        assert_eq!(read, [LocalAlert { is_end_given: false, ..alert("a7k2", "Queda") }]);
    }

    #[test]
    fn a_changed_byte_costs_one_line_and_never_changes_an_alert() {
        let (alerts, ended, text) = file();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let read = AlertFile::read(&bytes);
            let kept = read.alerts.len() + read.ended.len();
            assert!(kept >= 2 && read.damaged <= 3, "byte {at}: {kept} kept, {}", read.damaged);
            assert!(read.alerts.iter().all(|alert| alerts.contains(alert)), "byte {at}");
            assert!(read.ended.iter().all(|id| ended.contains(id)), "byte {at}");
        }
    }

    #[test]
    fn a_line_that_this_program_would_not_write_is_damaged() {
        for odd in [alert("b7k2", "Queda"), alert("a7k2", " "), alert("a7k2", &"x ".repeat(2_000))]
        {
            let read = AlertFile::read(written([odd].iter(), &[]).as_bytes());
            assert_eq!((read.alerts.len(), read.damaged), (0, 1));
        }
    }
}
