//! Limits peaks without distortion that is audible: the gain falls before a peak and rises after it.

use std::ops::Range;

use super::RATE;

/// Largest sample of a prompt: -3 dBFS, rounded down to a 16-bit value.
pub(super) const PEAK_MAX: f32 = 23_197.0 / 32_768.0;

/// Samples of 2 ms: how far before and after a peak the gain is low.
const REACH: usize = (RATE / 500) as usize;

/// Limits in place. The gain that a peak needs holds from 2 ms before to 2 ms after it, and is smoothed over
/// 2 ms in all, so it is never above what a sample needs.
pub(super) fn limit(samples: &mut [f32]) {
    let mut held = vec![1.0_f32; samples.len()];
    for (at, sample) in samples.iter().enumerate() {
        if sample.abs() > PEAK_MAX {
            let needed = PEAK_MAX / sample.abs();
            held[around(at, REACH, samples.len())]
                .iter_mut()
                .for_each(|gain| *gain = gain.min(needed));
        }
    }
    for (at, sample) in samples.iter_mut().enumerate() {
        let gains = &held[around(at, REACH / 2, held.len())];
        let mean = gains.iter().sum::<f32>() / gains.len() as f32;
        // The mean may be rounded up.
        *sample = (*sample * mean).clamp(-PEAK_MAX, PEAK_MAX);
    }
}

/// The positions at most `reach` before and after one of `count`.
fn around(at: usize, reach: usize, count: usize) -> Range<usize> {
    at.saturating_sub(reach)..(at + reach + 1).min(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sample_is_above_the_peak_wherever_it_stands() {
        for at in [0, 1, 7, 8, 9, 15, 16, 17, 50, 98, 99] {
            let mut samples = vec![0.7; 100];
            samples[at] = -30.0;
            limit(&mut samples);
            let peak = samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
            assert!(peak <= PEAK_MAX, "{peak} at {at}");
            assert!(samples[at] < -0.9 * PEAK_MAX, "{} at {at}", samples[at]);
        }
    }

    #[test]
    fn samples_far_from_a_peak_keep_their_level() {
        let mut samples = vec![0.5; 200];
        samples[100] = 2.0;
        limit(&mut samples);
        let far = REACH + REACH / 2 + 1;
        for at in (0..=100 - far).chain(100 + far..200) {
            assert_eq!(samples[at].to_bits(), 0.5_f32.to_bits(), "{at}");
        }
    }

    #[test]
    fn the_gain_falls_and_rises_gradually() {
        let mut samples = vec![0.5; 200];
        samples[100] = 2.0;
        limit(&mut samples);
        assert!((samples[99] - 0.5 * PEAK_MAX / 2.0).abs() < 0.001, "{}", samples[99]);
        samples[100] = samples[99];
        let largest = samples.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0.0, f32::max);
        // 0.5 falls to 0.18 over 17 samples.
        assert!(largest < 0.33 / 16.0, "{largest}");
    }
}
