//! The folder of recordings: whole files of bina's user alone, and none that nobody wants.

use std::collections::BTreeSet;
use std::env::temp_dir;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process;

use crate::bench::{Bench, rule};

const FIBRE: &str = "Rompimento de fibra no Centro";

/// A folder of this test's own, removed at its end.
struct Recordings(PathBuf);

impl Recordings {
    fn named(name: &str) -> Self {
        Self(temp_dir().join(format!("bina-gravadas-{}-{name}", process::id())))
    }

    /// Starts a service that keeps its recordings here.
    fn bench(&self) -> Bench {
        Bench::in_folder(vec![rule("rompimento")], Some(self.0.clone()))
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.0).expect("it is there").flatten();
        entries.map(|entry| entry.path()).collect()
    }

    /// Speaks the text, and ends.
    async fn filled(&self) -> PathBuf {
        let bench = self.bench();
        bench.show(&[FIBRE]);
        bench.pass(3.0).await;
        assert_eq!(bench.engine.count(), 1);
        self.files().remove(0)
    }
}

impl Drop for Recordings {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn name(file: &Path) -> String {
    file.file_name().expect("a name").to_string_lossy().into_owned()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[tokio::test(start_paused = true)]
async fn a_recording_that_is_not_whole_is_spoken_again() {
    let folder = Recordings::named("whole");
    let file = folder.filled().await;
    let whole = fs::read(&file).expect("readable");
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    for damaged in [&whole[..whole.len() / 2], &whole[..whole.len() - 1], b"", &changed] {
        fs::write(&file, damaged).expect("writable");
        let bench = folder.bench();
        bench.show(&[FIBRE]);
        bench.pass(3.0).await;
        assert!(bench.played("rompimento", FIBRE).is_some());
        assert_eq!(bench.engine.count(), 1, "{} of {} bytes", damaged.len(), whole.len());
        assert!(fs::read(&file).expect("it is replaced") == whole, "it is replaced");
    }
}

#[tokio::test(start_paused = true)]
async fn only_binas_user_reads_the_recordings() {
    let folder = Recordings::named("modes");
    let file = folder.filled().await;
    assert_eq!((mode(&folder.0), mode(&file)), (0o700, 0o600));
}

#[tokio::test(start_paused = true)]
async fn a_link_in_the_folder_is_not_followed() {
    let folder = Recordings::named("link");
    let file = folder.filled().await;
    let other = folder.0.with_extension("other");
    let name = name(&file);
    for unfinished in [file.with_extension("new"), file.with_file_name(format!("{name}.new"))] {
        fs::remove_file(&file).expect("it is there");
        fs::write(&other, b"another program's").expect("a file");
        symlink(&other, &unfinished).expect("a link");
        folder.filled().await;
        assert!(fs::read(&other).expect("it is there") == b"another program's");
        let _ = fs::remove_file(&unfinished);
    }
    fs::remove_file(&other).expect("it is ours");
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_run_left_is_removed_after_an_hour() {
    let folder = Recordings::named("left");
    let file = folder.filled().await;
    fs::write(folder.0.join("leia-me.txt"), b"not a recording").expect("writable");
    for other in ["0123.wav", "directory.sealed.new", "x.wav.new"] {
        fs::write(folder.0.join(other), b"not a recording's").expect("writable");
    }
    let unfinished = format!("{}.new", name(&file));
    fs::write(folder.0.join(&unfinished), b"RIFF").expect("writable");
    let bench = folder.bench();
    bench.pass(3_000.0).await;
    let left = || folder.files().iter().map(|file| name(file)).collect::<BTreeSet<_>>();
    let others = ["0123.wav", "directory.sealed.new", "leia-me.txt", "x.wav.new"];
    let others: BTreeSet<_> = others.into_iter().map(ToOwned::to_owned).collect();
    let mut expected = others.clone();
    expected.insert(name(&file));
    assert_eq!(left(), expected, "a PBX may fetch it late, and nothing else is bina's");
    bench.pass(700.0).await;
    assert_eq!(left(), others, "nobody wants it");
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_cannot_be_used_costs_no_recording() {
    let folder = Recordings::named("unusable");
    fs::create_dir(&folder.0).expect("a folder");
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o777)).expect("it is ours");
    let bench = folder.bench();
    bench.show(&[FIBRE]);
    bench.pass(3.0).await;
    assert!(bench.played("rompimento", FIBRE).is_some(), "it is kept in memory");
    assert!(folder.files().is_empty(), "any user could replace it there");
}
