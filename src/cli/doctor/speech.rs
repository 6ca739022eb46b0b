//! Has the speech engine speak a sentence.

use tokio::time::timeout_at;

use crate::answering::speech::spoken_prompt;
use crate::app::config::Config;
use crate::domain::speech_text::{SpeechWords, prepare};
use crate::domain::telephone_audio::measured;
use crate::sources::speech::engine;

use super::report::CheckReport;

const WHAT: &str = "speech";
const SENTENCE: &str = "Este é um teste da voz que lê os avisos.";
/// Less than this of it is no sentence.
const SECONDS_LEAST: f64 = 1.0;

/// Speaks a sentence, unless nothing is to be spoken.
pub(super) async fn examine(config: &Config, report: &mut CheckReport) {
    let Some(settings) = &config.speech.engine else {
        if config.rules.list().iter().any(|rule| rule.speak.is_some()) {
            let text =
                "a rule has speak, but [speech] names no engine: set speech.command or speech.url";
            report.warning(WHAT, text);
        }
        return;
    };
    let Ok(text) = prepare(SENTENCE, &SpeechWords::default()) else { return };
    let spoken = async {
        let engine = engine(settings)?;
        spoken_prompt(engine.as_ref(), &text).await
    };
    let deadline = report.deadline(settings.timeout);
    match timeout_at(deadline, spoken).await {
        Ok(Ok(wav)) => match measured(&wav) {
            Ok(level) if level.seconds >= SECONDS_LEAST => report.ok(
                WHAT,
                format_args!("{} spoke a sentence of {:.1} s", settings.shown(), level.seconds),
            ),
            _ => report.failed(WHAT, "the engine spoke less than a second: try `bina say -o FILE`"),
        },
        Ok(Err(error)) => report.failed(WHAT, error),
        Err(_) => {
            report.failed(WHAT, "the engine did not speak a sentence in time: see `bina say`");
        }
    }
}
