//! `bina doctor`: examines everything a call needs, and names what is wrong and what helps.
//!
//! One line a finding, printed as soon as it is known, from the near to the far:
//!
//! ```text
//! configuration, secrets -> prompt files -> ports ->
//!     DNS -> TCP -> TLS -> token -> lookup -> ways to write the number; clock
//! ```
//! What stands on a step that failed is not looked at. Every step has a limit, and so has the whole.

mod clock;
mod configuration;
mod line;
mod matching;
mod network;
mod ports;
mod report;
mod trouble;
mod upstream;

use std::path::Path;

use anyhow::anyhow;

use crate::app::config::Config;
use crate::domain::phone::Phone;

use self::report::CheckReport;
use super::prompt_files::Findings;
use super::{Failed, prompt_files};

/// Examines what the file at `path` describes, with a customer's `number` if one is told.
pub(super) async fn run(
    path: &Path,
    number: Option<&str>,
    sounds: Option<&Path>,
) -> Result<(), Failed> {
    let mut report = CheckReport::new();
    let config = configuration::examine(path, &mut report)?;
    let phone = number.map(|number| read(&config, number)).transpose()?;
    examine_prompts(&config, sounds, &mut report);
    ports::examine(&config, &mut report).await;
    if network::examine(&config.hubsoft, &mut report).await {
        upstream::examine(&config, phone, &mut report).await?;
    }
    report.end()
}

fn read(config: &Config, number: &str) -> Result<Phone, Failed> {
    Phone::parse(number, config.numbers.default_ddd).map_err(|reason| {
        let text = "--number is no number that could be looked up";
        Failed::Configuration(anyhow!("{text} ({reason}): give it with its area code"))
    })
}

fn examine_prompts(config: &Config, sounds: Option<&Path>, report: &mut CheckReport) {
    const WHAT: &str = "prompt files";
    let served = config.prompts_folder.as_deref();
    let played = sounds.map(|folder| (folder, prompt_files::examine(config, folder)));
    let fetched = served.map(|folder| {
        let problems = prompt_files::problems_served(config, folder);
        (folder, Findings { problems, ..Findings::default() })
    });
    for (folder, findings) in played.into_iter().chain(fetched) {
        let (count, place) = (config.sounds.len(), folder.display());
        if findings.problems.is_empty() {
            report.ok(WHAT, format_args!("all {count} in {place} can be played"));
        }
        for problem in findings.problems {
            report.failed(WHAT, problem);
        }
        for warning in findings.warnings {
            report.warning(WHAT, warning);
        }
    }
    if sounds.or(served).is_none() && !config.sounds.is_empty() {
        report.left_out(WHAT, "name their folder with --sounds FOLDER");
    }
}
