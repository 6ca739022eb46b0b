//! Resamples to the telephone's rate: a polyphase filter of windowed sinc functions.
//!
//! ```text
//! window     Kaiser, beta 8
//! length     64 taps at the lower of both rates
//! cut        0.95 of the lower Nyquist frequency: flat to 3.4 kHz, what would alias is 70 dB down from 4.25 kHz
//! ```

use std::f64::consts::PI;
use std::iter;

use super::RATE;

const BETA: f64 = 8.0;
/// Taps on each side of the middle, at the lower rate.
const HALF: f64 = 32.0;
const CUT: f64 = 0.95;

/// Phases of the filter at most. All usual rates need fewer (11,025 Hz needs 320).
const PHASES_MAX: u32 = 512;
/// Phases for other rates; the output is interpolated between two of them.
const PHASES_INTERPOLATED: u32 = 256;

/// Sums in parallel, so that the compiler vectorises.
const LANES: usize = 8;

/// Input that is kept before it is dropped all at once.
const KEPT_MAX: usize = 16_384;

/// Resamples from a rate to the telephone's. The first and the last sample continue at the ends, so that a
/// DC offset makes no click there.
pub(super) fn resampled(samples: impl ExactSizeIterator<Item = f32>, from: u32) -> Vec<f32> {
    if from == RATE {
        return samples.collect();
    }
    let filter = Polyphase::new(from);
    let count = samples.len() as u64 * u64::from(RATE) / u64::from(from);
    let mut input = InputWindow::new(samples, filter.half);
    let at = |output: u64| {
        let position = output * u64::from(from);
        let middle = (position / u64::from(RATE)) as usize;
        let fraction = (position % u64::from(RATE)) as u32;
        filter.apply(input.around(middle), fraction)
    };
    (0..count).map(at).collect()
}

/// The taps of the filter, for each phase: position of an output between two inputs.
struct Polyphase {
    /// Taps on each side of the middle.
    half: usize,
    count: u32,
    /// One more than `count`: the last is the first of the next input.
    phases: Vec<Vec<f32>>,
}

impl Polyphase {
    fn new(from: u32) -> Self {
        let exact = RATE / common_divisor(RATE, from);
        let count = if exact > PHASES_MAX { PHASES_INTERPOLATED } else { exact };
        let ratio = f64::from(from.max(RATE)) / f64::from(RATE);
        let half = ((HALF * ratio).ceil() as usize).next_multiple_of(LANES / 2);
        let sinc = WindowedSinc { cut: CUT / ratio, half: half as f64, top: bessel(BETA) };
        let first = 1.0 - half as f64;
        let phase = |phase: u32| {
            let fraction = f64::from(phase) / f64::from(count);
            let tap = |tap: usize| sinc.at(first + tap as f64 - fraction) as f32;
            (0..2 * half).map(tap).collect()
        };
        Self { half, count, phases: (0..=count).map(phase).collect() }
    }

    /// One output, `fraction / RATE` after the middle of `input`.
    fn apply(&self, input: &[f32], fraction: u32) -> f32 {
        let scaled = fraction * self.count;
        let phase = (scaled / RATE) as usize;
        let sum = product(&self.phases[phase], input);
        let rest = scaled % RATE;
        if rest == 0 {
            return sum;
        }
        let next = product(&self.phases[phase + 1], input);
        sum + (next - sum) * (rest as f32 / RATE as f32)
    }
}

/// A low-pass filter's response: at 1 it passes all up to the Nyquist frequency.
struct WindowedSinc {
    cut: f64,
    half: f64,
    /// The highest value of the window, before it is scaled.
    top: f64,
}

impl WindowedSinc {
    /// The response `distance` inputs from the middle.
    fn at(&self, distance: f64) -> f64 {
        let place = distance / self.half;
        if place.abs() > 1.0 {
            return 0.0;
        }
        let angle = PI * self.cut * distance;
        let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
        self.cut * sinc * bessel(BETA * (1.0 - place * place).sqrt()) / self.top
    }
}

/// The modified Bessel function of order zero, by its series.
fn bessel(value: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut index = 1.0;
    while term > sum * 1e-12 {
        term *= (value / 2.0 / index).powi(2);
        sum += term;
        index += 1.0;
    }
    sum
}

/// The sum of the products; both have the same length, a multiple of [`LANES`].
fn product(taps: &[f32], input: &[f32]) -> f32 {
    let (taps, _) = taps.as_chunks::<LANES>();
    let (input, _) = input.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (taps, input) in taps.iter().zip(input) {
        for lane in 0..LANES {
            sums[lane] += taps[lane] * input[lane];
        }
    }
    sums.iter().sum()
}

fn common_divisor(mut one: u32, mut other: u32) -> u32 {
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// The part of the input that the filter needs, read as it goes on.
struct InputWindow<I> {
    samples: I,
    half: usize,
    /// Samples from `dropped` on, with `half - 1` copies of the first in front.
    kept: Vec<f32>,
    dropped: usize,
    last: f32,
}

impl<I: Iterator<Item = f32>> InputWindow<I> {
    fn new(mut samples: I, half: usize) -> Self {
        let first = samples.next().unwrap_or_default();
        let kept = iter::repeat_n(first, half).collect();
        Self { samples, half, kept, dropped: 0, last: first }
    }

    /// The inputs from `half - 1` before the middle to `half` after it. The middle never goes back.
    fn around(&mut self, middle: usize) -> &[f32] {
        let start = middle - self.dropped;
        if start > KEPT_MAX {
            self.kept.drain(..start);
            self.dropped = middle;
        }
        let start = middle - self.dropped;
        let end = start + 2 * self.half;
        while self.kept.len() < end {
            self.last = self.samples.next().unwrap_or(self.last);
            self.kept.push(self.last);
        }
        &self.kept[start..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rates of engines and sound cards, and two that have too many phases.
    const RATES: [u32; 12] = [
        6_000, 11_025, 12_000, 16_000, 22_050, 22_051, 24_000, 32_000, 44_100, 48_000, 96_000,
        191_999,
    ];

    /// Tones that show an error of a fraction of a sample, and their rates.
    const HIGH_TONES: [(u32, f64); 4] =
        [(4_001, 1_650.0), (22_050, 3_300.0), (22_051, 3_300.0), (191_999, 3_300.0)];

    fn tone(frequency: f64, rate: u32) -> Vec<f32> {
        let angle = |at: u32| 2.0 * PI * frequency * f64::from(at) / f64::from(rate);
        (0..rate / 2).map(|at| angle(at).sin() as f32).collect()
    }

    /// Power of half a second of the output in decibels, relative to a tone of full scale, without its ends.
    fn gain(frequency: f64, rate: u32) -> f64 {
        let output = resampled(tone(frequency, rate).into_iter(), rate);
        let middle = &output[400..3_600];
        let power: f64 = middle.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        10.0 * (power / middle.len() as f64 * 2.0).log10()
    }

    #[test]
    fn the_band_of_the_telephone_passes_unchanged() {
        for rate in RATES {
            for frequency in [300.0, 1_000.0, 2_500.0, 3_400.0] {
                if frequency < f64::from(rate) * 0.42 {
                    let gain = gain(frequency, rate);
                    assert!(gain.abs() < 0.05, "{frequency} Hz of {rate}: {gain} dB");
                }
            }
        }
    }

    #[test]
    fn what_would_alias_is_70_db_down() {
        for rate in RATES {
            for frequency in [4_250.0, 5_000.0, 7_000.0, 11_000.0, 20_000.0, 90_000.0] {
                if frequency < f64::from(rate) / 2.0 {
                    let gain = gain(frequency, rate);
                    assert!(gain < -70.0, "{frequency} Hz of {rate}: {gain} dB");
                }
            }
        }
    }

    #[test]
    fn each_output_stands_where_the_input_has_it() {
        for (rate, frequency) in RATES.map(|rate| (rate, 440.0)).into_iter().chain(HIGH_TONES) {
            let output = resampled(tone(frequency, rate).into_iter(), rate);
            let expected = tone(frequency, RATE);
            assert!(output.len().abs_diff(4_000) <= 1, "{rate}: {}", output.len());
            for (at, sample) in output.iter().enumerate().take(3_900).skip(100) {
                let error = (sample - expected[at]).abs();
                assert!(error < 0.0003, "{frequency} Hz of {rate} at {at}: {error}");
            }
        }
    }

    #[test]
    fn a_dc_offset_is_flat_up_to_both_ends() {
        for rate in RATES {
            let output = resampled(vec![0.5; rate as usize / 10].into_iter(), rate);
            assert!(output.iter().all(|sample| (sample - 0.5).abs() < 0.001), "{rate}");
        }
    }

    #[test]
    fn inputs_shorter_than_the_filter_have_their_duration() {
        assert!(resampled(iter::empty::<f32>(), 24_000).is_empty());
        assert!(resampled(iter::once(1.0), 24_000).is_empty());
        assert_eq!(resampled(iter::repeat_n(1.0, 3), 24_000).len(), 1);
        assert_eq!(resampled(iter::repeat_n(1.0, 4), 4_000).len(), 8);
    }

    #[test]
    fn little_of_a_long_input_is_kept_in_memory() {
        let mut window = InputWindow::new((0..2_000_000).map(|at| at as f32), 768);
        for middle in (0..2_000_000).step_by(24) {
            assert_eq!(window.around(middle)[767] as usize, middle);
        }
        assert!(window.kept.capacity() <= 4 * KEPT_MAX, "{}", window.kept.capacity());
    }
}
