//! `bina say`: speaks a text as the service would, and shows what the engine is given.

use std::fmt::Display;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;
use tokio::time::Instant;

use crate::answering::speech::{refused, spoken_prompt};
use crate::app::config::Config;
use crate::domain::alert_text::AlertText;
use crate::domain::speech_text::prepare;
use crate::domain::telephone_audio::measured;
use crate::runtime::language::Language;
use crate::sources::sentences::in_both;
use crate::sources::speech::{EngineError, engine};

use super::interrupt::unless_interrupted;
use super::{ConfigFile, Failed, error_texts, print_line, texts};

#[derive(Args)]
pub(super) struct SayOptions {
    /// The text of an alert
    text: String,
    /// Write the recording to this file: WAV, 8 kHz, mono, 16 bits
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

/// Speaks the text with the engine of the configuration.
pub(super) async fn run(options: SayOptions, language: Language) -> Result<(), Failed> {
    let SayOptions { text, output, config } = options;
    let speech = Config::load_speech(&config.config)?;
    // As the service reads it, without HTML and signature.
    let alert = AlertText::new(&text);
    let text = alert.as_ref().map_or("", AlertText::reveal);
    let text = prepare(text, &speech.words).map_err(|refusal| {
        let parts: [(&str, &dyn Display); 2] =
            [("label", &refusal.label()), ("refusal", &refused(refusal))];
        Failed::Refused(anyhow!(error_texts::SAY_REFUSED.message(&parts)))
    })?;
    print_line(texts::SAY_SPOKEN.filled(language, &[("text", &text.reveal())]));
    let Some(settings) = &speech.engine else {
        return Err(Failed::configuration(error_texts::SAY_NO_ENGINE));
    };
    let engine = engine(settings).map_err(failed)?;
    let start = Instant::now();
    let wav = unless_interrupted(spoken_prompt(engine.as_ref(), &text)).await?.map_err(failed)?;
    let took = start.elapsed();
    if let Ok(level) = measured(&wav) {
        let decimal = |value| format!("{value:.1}");
        let parts: [(&str, &dyn Display); 4] = [
            ("seconds", &decimal(level.seconds)),
            ("level", &decimal(level.active_dbfs)),
            ("peak", &decimal(level.peak_dbfs)),
            ("ms", &took.as_millis()),
        ];
        print_line(texts::SAY_RECORDING.filled(language, &parts));
    }
    match output {
        Some(file) => write(&file, &wav, language),
        None => Ok(()),
    }
}

/// What the engine complained of is shown to who has typed the text.
fn failed(error: EngineError) -> Failed {
    let problem = in_both(&error);
    Failed::runtime(match error.complaint() {
        Some(complaint) => {
            let parts: [(&str, &dyn Display); 2] = [("error", &problem), ("complaint", &complaint)];
            error_texts::SAY_COMPLAINT.message(&parts)
        }
        None => problem,
    })
}

fn write(file: &Path, wav: &[u8], language: Language) -> Result<(), Failed> {
    let written = fs::write(file, wav);
    written.map_err(|error: io::Error| {
        let parts: [(&str, &dyn Display); 2] = [("file", &file.display()), ("error", &error)];
        Failed::runtime(error_texts::SAY_UNWRITTEN.message(&parts))
    })?;
    print_line(texts::SAY_WRITTEN.filled(language, &[("file", &file.display())]));
    Ok(())
}
