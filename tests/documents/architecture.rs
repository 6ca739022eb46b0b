//! ARCHITECTURE.md and its like stay short, and name tests and files that exist.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{read, root};

const LINES_MAX: [(&str, usize); 3] =
    [("ARCHITECTURE.md", 230), ("README.md", 150), ("README.pt-BR.md", 150)];
const COLUMNS_MAX: usize = 110;
/// Space for three tests.
const CELL_MAX: usize = 270;

#[test]
fn the_two_documents_stay_short() {
    for (document, lines_max) in LINES_MAX {
        let lines = read(document).lines().count();
        assert!(lines <= lines_max, "{document}: {lines} lines, {lines_max} at most");
    }
    for (at, line) in read("ARCHITECTURE.md").lines().enumerate() {
        let columns = line.chars().count();
        let cells = line.split(" | ").map(|cell| cell.chars().count()).max().unwrap_or_default();
        let fits = if line.starts_with('|') { cells <= CELL_MAX } else { columns <= COLUMNS_MAX };
        assert!(fits, "ARCHITECTURE.md:{}: {columns} columns", at + 1);
    }
}

fn sources(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            found.insert(path.strip_prefix(root()).expect("below the root").to_owned(), text);
        }
    }
}

/// `access` is `tests/access.rs` with all below `tests/access/`; `sources/breaker.rs` is below `src`.
fn is_named(path: &Path, name: &str) -> bool {
    if name.ends_with(".rs") {
        return path == Path::new("src").join(name);
    }
    path == Path::new("tests").join(format!("{name}.rs"))
        || path.starts_with(Path::new("tests").join(name))
}

/// The tests that a cell names, each with its file: `file: test`, further `test`s of the same file,
/// or `file` alone for all of its tests.
fn named(cell: &str) -> Vec<(&str, Option<&str>)> {
    let mut file = "";
    let mut named = Vec::new();
    for name in cell.split('`').skip(1).step_by(2) {
        match name.split_once(": ") {
            Some((own, test)) => {
                file = own;
                named.push((file, Some(test)));
            }
            None if file.is_empty() || name.ends_with(".rs") => named.push((name, None)),
            None => named.push((file, Some(name))),
        }
    }
    named
}

#[test]
fn every_invariant_names_tests_that_exist() {
    let mut files = BTreeMap::new();
    ["src", "tests"].iter().for_each(|folder| sources(&root().join(folder), &mut files));
    let text = read("ARCHITECTURE.md");
    let (_, rest) = text.split_once("\n## Invariants").expect("the section");
    let section = rest.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let mut count = 0;
    for row in rows.filter(|row| !row.starts_with("| **")) {
        let cell = row.split(" | ").nth(1).expect("two columns");
        let parts: Vec<_> = cell.split("; ").flat_map(named).collect();
        assert!(!parts.is_empty(), "ARCHITECTURE.md: no test in {row}");
        for (file, test) in &parts {
            let sign = test.map_or("test".to_owned(), |test| format!("fn {test}("));
            let mut own = files.iter().filter(|(path, _)| is_named(path, file));
            let holds = own.any(|(_, text)| text.contains(&sign));
            assert!(holds, "ARCHITECTURE.md: {file} has no test {test:?}: {row}");
        }
        count += parts.len();
    }
    assert!(count > 60, "{count} tests are named");
}

/// Every path below `src` or `tests` that ARCHITECTURE.md and CONTRIBUTING.md write out.
#[test]
fn every_file_they_name_exists() {
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        for name in read(document).split('`').skip(1).step_by(2) {
            let is_path = !name.contains([' ', '*', '<']) && name.contains('/');
            let is_file = is_path && Path::new(name).extension().is_some();
            let there = |folder: &str| root().join(folder).join(name).exists();
            let groups = ["", "src", "src/sources", "src/answering", "src/servers", "src/domain"];
            assert!(!is_file || groups.iter().any(|group| there(group)), "{document}: {name}");
        }
    }
}
