//! The layout of the house, as rules that fail the build.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from top to bottom: a room uses only rooms above it. A new edge is a design
/// decision, so say why in the commit.
const ROOMS: [&str; 36] = [
    // The words.
    "phone",
    "safe_text",
    "plain_text",
    "alert_text",
    "customer",
    "call",
    "prompt",
    "finding",
    "answer",
    "wav",
    // The base.
    "plain_file",
    "secret",
    "access",
    "current",
    "flight",
    "jitter",
    "metrics",
    "limiter",
    "logging",
    "systemd",
    "tls",
    // The sources.
    "source",
    "lookup",
    "breaker",
    "hubsoft",
    // The way through, what it writes, and the doors.
    "responder",
    "render",
    "form",
    "recordings",
    "listener",
    "agi",
    "http",
    // The simulator stands apart: nothing above, only the command line below.
    "sim",
    // Together.
    "config",
    "cli",
    "main",
];

/// Rooms that are pure: they never wait and never look at a clock.
const PURE: [&str; 28] = [
    "access",
    "limiter",
    "phone",
    "safe_text",
    "plain_text",
    "alert_text",
    "customer",
    "call",
    "prompt",
    "finding",
    "answer",
    "wav",
    "render",
    "hubsoft/wire.rs",
    "hubsoft/grant.rs",
    "hubsoft/json.rs",
    "hubsoft/loose.rs",
    "hubsoft/flag.rs",
    "hubsoft/services.rs",
    "hubsoft/page.rs",
    "agi/wire.rs",
    "http/freeswitch.rs",
    "http/route.rs",
    "form",
    "lookup/cache.rs",
    "lookup/failing.rs",
    "lookup/pace.rs",
    "hubsoft/owners.rs",
];

/// HubSoft's names may stand in these places only. The rehearsal's callers are customers of the
/// simulator, and read an answer as a PBX does.
const KNOW_HUBSOFT: [&str; 7] = [
    "hubsoft/wire.rs",
    "hubsoft/flag.rs",
    "hubsoft/services.rs",
    "sim",
    "answer.rs",
    "config",
    "cli/rehearse/caller.rs",
];

struct Source {
    /// Path below `src`, like `http/route.rs`.
    path: String,
    room: String,
    text: String,
}

impl Source {
    /// The code without comments, and without the tests at its end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let code = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn is_in(&self, places: &[&str]) -> bool {
        let below =
            |place: &&str| self.path.strip_prefix(*place).is_some_and(|r| r.starts_with('/'));
        places.iter().any(|place| self.path == *place || self.room == *place || below(place))
    }
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let read = |file: PathBuf| {
        let path = file.strip_prefix(&src).expect("below src").to_string_lossy().into_owned();
        let room = path.split(['/', '.']).next().unwrap_or_default().to_owned();
        Source { text: fs::read_to_string(&file).expect("UTF-8"), path, room }
    };
    let sources: Vec<_> = files(&src, "rs").into_iter().map(read).collect();
    assert!(sources.len() > 30, "the sources are found");
    sources
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Every line of code with one of `signs`, in the sources that `concerned` names.
fn none_with(signs: &[&str], concerned: impl Fn(&Source) -> bool) {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| concerned(source)) {
        for (at, line) in source.code() {
            let found = signs.iter().filter(|sign| line.contains(**sign));
            wrong.extend(found.map(|sign| format!("{}:{at}: `{sign}`", source.path)));
        }
    }
    none(&wrong);
}

/// The rooms a line of code names by `crate::room`.
fn named(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn every_room_uses_only_rooms_above_it() {
    let position = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.room != "lib") {
        let Some(own) = position(&source.room) else {
            wrong.push(format!("{}: the room is not in the list of tests/tidy.rs", source.path));
            continue;
        };
        for (at, line) in source.code() {
            for used in named(line).filter(|used| *used != source.room) {
                if position(used).is_none_or(|used| used > own) {
                    wrong.push(format!("{}:{at}: uses `{used}`, which is not above", source.path));
                }
            }
        }
    }
    none(&wrong);
}

#[test]
fn the_simulator_shares_no_code_with_the_client() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.room == "sim") {
        for (at, line) in source.code() {
            wrong.extend(
                named(line)
                    .filter(|used| *used != "sim")
                    .map(|used| format!("{}:{at}: uses `{used}`", source.path)),
            );
        }
    }
    none(&wrong);
}

#[test]
fn a_closet_is_seen_only_from_its_own_room() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (at, line) in source.code() {
            let deep =
                line.trim_start().starts_with("pub mod ") && source.path.ends_with("/mod.rs");
            if deep {
                wrong.push(format!("{}:{at}: a closet is public", source.path));
            }
        }
    }
    none(&wrong);
}

#[test]
fn pure_rooms_neither_wait_nor_look_at_a_clock() {
    let signs = [
        "async ",
        ".await",
        "::now()",
        ".elapsed()",
        "SystemTime",
        "tokio::",
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "std::io",
    ];
    none_with(&signs, |source| source.is_in(&PURE));
}

#[test]
fn libraries_stay_in_their_rooms() {
    let homes: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("hyper", &["http", "hubsoft/failure.rs"][..]),
        ("hyper_util", &["http"]),
        ("http_body_util", &["http"]),
        ("quick_xml", &["render/xml.rs"]),
        ("arc_swap", &["current.rs"]),
        ("prometheus_client", &["metrics"]),
        ("listenfd", &["systemd.rs"]),
        ("sd_notify", &["systemd.rs"]),
        ("lru", &["lookup"]),
        ("memchr", &["agi", "form.rs", "prompt"]),
        ("foldhash", &["listener/places.rs"]),
        ("itoa", &["logging/call_line.rs", "render/xml.rs"]),
        (
            "reqwest",
            &["hubsoft", "config/hubsoft.rs", "cli/demo.rs", "cli/forget.rs", "cli/mod.rs"],
        ),
        ("rustls", &["hubsoft", "sim", "tls.rs"]),
        ("rustls_platform_verifier", &["hubsoft/trust.rs"]),
        ("subtle", &["access"]),
        ("toml", &["config/section.rs"]),
        ("zeroize", &["config", "hubsoft", "secret.rs"]),
        ("clap", &["cli/mod.rs", "cli/manual.rs"]),
        ("clap_complete", &["cli/mod.rs", "cli/manual.rs"]),
        ("clap_mangen", &["cli/manual.rs"]),
        ("anyhow", &["cli"]),
        ("unicode_normalization", &["alert_text", "safe_text.rs"]),
        ("tracing_subscriber", &["logging"]),
    ]);
    let mut wrong = Vec::new();
    for source in sources() {
        for (at, line) in source.code() {
            for (library, home) in &homes {
                if line.contains(&format!("{library}::"))
                    && !source.is_in(home)
                    && !source.path.contains(library)
                {
                    wrong.push(format!("{}:{at}: {library} belongs to {home:?}", source.path));
                }
            }
        }
    }
    none(&wrong);
}

#[test]
fn hubsofts_names_stay_in_their_places() {
    const NAMES: [&str; 12] = [
        "nome_razaosocial",
        "nome_fantasia",
        "alerta",
        "servico",
        "telefone_",
        "termo_busca",
        "busca",
        "cliente",
        "conectado",
        "ultima_conexao",
        "cancelado",
        "mensage",
    ];
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_in(&KNOW_HUBSOFT)) {
        for (at, line) in source.code() {
            for name in NAMES.iter().filter(|name| line.to_lowercase().contains(**name)) {
                wrong.push(format!("{}:{at}: `{name}`", source.path));
            }
        }
    }
    none(&wrong);
}

#[test]
fn each_file_opens_with_what_it_is_for_and_stays_small() {
    const CODE_LINES_MAX: usize = 400;
    let mut wrong = Vec::new();
    let tests = files(&root().join("tests"), "rs").into_iter().map(|file| Source {
        text: fs::read_to_string(&file).expect("UTF-8"),
        path: file.display().to_string(),
        room: "tests".to_owned(),
    });
    for source in sources().into_iter().chain(tests) {
        let first = source.text.lines().next().unwrap_or_default();
        if !first.starts_with("//! ") || first.len() > 110 {
            wrong.push(format!("{}: opens with no sentence: {first}", source.path));
        }
        let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
        let lines = source.text.lines().filter(is_code).count();
        if lines > CODE_LINES_MAX {
            wrong.push(format!("{}: {lines} lines of code", source.path));
        }
    }
    none(&wrong);
}

#[test]
fn no_room_is_named_after_nothing() {
    let nothing = ["util", "utils", "common", "helper", "helpers", "types", "misc"];
    let named = |source: &Source| {
        source
            .path
            .split(['/', '.'])
            .any(|part| nothing.contains(&part))
            .then(|| source.path.clone())
    };
    none(&sources().iter().filter_map(named).collect::<Vec<_>>());
}

#[test]
fn functions_are_short() {
    const LINES_MAX: usize = 60;
    let mut wrong = Vec::new();
    for source in sources() {
        let mut open: Option<(usize, usize, String)> = None;
        for (at, line) in source.code() {
            let indent = line.len() - line.trim_start().len();
            if open.is_none() && line.contains("fn ") && line.ends_with('{') {
                open = Some((at, indent, line.trim().to_owned()));
            } else if let Some((start, depth, name)) = &open
                && indent == *depth
                && line.trim() == "}"
            {
                if at - start > LINES_MAX {
                    wrong.push(format!("{}:{start}: {} lines: {name}", source.path, at - start));
                }
                open = None;
            }
        }
    }
    none(&wrong);
}

#[test]
fn nothing_panics_by_accident() {
    none_with(&[".unwrap()", "todo!", "unimplemented!", "dbg!(", "panic!("], |_| true);
}

#[test]
fn personal_data_is_revealed_only_where_it_leaves() {
    let may = [
        "access",
        "phone",
        "call.rs",
        "safe_text.rs",
        "alert_text",
        "secret.rs",
        "customer.rs",
        "answer.rs",
        "hubsoft",
        "cli/forget.rs",
        "cli/lookup.rs",
        "cli/watchdog.rs",
    ];
    none_with(&[".reveal()", "::reveal"], |source| !source.is_in(&may));
}

/// Waits and ages are told by a clock that never jumps; only the log shows the time of day, and
/// only the TLS library looks at it, for certificates. The doctor looks whether that clock is
/// right, and how long a certificate is good: it says so and decides nothing.
#[test]
fn nothing_is_decided_by_the_wall_clock() {
    let apart = ["sim", "logging", "cli/doctor/clock.rs"];
    none_with(&["SystemTime", "UNIX_EPOCH"], |source| !source.is_in(&apart));
}

#[test]
fn every_unfinished_note_names_an_issue() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (at, line) in source.text.lines().enumerate() {
            if line.contains("TODO") || line.contains("FIXME") || line.contains("XXX") {
                wrong.push(format!("{}:{}: {}", source.path, at + 1, line.trim()));
            }
        }
    }
    none(&wrong);
}
