//! The samples of a WAV file, mixed down to one channel.

use super::header::{self, SampleFormat};
use super::{AudioError, BYTES_MAX, SECONDS_MAX};

/// Largest sample, in multiples of full scale. Some engines write the values of 16-bit integers as
/// floating point, which is far below; above it the sums of the filters lose their precision.
const SAMPLE_MAX: f32 = 1e6;

/// A WAV file whose samples are all numbers, within the limits of size and duration.
///
/// The samples are decoded as they are read: kept as numbers, two minutes at 192 kHz would take 92 MB.
pub(super) struct Sound<'a> {
    format: SampleFormat,
    data: &'a [u8],
}

impl<'a> Sound<'a> {
    pub(super) fn read(wav: &'a [u8]) -> Result<Self, AudioError> {
        if wav.len() > BYTES_MAX {
            return Err(AudioError::TooLarge(wav.len()));
        }
        let (format, data) = header::parse(wav)?;
        let sound = Self { format, data };
        let count = sound.samples().len() as u64;
        let seconds = count.div_ceil(u64::from(format.rate));
        if count == 0 {
            return Err(AudioError::Empty);
        }
        if seconds > u64::from(SECONDS_MAX) {
            return Err(AudioError::TooLong(seconds));
        }
        sound.check_samples()?;
        Ok(sound)
    }

    /// Samples per second.
    pub(super) fn rate(&self) -> u32 {
        self.format.rate
    }

    /// The samples, each the mean of its channels; full scale is -1 to 1.
    pub(super) fn samples(&self) -> impl ExactSizeIterator<Item = f32> {
        let SampleFormat { coding, channels, .. } = self.format;
        let mixed = move |frame: &[u8]| {
            let samples = frame.chunks_exact(coding.size()).map(|bytes| coding.decode(bytes));
            samples.sum::<f32>() / f32::from(channels)
        };
        self.data.chunks_exact(self.format.frame()).map(mixed)
    }

    fn check_samples(&self) -> Result<(), AudioError> {
        if !self.format.coding.is_floating_point() {
            return Ok(());
        }
        let is_unusable = |sample: f32| sample.is_nan() || sample.abs() > SAMPLE_MAX;
        match self.samples().position(is_unusable) {
            Some(at) => Err(AudioError::Sample(at)),
            None => Ok(()),
        }
    }
}
