//! Signals like speech, and WAV files of any format that hold them.

use std::f64::consts::PI;

use bina::domain::wav;

/// Sample rates of speech engines and of recordings, and one that is no usual rate.
pub(crate) const RATES: [u32; 12] =
    [4_000, 8_000, 11_025, 12_000, 16_000, 22_050, 22_051, 24_000, 44_100, 48_000, 96_000, 192_000];

/// A tone of this amplitude.
pub(crate) fn tone(frequency: f64, amplitude: f64, rate: u32, seconds: f64) -> Vec<f64> {
    let angle = |at: usize| 2.0 * PI * frequency * at as f64 / f64::from(rate);
    let count = (seconds * f64::from(rate)) as usize;
    (0..count).map(|at| amplitude * angle(at).sin()).collect()
}

/// Two seconds like speech: seven bursts of the harmonics of a voice, of different strength, with pauses
/// between them. The largest sample is at most `peak`.
pub(crate) fn speech(peak: f64, rate: u32) -> Vec<f64> {
    const BURSTS: [(f64, f64, f64); 7] = [
        (0.00, 0.22, 0.7),
        (0.25, 0.15, 1.0),
        (0.42, 0.28, 0.5),
        (0.90, 0.20, 0.8),
        (1.12, 0.12, 0.3),
        (1.30, 0.30, 0.9),
        (1.66, 0.34, 0.6),
    ];
    let mut samples = vec![0.0; 2 * rate as usize];
    for (begin, seconds, strength) in BURSTS {
        let first = (begin * f64::from(rate)) as usize;
        let count = (seconds * f64::from(rate)) as usize;
        for at in 0..count {
            let envelope = (PI * at as f64 / count as f64).sin();
            let seconds = at as f64 / f64::from(rate);
            samples[first + at] += peak * strength * envelope * voice(seconds);
        }
    }
    samples
}

/// A voice of 140 Hz with harmonics up to 1.7 kHz, which every rate can hold; full scale at most.
fn voice(seconds: f64) -> f64 {
    let harmonics = (1..=12).map(f64::from);
    let weight = |harmonic: f64| 1.0 / (1.0 + harmonic);
    let sum: f64 = harmonics
        .clone()
        .map(|harmonic| {
            weight(harmonic) * (2.0 * PI * 140.0 * harmonic * seconds + harmonic * harmonic).sin()
        })
        .sum();
    sum / harmonics.map(weight).sum::<f64>()
}

pub(crate) fn silence(rate: u32, seconds: f64) -> Vec<f64> {
    vec![0.0; (seconds * f64::from(rate)) as usize]
}

/// What a test changes of a plain WAV file.
#[derive(Clone)]
pub(crate) struct Wav {
    /// 1 is PCM, 3 is floating point.
    pub(crate) coding: u16,
    pub(crate) bits: u16,
    pub(crate) rate: u32,
    /// What each channel holds, in multiples of the signal.
    pub(crate) channels: Vec<f64>,
    pub(crate) is_extensible: bool,
    /// Stated lengths of file and audio data, instead of the true ones.
    pub(crate) stated: Option<(u32, u32)>,
    /// Chunks before and after the audio data.
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
}

impl Wav {
    /// Mono, 16-bit PCM.
    pub(crate) fn plain(rate: u32) -> Self {
        Self {
            coding: 1,
            bits: 16,
            rate,
            channels: vec![1.0],
            is_extensible: false,
            stated: None,
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    pub(crate) fn coded(coding: u16, bits: u16, rate: u32) -> Self {
        Self { coding, bits, ..Self::plain(rate) }
    }

    /// The file with these samples.
    pub(crate) fn of(&self, samples: &[f64]) -> Vec<u8> {
        let mut data = Vec::new();
        for sample in samples {
            for part in &self.channels {
                data.extend(self.encode(sample * part));
            }
        }
        let length = data.len() as u32;
        let mut body = [b"WAVE".to_vec(), self.format(), self.before.clone()].concat();
        body.extend(b"data");
        body.extend(self.stated.map_or(length, |(_, data)| data).to_le_bytes());
        body.extend(data);
        body.extend(&self.after);
        let length = self.stated.map_or(body.len() as u32, |(file, _)| file);
        [b"RIFF", &length.to_le_bytes()[..], &body].concat()
    }

    fn encode(&self, sample: f64) -> Vec<u8> {
        let scaled = |bits: i32| (sample * 2_f64.powi(bits - 1)).round();
        match (self.coding, self.bits) {
            (1, 8) => vec![(scaled(8) + 128.0) as u8],
            (1, 16) => (scaled(16) as i16).to_le_bytes().to_vec(),
            (1, 24) => (scaled(24) as i32).to_le_bytes()[..3].to_vec(),
            (1, 32) => (scaled(32) as i32).to_le_bytes().to_vec(),
            (3, 64) => sample.to_le_bytes().to_vec(),
            _ => (sample as f32).to_le_bytes().to_vec(),
        }
    }

    fn format(&self) -> Vec<u8> {
        let channels = self.channels.len() as u16;
        let frame = channels * self.bits.div_ceil(8);
        let coding = if self.is_extensible { 0xFFFE } else { self.coding };
        let mut content = [coding.to_le_bytes(), channels.to_le_bytes()].concat();
        content.extend(self.rate.to_le_bytes());
        content.extend((self.rate * u32::from(frame)).to_le_bytes());
        content.extend(frame.to_le_bytes());
        content.extend(self.bits.to_le_bytes());
        if self.is_extensible {
            content.extend([22, 0]);
            content.extend(self.bits.to_le_bytes());
            content.extend([0; 4]);
            content.extend(self.coding.to_le_bytes());
            content.extend(b"\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71");
        }
        [b"fmt ", &(content.len() as u32).to_le_bytes()[..], &content].concat()
    }
}

/// The samples of a prompt, after a check of its header: Asterisk plays it.
pub(crate) fn samples_of_prompt(prompt: &[u8]) -> Vec<f64> {
    assert_eq!(wav::problem(prompt), None);
    let length = prompt.len() as u32;
    let header = [
        &b"RIFF"[..],
        &(length - 8).to_le_bytes(),
        b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data",
        &(length - 44).to_le_bytes(),
    ];
    assert_eq!(&prompt[..44], header.concat());
    let value = |two: &[u8]| f64::from(i16::from_le_bytes([two[0], two[1]])) / 32_768.0;
    prompt[44..].chunks(2).map(value).collect()
}
