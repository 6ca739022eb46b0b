//! Has the speech engine speak a sentence.

use std::fmt::Display;

use tokio::time::timeout_at;

use crate::answering::speech::spoken_prompt;
use crate::app::config::Config;
use crate::domain::speech_text::{SpeechWords, prepare};
use crate::domain::telephone_audio::measured;
use crate::runtime::language::Text;
use crate::sources::sentences::in_both;
use crate::sources::speech::engine;

use super::super::Failed;
use super::super::interrupt::unless_interrupted;
use super::report::CheckReport;
use super::texts;

const WHAT: Text = texts::WHAT_SPEECH;
const SENTENCE: &str = "Este é um teste da voz que lê os avisos.";
/// Less than this of it is no sentence.
const SECONDS_LEAST: f64 = 1.0;

/// Speaks a sentence, unless nothing is to be spoken.
pub(super) async fn examine(config: &Config, report: &mut CheckReport) -> Result<(), Failed> {
    // That a rule speaks without an engine is a warning of the configuration.
    let Some(settings) = &config.speech.engine else { return Ok(()) };
    if let Some(problem) = config.speech.folder_problem() {
        report.warning(WHAT, problem);
    }
    let Ok(text) = prepare(SENTENCE, &SpeechWords::default()) else { return Ok(()) };
    let spoken = async {
        let engine = engine(settings)?;
        spoken_prompt(engine.as_ref(), &text).await
    };
    let deadline = report.deadline(settings.timeout);
    match unless_interrupted(timeout_at(deadline, spoken)).await? {
        Ok(Ok(wav)) => match measured(&wav) {
            Ok(level) if level.seconds >= SECONDS_LEAST => {
                let seconds = format!("{:.1}", level.seconds);
                let parts: [(&str, &dyn Display); 2] =
                    [("engine", &settings.shown()), ("seconds", &seconds)];
                report.ok(WHAT, texts::SPEECH_SPOKE.message(&parts));
            }
            _ => report.failed(WHAT, texts::SPEECH_SHORT),
        },
        Ok(Err(error)) => report.failed(WHAT, in_both(error)),
        Err(_) => {
            report.failed(WHAT, texts::SPEECH_LATE);
        }
    }
    Ok(())
}
