//! Level, peak and silence of a prompt, whatever those of the engine are.

use bina::domain::telephone_audio::{AudioLevel, measured, telephone_prompt};

use crate::signals::{RATES, Wav, samples_of_prompt, silence, speech, tone};

fn prompt_of(samples: &[f64], rate: u32) -> Vec<u8> {
    telephone_prompt(&Wav::plain(rate).of(samples)).expect("speech")
}

fn level_of(prompt: &[u8]) -> AudioLevel {
    measured(prompt).expect("a WAV file")
}

fn assert_prompt_level(prompt: &[u8], case: &str) {
    let level = level_of(prompt);
    assert!((level.active_dbfs + 19.0).abs() < 0.25, "{case}: {level:?}");
    assert!(level.peak_dbfs <= -3.0, "{case}: {level:?}");
    assert!((50..=60).contains(&level.lead_ms), "{case}: {level:?}");
    assert!((250..=260).contains(&level.trail_ms), "{case}: {level:?}");
}

#[test]
fn speech_of_any_rate_and_level_has_the_level_of_a_prompt() {
    for rate in RATES {
        for peak in [0.01, 0.1, 0.99] {
            let prompt = prompt_of(&speech(peak, rate), rate);
            assert_prompt_level(&prompt, &format!("{rate} Hz, peak {peak}"));
            let seconds = samples_of_prompt(&prompt).len() as f64 / 8_000.0;
            assert!((seconds - 2.3).abs() < 0.05, "{rate} Hz, peak {peak}: {seconds} s");
        }
    }
}

#[test]
fn silence_at_both_ends_is_replaced_and_pauses_stay() {
    let rate = 24_000;
    let alone = prompt_of(&speech(0.5, rate), rate);
    let words = [silence(rate, 0.7), speech(0.5, rate), silence(rate, 1.3)].concat();
    let prompt = prompt_of(&words, rate);
    assert_prompt_level(&prompt, "with silence around");
    assert!(prompt.len().abs_diff(alone.len()) <= 2 * 160, "{} {}", prompt.len(), alone.len());
    let words = [speech(0.5, rate), silence(rate, 0.5), speech(0.5, rate)].concat();
    let prompt = prompt_of(&words, rate);
    assert_prompt_level(&prompt, "with a pause");
    assert!((level_of(&prompt).seconds - 4.8).abs() < 0.05, "{:?}", level_of(&prompt));
}

#[test]
fn a_dc_offset_changes_nothing() {
    for rate in [8_000, 24_000, 44_100] {
        let words = [silence(rate, 0.3), speech(0.5, rate), silence(rate, 0.3)].concat();
        let with_offset: Vec<_> = words.iter().map(|sample| sample + 0.25).collect();
        let prompt = samples_of_prompt(&prompt_of(&words, rate));
        let other = samples_of_prompt(&prompt_of(&with_offset, rate));
        assert_eq!(prompt.len(), other.len(), "{rate} Hz");
        for (at, (one, other)) in prompt.iter().zip(&other).enumerate() {
            assert!((one - other).abs() <= 4.0 / 32_768.0, "{rate} Hz: {one} {other} at {at}");
        }
    }
}

#[test]
fn clicks_do_not_take_the_level_of_the_speech() {
    let rate = 24_000;
    let mut words = speech(0.1, rate);
    for at in (3_000..words.len()).step_by(9_000) {
        words[at..at + 6].fill(0.95);
    }
    let level = level_of(&prompt_of(&words, rate));
    assert!(level.peak_dbfs <= -3.0, "{level:?}");
    assert!((level.active_dbfs + 19.0).abs() < 1.0, "{level:?}");
}

#[test]
fn only_what_is_above_the_peak_is_limited() {
    let rate = 8_000;
    // A crest of 20 dB: at -19 dBFS its peak would be 1.1.
    let mut words = tone(500.0, 0.1, rate, 2.0);
    words[8_004] = 0.7;
    let samples = samples_of_prompt(&prompt_of(&words, rate));
    let largest = |range: &[f64]| range.iter().fold(0.0, |peak: f64, one| peak.max(one.abs()));
    assert!((largest(&samples) - 0.7079).abs() < 0.001, "{}", largest(&samples));
    let (before, after) = (largest(&samples[2_000..8_000]), largest(&samples[9_000..16_000]));
    assert!((before - after).abs() < 0.001 && before > 0.14, "{before} {after}");
}

#[test]
fn a_prompt_through_the_chain_again_stays_as_it_is() {
    for rate in [8_000, 22_050, 24_000] {
        for peak in [0.02, 0.9] {
            let once = prompt_of(&speech(peak, rate), rate);
            let again = telephone_prompt(&once).expect("speech");
            let (once, again) = (level_of(&once), level_of(&again));
            assert!((once.active_dbfs - again.active_dbfs).abs() < 0.1, "{once:?} {again:?}");
            assert!((once.seconds - again.seconds).abs() < 0.011, "{once:?} {again:?}");
            assert_eq!((again.lead_ms, once.lead_ms), (50, 50));
        }
    }
}

#[test]
fn the_same_bytes_give_the_same_prompt() {
    let words = speech(0.4, 22_050);
    assert!(prompt_of(&words, 22_050) == prompt_of(&words, 22_050));
}

#[test]
fn a_tone_is_measured_as_its_formula_says() {
    let rate = 16_000;
    let words = [silence(rate, 0.12), tone(1_000.0, 0.5, rate, 1.0), silence(rate, 0.34)].concat();
    let level = level_of(&Wav::plain(rate).of(&words));
    assert!((level.active_dbfs + 9.03).abs() < 0.05, "{level:?}");
    assert!((level.peak_dbfs + 6.02).abs() < 0.01, "{level:?}");
    assert_eq!((level.lead_ms, level.trail_ms), (120, 340), "{level:?}");
    assert!((level.seconds - 1.46).abs() < 1e-9, "{level:?}");
}
