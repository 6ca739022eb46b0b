//! The documents: true to the code, whole in both languages, every link and command valid.

#[path = "documents/architecture.rs"]
mod architecture;
#[path = "documents/changelog.rs"]
mod changelog;
#[path = "documents/events.rs"]
mod events;
#[path = "documents/examples.rs"]
mod examples;
#[path = "documents/languages.rs"]
mod languages;
#[path = "documents/links.rs"]
mod links;
#[path = "documents/program.rs"]
mod program;
#[path = "documents/tables.rs"]
mod tables;

#[path = "documents/translated.rs"]
mod translated;

#[path = "documents/settings.rs"]
mod settings;

use std::fs;
use std::path::{Path, PathBuf};

use bina::domain::phone::NoNumber;
use bina::sources::reasons;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The guides, but for those of FreeSWITCH, by their names.
fn guides() -> Vec<(String, String)> {
    let names = fs::read_dir(root().join("dialplan/guides"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let guides: Vec<_> = names
        .filter(|name| !name.starts_with("freeswitch"))
        .map(|name| (name.clone(), read(&format!("dialplan/guides/{name}"))))
        .collect();
    assert!(guides.len() >= 11, "the guides are found");
    guides
}

/// What stands between a document's fences of that kind, `sh` or none.
fn blocks<'t>(text: &'t str, kind: &str) -> Vec<&'t str> {
    let fenced = text.split("```").skip(1).step_by(2);
    fenced
        .filter_map(|block| block.split_once('\n').filter(|(first, _)| *first == kind))
        .map(|(_, rest)| rest)
        .collect()
}

/// The words in the first column of a document's tables.
fn explained(text: &str) -> Vec<&str> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| {
        let (word, rest) = row.split_once("` | ")?;
        // Meaning and remedy.
        let reported =
            rest.split(" | ").filter(|cell| cell.trim_end_matches(" |").len() >= 4).count();
        (reported == 2).then_some(word)
    })
    .collect()
}

#[test]
fn every_reason_is_explained_in_both_languages_with_what_to_do() {
    for document in ["docs/reasons.md", "docs/motivos.pt-BR.md"] {
        let text = read(document);
        let explained = explained(&text);
        let labels = reasons::labels().into_iter().chain(NoNumber::LABELS);
        let missing: Vec<_> = labels.filter(|label| !explained.contains(label)).collect();
        assert!(missing.is_empty(), "{document} does not explain {missing:?}: add a row each");
    }
    let [english, portuguese] = ["docs/reasons.md", "docs/motivos.pt-BR.md"].map(read);
    assert_eq!(explained(&english), explained(&portuguese), "the rows are the same");
}

#[test]
fn the_readmes_the_dashboard_and_the_guides_link_to_the_reasons() {
    for (file, document) in [
        ("README.md", "(docs/reasons.md)"),
        ("README.pt-BR.md", "(docs/motivos.pt-BR.md)"),
        ("systemd/grafana/bina.json", "docs/reasons.md"),
        ("systemd/grafana/bina.pt-BR.json", "docs/motivos.pt-BR.md"),
        ("dialplan/guides/README.md", "(../../docs/reasons.md)"),
        ("dialplan/guides/README.md", "(../../docs/motivos.pt-BR.md)"),
    ] {
        assert!(read(file).contains(document), "{file} does not name {document}");
    }
    let package = read("Cargo.toml");
    assert!(package.contains("[\"docs/*.md\", \"usr/share/bina/docs/\""), "it is in the package");
}

#[test]
fn every_link_of_the_guides_leads_to_a_file() {
    for (guide, text) in guides() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let there = link.is_empty() || link.starts_with("http");
            let path = root().join("dialplan/guides").join(link);
            assert!(there || path.exists(), "{guide}: {link} is not there");
        }
    }
}

/// The package's files are in `/usr/share/bina`, which is not the reader's folder.
#[test]
fn commands_that_name_a_file_of_the_package_come_behind_a_cd() {
    for (guide, text) in guides() {
        for block in blocks(&text, "sh") {
            let Some(first) = block.find(" dialplan/") else { continue };
            let cd = block.find("cd /usr/share/bina ");
            assert!(cd.is_some_and(|cd| cd < first), "{guide}: no cd before\n{block}");
        }
    }
}

#[test]
fn commands_that_need_root_use_sudo() {
    let snippets = ["dialplan/asterisk/README.md", "dialplan/asterisk/README.pt-BR.md"]
        .map(|page| (page.to_owned(), read(page)));
    for (guide, text) in guides().into_iter().chain(snippets) {
        for program in
            ["asterisk -r", "fs_cli -x", "systemctl stop", "systemctl start", "systemctl kill"]
        {
            for (at, _) in text.match_indices(program) {
                let before = &text[..at];
                assert!(
                    before.ends_with("sudo ") || !before.ends_with([' ', '`', '\n', '(']),
                    "{guide}: …{}{program}… without sudo",
                    &before[before.len().saturating_sub(20)..]
                );
            }
        }
    }
}

/// `install -d "$data/sounds"` would make `/sounds` when the command that fills `data` fails.
#[test]
fn no_command_goes_on_with_an_empty_variable() {
    for (guide, text) in guides() {
        for block in blocks(&text, "sh") {
            for (name, _) in block.lines().filter_map(|line| line.split_once("=$(")) {
                assert!(
                    block.contains(&format!("${{{name}:?}}")),
                    "{guide}: {name} is never used safely"
                );
                for careless in [format!("${name}"), format!("${{{name}}}")] {
                    assert!(!block.contains(&careless), "{guide}: {careless} may be empty");
                }
            }
        }
    }
}

/// While systemd holds the sockets open, the next call starts a stopped bina again.
#[test]
fn to_stop_bina_is_to_stop_its_sockets_too() {
    let sockets = fs::read_dir(root().join("systemd")).unwrap();
    let sockets = sockets
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "socket"));
    for socket in sockets {
        assert!(socket.starts_with("bina"), "{socket} is not among 'bina*'");
    }
    let stop = "sudo systemctl stop 'bina*'\n";
    let page = read("dialplan/guides/README.md");
    assert_eq!(page.matches(stop).count(), 2, "in both languages: {stop}");
    for (guide, text) in guides().into_iter().filter(|(guide, _)| guide != "README.md") {
        let stops = text.matches("systemctl stop").count();
        assert_eq!(text.matches(stop).count(), stops, "{guide}: as in README.md: {stop}");
    }
}
