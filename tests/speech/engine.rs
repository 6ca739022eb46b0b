//! An engine that speaks a tone for each letter, when the test lets it.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bina::domain::speech_text::Prepared;
use bina::sources::speech::{EngineError, EngineFailure, SpeechEngine, SpokenWav};
use parking_lot::Mutex;
use tokio::time::sleep;

/// How long it takes for a text.
pub(crate) const TAKES: Duration = Duration::from_millis(400);

#[derive(Default)]
pub(crate) struct StubEngine {
    pub(crate) texts: Mutex<Vec<String>>,
    pub(crate) is_broken: AtomicBool,
    /// Whether it does not end.
    pub(crate) hangs: AtomicBool,
    /// Part of what it speaks, like another voice.
    pub(crate) voice: AtomicU64,
    pub(crate) name: String,
}

impl StubEngine {
    pub(crate) fn named(name: &str) -> Arc<Self> {
        Arc::new(Self { name: name.to_owned(), ..Self::default() })
    }

    pub(crate) fn count(&self) -> usize {
        self.texts.lock().len()
    }
}

impl SpeechEngine for StubEngine {
    fn speak<'a>(&'a self, text: &'a Prepared) -> SpokenWav<'a> {
        Box::pin(async move {
            self.texts.lock().push(text.reveal().to_owned());
            sleep(TAKES).await;
            if self.hangs.load(Ordering::SeqCst) {
                pending::<()>().await;
            }
            if self.is_broken.load(Ordering::SeqCst) {
                return Err(EngineError::new(EngineFailure::Exit, "it is broken"));
            }
            Ok(wav(text.reveal(), self.voice.load(Ordering::SeqCst)))
        })
    }

    fn id(&self) -> &str {
        &self.name
    }
}

/// Half a second of tones, which differ from text to text.
fn wav(text: &str, voice: u64) -> Vec<u8> {
    let seed = text.bytes().fold(voice + 1, |sum, byte| sum * 31 % 65_521 + u64::from(byte));
    let tone = 300.0 + (seed % 1_000) as f64;
    let samples = (0..8_000).map(|at| {
        let wave = (f64::from(at) / 16_000.0 * tone * std::f64::consts::TAU).sin();
        ((wave * 12_000.0) as i16).to_le_bytes()
    });
    let data: Vec<u8> = samples.flatten().collect();
    let mut wav = b"RIFF".to_vec();
    wav.extend((data.len() as u32 + 36).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(16_000_u32.to_le_bytes());
    wav.extend(32_000_u32.to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend((data.len() as u32).to_le_bytes());
    wav.extend(data);
    wav
}
