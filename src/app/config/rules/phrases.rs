//! Reads the phrases and statuses of a rule, and warns of those that can never match.

use crate::domain::alert_text::TEXT_BYTES_MAX;
use crate::domain::prompt::{BadPhrase, Phrase};
use crate::domain::safe_text::is_machine_word;
use crate::runtime::settings::{Marked, Section};

/// The statuses that HubSoft's API documentation lists.
const STATUSES: [&str; 13] = [
    "agendado_para_instalacao",
    "aguardando_assinatura_contrato",
    "aguardando_configuracao",
    "aguardando_instalacao",
    "aguardando_liberacao_ti",
    "aguardando_migracao",
    "cancelado",
    "franquia_excedida",
    "inativo",
    "servico_habilitado",
    "suspenso_debito",
    "suspenso_parcialmente",
    "suspenso_pedido_cliente",
];
/// Longest part of a phrase that a message quotes, in characters.
const QUOTED_MAX: usize = 40;

/// Reads `text`, `also`, `except` or `over`.
pub(super) fn phrases(section: &mut Section<'_>, key: &'static str) -> Vec<Phrase> {
    let Some(Marked { value: texts, place }) = section.texts(key) else { return Vec::new() };
    let path = section.path(key);
    let mut phrases = Vec::new();
    for text in &texts {
        match Phrase::parse(text) {
            Ok(phrase) => phrases.push(phrase),
            Err(bad) => {
                section.report(place, format!("{path} {}", problem(bad, text)));
                return Vec::new();
            }
        }
        if let Some(warning) = warning(text) {
            section.warn(format!("{path} (line {}): `{}` {warning}", place.line, quoted(text)));
        }
    }
    if phrases.is_empty() {
        section.report(place, format!("{path} {}", problem(BadPhrase::Empty, "")));
    }
    phrases
}

/// Reads `except` or `over`, in which `*` would exclude every alert.
pub(super) fn exceptions(section: &mut Section<'_>, key: &'static str) -> Vec<Phrase> {
    let place = section.place();
    let except = phrases(section, key);
    if except.iter().any(Phrase::is_any) {
        let path = section.path(key);
        section.report(place, format!("{path} = \"*\" excludes every alert: name words"));
    }
    except
}

/// Reads `servico_status`.
pub(super) fn statuses(section: &mut Section<'_>) -> Vec<String> {
    let Some(Marked { value, place }) = section.texts("servico_status") else { return Vec::new() };
    let path = section.path("servico_status");
    if value.is_empty() || !value.iter().all(|word| is_machine_word(word, 64)) {
        section.report(place, format!("{path} must name HubSoft's prefixes, like suspenso_debito"));
    }
    for word in value.iter().filter(|word| !STATUSES.contains(&word.as_str())) {
        section.warn(format!("{path} (line {}): {}", place.line, unknown_status(word)));
    }
    value
}

fn problem(bad: BadPhrase, text: &str) -> String {
    match bad {
        BadPhrase::Empty => {
            "is empty: name words to match, or \"*\" for all (punctuation alone matches nothing)"
                .into()
        }
        BadPhrase::Star => {
            format!("`{}`: a `*` must stand at an end of a word, as in \"rompi*\"", quoted(text))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTED_MAX).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}

/// Why a phrase probably does not match what it is meant for.
fn warning(text: &str) -> Option<String> {
    if text.len() > TEXT_BYTES_MAX {
        return Some("is longer than any alert text".to_owned());
    }
    let parts = parts(text);
    if parts.len() > 1 {
        let list: Vec<_> = parts.iter().map(|part| format!("\"{}\"", quoted(part))).collect();
        let list = list.join(", ");
        return Some(format!(
            "is one phrase and matches only as a whole: to match any of its parts, write [{list}]"
        ));
    }
    let is_regex = text.contains(['\\', '^', '[', ']', '{', '}']) || text.contains("(?");
    let is_regex = is_regex || text.ends_with('$') || text.contains(".+");
    is_regex.then(|| {
        "looks like a regular expression: only words and a `*` at an end of a word are supported"
            .to_owned()
    })
}

/// The parts between list separators; a comma within a number is not a separator.
fn parts(text: &str) -> Vec<&str> {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let in_number = |at: usize| at > 0 && is_digit(at - 1) && is_digit(at + 1);
    let separator = |at: usize, c: char| matches!(c, '|' | ';') || (c == ',' && !in_number(at));
    let mut begin = 0;
    let mut parts = Vec::new();
    let ends = text.char_indices().filter(|(at, c)| separator(*at, *c)).map(|(at, _)| at);
    for end in ends.chain([text.len()]) {
        parts.push(text[begin..end].trim());
        begin = end + 1;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn unknown_status(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    if STATUSES.contains(&lower.as_str()) {
        return format!("`{word}` matches nothing, because HubSoft uses lower case: `{lower}`");
    }
    let distance = |status: &&str| edits(&lower, status);
    match STATUSES.into_iter().min_by_key(distance) {
        Some(nearest) if distance(&nearest) <= word.len() / 2 => {
            format!("HubSoft has no status `{word}`: did you mean `{nearest}`?")
        }
        _ => format!("HubSoft has no status `{word}`: expected one of {}", STATUSES.join(", ")),
    }
}

/// The number of letters to insert, delete or replace to turn `b` into `a` (Levenshtein distance).
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, one) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in b.bytes().enumerate() {
            let change = diagonal + usize::from(one != other);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}
