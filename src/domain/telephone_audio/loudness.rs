//! How loud a sound is, over time: where speech begins and ends, and its level.

use std::ops::Range;

/// Frames per second: they last 10 ms, two neighbours 20 ms.
const FRAMES_PER_SECOND: u32 = 100;

/// Power of the loudest frame below which all is silence: -60 dBFS. Raised to the level of speech, the
/// noise of 16-bit samples would be as loud as a poor line.
const SILENCE: f64 = 1e-6;

/// Power of a frame that still sounds, relative to the loudest: -40 dB.
const SOUNDING: f64 = 1e-4;

/// Power of 20 ms of active speech, relative to the loudest: -30 dB.
const ACTIVE: f64 = 1e-3;

/// The power of a sound in frames of 10 ms, and its peak.
pub(super) struct Loudness {
    frame: usize,
    count: usize,
    peak: f32,
    /// The last frame counts as if silence followed.
    powers: Vec<f64>,
}

impl Loudness {
    /// Measures samples of a rate of 4 kHz or more.
    pub(super) fn of(samples: impl Iterator<Item = f32>, rate: u32) -> Self {
        let frame = (rate / FRAMES_PER_SECOND) as usize;
        let mut loudness = Self { frame, count: 0, peak: 0.0, powers: Vec::new() };
        let (mut energy, mut filled) = (0.0, 0);
        for sample in samples {
            loudness.count += 1;
            loudness.peak = loudness.peak.max(sample.abs());
            energy += f64::from(sample).powi(2);
            filled += 1;
            if filled == frame {
                loudness.powers.push(energy / frame as f64);
                (energy, filled) = (0.0, 0);
            }
        }
        if filled > 0 {
            loudness.powers.push(energy / frame as f64);
        }
        loudness
    }

    /// The samples from the first to the last frame that sounds; `None` in silence.
    pub(super) fn sounding(&self) -> Option<Range<usize>> {
        let loudest = self.powers.iter().copied().fold(0.0, f64::max);
        if loudest < SILENCE {
            return None;
        }
        let sounds = |power: &f64| *power > loudest * SOUNDING;
        let first = self.powers.iter().position(sounds)?;
        let last = self.powers.iter().rposition(sounds)?;
        Some(first * self.frame..((last + 1) * self.frame).min(self.count))
    }

    /// The mean power of active speech: of each 20 ms within 30 dB of the loudest.
    pub(super) fn active(&self) -> f64 {
        // Silence is around, as it is around a prompt, so that trimming changes nothing.
        let before = [0.0].iter().chain(&self.powers);
        let after = self.powers.iter().chain(&[0.0]);
        let pairs: Vec<_> = before.zip(after).map(|(one, next)| (one + next) / 2.0).collect();
        let loudest = pairs.iter().copied().fold(0.0, f64::max);
        let active = pairs.iter().filter(|power| **power > loudest * ACTIVE);
        active.clone().sum::<f64>() / active.count().max(1) as f64
    }

    /// The largest sample, without its sign.
    pub(super) fn peak(&self) -> f32 {
        self.peak
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 1_000;

    fn loudness(parts: &[(usize, f32)]) -> Loudness {
        let samples = parts.iter().flat_map(|(count, value)| vec![*value; *count]);
        Loudness::of(samples, RATE)
    }

    #[test]
    fn sound_begins_and_ends_at_40_db_below_the_loudest_frame() {
        let sound = loudness(&[(25, 0.0), (10, 0.009), (20, 0.011), (30, 1.0), (20, 0.005)]);
        // The frame from 30 on has half of 0.009 and half of 0.011.
        assert_eq!(sound.sounding(), Some(30..90));
        let sound = loudness(&[(30, 0.0), (10, 0.009), (20, 0.011), (30, 1.0), (3, 0.1)]);
        assert_eq!(sound.sounding(), Some(40..93), "the last frame is shorter");
    }

    #[test]
    fn what_is_below_60_dbfs_is_silence() {
        assert_eq!(loudness(&[]).sounding(), None);
        assert_eq!(loudness(&[(100, 0.0)]).sounding(), None);
        assert_eq!(loudness(&[(100, 0.0009)]).sounding(), None);
        assert_eq!(loudness(&[(100, 0.0011)]).sounding(), Some(0..100));
    }

    #[test]
    fn pauses_do_not_lower_the_level() {
        let speech = loudness(&[(500, 0.1)]).active();
        let with_pauses = loudness(&[(250, 0.1), (700, 0.001), (250, -0.1), (90, 0.0)]).active();
        // Frames that contain an end of the speech count with half of its power.
        assert!((speech / with_pauses - 1.0).abs() < 0.03, "{speech} {with_pauses}");
        assert!((speech / 0.01 - 1.0).abs() < 0.03, "{speech}");
    }

    #[test]
    fn silence_around_does_not_change_the_level() {
        let alone = loudness(&[(100, 0.2), (37, 0.1)]).active();
        let within = loudness(&[(50, 0.0), (100, 0.2), (37, 0.1), (253, 0.0)]).active();
        assert!((alone / within - 1.0).abs() < 1e-12, "{alone} {within}");
    }
}
