//! Turns the WAV of a speech engine into a prompt for the telephone, at one level for all engines.
//!
//! ```text
//! read         PCM or floating point, 4 to 192 kHz, up to 8 channels, mixed down
//! resample     to 8,000 Hz
//! high-pass    200 Hz: hum and DC offset cost level, and a telephone does not transmit them
//! trim         silence at both ends
//! level        -19 dBFS of active speech, as other telephone prompts have; peak -3 dBFS
//! write        50 ms of silence, the speech, 250 ms of silence
//! ```
//!
//! Engines differ by 8 dB when only their peaks are equal, so the level is that of the active speech.
//!
//! The same bytes in give the same bytes out of one build. The chain waits for nothing but computes for
//! milliseconds (seconds at the limits), so a call must not run it.

mod coding;
mod error;
mod header;
mod high_pass;
mod levelling;
mod loudness;
mod output;
mod peak_limiter;
mod resampling;
mod sound;

pub use error::AudioError;

use loudness::Loudness;
use sound::Sound;

/// Version of the chain: it changes whenever the same input gives other bytes, and is part of the key of
/// a recording.
pub const CHAIN_VERSION: u32 = 1;

/// Maximum length of an engine's WAV: 120 s of 16-bit stereo at 96 kHz take 44 MiB.
pub const BYTES_MAX: usize = 64 << 20;

/// Maximum duration of an engine's WAV: no caller listens to more.
pub const SECONDS_MAX: u32 = 120;

/// Samples per second of a prompt: what Asterisk plays from a `.wav`.
const RATE: u32 = 8_000;

/// How loud a WAV is, and how much silence is around the speech.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AudioLevel {
    /// Mean power of the active speech, in decibels relative to full scale.
    pub active_dbfs: f64,
    /// Largest sample, in decibels relative to full scale.
    pub peak_dbfs: f64,
    pub seconds: f64,
    /// Silence before the speech, in steps of 10 ms.
    pub lead_ms: u32,
    /// Silence after the speech, up to the end of the file.
    pub trail_ms: u32,
}

/// Makes a telephone prompt (WAV, 8,000 Hz, mono, 16-bit PCM) of a speech engine's WAV.
///
/// Takes at most [`BYTES_MAX`] bytes and [`SECONDS_MAX`] seconds; needs at most 10 MB besides the input.
pub fn telephone_prompt(wav: &[u8]) -> Result<Vec<u8>, AudioError> {
    let sound = Sound::read(wav)?;
    let mut samples = resampling::resampled(sound.samples(), sound.rate());
    high_pass::remove_hum(&mut samples);
    let loudness = Loudness::of(samples.iter().copied(), RATE);
    let sounding = loudness.sounding().ok_or(AudioError::Silent)?;
    samples.truncate(sounding.end);
    samples.drain(..sounding.start);
    levelling::level(&mut samples);
    Ok(output::prompt(&samples))
}

/// Measures a WAV as it is: any format that [`telephone_prompt`] takes.
pub fn measured(wav: &[u8]) -> Result<AudioLevel, AudioError> {
    let sound = Sound::read(wav)?;
    let loudness = Loudness::of(sound.samples(), sound.rate());
    let sounding = loudness.sounding().ok_or(AudioError::Silent)?;
    let count = sound.samples().len();
    let per_ms = f64::from(sound.rate()) / 1_000.0;
    let ms = |samples: usize| (samples as f64 / per_ms).round() as u32;
    Ok(AudioLevel {
        active_dbfs: 10.0 * loudness.active().log10(),
        peak_dbfs: 20.0 * f64::from(loudness.peak()).log10(),
        seconds: count as f64 / per_ms / 1_000.0,
        lead_ms: ms(sounding.start),
        trail_ms: ms(count - sounding.end),
    })
}
