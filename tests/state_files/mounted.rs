//! A real file system that is full or read-only, in a mount that only one process of ours sees.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use bina::runtime::state_folder::StateFolder;
use bina::sources::directory::{DirectoryFiles, SealedKind};

use crate::scratch::{FACTS, Scratch, keys, load, save};

/// The mounted folder, for the processes below.
const FOLDER: &str = "BINA_TEST_MOUNTED_FOLDER";

fn mounted() -> PathBuf {
    std::env::var_os(FOLDER).expect("a folder").into()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries.map(|entry| name(entry.expect("readable"))).filter(|name| name != "lock").collect()
}

/// Runs the test `name` as root of its own user namespace; `None` if the system allows none.
fn apart(scratch: &Scratch, name: &str) -> Option<Output> {
    drop(scratch.open());
    let script =
        "mount -t tmpfs -o size=512k,mode=700 tmpfs \"$BINA_TEST_MOUNTED_FOLDER\" || exit 77
        exec \"$0\" --exact \"$1\" --ignored --nocapture";
    let mut program = Command::new("unshare");
    program.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    program.arg(std::env::current_exe().expect("this test")).arg(name).env(FOLDER, &scratch.0);
    let output = program.output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let is_refused = output.status.code() == Some(77) || text.contains("unshare:");
    (!is_refused).then_some(output)
}

fn passes_apart(name: &str) {
    let scratch = Scratch::new();
    match apart(&scratch, name) {
        Some(output) => assert!(output.status.success(), "{output:?}"),
        None => eprintln!("SKIPPED: {name} needs unshare(1) and user namespaces"),
    }
}

#[test]
#[ignore = "the test below runs it in a mount of its own"]
fn saves_until_the_disk_is_full() {
    let path = mounted();
    let files = DirectoryFiles::new(Arc::new(StateFolder::open(&path).expect("a folder")), keys());
    save(&files, &[b'o'; 200_000]);
    // The old file and this one do not fit together.
    let saved = files.save(SealedKind::Directory, FACTS, |to| to.write_all(&[b'n'; 400_000]));
    let text = saved.expect_err("it is full").to_string();
    assert!(text.contains(&path.display().to_string()), "{text}");
    assert!(text.ends_with("(free space on that file system)"), "{text}");
    assert_eq!(names(&path), ["directory.sealed"]);
    assert_eq!(load(&files).expect("whole"), Some(vec![b'o'; 200_000]));
}

#[test]
fn a_full_disk_leaves_the_old_file_alone() {
    passes_apart("mounted::saves_until_the_disk_is_full");
}

#[test]
#[ignore = "the test below runs it in a mount of its own"]
fn saves_until_the_disk_is_read_only() {
    let path = mounted();
    let files = DirectoryFiles::new(Arc::new(StateFolder::open(&path).expect("a folder")), keys());
    save(&files, b"old");
    let remount = ["-o", "remount,ro"];
    assert!(Command::new("mount").args(remount).arg(&path).status().expect("mount").success());
    let saved = files.save(SealedKind::Directory, FACTS, |to| to.write_all(b"new"));
    let text = saved.expect_err("it is read-only").to_string();
    assert!(text.contains("make that file system writable"), "{text}");
    assert_eq!(load(&files).expect("whole").as_deref(), Some(&b"old"[..]));
    drop(files);
    let text = StateFolder::open(&path).expect_err("it is read-only").to_string();
    assert!(text.contains(&path.display().to_string()), "{text}");
    assert!(text.contains("make that file system writable"), "{text}");
}

#[test]
fn a_read_only_folder_is_named_with_the_remedy() {
    passes_apart("mounted::saves_until_the_disk_is_read_only");
}
