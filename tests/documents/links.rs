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
pub(crate) fn prose(text: &str) -> String {
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

/// What the package has below `/usr/share/bina` in the folders they have here: a file, or what a
/// pattern like `docs/*.md` stands for.
fn assets() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("UTF-8");
    let (_, rest) = manifest.split_once("\nassets = [").expect("the assets");
    let rows = rest.lines().take_while(|line| *line != "]");
    let kept = rows.filter_map(|row| {
        let mut texts = row.split('"').skip(1).step_by(2);
        let (source, target) = (texts.next()?, texts.next()?);
        let folder = source.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = folder.trim_end_matches("/**");
        let here = Path::new("usr/share/bina").join(folder) == Path::new(target);
        here.then(|| source.to_owned())
    });
    kept.collect()
}

/// Whether an asset is, or stands for, the file at `path`.
fn is_of(asset: &str, path: &Path) -> bool {
    let path = path.to_string_lossy();
    match asset.split_once("**/*").or_else(|| asset.split_once('*')) {
        Some((start, end)) => path.starts_with(start) && path.ends_with(end),
        None => *path == *asset,
    }
}

/// The package has the documents in `/usr/share/bina`, in the folders they have here.
#[test]
fn every_link_of_the_packages_documents_leads_to_a_file_of_the_package() {
    let assets = assets();
    let packaged = |path: &Path| assets.iter().any(|asset| is_of(asset, path));
    let mut wrong = Vec::new();
    for document in documents().into_iter().filter(|document| packaged(document)) {
        for link in links(&text(&document)) {
            let file = link.split('#').next().unwrap_or_default();
            let target = resolved(&document, file);
            let apart = SOURCE_TREE_ONLY.iter().any(|name| target == Path::new(name));
            let is_folder = root().join(&target).is_dir();
            if !file.is_empty() && !is_folder && !packaged(&target) && !apart {
                wrong.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(["README.md", "docs/README.md"].iter().all(|name| packaged(Path::new(name))));
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
