//! The layout of the sources: the order of the groups, and no cycles inside any folder.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;

use crate::{Source, none, root, sources};

/// The groups from top to bottom: a group uses only groups above it.
const GROUPS: [&str; 7] = ["domain", "runtime", "sources", "answering", "servers", "app", "cli"];
/// Stands apart: it uses no group, and only the commands and the tests use it.
const SIMULATOR: &str = "simulator";

/// A module's path in the crate: `servers::http::route` is `["servers", "http", "route"]`.
type Module = Vec<String>;

/// One use of another module.
struct Use {
    file: String,
    from: Module,
    to: Module,
}

fn module(path: &str) -> Module {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// Every path in the code that begins with `crate`, `super` or `self`, as a module of `known`.
fn uses(source: &Source, known: &BTreeSet<Module>) -> Vec<Use> {
    let pattern = r"\b((?:crate|super|self)(?:::\w+)*)(?:::\{([^}]*)\})?";
    let pattern = Regex::new(pattern).expect("a pattern");
    let code: String = source.code().map(|(_, line)| format!("{line}\n")).collect();
    let from = module(&source.path);
    let mut uses = Vec::new();
    for found in pattern.captures_iter(&code) {
        let names = found.get(2).map_or("", |names| names.as_str());
        for name in names.split(',') {
            let path = format!("{}::{}", &found[1], name.trim());
            let to = resolve(&path, &from, known);
            uses.push(Use { file: source.path.clone(), from: from.clone(), to });
        }
    }
    uses
}

fn resolve(path: &str, from: &Module, known: &BTreeSet<Module>) -> Module {
    let mut module = from.clone();
    for part in path.split("::").filter(|part| !part.is_empty()) {
        match part {
            "crate" => module.clear(),
            "self" => {}
            "super" => drop(module.pop()),
            name => module.push(name.to_owned()),
        }
    }
    while !module.is_empty() && !known.contains(&module) {
        module.pop();
    }
    module
}

fn all_uses() -> Vec<Use> {
    let sources = sources();
    let known: BTreeSet<_> = sources.iter().map(|source| module(&source.path)).collect();
    let is_root = |source: &&Source| matches!(source.path.as_str(), "lib.rs" | "main.rs");
    sources.iter().filter(|source| !is_root(source)).flat_map(|one| uses(one, &known)).collect()
}

#[test]
fn every_group_uses_only_groups_above_it() {
    let position = |group: &str| GROUPS.iter().position(|known| *known == group);
    let mut wrong = Vec::new();
    for Use { file, from, to } in all_uses() {
        let Some(used) = to.first().filter(|used| **used != from[0]) else { continue };
        let good = match (position(&from[0]), position(used)) {
            (Some(own), Some(used)) => used < own,
            (Some(_), None) => used == SIMULATOR && from[0] == "cli",
            (None, _) => false,
        };
        if !good {
            wrong.push(format!("{file}: uses `{used}`, which is not above `{}`", from[0]));
        }
    }
    none(&wrong);
}

#[test]
fn no_modules_of_a_folder_form_a_cycle() {
    // What a folder's `mod.rs` shares with the files beside it is no circle.
    let mut edges: BTreeMap<Module, BTreeSet<(String, String)>> = BTreeMap::new();
    for Use { from, to, .. } in all_uses() {
        let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
        if let (Some(one), Some(other)) = (from.get(shared), to.get(shared)) {
            let folder = from[..shared].to_vec();
            edges.entry(folder).or_default().insert((one.clone(), other.clone()));
        }
    }
    let mut wrong = Vec::new();
    for (folder, edges) in edges {
        let circle = left_in_circles(edges);
        if !circle.is_empty() {
            wrong.push(format!("{}: {circle:?}", folder.join("/")));
        }
    }
    none(&wrong);
}

/// Takes away every module that uses none of the others; what is left stands in circles or uses one.
fn left_in_circles(mut edges: BTreeSet<(String, String)>) -> BTreeSet<(String, String)> {
    loop {
        let users: BTreeSet<_> = edges.iter().map(|(user, _)| user.clone()).collect();
        let before = edges.len();
        edges.retain(|(_, used)| users.contains(used));
        if edges.len() == before {
            return edges;
        }
    }
}

#[test]
fn cycles_are_found() {
    let edge = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    let line = BTreeSet::from([edge("a", "b"), edge("b", "c"), edge("a", "c")]);
    assert!(left_in_circles(line.clone()).is_empty());
    let mut circle = line;
    circle.insert(edge("c", "a"));
    assert_eq!(left_in_circles(circle).len(), 4);
}

#[test]
fn the_crate_and_its_documents_name_the_same_groups() {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("UTF-8");
    let declared: Vec<_> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")).collect();
    let declared: Vec<_> = declared.iter().map(|name| name.trim_end_matches(';')).collect();
    assert_eq!(declared, [&GROUPS[..], &[SIMULATOR]].concat());
    let document = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("UTF-8");
    let places = declared.iter().map(|group| document.find(&format!("| `{group}` |")));
    let places: Vec<_> = places.collect();
    assert!(places.iter().all(Option::is_some), "a row each: {declared:?} at {places:?}");
    assert!(places.is_sorted(), "in the order of the groups");
}
