//! The layout of the sources, as rules that fail the build.

#[path = "tidy/functions.rs"]
mod functions;
#[path = "tidy/layout.rs"]
mod layout;
#[path = "tidy/names.rs"]
mod names;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules that are pure: they never wait and never look at a clock.
const PURE: &[&str] = &[
    "domain",
    "runtime/access",
    "sources/limiter",
    "sources/alerts/feed",
    "sources/reasons.rs",
    "answering/render",
    "sources/hubsoft/by_identity.rs",
    "sources/hubsoft/by_phone.rs",
    "sources/hubsoft/query.rs",
    "sources/hubsoft/wire.rs",
    "sources/hubsoft/grant.rs",
    "sources/hubsoft/json.rs",
    "sources/hubsoft/loose.rs",
    "sources/hubsoft/flag.rs",
    "sources/hubsoft/services.rs",
    "sources/hubsoft/page.rs",
    "servers/fastagi/wire.rs",
    "servers/endpoints/calls",
    "servers/endpoints/range.rs",
    "servers/http/endpoint.rs",
    "servers/form.rs",
    "answering/lookup/freshness.rs",
    "sources/cache.rs",
    "sources/shared_alerts.rs",
    "answering/lookup/failing.rs",
    "answering/lookup/latency.rs",
    "sources/hubsoft/owners.rs",
    "sources/alerts/local/end_time.rs",
    "sources/alerts/local/id.rs",
    "sources/alerts/local/lines.rs",
    "sources/alerts/local/naming.rs",
    "sources/alerts/local/scope.rs",
    "sources/directory/walk/completeness.rs",
    "sources/directory/walk/filter.rs",
    "sources/directory/walk/pace.rs",
    "sources/directory/walk/paging.rs",
    "sources/directory/walk/schedule.rs",
    "sources/hubsoft/places.rs",
    "sources/hubsoft/refusal.rs",
    "sources/hubsoft/short_text.rs",
    "sources/hubsoft/alerts/rows.rs",
    "sources/hubsoft/alerts/scope.rs",
    "sources/hubsoft/alerts/times.rs",
    "sources/hubsoft/list/customers.rs",
    "sources/hubsoft/list/reply.rs",
    "sources/hubsoft/list/table_rows.rs",
    "sources/hubsoft/list/tables.rs",
    "sources/directory/packed/amendments.rs",
    "sources/directory/packed/builder.rs",
    "sources/directory/packed/generation.rs",
    "sources/directory/packed/hash.rs",
    "sources/directory/packed/join_report.rs",
    "sources/directory/packed/joins.rs",
    "sources/directory/packed/known_places.rs",
    "sources/directory/packed/named.rs",
    "sources/directory/packed/numbers.rs",
    "sources/directory/packed/places.rs",
    "sources/directory/packed/rows.rs",
    "sources/directory/packed/scan.rs",
    "sources/directory/packed/scope.rs",
    "sources/directory/packed/texts.rs",
    "sources/directory/forgotten/lines.rs",
    "sources/alerts/evidence/earlier/lines.rs",
    "sources/alerts/evidence/sample.rs",
    "sources/alerts/evidence/stratum.rs",
    "sources/alerts/evidence/tally.rs",
    "sources/alerts/evidence/trial.rs",
];

/// HubSoft's names may stand in these places only. The rehearsal's callers are customers of the
/// simulator, and read an answer as a PBX does. A place says which status is that of a closed service.
const KNOW_HUBSOFT: &[&str] = &[
    "sources/hubsoft/alerts",
    "sources/hubsoft/by_identity.rs",
    "sources/hubsoft/by_phone.rs",
    "sources/hubsoft/wire.rs",
    "sources/hubsoft/flag.rs",
    "sources/hubsoft/list",
    "sources/hubsoft/places.rs",
    "sources/hubsoft/screens.rs",
    "sources/hubsoft/services.rs",
    "sources/hubsoft/settings.rs",
    "simulator",
    "domain/answer.rs",
    "servers/endpoints/agent_calls.rs",
    "domain/place.rs",
    "app/config",
    "cli/rehearse/caller.rs",
    // Its pages are in Portuguese, and so are the texts that are spoken.
    "servers/console",
    "domain/speech_text",
    // Texts in Portuguese.
    "answering/journal/report/texts.rs",
    "answering/lookup/texts.rs",
    "cli/check_texts.rs",
    "cli/demo/texts.rs",
    "cli/doctor/texts.rs",
    "cli/error_texts.rs",
    "cli/help/problem.rs",
    "cli/help/texts.rs",
    "cli/rehearse/texts.rs",
    "cli/setup/address.rs",
    "cli/setup/texts.rs",
    "cli/texts.rs",
    "sources/hubsoft/texts.rs",
    "sources/sentences",
];

struct Source {
    /// Path below `src`, like `servers/http/guard.rs`.
    path: String,
    text: String,
}

impl Source {
    /// The code without comments, and without the tests at its end; a file of tests has none.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let text = if self.path.ends_with("/tests.rs") { "" } else { &*self.text };
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn is_in(&self, places: &[&str]) -> bool {
        let below =
            |place: &&str| self.path.strip_prefix(*place).is_some_and(|r| r.starts_with('/'));
        places.iter().any(|place| self.path == *place || below(place))
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
        Source { text: fs::read_to_string(&file).expect("UTF-8"), path }
    };
    let sources: Vec<_> = files(&src, "rs").into_iter().map(read).collect();
    assert!(sources.len() > 30, "the sources are found");
    sources
}

/// The tests below `tests`, each by its path below the root.
fn tests() -> Vec<Source> {
    let read = |file: PathBuf| {
        let path = file.strip_prefix(root()).expect("below the root").display().to_string();
        Source { text: fs::read_to_string(&file).expect("UTF-8"), path }
    };
    files(&root().join("tests"), "rs").into_iter().map(read).collect()
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

/// A group shows its modules; a module with files of its own shows none of them.
#[test]
fn a_private_module_is_seen_only_from_its_own_module() {
    let is_group = |source: &Source| source.path.matches('/').count() == 1;
    none_with(&["pub mod "], |source| source.path.ends_with("/mod.rs") && !is_group(source));
}

#[test]
fn pure_modules_neither_wait_nor_read_a_clock() {
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
    none_with(&signs, |source| source.is_in(PURE));
}

/// Whether the line has a path that begins with `library`: neither `String::new` nor
/// `rustls::crypto::ring::` is one of `ring`.
fn names(line: &str, library: &str) -> bool {
    let is_longer = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let begins = |at: usize| !line[..at].ends_with(is_longer);
    line.match_indices(&format!("{library}::")).any(|(at, _)| begins(at))
}

const HYPER: &[&str] =
    &["servers/http", "servers/endpoints", "servers/console", "sources/hubsoft/failure.rs"];
const RING: &[&str] =
    &["answering/speech", "runtime/state_folder", "servers/console", "sources/directory"];

/// The modules in which each library may be named.
const HOMES: &[(&str, &[&str])] = &[
    ("hyper", HYPER),
    ("maud", &["servers/console"]),
    ("hyper_util", &["servers/http"]),
    ("http_body_util", &["servers/http"]),
    ("quick_xml", &["answering/render/xml.rs"]),
    ("arc_swap", &["runtime/current.rs"]),
    ("prometheus_client", &["runtime/metrics"]),
    ("listenfd", &["runtime/systemd.rs"]),
    ("sd_notify", &["runtime/systemd.rs"]),
    (
        "lru",
        &["answering/identify", "answering/lookup", "sources/cache.rs", "sources/shared_alerts.rs"],
    ),
    ("memchr", &["servers/fastagi", "servers/form.rs", "domain/prompt"]),
    ("foldhash", &["answering/figures", "answering/journal/heard.rs", "servers/listener/slots.rs"]),
    ("itoa", &["runtime/logging/call_line.rs", "answering/render/xml.rs"]),
    (
        "reqwest",
        &["sources/hubsoft", "sources/speech", "cli/demo/mod.rs", "cli/operation.rs", "cli/mod.rs"],
    ),
    ("ring", RING),
    ("rustls", &["sources/hubsoft", "simulator", "runtime/tls"]),
    ("rustls_platform_verifier", &["sources/hubsoft/trust.rs"]),
    ("base64", &["runtime/access"]),
    ("percent_encoding", &["servers/console", "simulator"]),
    ("ipnet", &["runtime/access"]),
    ("rustix", &["cli/setup/as_user.rs", "cli/setup/machine.rs", "cli/setup/terminal.rs"]),
    ("subtle", &["runtime/access", "servers/console"]),
    ("toml", &["runtime/settings/tree.rs"]),
    (
        "zeroize",
        &[
            "app/config",
            "cli/setup",
            "runtime/secret.rs",
            "runtime/settings",
            "sources/directory",
            "sources/hubsoft",
        ],
    ),
    (
        "clap",
        &[
            "cli/alert",
            "cli/directory.rs",
            "cli/help",
            "cli/mod.rs",
            "cli/manual.rs",
            "cli/rehearse",
            "cli/report.rs",
            "cli/say.rs",
            "cli/setup/mod.rs",
        ],
    ),
    ("clap_complete", &["cli/mod.rs", "cli/manual.rs"]),
    ("clap_mangen", &["cli/manual.rs"]),
    ("anyhow", &["cli"]),
    (
        "unicode_normalization",
        &["domain/alert_text", "domain/safe_text.rs", "domain/speech_text", "sources/speech"],
    ),
    ("tracing_subscriber", &["runtime/logging"]),
];

fn homes() -> BTreeMap<&'static str, &'static [&'static str]> {
    HOMES.iter().copied().collect()
}

#[test]
fn libraries_stay_in_their_modules() {
    let homes = homes();
    let mut wrong = Vec::new();
    for source in sources() {
        for (at, line) in source.code() {
            for (library, home) in &homes {
                if names(line, library) && !source.is_in(home) && !source.path.contains(library) {
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
    for source in sources().iter().filter(|source| !source.is_in(KNOW_HUBSOFT)) {
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
    for source in sources().into_iter().chain(tests()) {
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
fn no_module_has_a_catch_all_name() {
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
fn personal_data_is_revealed_only_where_it_leaves() {
    let may = [
        "runtime/access",
        "domain/phone",
        "domain/call.rs",
        "domain/document.rs",
        "domain/safe_text.rs",
        "domain/alert_text",
        "runtime/secret.rs",
        "domain/alert.rs",
        "domain/customer.rs",
        "domain/answer.rs",
        "sources/directory/forgotten",
        "sources/directory/keys.rs",
        "sources/hubsoft",
        "sources/directory/packed/hash.rs",
        "sources/directory/packed/rows.rs",
        "cli/operation.rs",
        "cli/lookup.rs",
        "app/watchdog.rs",
        // The text of an alert, on its way to the speech engine.
        "answering/speech",
        "sources/speech",
        "cli/say.rs",
        // Secrets that were typed, on their way to their files.
        "cli/setup/credentials.rs",
        "cli/setup/interview.rs",
        "cli/setup/plan.rs",
        // The texts of alerts, for operators who have logged in.
        "servers/console",
    ];
    none_with(&[".reveal()", "::reveal"], |source| !source.is_in(&may));
}

/// Waits and ages use a clock that never jumps; only the log shows the time of day, and
/// only the TLS library looks at it, for certificates. The doctor looks whether that clock is
/// right, and how long a certificate is valid: it reports so and decides nothing.
#[test]
fn nothing_is_decided_by_the_wall_clock() {
    let apart = ["runtime/wall_clock.rs", "simulator", "runtime/logging", "cli/doctor/clock.rs"];
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
