//! Brings speech to the level of a telephone prompt.

use super::RATE;
use super::loudness::Loudness;
use super::peak_limiter;

/// Power of active speech: -19 dBFS, between Asterisk's own prompts (-18) and RFC 7874 (-22).
const TARGET: f64 = 0.012_589_254_117_941_673;

/// The limiter takes level from speech of high peaks (0.5 dB from the engines that were measured); each
/// further round restores a part of it.
const ROUNDS: usize = 3;

/// Power relative to the target, or its inverse, that needs no further round: 0.05 dB.
const CLOSE: f64 = 1.012;

/// Raises or lowers the active speech to the level, with its peaks limited.
pub(super) fn level(samples: &mut [f32]) {
    for round in 0..ROUNDS {
        let power_gain = TARGET / Loudness::of(samples.iter().copied(), RATE).active();
        if round > 0 && (1.0 / CLOSE..CLOSE).contains(&power_gain) {
            return;
        }
        let gain = power_gain.sqrt() as f32;
        samples.iter_mut().for_each(|sample| *sample *= gain);
        peak_limiter::limit(samples);
    }
}
