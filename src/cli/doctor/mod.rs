//! `bina doctor`: checks everything a call depends on, and prints a remedy for each problem.
//!
//! Each finding is one line, printed at once. The order of the checks:
//!
//! ```text
//! configuration, secrets -> prompt files -> speech -> ports ->
//!     DNS -> TCP -> TLS -> token -> lookup -> number formats; clock; alerts;
//!     the running service: its state, its trunks, its directory
//! ```
//! Checks that depend on a failed one are skipped. Each check has a time limit, and all together
//! have one.

mod alerts;
mod clock;
mod configuration;
mod directory;
mod line;
mod matching;
mod network;
mod ports;
mod report;
mod service;
mod speech;
mod texts;
mod trouble;
mod trunks;
mod upstream;

use std::fmt::Display;
use std::path::Path;

use crate::app::config::Config;
use crate::domain::phone::Phone;
use crate::runtime::language::{Language, Text};

pub(super) use self::alerts::examine as examine_alerts;
pub(super) use self::network::examine as examine_network;
pub(super) use self::report::CheckReport;
pub(super) use self::trouble::{REQUEST_MAX, Trouble, in_time};
pub(super) use self::upstream::{look_up, token};

use super::prompt_files::Findings;
use super::{Failed, prompt_files};

/// Checks the setup that the file at `path` describes, with a customer's `number` if one is given.
pub(super) async fn run(
    path: &Path,
    number: Option<&str>,
    (sounds, unit): (Option<&Path>, Option<&Path>),
    language: Language,
) -> Result<(), Failed> {
    let mut report = CheckReport::new(language);
    let config = configuration::examine(path, unit, &mut report)?;
    let phone = number.map(|number| read(&config, number)).transpose()?;
    examine_prompts(&config, sounds, &mut report);
    speech::examine(&config, &mut report).await?;
    ports::examine(&config, &mut report).await;
    if network::examine(&config.hubsoft, &mut report).await {
        upstream::examine(&config, phone, &mut report).await?;
    }
    service::examine(&config, &mut report).await;
    trunks::examine(&config, &mut report).await;
    directory::examine(&config, &mut report).await;
    report.end()
}

fn read(config: &Config, number: &str) -> Result<Phone, Failed> {
    Phone::parse(number, config.numbers.default_ddd).map_err(|reason| {
        Failed::configuration(texts::NO_AREA_CODE.message(&[("reason", &reason)]))
    })
}

fn examine_prompts(config: &Config, sounds: Option<&Path>, report: &mut CheckReport) {
    const WHAT: Text = texts::WHAT_PROMPTS;
    let served = config.prompts_folder.as_deref();
    let played = sounds.map(|folder| (folder, prompt_files::examine(config, folder)));
    let fetched = served.map(|folder| {
        let problems = prompt_files::problems_served(config, folder);
        (folder, Findings { problems, ..Findings::default() })
    });
    for (folder, findings) in played.into_iter().chain(fetched) {
        if findings.problems.is_empty() {
            let parts: [(&str, &dyn Display); 2] =
                [("count", &config.sounds.len()), ("folder", &folder.display())];
            report.ok(WHAT, texts::PROMPTS_PLAYABLE.message(&parts));
        }
        for problem in findings.problems {
            report.failed(WHAT, problem);
        }
        for warning in findings.warnings {
            report.warning(WHAT, warning);
        }
    }
    if sounds.or(served).is_none() && !config.sounds.is_empty() {
        report.skipped(WHAT, texts::PROMPTS_NAME_FOLDER);
    }
}
