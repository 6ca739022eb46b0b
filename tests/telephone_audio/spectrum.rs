//! What of the spectrum remains in a prompt.

use std::f64::consts::PI;

use bina::domain::telephone_audio::telephone_prompt;

use crate::signals::{Wav, samples_of_prompt, tone};

/// A prompt of a tone of 1 kHz and another of the same amplitude; returns how far the prompt has
/// `frequency` above or below 1 kHz, in decibels.
fn relative(other: f64, frequency: f64, rate: u32) -> f64 {
    let words: Vec<_> = tone(1_000.0, 0.2, rate, 3.0)
        .into_iter()
        .zip(tone(other, 0.2, rate, 3.0))
        .map(|(one, other)| one + other)
        .collect();
    let prompt = telephone_prompt(&Wav::plain(rate).of(&words)).expect("sound");
    let samples = &samples_of_prompt(&prompt)[4_000..20_000];
    20.0 * (amplitude(samples, frequency) / amplitude(samples, 1_000.0)).log10()
}

/// Amplitude of a frequency, with a window that leaves 92 dB between neighbours.
fn amplitude(samples: &[f64], frequency: f64) -> f64 {
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (at, sample) in samples.iter().enumerate() {
        let place = 2.0 * PI * at as f64 / samples.len() as f64;
        let window = 0.358_75 - 0.488_29 * place.cos() + 0.141_28 * (2.0 * place).cos()
            - 0.011_68 * (3.0 * place).cos();
        let angle = 2.0 * PI * frequency * at as f64 / 8_000.0;
        real += sample * window * angle.cos();
        imaginary += sample * window * angle.sin();
    }
    real.hypot(imaginary) / samples.len() as f64
}

#[test]
fn the_band_of_the_telephone_passes_within_half_a_decibel() {
    for rate in [8_000, 16_000, 22_050, 24_000, 48_000] {
        for frequency in [400.0, 2_000.0, 3_000.0, 3_400.0] {
            let gain = relative(frequency, frequency, rate);
            assert!(gain.abs() < 0.5, "{frequency} Hz of {rate}: {gain} dB");
        }
    }
}

#[test]
fn a_tone_above_the_band_does_not_return_as_another() {
    for rate in [16_000, 22_050, 24_000, 44_100, 48_000] {
        for frequency in [4_500.0, 5_000.0, 6_300.0, 7_700.0] {
            let alias = 8_000.0 - frequency;
            let gain = relative(frequency, alias, rate);
            assert!(gain < -50.0, "{frequency} Hz of {rate} at {alias}: {gain} dB");
        }
    }
}

#[test]
fn hum_is_at_least_20_db_down() {
    for rate in [8_000, 24_000, 44_100] {
        for frequency in [50.0, 60.0] {
            let gain = relative(frequency, frequency, rate);
            assert!(gain < -20.0, "{frequency} Hz of {rate}: {gain} dB");
        }
    }
}
