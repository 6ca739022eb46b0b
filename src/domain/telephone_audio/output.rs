//! Writes a prompt as a WAV file that Asterisk plays.

use std::iter;

use super::RATE;

/// Silence before the speech: the first bytes of a call are often lost.
const LEAD: usize = (RATE / 20) as usize;
/// Silence after the speech: a pause before the next prompt.
const TRAIL: usize = (RATE / 4) as usize;

/// Bytes of a sample.
const SAMPLE: usize = 2;
/// Bytes of the header.
const HEADER: usize = 44;

/// Writes speech of at most full scale, with silence around it.
pub(super) fn prompt(speech: &[f32]) -> Vec<u8> {
    let length = ((LEAD + speech.len() + TRAIL) * SAMPLE) as u32;
    let mut wav = Vec::with_capacity(HEADER + length as usize);
    wav.extend(b"RIFF");
    wav.extend((length + HEADER as u32 - 8).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    // PCM, one channel.
    wav.extend([1, 0, 1, 0]);
    wav.extend(RATE.to_le_bytes());
    wav.extend((RATE * SAMPLE as u32).to_le_bytes());
    // 2 bytes of a frame, 16 bits.
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend(length.to_le_bytes());
    wav.extend(iter::repeat_n(0, LEAD * SAMPLE));
    for sample in speech {
        wav.extend(((sample * 32_768.0).round() as i16).to_le_bytes());
    }
    wav.extend(iter::repeat_n(0, TRAIL * SAMPLE));
    wav
}
