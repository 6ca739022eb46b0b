//! The recordings in `dialplan/sounds` play in both PBXs as they are, at one level, and each has its text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const RATE: usize = 8000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dialplan/sounds")
}

/// Name and text, as `make-sounds.py` reads them.
fn texts() -> BTreeMap<String, String> {
    let table = fs::read_to_string(folder().join("texts.tsv")).expect("UTF-8");
    let rows = table.lines().map(|line| line.split_once('\t').expect(line));
    let texts: BTreeMap<_, _> =
        rows.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    assert_eq!(texts.len(), table.lines().count(), "a name stands once");
    texts
}

/// The files by their names, whole.
fn files() -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder().join("pt_BR/bina")).expect("the folder is there");
    let files = entries.map(|entry| {
        let path = entry.expect("readable").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("UTF-8");
        assert_eq!(path.extension().and_then(|kind| kind.to_str()), Some("wav"), "{name}");
        (name.to_owned(), fs::read(&path).expect("readable"))
    });
    files.collect()
}

/// The samples behind the header of 44 bytes, between -1 and 1.
fn samples(file: &[u8]) -> Vec<f64> {
    let pairs = file[44..].chunks_exact(2);
    pairs.map(|pair| f64::from(i16::from_le_bytes([pair[0], pair[1]])) / 32768.0).collect()
}

/// The mean power of each whole frame.
fn powers(samples: &[f64], frame: usize) -> Vec<f64> {
    let power = |frame: &[f64]| {
        frame.iter().map(|sample| sample * sample).sum::<f64>() / frame.len() as f64
    };
    samples.chunks_exact(frame).map(power).collect()
}

fn loudest(powers: &[f64]) -> f64 {
    powers.iter().copied().fold(0.0, f64::max)
}

/// The level of the frames of 20 ms within 30 dB of the loudest, so that pauses do not count.
fn active_dbfs(samples: &[f64]) -> f64 {
    let powers = powers(samples, RATE / 50);
    let least = loudest(&powers) / 1e3;
    let active: Vec<_> = powers.into_iter().filter(|power| *power >= least).collect();
    10.0 * (active.iter().sum::<f64>() / active.len() as f64).log10()
}

/// Milliseconds before and after the frames of 10 ms within 40 dB of the loudest.
fn silence_ms(samples: &[f64]) -> (usize, usize) {
    let powers = powers(samples, RATE / 100);
    let least = loudest(&powers) / 1e4;
    let is_heard = |power: &f64| *power >= least;
    let first = powers.iter().position(is_heard).expect("a sound");
    let last = powers.iter().rposition(is_heard).expect("a sound");
    (first * 10, (powers.len() - 1 - last) * 10)
}

#[test]
fn every_text_has_a_recording_and_every_recording_a_text() {
    let named: BTreeSet<_> = texts().into_keys().collect();
    let recorded: BTreeSet<_> = files().into_keys().collect();
    assert_eq!(named, recorded, "run dialplan/sounds/make-sounds.py");
    let is_plain = |sign: char| matches!(sign, 'a'..='z' | '0'..='9' | '-');
    for (name, text) in texts() {
        assert!(name.chars().all(is_plain), "{name}: a dialplan takes a-z 0-9 -");
        assert!(text.trim() == text && text.contains(' '), "{name}: {text}");
    }
}

#[test]
fn every_recording_is_a_wav_that_both_pbxs_play_unconverted() {
    for (name, file) in files() {
        let number = |at: usize| {
            u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]) as usize
        };
        let kinds = (&file[..4], &file[8..16], &file[36..40]);
        assert_eq!(kinds, (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]), "{name}");
        assert_eq!((number(4), number(40)), (file.len() - 8, file.len() - 44), "{name}: lengths");
        assert_eq!((number(16), number(20)), (16, 0x0001_0001), "{name}: PCM, mono");
        assert_eq!((number(24), number(28)), (RATE, 2 * RATE), "{name}: rates");
        assert_eq!(number(32), 0x0010_0002, "{name}: 16 bits");
        assert!((RATE..10 * RATE).contains(&samples(&file).len()), "{name}: one to ten seconds");
    }
}

#[test]
fn every_recording_has_the_level_of_the_other_prompts_of_a_pbx() {
    for (name, file) in files() {
        let samples = samples(&file);
        let active = active_dbfs(&samples);
        assert!((-20.0..=-18.0).contains(&active), "{name}: {active:.1} dBFS over active speech");
        let highest = samples.iter().fold(0.0, |highest: f64, sample| highest.max(sample.abs()));
        let peak = 20.0 * highest.log10();
        assert!(peak <= -2.9, "{name}: peak {peak:.1} dBFS");
    }
}

/// Two recordings in a row sound like two sentences, and none keeps a caller in silence.
#[test]
fn every_recording_begins_and_ends_with_a_short_silence() {
    for (name, file) in files() {
        let (lead, trail) = silence_ms(&samples(&file));
        assert!((40..=80).contains(&lead), "{name}: {lead} ms before");
        assert!((240..=320).contains(&trail), "{name}: {trail} ms after");
    }
}
