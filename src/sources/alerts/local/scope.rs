//! Reads the scope of a request: finds its places in the directory, and its called numbers.

use std::sync::Arc;

use crate::domain::alert_text::AlertText;
use crate::domain::call::Did;
use crate::domain::safe_text::is_machine_word;
use crate::sources::directory::DirectoryView;

use super::alert::{BY_BYTES_MAX, LocalScope, NAMES_MAX, TEXT_CHARS_MAX};
use super::naming::{find_place, shown};
use super::request::{AlertRequest, LocalAlertError};

/// Maximum bytes of a name; the source's columns have 255 characters.
const NAME_BYTES_MAX: usize = 255;

/// Finds what the request names.
pub(super) fn read_scope(
    request: &AlertRequest,
    view: Option<&DirectoryView>,
) -> Result<LocalScope, LocalAlertError> {
    let names = request.places().iter().map(|(_, names)| names.len()).sum::<usize>();
    if names + request.dids.len() > NAMES_MAX {
        return Err(LocalAlertError::Names);
    }
    if names + request.dids.len() == 0 && !request.everyone {
        return Err(LocalAlertError::NoScope);
    }
    let mut scope = LocalScope { everyone: request.everyone, ..LocalScope::default() };
    let mut parts = Vec::new();
    if request.everyone {
        parts.push("everyone".to_owned());
    }
    for (kind, names) in request.places().into_iter().filter(|(_, names)| !names.is_empty()) {
        let known = view.ok_or(LocalAlertError::NoDirectory)?.known_places(kind);
        for name in names {
            let place = find_place(truncated(name), &known)?;
            parts.push(format!("{} {}", kind.word(), shown(&place.path, &known)));
            scope.places.push(place);
        }
    }
    for did in &request.dids {
        let did = read_did(did)?;
        parts.push(format!("called number {did}"));
        scope.dids.push(did);
    }
    scope.shown = parts.join("; ");
    Ok(scope)
}

/// A called number, as it was typed.
fn read_did(typed: &str) -> Result<String, LocalAlertError> {
    let typed = typed.trim();
    Did::new(typed)
        .map(|_| typed.to_owned())
        .ok_or_else(|| LocalAlertError::Did(truncated(typed).to_owned()))
}

fn truncated(name: &str) -> &str {
    let mut end = name.len().min(NAME_BYTES_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// The text on one line, signature included.
pub(super) fn read_text(typed: &str) -> Result<String, LocalAlertError> {
    let text = AlertText::new(typed).ok_or(LocalAlertError::Blank)?;
    let (line, _) = text.into_signed();
    let is_long = typed.trim().chars().count() > TEXT_CHARS_MAX;
    if is_long { Err(LocalAlertError::Long) } else { Ok(line) }
}

/// The rule, which has to be one of the configuration.
pub(super) fn read_rule(
    named: Option<&str>,
    rules: &[Arc<str>],
) -> Result<Option<String>, LocalAlertError> {
    let Some(rule) = named else { return Ok(None) };
    if rules.iter().any(|known| **known == *rule) {
        return Ok(Some(rule.to_owned()));
    }
    let known = rules.iter().map(|known| known.to_string()).collect();
    Err(LocalAlertError::Rule { rule: truncated(rule).to_owned(), known })
}

/// Who requests it, as a word that cannot break a line of the log.
pub(super) fn read_name(given: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let plain = given.trim().chars().take(BY_BYTES_MAX);
    let plain: String = plain.map(|c| if is_plain(c) { c } else { '-' }).collect();
    let plain = plain.replace("..", "--");
    if is_machine_word(&plain, BY_BYTES_MAX) { plain } else { "unknown".to_owned() }
}
