//! Reads the header of a WAV file, and finds its audio data.
//!
//! More tolerant than Asterisk (`domain/wav.rs`): engines that write to a pipe cannot know the length, and
//! state one of 2 GiB or more, or none.

use crate::domain::wav;

use super::coding::{EXTENSIBLE, SampleCoding};
use super::{AudioError, BYTES_MAX};

/// Channels that are mixed down.
const CHANNELS_MAX: u16 = 8;
const RATE_MIN: u32 = 4_000;
const RATE_MAX: u32 = 192_000;

/// Audio that may be missing at the end, in parts of a second: some engines count their header as audio.
const MISSING_PART: u64 = 10;

/// All of an extensible format's identifier but its first two bytes, which are the true format.
const EXTENSIBLE_ID: [u8; 14] =
    [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

/// What a `fmt ` chunk states.
#[derive(Clone, Copy, Debug)]
pub(super) struct SampleFormat {
    pub(super) coding: SampleCoding,
    pub(super) channels: u16,
    pub(super) rate: u32,
}

impl SampleFormat {
    /// Bytes of a frame: one sample of each channel.
    pub(super) fn frame(&self) -> usize {
        self.coding.size() * usize::from(self.channels)
    }
}

/// Returns the format of a WAV file and its audio data.
pub(super) fn parse(bytes: &[u8]) -> Result<(SampleFormat, &[u8]), AudioError> {
    if bytes.is_empty() {
        return Err(AudioError::Empty);
    }
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12).is_some_and(|form| form != b"WAVE") {
        return Err(AudioError::NotWav(kind(bytes)));
    }
    let (length, rest) = find(bytes, b"fmt ").ok_or(AudioError::Header)?;
    let chunk = rest.get(..length as usize).ok_or(AudioError::Header)?;
    let format = read_format(chunk)?;
    let (stated, rest) = find(bytes, b"data").ok_or(AudioError::Header)?;
    let data = match stated {
        // A file of known length without audio; its other chunks are none.
        0 if is_length_true(bytes) => &[],
        0 => rest,
        _ => available(rest, stated, &format)?,
    };
    Ok((format, data))
}

/// Returns the stated length of the first chunk of this name, and all bytes after its head.
fn find<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<(u32, &'a [u8])> {
    let mut at: usize = 12;
    loop {
        let (found, length) = wav::chunk_head(bytes, at)?;
        let begin = at.checked_add(8)?;
        if found == name {
            return Some((length, bytes.get(begin..)?));
        }
        // A pad byte follows an odd length.
        let padded = (length as usize).checked_next_multiple_of(2)?;
        at = begin.checked_add(padded)?;
    }
}

/// Whether the header states the length of the whole file, so that it was not written to a pipe.
fn is_length_true(bytes: &[u8]) -> bool {
    let stated = bytes.get(4..8).and_then(|four| four.first_chunk());
    stated.is_some_and(|four| u32::from_le_bytes(*four) as usize == bytes.len() - 8)
}

/// Returns the audio data; a length that no accepted file has is that of a stream.
fn available<'a>(
    rest: &'a [u8],
    stated: u32,
    format: &SampleFormat,
) -> Result<&'a [u8], AudioError> {
    if stated as usize > BYTES_MAX {
        return Ok(rest);
    }
    if let Some(data) = rest.get(..stated as usize) {
        return Ok(data);
    }
    let missing = (stated as usize - rest.len()) as u64;
    let per_second = u64::from(format.rate) * format.frame() as u64;
    if missing * MISSING_PART > per_second {
        return Err(AudioError::Truncated { available: rest.len(), stated });
    }
    Ok(rest)
}

/// Reads the content of a `fmt ` chunk.
fn read_format(chunk: &[u8]) -> Result<SampleFormat, AudioError> {
    let word = |at: usize| {
        let two = chunk.get(at..).and_then(|rest| rest.first_chunk());
        two.map(|two| u16::from_le_bytes(*two)).ok_or(AudioError::Header)
    };
    let rate = u32::from(word(4)?) | u32::from(word(6)?) << 16;
    let (channels, frame, bits) = (word(2)?, word(12)?, word(14)?);
    let coding = match word(0)? {
        EXTENSIBLE if chunk.get(26..40).ok_or(AudioError::Header)? == EXTENSIBLE_ID => word(24)?,
        stated => stated,
    };
    let coding = SampleCoding::new(coding, bits)?;
    if !(1..=CHANNELS_MAX).contains(&channels) {
        return Err(AudioError::Channels(channels));
    }
    if !(RATE_MIN..=RATE_MAX).contains(&rate) {
        return Err(AudioError::Rate(rate));
    }
    let format = SampleFormat { coding, channels, rate };
    if format.frame() != usize::from(frame) {
        return Err(AudioError::FrameLength { frame, channels, bits });
    }
    Ok(format)
}

/// Names what is not a WAV file. An engine behind HTTP may answer with a message.
fn kind(bytes: &[u8]) -> &'static str {
    let text = match bytes.trim_ascii_start() {
        [b'{', ..] => "a JSON text",
        [b'<', ..] => "an HTML or XML text",
        _ => "an unknown kind of file",
    };
    wav::other_kind(bytes).unwrap_or(text)
}
