//! What an engine writes: any bytes are a telephone prompt within its bounds, or an error.

#![no_main]

use bina::domain::telephone_audio::{SECONDS_MAX, measured, telephone_prompt};
use bina::domain::wav;
use libfuzzer_sys::fuzz_target;

/// 8,000 samples a second of two bytes, with a second for the silence around them and the header.
const PROMPT_BYTES_MAX: usize = (SECONDS_MAX as usize + 1) * 16_000;

fuzz_target!(|bytes: &[u8]| {
    let Ok(prompt) = telephone_prompt(bytes) else { return };
    assert!(prompt.len() <= PROMPT_BYTES_MAX, "{}", prompt.len());
    assert_eq!(wav::problem(&prompt), None);
    let level = measured(&prompt).expect("a prompt is measured");
    assert!(level.peak_dbfs <= -2.9, "{}", level.peak_dbfs);
});
