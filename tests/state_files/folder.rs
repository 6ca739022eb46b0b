//! The state folder: made for its owner, held by one process, cleared of what a crash left.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use bina::runtime::state_folder::{StateError, StateFile, StateFolder};

use crate::scratch::Scratch;

const FILE: StateFile = StateFile { name: "file", bytes_max: 10 };

fn refused(path: &Path) -> String {
    StateFolder::open(path).expect_err("it is refused").to_string()
}

#[test]
fn a_missing_folder_is_created_for_its_owner_but_not_its_parents() {
    let scratch = Scratch::new();
    let text = refused(&scratch.path("folder"));
    assert!(text.ends_with("(create the folder above it)"), "{text}");
    drop(scratch.open());
    let mode = fs::metadata(&scratch.0).expect("a folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_path_that_is_no_folder_is_refused() {
    let scratch = Scratch::new();
    fs::write(&scratch.0, "a file").expect("a file");
    let text = refused(&scratch.0);
    fs::remove_file(&scratch.0).expect("it is there");
    assert!(text.contains("is not a folder (remove it"), "{text}");
}

#[test]
fn a_folder_of_others_is_refused() {
    let scratch = Scratch::new();
    drop(scratch.open());
    fs::set_permissions(&scratch.0, Permissions::from_mode(0o770)).expect("ours");
    let text = refused(&scratch.0);
    assert!(text.contains("is writable by other users (run `chmod 700` on it)"), "{text}");
    fs::set_permissions(&scratch.0, Permissions::from_mode(0o700)).expect("ours");
    if let Err(error) = chown(&scratch.0, Some(54_321), None) {
        eprintln!("SKIPPED: a folder of another user needs root: {error}");
        return;
    }
    let text = refused(&scratch.0);
    assert!(text.contains("belongs to another user (run `chown`"), "{text}");
}

#[test]
fn a_folder_has_one_process_at_a_time() {
    let scratch = Scratch::new();
    let first = scratch.open();
    let second = StateFolder::open(&scratch.0).expect_err("it is in use");
    assert!(matches!(second, StateError::InUse { .. }), "{second}");
    assert!(second.to_string().contains("stop the other bina"), "{second}");
    drop(first);
    drop(scratch.open());
    drop(scratch.open());
}

/// A child that was forked just now has a copy of the socket until it has started its program.
#[test]
fn a_process_that_is_ending_is_waited_for() {
    let scratch = Scratch::new();
    drop(scratch.open());
    fs::remove_file(scratch.path("lock")).ok();
    let held = UnixDatagram::bind(scratch.path("lock")).expect("free");
    let ending = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(60));
        drop(held);
    });
    drop(scratch.open());
    ending.join().expect("no panic");
}

#[test]
fn of_several_that_start_at_once_one_gets_the_folder() {
    for _ in 0..50 {
        let scratch = Scratch::new();
        // The socket of a process that ended.
        drop(scratch.open());
        let open = || StateFolder::open(&scratch.0).ok();
        let opened: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(opened.iter().flatten().count() <= 1);
    }
}

#[test]
fn what_stands_in_place_of_the_lock_is_named() {
    let scratch = Scratch::new();
    drop(scratch.open());
    fs::remove_file(scratch.path("lock")).expect("it is there");
    fs::write(scratch.path("lock"), "").expect("a file");
    let text = refused(&scratch.0);
    assert!(text.ends_with("it is not a socket (remove what stands there)"), "{text}");
    let long = scratch.path(&"x".repeat(100));
    fs::create_dir(&long).expect("a folder");
    let text = refused(&long);
    assert!(text.ends_with("(choose a shorter path)"), "{text}");
}

#[test]
fn what_a_crash_left_is_removed_and_nothing_else() {
    let scratch = Scratch::new();
    drop(scratch.open());
    for name in ["file.new", "other.new", "file", "file.new.txt"] {
        fs::write(scratch.path(name), "content").expect("a file");
    }
    symlink(scratch.path("file"), scratch.path("link.new")).expect("a link");
    fs::create_dir(scratch.path("folder.new")).expect("a folder");
    drop(scratch.open());
    assert_eq!(scratch.names(), ["file", "file.new.txt", "folder.new"]);
}

#[test]
fn a_link_to_the_folder_is_followed_as_systemd_makes_one() {
    let (scratch, link) = (Scratch::new(), Scratch::new());
    drop(scratch.open());
    symlink(&scratch.0, &link.0).expect("a link");
    StateFolder::open(&link.0).expect("a folder");
    fs::remove_file(&link.0).expect("it is there");
}

#[test]
fn a_file_has_its_limit_in_both_directions() {
    let scratch = Scratch::new();
    let folder = scratch.open();
    folder.replace(&FILE, |to| to.write_all(b"0123456789")).expect("within the limit");
    folder.replace(&FILE, |to| to.write_all(b"0123456789a")).expect_err("beyond it");
    folder.append(&FILE, b"a").expect_err("beyond it");
    assert_eq!(folder.read(&FILE).expect("readable").as_deref(), Some(&b"0123456789"[..]));
    fs::write(scratch.path("file"), "0123456789a").expect("a file");
    let text = folder.read(&FILE).expect_err("beyond the limit").to_string();
    assert!(text.contains("11 bytes, more than the 10 allowed (remove it)"), "{text}");
}

#[test]
fn a_link_in_place_of_a_file_is_not_followed() {
    let scratch = Scratch::new();
    let folder = scratch.open();
    let outside = scratch.path("outside");
    fs::write(&outside, "kept").expect("a file");
    symlink(&outside, scratch.path("file")).expect("a link");
    symlink(&outside, scratch.path("file.new")).expect("a link");
    folder.read(&FILE).expect_err("a link");
    folder.append(&FILE, b"x").expect_err("a link");
    folder.replace(&FILE, |to| to.write_all(b"new")).expect("it replaces the link");
    assert_eq!(fs::read(&outside).expect("a file"), b"kept");
    assert_eq!(folder.read(&FILE).expect("readable").as_deref(), Some(&b"new"[..]));
}
