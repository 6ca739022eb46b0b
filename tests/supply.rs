//! What is linked into the program stays little, and free of what deny.toml bans.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Crates that are linked into the program. Each more is foreign code to trust and to update.
const LINKED_MAX: usize = 136;
/// The same with what runs while a release is built.
const BUILT_MAX: usize = 162;

fn table(name: &str) -> toml::Table {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).expect(name).parse().expect("TOML")
}

/// What deny.toml bans: a crate, and below which version; every version if there is none.
fn banned() -> Vec<(String, Option<Version>)> {
    let table = table("deny.toml");
    let rows = table["bans"]["deny"].as_array().expect("a list");
    let row = |row: &toml::Value| {
        let spec = row["crate"].as_str().expect("a crate");
        match spec.split_once("@<") {
            Some((name, floor)) => (name.to_owned(), Some(Version::read(floor))),
            None => (spec.to_owned(), None),
        }
    };
    rows.iter().map(row).collect()
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version(Vec<u64>);

impl Version {
    fn read(text: &str) -> Self {
        let number = |part: &str| part.parse().expect("a number");
        Self(text.split(['-', '+']).next().unwrap_or(text).split('.').map(number).collect())
    }
}

#[test]
fn nothing_banned_is_in_the_lock() {
    let lock = table("Cargo.lock");
    let packages = lock["package"].as_array().expect("packages");
    let mut wrong = Vec::new();
    for (name, floor) in banned() {
        for package in packages.iter().filter(|package| package["name"].as_str() == Some(&name)) {
            let version = package["version"].as_str().expect("a version");
            if floor.as_ref().is_none_or(|floor| Version::read(version) < *floor) {
                wrong.push(format!("{name} {version}: see deny.toml"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_floors_are_floors() {
    let floors: BTreeSet<_> = banned().into_iter().filter(|(_, floor)| floor.is_some()).collect();
    for name in ["lru", "quick-xml", "tracing-subscriber"] {
        assert!(floors.iter().any(|(floor, _)| floor == name), "{name}");
    }
    assert!(Version::read("0.18.10") > Version::read("0.18.2"));
    assert!(Version::read("0.9.12+zstd.1") < Version::read("0.19.0"));
}

/// The crates that `cargo tree` finds along these edges, each with its version.
fn tree(edges: &str) -> BTreeSet<String> {
    let tree = ["tree", "--locked", "--offline", "--edges", edges, "--prefix", "none"];
    let output = Command::new(env!("CARGO")).args(tree).output().expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let name = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let crates: BTreeSet<_> = text.lines().map(name).collect();
    assert!(output.status.success() && crates.len() > 50, "{output:?}");
    crates
}

#[test]
fn a_release_is_built_of_few_crates() {
    for (edges, max) in [("normal,no-proc-macro", LINKED_MAX), ("normal,build", BUILT_MAX)] {
        let count = tree(edges).len();
        assert!(count <= max, "{count} crates along {edges} are more than {max}");
    }
}

/// The target of this machine's compiler.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("it names its host").to_owned()
}

/// No compiler as old as that is at hand to try it, so what each crate declares has to do. Our own
/// code is held by clippy's `incompatible_msrv`.
#[test]
fn every_linked_crate_builds_with_the_oldest_supported_rust() {
    let table = table("Cargo.toml");
    let own = table["package"]["rust-version"].as_str().expect("a version");
    // 1.88 is 1.88.0.
    let own = Version::read(&format!("{own}.0"));
    // Crates for other systems need not be there.
    let metadata = ["metadata", "--locked", "--offline", "--format-version", "1"];
    let metadata =
        Command::new(env!("CARGO")).args(metadata).args(["--filter-platform", &host()]).output();
    let output = metadata.expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let built = tree("normal,build");
    let mut declared = 0;
    for package in metadata["packages"].as_array().expect("packages") {
        let text = |key: &str| package[key].as_str().unwrap_or_default();
        let name = format!("{} v{}", text("name"), text("version"));
        let Some(needs) = package["rust_version"].as_str() else { continue };
        if built.contains(&name) {
            declared += 1;
            assert!(Version::read(needs) <= own, "{name} needs Rust {needs}");
        }
    }
    assert!(declared > 80, "{declared} crates declare a version");
}

/// The fuzz targets have a lock of their own, which is easily missed until they do not build.
#[test]
fn the_lock_of_the_fuzz_targets_has_every_dependency() {
    let lock = table("fuzz/Cargo.lock");
    let packages = lock["package"].as_array().expect("packages");
    let bina = packages.iter().find(|package| package["name"].as_str() == Some("bina"));
    let known = bina.expect("it is linked")["dependencies"].as_array().expect("a list");
    let known: BTreeSet<_> =
        known.iter().filter_map(|known| known.as_str()?.split(' ').next()).collect();
    for name in table("Cargo.toml")["dependencies"].as_table().expect("a table").keys() {
        assert!(known.contains(name.as_str()), "{name}: run `cargo metadata` in fuzz/");
    }
}
