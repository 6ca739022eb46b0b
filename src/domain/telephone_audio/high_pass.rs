//! Removes what is below the telephone's band: hum, rumble, DC offset.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use super::RATE;

const CUT_HZ: f64 = 200.0;

/// Filters in place: Butterworth, second order, at 200 Hz; 50 Hz is 24 dB down.
///
/// The filter begins as if the first sample had been there for ever: otherwise a DC offset would begin with
/// a click, which would be taken for speech.
pub(super) fn remove_hum(samples: &mut [f32]) {
    let Some(first) = samples.first().copied().map(f64::from) else { return };
    let tangent = (PI * CUT_HZ / f64::from(RATE)).tan();
    let damping = tangent / FRAC_1_SQRT_2;
    let scale = 1.0 / (1.0 + damping + tangent * tangent);
    let feedback_1 = 2.0 * (tangent * tangent - 1.0) * scale;
    let feedback_2 = (1.0 - damping + tangent * tangent) * scale;
    let mut delay_1 = -scale * first;
    let mut delay_2 = scale * first;
    for sample in samples {
        let input = scale * f64::from(*sample);
        let output = input + delay_1;
        delay_1 = -2.0 * input - feedback_1 * output + delay_2;
        delay_2 = input - feedback_2 * output;
        *sample = output as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gain of a tone in decibels, after the filter has settled.
    fn gain(frequency: f64) -> f64 {
        let angle = |at: usize| 2.0 * PI * frequency * at as f64 / f64::from(RATE);
        let mut samples: Vec<f32> = (0..8_000).map(|at| angle(at).sin() as f32).collect();
        remove_hum(&mut samples);
        let power = samples[4_000..].iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        10.0 * (power / 2_000.0).log10()
    }

    #[test]
    fn hum_is_more_than_20_db_down_and_speech_passes() {
        assert!(gain(50.0) < -23.0, "{}", gain(50.0));
        assert!(gain(60.0) < -20.0, "{}", gain(60.0));
        assert!((gain(200.0) + 3.0).abs() < 0.1, "{}", gain(200.0));
        for frequency in [500.0, 1_000.0, 3_400.0] {
            assert!(gain(frequency).abs() < 0.15, "{frequency}: {}", gain(frequency));
        }
    }

    #[test]
    fn a_dc_offset_leaves_nothing_from_the_first_sample_on() {
        let mut samples = vec![0.5; 1_000];
        remove_hum(&mut samples);
        assert!(samples.iter().all(|sample| sample.abs() < 1e-6), "{:?}", &samples[..8]);
    }

    #[test]
    fn no_samples_stay_no_samples() {
        remove_hum(&mut []);
    }
}
