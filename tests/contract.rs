//! The contract with the snippets: every field, variable and address they use is one we serve.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bina::answer::FIELDS;
use bina::config::HTTP_DEFAULT;
use bina::http;
use bina::render::Freeswitch;

/// Variables of the Asterisk snippets that are their own, not fields.
const OWN: [&str; 15] = [
    "AGI",
    "AGI_2",
    "BASE",
    "BODY",
    "CALLED",
    "CALLER",
    "FIELD",
    "KEPT_CONNECT",
    "KEPT_HASH",
    "KEPT_TOTAL",
    "ODD",
    "QUEUE",
    "THEN",
    "URL",
    "URL_2",
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

#[test]
fn the_asterisk_snippet_takes_over_every_field() {
    let text = snippet("asterisk/bina.conf");
    for key in keys() {
        let read = text.contains(&format!("${{BINA_IN_{key}}}"));
        assert!(read, "bina.conf does not read {key}");
        let set = text.matches(&format!("Set(BINA_{}=", key.to_uppercase())).count();
        assert!(set >= 2 || key == "end", "bina.conf sets {key} first and from the answer");
    }
}

#[test]
fn the_freeswitch_fall_back_sets_every_field_to_the_neutral_answer() {
    let text = snippet("freeswitch/bina.xml");
    for key in keys() {
        let value = match key {
            "status" => "unavailable",
            "source" => "none",
            "alerta" | "matches" => "0",
            "end" => "1",
            _ => "",
        };
        let action = format!("<action application=\"set\" data=\"bina_{key}={value}\"/>");
        assert!(text.contains(&action), "bina.xml: {action}");
    }
    let default = Freeswitch::default();
    assert!(text.contains(&format!("<context name=\"{}\">", default.entry_context)));
    assert!(text.contains(&format!("${{destination_number}} XML {}\"", default.handback.context)));
}

#[test]
fn every_address_a_snippet_asks_is_served() {
    let paths: Vec<_> = http::paths().collect();
    let mut seen = 0;
    for (file, text) in snippets() {
        for (at, _) in text.match_indices(HTTP_DEFAULT) {
            let rest = &text[at + HTTP_DEFAULT.len()..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"/_".contains(c));
            let path = rest[..end.unwrap_or(rest.len())].trim_end_matches('/');
            assert!(
                path.is_empty() || paths.contains(&path),
                "dialplan/{file}: {path} is not served"
            );
            seen += 1;
        }
    }
    assert!(seen > 5);
    assert!(snippet("asterisk/bina.conf").contains("/asterisk?caller="));
}

#[test]
fn no_snippet_puts_text_of_others_where_it_could_run() {
    for (path, text) in snippets() {
        let code = text.lines().filter(|line| !line.trim_start().starts_with(';'));
        for line in code.filter(|_| path.ends_with(".conf")) {
            for trap in ["Exec(", "TryExec(", "System(", "EVAL(", "SHELL(", "ExecIf("] {
                assert!(!line.contains(trap), "dialplan/{path}: {line}");
            }
        }
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
fn both_readmes_and_the_guides_tell_every_field() {
    for file in ["README.md", "dialplan/asterisk/README.md", "dialplan/freeswitch/README.md"] {
        let text = fs::read_to_string(root().join(file)).expect("it is there");
        for key in keys() {
            let names =
                [key.to_owned(), format!("BINA_{}", key.to_uppercase()), format!("bina_{key}")];
            // Asterisk's snippet keeps `end` to itself.
            let told = names.iter().any(|name| text.contains(&format!("`{name}`")));
            assert!(told || (key == "end" && file.contains("asterisk")), "{file}: {key}");
        }
    }
}
