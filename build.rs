//! Sets the commit that the program was built from, as BINA_COMMIT: for `bina --version`, the log and /metrics.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    // A build from an archive, where there is no git, sets it by this variable.
    println!("cargo::rerun-if-env-changed=BINA_COMMIT");
    // "-dirty" concerns what goes into the program, and is set anew when any of that changes.
    for path in ["build.rs", "Cargo.toml", "Cargo.lock", "src"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let commit = env::var("BINA_COMMIT").ok().filter(|given| !given.is_empty()).or_else(described);
    println!("cargo::rustc-env=BINA_COMMIT={}", commit.as_deref().unwrap_or("unknown"));
}

/// The commit's short hash, with `-dirty` behind it when the sources differ from it.
fn described() -> Option<String> {
    // Sources unpacked inside another repository are not of its commit.
    let root = git(&["rev-parse", "--show-toplevel"])?;
    let own = env::var("CARGO_MANIFEST_DIR").ok()?;
    if Path::new(&root).canonicalize().ok()? != Path::new(&own).canonicalize().ok()? {
        return None;
    }
    // A commit changes the branch, a checkout changes HEAD; the reflog has both. Cargo would run
    // this script at every build for a file that is not there.
    for name in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", name])?;
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let hash = git(&["rev-parse", "--short=7", "HEAD"])?;
    let changed =
        git(&["status", "--porcelain", "--", "build.rs", "Cargo.toml", "Cargo.lock", "src"])?;
    Some(if changed.is_empty() { hash } else { format!("{hash}-dirty") })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
