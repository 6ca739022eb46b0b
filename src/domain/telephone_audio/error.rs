//! Why an engine's audio cannot become a prompt.

use crate::domain::wav;

use super::{BYTES_MAX, SECONDS_MAX};

/// Why an engine's audio cannot become a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    /// The number of channels is none that speech has.
    #[error("the audio has `{0}` channels, expected 1 to 8: set the engine to mono")]
    Channels(u16),
    /// The samples are compressed, or not integers or floating point.
    #[error("the audio is coded as {}, expected PCM: set the engine to 16-bit PCM", wav::coding_name(*.0))]
    Coding(u16),
    /// The engine wrote nothing, or a header alone.
    #[error("there is no audio: check the voice and the text that the engine received")]
    Empty,
    /// The bytes of a frame (one sample of each channel) contradict channels and bits.
    #[error(
        "the header is contradictory: frames of `{frame}` bytes for `{channels}` channels of `{bits}` bits"
    )]
    FrameLength { frame: u16, channels: u16, bits: u16 },
    /// The file ends before its header does.
    #[error("the audio ends within its header: the engine stopped early")]
    Header,
    /// The sample rate is none that speech has.
    #[error("the sample rate is `{0}` Hz, expected 4000 to 192000: set the engine to 24000 Hz")]
    Rate(u32),
    /// A sample is no number, infinite, or far beyond full scale.
    #[error("sample `{0}` is not a number, or far beyond full scale: set the engine to 16-bit PCM")]
    Sample(usize),
    /// No integer or floating-point number has this many bits here.
    #[error(
        "a sample has `{bits}` bits (format {coding}), expected 16: set the engine to 16-bit PCM"
    )]
    SampleBits { coding: u16, bits: u16 },
    /// Nothing is as loud as speech.
    #[error("the audio is silent: check the voice and the text that the engine received")]
    Silent,
    /// The file is larger than any prompt.
    #[error("the audio has `{0}` bytes, at most {BYTES_MAX} are read: shorten the text")]
    TooLarge(usize),
    /// The audio is longer than any prompt.
    #[error("the audio lasts `{0}` s, at most {SECONDS_MAX} s are played: shorten the text")]
    TooLong(u64),
    /// The header states more audio than there is, so the end of the speech is missing.
    #[error("the audio is incomplete: `{available}` of `{stated}` bytes: the engine stopped early")]
    Truncated { available: usize, stated: u32 },
    /// The engine wrote another kind of file, or a message.
    #[error("the engine wrote {0}, expected a WAV file: set its output format to WAV")]
    NotWav(&'static str),
}

impl AudioError {
    /// One word for the log and for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Channels(_) => "channels",
            Self::Coding(_) => "coding",
            Self::Empty => "empty",
            Self::FrameLength { .. } => "frame_length",
            Self::Header => "header",
            Self::Rate(_) => "rate",
            Self::Sample(_) => "sample",
            Self::SampleBits { .. } => "sample_bits",
            Self::Silent => "silent",
            Self::TooLarge(_) => "too_large",
            Self::TooLong(_) => "too_long",
            Self::Truncated { .. } => "truncated",
            Self::NotWav(_) => "not_wav",
        }
    }
}
