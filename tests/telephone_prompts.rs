//! The shipped prompts have the level of those that are made.

use std::fs;
use std::path::{Path, PathBuf};

use bina::domain::telephone_audio::{measured, telephone_prompt};

/// The prompts of the repository, by path and content.
fn shipped() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialplan/sounds/pt_BR/bina");
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("readable").path());
    let recordings = paths.filter(|path| path.extension().is_some_and(|end| end == "wav"));
    let shipped: Vec<_> = recordings
        .map(|path| {
            let bytes = fs::read(&path).expect("readable");
            (path, bytes)
        })
        .collect();
    assert!(shipped.len() >= 4, "the prompts are found: {}", shipped.len());
    shipped
}

#[test]
fn the_shipped_prompts_are_within_one_decibel_of_the_level() {
    for (path, bytes) in shipped() {
        let level = measured(&bytes).expect("a WAV file");
        assert!((level.active_dbfs + 19.0).abs() < 1.0, "{}: {level:?}", path.display());
        assert!(level.peak_dbfs <= -3.0 + 0.01, "{}: {level:?}", path.display());
        assert!((40..=60).contains(&level.lead_ms), "{}: {level:?}", path.display());
        assert!((230..=260).contains(&level.trail_ms), "{}: {level:?}", path.display());
    }
}

#[test]
fn a_shipped_prompt_through_the_chain_has_the_level_and_stays() {
    for (path, bytes) in shipped() {
        let once = telephone_prompt(&bytes).expect("speech");
        let again = telephone_prompt(&once).expect("speech");
        let (once, again) = (measured(&once), measured(&again));
        let (once, again) = (once.expect("a prompt"), again.expect("a prompt"));
        assert!((once.active_dbfs + 19.0).abs() < 0.25, "{}: {once:?}", path.display());
        assert!(once.peak_dbfs <= -3.0, "{}: {once:?}", path.display());
        assert_eq!((once.lead_ms, once.trail_ms), (50, 250), "{}", path.display());
        assert!(
            (once.active_dbfs - again.active_dbfs).abs() < 0.5,
            "{}: {again:?}",
            path.display()
        );
    }
}
