//! The contract with the snippets: every field, variable and address they use is one we serve.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bina::answering::render::Freeswitch;
use bina::app::config::{AGI_DEFAULT, HTTP_DEFAULT};
use bina::domain::agent_call::Agent;
use bina::domain::answer::FIELDS;
use bina::domain::identification::Identification;
use bina::servers::endpoints;

/// Variables of the Asterisk snippets that are their own, not fields.
const OWN: [&str; 40] = [
    "AFTER",
    "AGI",
    "AGI_2",
    "ANSWER",
    "AS_PRESENTED",
    "BASE",
    "BEGAN",
    "BODY",
    "CALLED",
    "CALLER",
    "CODE",
    "DIGITS",
    "EARLY",
    "FIELD",
    "FROM",
    "FROM_2",
    "HOW",
    "ID",
    "KEPT_CONNECT",
    "KEPT_FIRST",
    "KEPT_HASH",
    "KEPT_LANGUAGE",
    "KEPT_NEXT",
    "KEPT_TOTAL",
    "LANGUAGE",
    "LEFT",
    "ODD",
    "QUERY",
    "QUEUE",
    "RAMAL",
    "REST",
    "SCREEN",
    "SCREEN_RESTS",
    "THEN",
    "TRIES",
    "TRUNK",
    "TYPED",
    "URL",
    "URL_2",
    "WITH",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file below `dialplan/`, by its path there.
fn snippets() -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension != "wav") {
                let name = path.strip_prefix(root().join("dialplan")).expect("below dialplan");
                let text = fs::read_to_string(&path).expect("UTF-8");
                found.push((name.to_string_lossy().into_owned(), text));
            }
        }
    }
    let mut found = Vec::new();
    collect(&root().join("dialplan"), &mut found);
    assert!(found.len() > 8, "the snippets are found");
    found
}

fn snippet(name: &str) -> String {
    let found = snippets().into_iter().find(|(path, _)| path == name);
    found.unwrap_or_else(|| panic!("there is no dialplan/{name}")).1
}

fn keys() -> BTreeSet<&'static str> {
    FIELDS.iter().map(|field| field.key).collect()
}

/// Every word of `text` that begins with `prefix`, without it.
fn words<'t>(text: &'t str, prefix: &str) -> BTreeSet<&'t str> {
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let ends = text.match_indices(prefix).filter(|(at, _)| !text[..*at].ends_with(in_word));
    let rests = ends.map(|(at, _)| &text[at + prefix.len()..]);
    let words = rests.map(|rest| &rest[..rest.find(|c| !in_word(c)).unwrap_or(rest.len())]);
    words.filter(|word| !word.is_empty()).collect()
}

#[test]
fn every_asterisk_variable_is_a_field_or_the_snippets_own() {
    let mut seen = 0;
    for (path, text) in snippets() {
        for word in words(&text, "BINA_") {
            let field = word.strip_prefix("IN_").map_or_else(|| word.to_lowercase(), str::to_owned);
            // `BINA_IN_` is followed by the name of a field as it arrives.
            let known = keys().contains(field.as_str()) || OWN.contains(&word) || word == "IN_";
            assert!(known, "dialplan/{path}: BINA_{word} is no field");
            seen += 1;
        }
    }
    assert!(seen > 20);
}

#[test]
fn every_freeswitch_variable_is_a_field() {
    let mut seen = 0;
    for (path, text) in snippets() {
        for word in words(&text, "bina_") {
            assert!(keys().contains(word), "dialplan/{path}: bina_{word} is no field");
            seen += 1;
        }
    }
    assert!(seen > 14);
}

/// The value a field has when bina gave no answer.
fn neutral(key: &str) -> &'static str {
    match key {
        "status" => "unavailable",
        "source" => "none",
        "alerta" | "matches" => "0",
        _ => "",
    }
}

/// The steps of a snippet, without comments.
fn code(text: &str) -> String {
    let comment = |line: &&str| [";", "//", "--"].iter().any(|mark| line.starts_with(mark));
    text.lines().map(str::trim_start).filter(|line| !comment(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_asterisk_snippet_begins_neutral_and_takes_over_every_field() {
    // KEY stands for the field, FIELD for the same in capitals.
    let reads = [
        ("bina.conf", "${BINA_IN_KEY}"),
        ("bina-agi.conf", "${BINA_FIELD}"),
        ("bina-json.conf", "${JSON_DECODE(BINA_BODY,KEY)}"),
        ("bina.ael", "${BINA_IN_KEY}"),
    ];
    for (file, read) in reads {
        let code = code(&snippet(&format!("asterisk/{file}")));
        for key in keys() {
            let name = key.to_uppercase();
            let read = read.replace("KEY", key).replace("FIELD", &name);
            assert!(code.contains(&read), "{file} does not read {key}");
            let first = code.find(&format!("Set(BINA_{name}={})", neutral(key)));
            let requested =
                code.find("CURL(").or_else(|| code.find("AGI(")).expect("it sends a request");
            let first = first.is_some_and(|at| at < requested);
            assert!(first || key == "end", "{file} does not set {key} to its neutral value first");
            let set = code.matches(&format!("Set(BINA_{name}=")).count();
            assert!(set >= 2 || key == "end", "{file} sets {key} first and from the answer");
        }
    }
    let lua = code(&snippet("asterisk/bina.lua"));
    for key in keys().into_iter().filter(|key| *key != "end") {
        let row = format!("{{ \"{key}\", \"{}\", \"[^", neutral(key));
        assert!(lua.contains(&row), "bina.lua has no row {row}");
    }
    assert!(lua.contains("fields[\"end\"] == \"1\""));
}

/// What a foreign text reaches it reaches through the alphabet of its field, the same everywhere.
#[test]
fn every_asterisk_snippet_has_the_same_alphabets() {
    fn alphabets(file: &str) -> Vec<String> {
        let code = code(&snippet(&format!("asterisk/{file}")));
        let values = code.split("Set(BINA_").skip(1);
        values
            .filter_map(|step| {
                let (name, rest) = step.split_once('=')?;
                let (_, alphabet) = rest.split_once("FILTER(").filter(|(at, _)| at.len() < 6)?;
                Some(format!("{name} {}", alphabet.split_once(',')?.0))
            })
            .collect()
    }
    let expected = alphabets("bina.conf");
    assert!(expected.len() > 12, "{expected:?}");
    for file in ["bina-agi.conf", "bina-json.conf", "bina.ael"] {
        assert_eq!(alphabets(file), expected, "{file}");
    }
    let lua = snippet("asterisk/bina.lua");
    for (name, alphabet) in expected.iter().filter_map(|both| both.split_once(' ')) {
        // Lua's sets are written in another way; the hyphen stands last there, too.
        let set = alphabet.replace("\\x20", " ").replace("\\x2d", "%-");
        let set = set.replace("\\x80-\\xff", "\\128-\\255");
        let row = format!(
            "{{ \"{0}\", \"{1}\", \"[^{set}]\" }}",
            name.to_lowercase(),
            neutral(&name.to_lowercase())
        );
        assert!(lua.contains(&row), "bina.lua has no row {row}");
    }
}

#[test]
fn the_freeswitch_fall_back_sets_every_field_to_the_neutral_answer() {
    let text = snippet("freeswitch/bina.xml");
    let lists = text.split("\"multiset\" data=\"^^|").skip(1);
    let set: Vec<_> =
        lists.filter_map(|rest| rest.split('"').next()).flat_map(|list| list.split('|')).collect();
    for key in keys() {
        let value = if key == "end" { "1" } else { neutral(key) };
        let pair = format!("bina_{key}={value}");
        assert!(set.contains(&pair.as_str()), "bina.xml: {pair}");
    }
    let default = Freeswitch::default();
    assert!(text.contains(&format!("<context name=\"{}\">", default.entry_context)));
    assert!(text.contains(&format!("${{destination_number}} XML {}\"", default.handback.context)));
}

#[test]
fn every_address_a_snippet_requests_is_served() {
    let paths: Vec<_> = endpoints::paths().collect();
    let mut seen = 0;
    for (file, text) in snippets() {
        for (at, _) in text.match_indices(HTTP_DEFAULT) {
            let rest = &text[at + HTTP_DEFAULT.len()..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"/_".contains(c));
            let path = rest[..end.unwrap_or(rest.len())].trim_end_matches('/');
            assert!(
                path.is_empty() || paths.iter().any(|known| known.trim_end_matches('/') == path),
                "dialplan/{file}: {path} is not served"
            );
            seen += 1;
        }
    }
    assert!(seen > 5);
    let requested = [
        ("bina.conf", "/asterisk"),
        ("bina.ael", "/asterisk"),
        ("bina.lua", "/asterisk"),
        ("bina-json.conf", "/v1/lookup"),
    ];
    for (file, path) in requested {
        assert!(paths.contains(&path), "{path} is not served");
        let text = snippet(&format!("asterisk/{file}"));
        let requests = text.contains(&format!("{path}?")) && text.contains("caller=");
        assert!(requests, "{file} does not request {path}");
    }
    let agi = snippet("asterisk/bina-agi.conf");
    assert!(agi.contains(&format!("=agi://{AGI_DEFAULT})")) && agi.contains("/lookup?did="));
}

/// Another extension would be refused, which the snippet takes for a bina that does not answer.
#[test]
fn the_snippet_of_the_screens_reports_the_extensions_that_bina_takes() {
    let text = snippet("asterisk/bina-screen.conf");
    let alphabet = text.split("REPLACE(BINA_RAMAL,").nth(1).and_then(|rest| rest.split(',').next());
    let alphabet = alphabet.expect("its alphabet");
    for c in '\0'..='\u{ff}' {
        let is_taken = Agent::extension(&c.to_string()).is_some();
        assert_eq!(alphabet.contains(c), is_taken, "{c:?}");
    }
    assert!(text.contains("$[${LEN(${BINA_RAMAL})} > 32]"));
    let [longest, longer] = [32, 33].map(|length| Agent::extension(&"1".repeat(length)));
    assert!(longest.is_some() && longer.is_none());
    for word in ["queued", "skipped", "dropped"] {
        assert!(text.contains(&format!("\"${{BINA_BODY}}\" = \"{word}\"")), "{word}");
    }
}

#[test]
fn no_snippet_puts_untrusted_text_where_it_could_run() {
    for (path, text) in snippets() {
        let asterisk = [".conf", ".ael", ".lua"].iter().any(|ending| path.ends_with(ending));
        for line in code(&text).lines().filter(|_| asterisk) {
            let traps = ["Exec(", "TryExec(", "System(", "EVAL(", "SHELL(", "ExecIf("];
            for trap in traps.iter().chain(&["os.execute", "io.popen", "loadstring"]) {
                assert!(
                    !line.to_lowercase().contains(&trap.to_lowercase()),
                    "dialplan/{path}: {line}"
                );
            }
        }
        // The name for the agent's telephone is bina's own text.
        let text = text.replace("effective_caller_id_name=${bina_nome}", "");
        for trap in
            ["${api", "${system", "${cond", "${url_encode", "X-PRE-PROCESS", "caller_id_name"]
        {
            assert!(!path.ends_with(".xml") || !text.contains(trap), "dialplan/{path}: {trap}");
        }
    }
}

#[test]
fn the_prompts_of_the_shipped_configuration_have_a_sample() {
    let config = include_str!("../systemd/bina.toml");
    let section = config.split("[prompts]\n").nth(1).expect("the section");
    let sounds: Vec<_> = section
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    assert!(sounds.len() >= 3);
    for sound in sounds {
        let file = root().join(format!("dialplan/sounds/pt_BR/bina/{sound}.wav"));
        let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let header = (&bytes[..4], &bytes[20..24], &bytes[24..28], bytes[34]);
        assert_eq!(
            header,
            (&b"RIFF"[..], &[1, 0, 1, 0][..], &[0x40, 0x1F, 0, 0][..], 16),
            "{sound}"
        );
        assert!(bytes.len() < 160_000, "{sound}: at most ten seconds");
    }
}

#[test]
fn the_documents_and_the_guides_list_every_field() {
    for file in [
        "docs/fields.md",
        "docs/campos.pt-BR.md",
        "dialplan/asterisk/README.md",
        "dialplan/asterisk/README.pt-BR.md",
        "dialplan/freeswitch/README.md",
        "dialplan/freeswitch/README.pt-BR.md",
    ] {
        let text = fs::read_to_string(root().join(file)).expect("it is there");
        for key in keys() {
            let names =
                [key.to_owned(), format!("BINA_{}", key.to_uppercase()), format!("bina_{key}")];
            // Asterisk's snippet keeps `end` to itself.
            let reported = names.iter().any(|name| text.contains(&format!("`{name}`")));
            assert!(reported || (key == "end" && file.contains("asterisk")), "{file}: {key}");
        }
    }
}

/// The address that the identifying snippets put together, as bina reads it.
#[test]
fn what_is_typed_arrives_as_a_document_or_a_code() {
    let asterisk = snippet("asterisk/bina-identify.conf");
    let freeswitch = snippet("freeswitch/bina-identify.xml");
    for (name, value) in [("documento", "52998224725"), ("codigo", "421")] {
        assert!(code(&asterisk).contains(name), "bina-identify.conf does not send {name}");
        let sent = freeswitch.contains(&format!("&amp;{name}=\" inline"));
        assert!(sent, "bina-identify.xml does not send {name}");
        for path in ["/asterisk", "/freeswitch/vars"] {
            let target = format!("{path}?caller=37999990003&did=3732221000&{name}={value}");
            let call = endpoints::call("GET", &target, "", "bina").expect("an endpoint");
            let typed = call.identification.expect("it was typed");
            assert!(!matches!(typed, Identification::Invalid), "{target}");
        }
    }
}

/// Asterisk writes a step's text down, in its log and in its CDR, once its functions are replaced.
#[test]
fn what_is_typed_stands_within_functions_only() {
    for file in ["asterisk/bina.conf", "asterisk/bina-identify.conf"] {
        for line in code(&snippet(file)).lines().filter(|line| line.contains("${BINA_TYPED}")) {
            let (before, _) = line.split_once("${BINA_TYPED}").expect("it has it");
            let within = ["${CURL(", "${LEN(", "${FIELDQTY("].iter().any(|name| {
                before.rsplit_once(name).is_some_and(|(_, inside)| {
                    inside.matches('(').count() >= inside.matches(')').count()
                })
            });
            assert!(within, "{file}: {line}");
        }
    }
}

/// The lines that the documents give are those that tests/asterisk.rs places calls through.
#[test]
fn the_documents_ask_as_the_tests_do() {
    let tested = include_str!("asterisk/etc/extensions.conf");
    let (_, tested) = tested.split_once("[identifica]\nexten => _X.,1,").expect("it is there");
    let tested: Vec<_> = tested.lines().skip(1).take(2).collect();
    for file in [
        "asterisk/bina-identify.conf",
        "asterisk/README.md",
        "asterisk/README.pt-BR.md",
        "guides/asterisk.md",
        "guides/asterisk.pt-BR.md",
    ] {
        let text = snippet(file);
        for line in &tested {
            assert!(text.contains(line.trim()), "dialplan/{file} lacks {line}");
        }
    }
}
