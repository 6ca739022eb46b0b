//! Every link of every document leads to a file and a heading, in the source tree and in the package.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::root;

/// What a document of the package may link to although the package does not have it.
const SOURCE_TREE_ONLY: [&str; 3] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "LICENSE"];

/// Every document of the repository, by its path below the root.
pub(crate) fn documents() -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    collect(&path, found);
                }
            } else if name.ends_with(".md") {
                found.push(path.strip_prefix(root()).expect("below the root").to_owned());
            }
        }
    }
    let mut found = Vec::new();
    collect(&root(), &mut found);
    found.sort();
    assert!(found.len() > 30, "the documents are found");
    found
}

fn text(document: &Path) -> String {
    fs::read_to_string(root().join(document)).expect("UTF-8")
}

/// A document without its fenced blocks.
fn prose(text: &str) -> String {
    text.split("\n```").step_by(2).collect()
}

/// The targets of its links, but for those to other places.
pub(crate) fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).map(str::to_owned).collect()
}

/// `docs/../README.md` is `README.md`.
pub(crate) fn resolved(document: &Path, file: &str) -> PathBuf {
    let mut path = document.parent().expect("a folder").to_owned();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => assert!(path.pop(), "{file} is outside"),
            part => path.push(part),
        }
    }
    path
}

/// The anchors of a document's headings, as web pages make them.
fn anchors(text: &str) -> Vec<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let title = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut wrong = Vec::new();
    for document in documents() {
        let own = text(&document);
        for link in links(&own) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { document.clone() } else { resolved(&document, file) };
            let path = root().join(&target);
            let leads = path.exists() && (anchor.is_empty() || has_anchor(&path, anchor));
            if !leads {
                wrong.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn has_anchor(path: &Path, anchor: &str) -> bool {
    let text = fs::read_to_string(path).expect("a document");
    anchors(&text).iter().any(|known| known == anchor)
}

/// The package has the documents in `/usr/share/bina`, in the folders they have here.
#[test]
fn every_link_of_the_packages_documents_leads_to_a_file_of_the_package() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("UTF-8");
    let (_, assets) = manifest.split_once("\nassets = [").expect("the assets");
    let has = |line: &str| assert!(assets.contains(line), "the package lacks {line}");
    has("[\"docs/*.md\", \"usr/share/bina/docs/\"");
    has("[\"dialplan/**/*\", \"usr/share/bina/dialplan/\"");
    let is_root = |path: &Path| path.parent() == Some(Path::new(""));
    let packaged = |path: &Path| {
        let listed = || assets.contains(&format!("[\"{}\", \"usr/share/bina/\"", path.display()));
        path.starts_with("docs") || path.starts_with("dialplan") || is_root(path) && listed()
    };
    let mut wrong = Vec::new();
    for document in documents().into_iter().filter(|document| packaged(document)) {
        for link in links(&text(&document)) {
            let file = link.split('#').next().unwrap_or_default();
            let target = resolved(&document, file);
            let apart = SOURCE_TREE_ONLY.iter().any(|name| target == Path::new(name));
            if !file.is_empty() && !packaged(&target) && !apart {
                wrong.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(packaged(Path::new("README.md")) && packaged(Path::new("SECURITY.md")));
    assert!(wrong.is_empty(), "not in the package:\n{}", wrong.join("\n"));
}

/// From the index every document of `docs/` can be reached, in either language.
#[test]
fn the_index_lists_every_document() {
    let is_portuguese = |path: &Path| path.to_string_lossy().ends_with(".pt-BR.md");
    for (index, portuguese) in [("docs/README.md", false), ("docs/README.pt-BR.md", true)] {
        let linked = links(&text(Path::new(index)));
        let below = documents().into_iter().filter(|document| document.starts_with("docs"));
        for document in below.filter(|document| is_portuguese(document) == portuguese) {
            let name = document.file_name().expect("a name").to_string_lossy().into_owned();
            assert!(name.starts_with("README") || linked.contains(&name), "{index}: {name}");
        }
    }
}
