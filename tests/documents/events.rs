//! The documents of log events have every event of the source, with its level and fields, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::{read, root};

const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];
const DOCUMENTS: [&str; 2] = ["docs/events.md", "docs/eventos.pt-BR.md"];

/// Files whose lines take their words from a text that is made before, with the events this makes.
/// The warnings of the configuration, and what these modules of the log write for others, are no events
/// of their own.
const WORDED_BEFORE: [(&str, &[&str]); 6] = [
    ("src/answering/journal/disk.rs", &["calls are not written to the journal"]),
    ("src/app/service.rs", &[]),
    ("src/cli/serve.rs", &[]),
    ("src/runtime/logging/call_line.rs", &[]),
    ("src/runtime/logging/mod.rs", &[]),
    (
        "src/sources/alerts/local/disk.rs",
        &[
            "a restart loses the latest changes of local alerts",
            "the file of local alerts cannot be read",
        ],
    ),
];

/// The levels and the fields of an event.
#[derive(Debug, Default, PartialEq, Eq)]
struct EventForm {
    levels: BTreeSet<String>,
    fields: BTreeSet<String>,
}

type Events = BTreeMap<String, EventForm>;

/// The code of every file below `src`, without its tests.
fn sources() -> BTreeMap<String, String> {
    fn collect(folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                let name = path.strip_prefix(root()).expect("below the root");
                found.insert(name.to_string_lossy().into_owned(), code.to_owned());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(&root().join("src"), &mut found);
    found
}

/// The arguments of a call whose parenthesis is open at the beginning of `text`.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut is_text, mut is_escaped) = (0, false, false);
    let mut all = vec![String::new()];
    for c in text.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_text => is_escaped = true,
            '"' => is_text = !is_text,
            _ if is_text => {}
            ')' if depth == 0 => break,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        all.last_mut().expect("there is one").push(c);
    }
    all.iter().map(|argument| argument.trim().to_owned()).filter(|own| !own.is_empty()).collect()
}

/// What a text in the source says: without its quotes and line ends, `…` for each part that changes.
fn said(literal: &str) -> String {
    let lines = literal.trim_matches('"').split("\\\n").map(str::trim_start);
    let mut said = String::new();
    for (index, part) in lines.collect::<String>().split(['{', '}']).enumerate() {
        said += if index % 2 == 0 { part } else { "…" };
    }
    said.replace(['`', '\\'], "")
}

/// The name of an event: the words of its line before a remedy in parentheses, a semicolon, and a colon
/// that at least two words precede.
fn event_name(line: &str) -> String {
    let start = line.split(" (").next().unwrap_or(line);
    let start = start.split("; ").next().unwrap_or(start);
    let colons = start.match_indices(": ").map(|(at, _)| &start[..at]);
    let named = colons.into_iter().find(|words| words.split_whitespace().count() >= 2);
    named.unwrap_or(start).to_owned()
}

/// `%address` and `id = entry.id` are the fields `address` and `id`.
fn field(argument: &str) -> String {
    let name = argument.split(" =").next().unwrap_or(argument);
    name.trim_start_matches(['%', '?']).to_owned()
}

/// The arguments of every call in `code` that begins with `start`.
fn calls(code: &str, start: &str) -> Vec<Vec<String>> {
    let ends = code.match_indices(start).map(|(at, _)| at + start.len());
    ends.map(|end| arguments(&code[end..])).collect()
}

fn add(events: &mut Events, name: &str, levels: &[String], fields: Vec<String>) {
    let form = events.entry(name.to_owned()).or_default();
    form.levels.extend(levels.iter().cloned());
    form.fields.extend(fields);
}

/// Lines that a file writes at once.
fn add_lines(path: &str, code: &str, events: &mut Events) {
    for level in LEVELS {
        for arguments in calls(code, &format!("{level}!(")) {
            let at = arguments.iter().position(|own| own.starts_with('"'));
            let at = at.unwrap_or_else(|| panic!("{path}: a line without words: {arguments:?}"));
            let levels = [level.to_owned()];
            let fields = || arguments[..at].iter().map(|own| field(own)).collect();
            let name = event_name(&said(&arguments[at]));
            if name.chars().any(char::is_alphabetic) {
                add(events, &name, &levels, fields());
                continue;
            }
            let words = WORDED_BEFORE.iter().find(|(own, _)| *own == path);
            let (_, words) = words.unwrap_or_else(|| panic!("{path}: what does it log?"));
            for name in *words {
                assert!(code.contains(name), "{path} does not say {name:?}");
                add(events, name, &levels, fields());
            }
        }
    }
}

/// The levels that `code` names.
fn levels(code: &str) -> Vec<String> {
    let parts = code.split("Level::").skip(1);
    let words = parts.map(|rest| rest.split([',', ')']).next().unwrap_or(rest));
    words.map(str::to_lowercase).collect()
}

/// Kinds of line that a flood does not repeat, and the line of a call.
fn add_kinds(code: &str, events: &mut Events) {
    for arguments in calls(code, "RateLimitedLog::new(") {
        let own = levels(&arguments[0]);
        let own = if own.is_empty() { levels(code) } else { own };
        let constant = format!("const {}: &str = \"", arguments[1]);
        let name = code.split_once(&constant).and_then(|(_, rest)| rest.split('"').next());
        add(events, name.unwrap_or(&said(&arguments[1])), &own, Vec::new());
    }
    for arguments in calls(code, "CallLine::begin(") {
        let keys = calls(code, "key!(").into_iter().map(|key| said(&key[0])).collect();
        add(events, &said(&arguments[0]), &["info".to_owned()], keys);
    }
}

fn events() -> Events {
    let mut events = Events::new();
    for (path, code) in sources() {
        add_lines(&path, &code, &mut events);
        add_kinds(&code, &mut events);
    }
    events
}

/// The words between backquotes.
fn quoted(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The rows of every table of a document, cell by cell.
fn rows(document: &str) -> Vec<Vec<String>> {
    let text = read(document);
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let cells =
        |row: &str| row.trim_matches('|').split('|').map(|own| own.trim().to_owned()).collect();
    rows.map(cells).collect()
}

#[test]
fn both_documents_of_events_have_every_event_with_level_and_fields() {
    let events = events();
    assert!(events.len() > 80, "the events are found");
    for document in DOCUMENTS {
        let mut written = Events::new();
        for row in rows(document) {
            let [name, levels, meaning, remedy, fields] = &row[..] else { panic!("{row:?}") };
            assert!(meaning.len() > 8 && remedy.len() > 3, "{document}: {name} is not explained");
            let levels = levels.split(", ").map(str::to_owned).collect();
            let form = EventForm { levels, fields: quoted(fields) };
            let before = written.insert(name.trim_matches('`').to_owned(), form);
            assert!(before.is_none(), "{document}: {name} has two rows");
        }
        let missing: Vec<_> = events.keys().filter(|name| !written.contains_key(*name)).collect();
        assert!(missing.is_empty(), "{document}: add a row for each of {missing:#?}");
        let gone: Vec<_> = written.keys().filter(|name| !events.contains_key(*name)).collect();
        assert!(gone.is_empty(), "{document}: nothing logs {gone:#?}");
        for (name, form) in &events {
            assert_eq!(&written[name], form, "{document}: {name}");
        }
    }
}

#[test]
fn both_documents_of_events_have_the_same_rows_in_the_same_order() {
    let names = |document| rows(document).into_iter().map(|row| row[0].clone()).collect::<Vec<_>>();
    let [english, portuguese] = DOCUMENTS.map(names);
    let other = english.iter().zip(&portuguese).find(|(one, other)| one != other);
    assert_eq!((english.len(), None), (portuguese.len(), other));
}
