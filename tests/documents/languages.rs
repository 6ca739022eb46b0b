//! Each document has the same content in Portuguese and in English.

use std::path::Path;

use regex_lite::Regex;

use crate::links::{documents, links, prose, resolved};
use crate::{blocks, read};

/// Each document with its Portuguese counterpart.
const PAIRS: [(&str, &str); 24] = [
    ("README.md", "README.pt-BR.md"),
    ("dialplan/asterisk/README.md", "dialplan/asterisk/README.pt-BR.md"),
    ("dialplan/freeswitch/README.md", "dialplan/freeswitch/README.pt-BR.md"),
    ("dialplan/sounds/README.md", "dialplan/sounds/README.pt-BR.md"),
    ("docs/README.md", "docs/README.pt-BR.md"),
    ("docs/alerts.md", "docs/alertas.pt-BR.md"),
    ("docs/console.md", "docs/console.pt-BR.md"),
    ("docs/speech.md", "docs/fala.pt-BR.md"),
    ("docs/directory.md", "docs/diretorio.pt-BR.md"),
    ("docs/endpoints.md", "docs/endpoints.pt-BR.md"),
    ("docs/events.md", "docs/eventos.pt-BR.md"),
    ("docs/fields.md", "docs/campos.pt-BR.md"),
    ("docs/install.md", "docs/instalacao.pt-BR.md"),
    ("docs/metrics.md", "docs/metricas.pt-BR.md"),
    ("docs/network.md", "docs/rede.pt-BR.md"),
    ("docs/identification.md", "docs/identificacao.pt-BR.md"),
    ("docs/screens.md", "docs/telas.pt-BR.md"),
    ("docs/numbers.md", "docs/numeros.pt-BR.md"),
    ("docs/operation.md", "docs/operacao.pt-BR.md"),
    ("docs/outages.md", "docs/quedas.pt-BR.md"),
    ("docs/privacy.md", "docs/privacidade.pt-BR.md"),
    ("docs/reasons.md", "docs/motivos.pt-BR.md"),
    ("docs/rules.md", "docs/regras.pt-BR.md"),
    ("docs/settings.md", "docs/configuracoes.pt-BR.md"),
];

#[test]
fn every_document_of_the_folder_is_a_pair() {
    let paired = |document: &Path| {
        PAIRS.iter().any(|(one, other)| [one, other].iter().any(|own| document == Path::new(own)))
    };
    let alone: Vec<_> = documents()
        .into_iter()
        .filter(|document| document.starts_with("docs") && !paired(document))
        .collect();
    assert!(alone.is_empty(), "without a counterpart: {alone:?}");
}

#[test]
fn each_language_has_the_same_headings_tables_and_blocks() {
    for (english, portuguese) in PAIRS {
        let count = |path: &str, mark: &str| {
            read(path).lines().filter(|line| line.trim_start().starts_with(mark)).count()
        };
        for mark in ["#", "| ", "|---", "- ", "```"] {
            let (there, here) = (count(english, mark), count(portuguese, mark));
            assert_eq!(here, there, "{portuguese}: lines that begin with {mark}");
        }
        for kind in ["text", "json"] {
            let (one, other) = (read(english), read(portuguese));
            assert_eq!(blocks(&one, kind), blocks(&other, kind), "{portuguese}: ```{kind}");
        }
    }
}

#[test]
fn each_language_links_to_the_other() {
    for (english, portuguese) in PAIRS {
        let name = |path: &str| Path::new(path).file_name().expect("a name").to_owned();
        let link = |path: &str| format!("({})", name(path).to_string_lossy());
        assert!(read(english).contains(&link(portuguese)), "{english}");
        assert!(read(portuguese).contains(&link(english)), "{portuguese}");
    }
}

/// But for the link to itself in English, which is the first one.
#[test]
fn the_portuguese_documents_lead_to_portuguese_ones() {
    let english: Vec<_> = PAIRS.iter().map(|(english, _)| Path::new(english)).collect();
    for (_, portuguese) in PAIRS {
        for link in links(&read(portuguese)).iter().skip(1) {
            let file = link.split('#').next().unwrap_or_default();
            let target = resolved(Path::new(portuguese), file);
            assert!(!english.contains(&target.as_path()), "{portuguese}: {link}");
        }
    }
}

/// Words of an earlier time, for which the trade has its own.
const METAPHORS: [&str; 13] = [
    "bad day",
    "be told",
    "closet",
    "door",
    "doors",
    "flights",
    "in force",
    "is told",
    "nobody",
    "stranger",
    "strangers",
    "under way",
    "wing",
];

/// In their own text; what they quote of the program is in backquotes or generated.
#[test]
fn the_documents_use_the_trades_words() {
    let others = ["SECURITY.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
    let pattern = Regex::new(&format!(r"(?i)\b({})\b", METAPHORS.join("|"))).expect("a pattern");
    for document in PAIRS.iter().map(|(english, _)| *english).chain(others) {
        let text = read(document);
        let generated = text.split_once("<!-- generated").map(|(before, rest)| {
            (before, rest.split_once("<!-- end -->").map_or("", |(_, after)| after))
        });
        let (before, after) = generated.unwrap_or((&text, ""));
        let own = [prose(before), prose(after)].concat();
        for line in own.lines() {
            let own: String = line.split('`').step_by(2).collect();
            assert!(!pattern.is_match(&own), "{document}: {line}");
        }
    }
}
