//! Saved files: whole after an error or a stop at any step, and refused files are removed.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::panic::{AssertUnwindSafe, catch_unwind};

use bina::runtime::state_folder::SaveStep;
use bina::sources::directory::{
    AgeLimit, DirectoryFiles, FileFate, SealedError, SealedFacts, SealedKind,
};

use crate::scratch::{FACTS, NOW, Scratch, keys_of, load, save};

const FILE: &str = "directory.sealed";
const CANARY: &str = "CLIENTE INVENTADO 37999990001";

/// Several pieces, so that `Write` is a step several times.
fn long(byte: u8) -> Vec<u8> {
    vec![byte; 300_000]
}

/// Saves `long(b'n')` with `at` called ahead of step number `stop`; returns whether it was reached.
fn stopped(files: &DirectoryFiles, stop: usize, at: impl Fn(SaveStep) -> io::Result<()>) -> bool {
    let (mut step, mut is_reached) = (0, false);
    let mut before = |name| {
        step += 1;
        is_reached |= step == stop;
        if step == stop { at(name) } else { Ok(()) }
    };
    let write = |to: &mut dyn Write| to.write_all(&long(b'n'));
    let save = || files.save_in_steps(SealedKind::Directory, FACTS, write, &mut before);
    let _ = catch_unwind(AssertUnwindSafe(save));
    is_reached
}

#[test]
fn a_disk_that_is_full_at_any_step_leaves_the_old_file_alone() {
    let scratch = Scratch::new();
    let files = scratch.files();
    save(&files, &long(b'o'));
    let mut steps = 0;
    while stopped(&files, steps + 1, |step| match step {
        // By then the new file is in its place.
        SaveStep::SyncFolder => Ok(()),
        _ => Err(ErrorKind::StorageFull.into()),
    }) {
        steps += 1;
        let expected = long(if steps == 10 { b'n' } else { b'o' });
        assert_eq!(load(&files).expect("whole"), Some(expected), "step {steps}");
        assert_eq!(scratch.names(), [FILE], "step {steps}");
    }
    assert_eq!(steps, 10, "create, six times write, sync, rename, sync");
}

/// A panic ends the saving at once, as a crash does.
#[test]
fn a_crash_at_any_step_leaves_the_whole_old_or_new_file() {
    let scratch = Scratch::new();
    let mut step = 1;
    loop {
        let files = scratch.files();
        save(&files, &long(b'o'));
        if !stopped(&files, step, |_| panic!("an injected crash")) {
            break;
        }
        drop(files);
        let found = load(&scratch.files()).expect("whole").expect("a file");
        assert!(found == long(b'o') || found == long(b'n'), "step {step}");
        assert_eq!(scratch.names(), [FILE], "step {step}");
        step += 1;
    }
    assert!(step > 9, "{step}");
}

#[test]
fn a_callback_that_fails_leaves_the_old_file_alone() {
    let scratch = Scratch::new();
    let files = scratch.files();
    save(&files, b"old");
    let saved = files.save(SealedKind::Directory, FACTS, |to| {
        to.write_all(&long(b'n'))?;
        Err(io::Error::other("the walk was stopped"))
    });
    let text = saved.expect_err("it failed").to_string();
    assert!(text.contains(FILE) && text.contains("the walk was stopped"), "{text}");
    assert_eq!(load(&files).expect("whole").as_deref(), Some(&b"old"[..]));
    assert_eq!(scratch.names(), [FILE]);
}

#[test]
fn a_folder_in_the_way_is_named_with_the_remedy() {
    let scratch = Scratch::new();
    let files = scratch.files();
    for name in [FILE, "directory.sealed.new"] {
        fs::create_dir_all(scratch.path(name).join("inside")).expect("a folder");
        let saved = files.save(SealedKind::Directory, FACTS, |to| to.write_all(b"new"));
        let text = saved.expect_err("it cannot be replaced").to_string();
        assert!(text.contains(&scratch.path(FILE).display().to_string()), "{text}");
        assert!(text.ends_with("(remove what stands there)"), "{text}");
        fs::remove_dir_all(scratch.path(name)).expect("it is there");
        assert!(scratch.names().is_empty());
    }
}

#[test]
fn files_are_readable_by_their_owner_only() {
    let scratch = Scratch::new();
    let files = scratch.files();
    save(&files, b"content");
    let mode = |name: &str| fs::metadata(scratch.path(name)).expect(name).permissions().mode();
    assert_eq!(mode(FILE) & 0o777, 0o600);
    assert_eq!(mode("") & 0o777, 0o700);
}

#[test]
fn the_kinds_are_files_of_their_own() {
    let scratch = Scratch::new();
    let files = scratch.files();
    save(&files, b"directory");
    files.save(SealedKind::Walk, FACTS, |to| to.write_all(b"walk")).expect("saved");
    assert_eq!(scratch.names(), [FILE, "walk.sealed"]);
    files.remove(SealedKind::Walk).expect("it is there");
    files.remove(SealedKind::Walk).expect("it need not be there");
    assert_eq!(scratch.names(), [FILE]);
    assert_eq!(load(&files).expect("whole").as_deref(), Some(&b"directory"[..]));
}

/// Damages the saved file, and returns the one line that is reported.
fn refused(damage: impl Fn(&Scratch)) -> String {
    let scratch = Scratch::new();
    let files = scratch.files();
    save(&files, b"content");
    damage(&scratch);
    let unusable = load(&files).expect_err("it is refused");
    assert!(matches!(unusable.fate, FileFate::Removed), "{unusable}");
    assert!(scratch.names().is_empty(), "{unusable}");
    assert_eq!(load(&files).expect("a start without it"), None);
    let text = unusable.to_string();
    assert!(!text.contains('\n') && text.contains(FILE), "{text}");
    text
}

#[test]
fn a_file_that_cannot_be_used_is_reported_and_removed() {
    let overwrite = |bytes: &'static [u8]| move |at: &Scratch| fs::write(at.path(FILE), bytes);
    let write = |bytes| refused(move |at| overwrite(bytes)(at).expect("a file"));
    assert!(write(b"").contains("not a file of this kind"));
    assert!(write(b"some other program's").contains("not a file of this kind"));
    assert!(write(b"binaseal").contains("damaged or truncated"));
    let link = |at: &Scratch| {
        fs::remove_file(at.path(FILE)).expect("it is there");
        symlink("/etc/hostname", at.path(FILE)).expect("a link");
    };
    assert!(refused(link).contains("not a file of this kind"));
    let huge = |at: &Scratch| {
        let file = fs::File::options().write(true).open(at.path(FILE)).expect("a file");
        file.set_len(1 << 40).expect("a sparse file");
    };
    assert!(refused(huge).contains("not a file of this kind"));
}

#[test]
fn a_file_of_another_secret_is_reported_and_removed() {
    let scratch = Scratch::new();
    save(&scratch.files(), b"content");
    let keys = keys_of("outro-segredo-inventado", "https://api.example");
    let files = DirectoryFiles::new(scratch.open(), keys);
    let text = load(&files).expect_err("it is refused").to_string();
    assert!(text.contains("another secret or for another HubSoft"), "{text}");
    assert!(text.ends_with("(it was removed; the next walk replaces it)"), "{text}");
    assert!(scratch.names().is_empty());
}

#[test]
fn a_file_is_too_old_after_age_max_days_and_never_too_new() {
    let scratch = Scratch::new();
    let files = scratch.files();
    let made_at_s = NOW.now_s - 14 * 24 * 3_600;
    let facts = SealedFacts { made_at_s, ..FACTS };
    files.save(SealedKind::Directory, facts, |to| to.write_all(b"content")).expect("saved");
    for now_s in [0, made_at_s, NOW.now_s] {
        let age = AgeLimit { now_s, days_max: 14 };
        let opened = files.open(SealedKind::Directory, age, |facts, from| {
            from.read_exact(&mut [0; 7]).map(|()| facts)
        });
        assert_eq!(opened.expect("young enough"), Some((facts, facts)));
    }
    let age = AgeLimit { now_s: NOW.now_s + 1, days_max: 14 };
    let old = files.open(SealedKind::Directory, age, |_, _| Ok(())).expect_err("too old");
    assert!(matches!(old.cause, SealedError::TooOld { days: 14, max: 14 }), "{old}");
    assert!(scratch.names().is_empty());
}

#[test]
fn content_that_its_reader_does_not_understand_is_removed_and_a_bad_disk_is_not() {
    for (kind, left) in [(ErrorKind::InvalidData, 0), (ErrorKind::TimedOut, 1)] {
        let scratch = Scratch::new();
        let files = scratch.files();
        save(&files, b"content");
        let opened = files.open(SealedKind::Directory, NOW, |_, _| Err::<(), _>(kind.into()));
        assert!(opened.is_err());
        assert_eq!(scratch.names().len(), left, "{kind}");
    }
}

#[test]
fn nothing_of_the_content_is_in_the_folder() {
    let scratch = Scratch::new();
    let files = scratch.files();
    let write = |to: &mut dyn Write| to.write_all(CANARY.repeat(9_000).as_bytes());
    files.save(SealedKind::Directory, FACTS, write).expect("saved");
    let stop = &mut |step| if step == SaveStep::SyncFile { panic!("a crash") } else { Ok(()) };
    let crash = || files.save_in_steps(SealedKind::Walk, FACTS, write, stop);
    catch_unwind(AssertUnwindSafe(crash)).expect_err("it stops");
    assert_eq!(scratch.names(), [FILE, "walk.sealed.new"]);
    for name in scratch.names() {
        let bytes = fs::read(scratch.path(&name)).expect("a file");
        assert!(bytes.len() > 200_000);
        let canary = &CANARY.as_bytes()[..9];
        assert!(!bytes.windows(canary.len()).any(|part| part == canary), "{name}");
    }
}
