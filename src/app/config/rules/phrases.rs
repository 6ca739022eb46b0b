//! Reads the phrases and statuses of a rule, and warns of those that can never match.

use crate::domain::alert_text::TEXT_BYTES_MAX;
use crate::domain::prompt::{BadPhrase, Phrase};
use crate::domain::safe_text::is_machine_word;
use crate::runtime::language::Message;
use crate::runtime::settings::{Marked, Section};

use super::texts;

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
    let Some(Marked { value: written, place }) = section.texts(key) else { return Vec::new() };
    let path = section.path(key);
    let mut phrases = Vec::new();
    for text in &written {
        match Phrase::parse(text) {
            Ok(phrase) => phrases.push(phrase),
            Err(bad) => {
                section.report(place, problem(bad, &path, text));
                return Vec::new();
            }
        }
        if let Some(warning) = warning(text) {
            section.warn(texts::LIKELY_MISTAKE.message(&[
                ("path", &path),
                ("line", &place.line),
                ("text", &quoted(text)),
                ("warning", &warning),
            ]));
        }
    }
    if phrases.is_empty() {
        section.report(place, problem(BadPhrase::Empty, &path, ""));
    }
    phrases
}

/// Reads `except` or `over`, in which `*` would exclude every alert.
pub(super) fn exceptions(section: &mut Section<'_>, key: &'static str) -> Vec<Phrase> {
    let place = section.place();
    let except = phrases(section, key);
    if except.iter().any(Phrase::is_any) {
        let path = section.path(key);
        section.report(place, texts::EXCLUDES_ALL.message(&[("path", &path)]));
    }
    except
}

/// Reads `servico_status`.
pub(super) fn statuses(section: &mut Section<'_>) -> Vec<String> {
    let Some(Marked { value, place }) = section.texts("servico_status") else { return Vec::new() };
    let path = section.path("servico_status");
    if value.is_empty() || !value.iter().all(|word| is_machine_word(word, 64)) {
        section.report(place, texts::STATUSES.message(&[("path", &path)]));
    }
    for word in value.iter().filter(|word| !STATUSES.contains(&word.as_str())) {
        section.warn(texts::STATUS_LINE.message(&[
            ("path", &path),
            ("line", &place.line),
            ("problem", &unknown_status(word)),
        ]));
    }
    value
}

fn problem(bad: BadPhrase, path: &str, text: &str) -> Message {
    match bad {
        BadPhrase::Empty => texts::EMPTY.message(&[("path", &path)]),
        BadPhrase::Star => texts::STAR.message(&[("path", &path), ("text", &quoted(text))]),
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
fn warning(text: &str) -> Option<Message> {
    if text.len() > TEXT_BYTES_MAX {
        return Some(texts::PHRASE_TOO_LONG.into());
    }
    let parts = parts(text);
    if parts.len() > 1 {
        let list: Vec<_> = parts.iter().map(|part| format!("\"{}\"", quoted(part))).collect();
        let list = list.join(", ");
        return Some(texts::ONE_PHRASE.message(&[("list", &list)]));
    }
    let is_regex = text.contains(['\\', '^', '[', ']', '{', '}']) || text.contains("(?");
    let is_regex = is_regex || text.ends_with('$') || text.contains(".+");
    is_regex.then(|| texts::REGEX.into())
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

fn unknown_status(word: &str) -> Message {
    let lower = word.to_ascii_lowercase();
    if STATUSES.contains(&lower.as_str()) {
        return texts::STATUS_CASE.message(&[("word", &word), ("lower", &lower)]);
    }
    let distance = |status: &&str| edits(&lower, status);
    match STATUSES.into_iter().min_by_key(distance) {
        Some(nearest) if distance(&nearest) <= word.len() / 2 => {
            texts::NO_STATUS_NEAR.message(&[("word", &word), ("nearest", &nearest)])
        }
        _ => {
            let names = STATUSES.join(", ");
            texts::NO_STATUS.message(&[("word", &word), ("names", &names)])
        }
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
