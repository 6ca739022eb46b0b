//! `bina report`: who called, and who was told of which alert.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::answering::journal::{ReportError, ReportForm, ReportQuery, report_of_files};
use crate::app::config::Config;
use crate::runtime::language::Language;
use crate::runtime::wall_clock;
use crate::sources::sentences::in_both;

use super::operation::{Operation, encoded};
use super::{ConfigFile, Failed, error_texts, print_text};

/// Where systemd puts the state folder; the environment of the service alone has its path.
const FOLDER_DEFAULT: &str = "/var/lib/bina";

#[derive(Args)]
pub(super) struct ReportOptions {
    /// Begin: 2h, 30m or 7d ago, a time of the last 24 hours, a day, or "2026-11-30 18:30"
    #[arg(long, value_name = "TIME", default_value = "24h")]
    since: String,
    /// End, in the same form [default: now]
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    until: String,
    /// Id of an alert, of HubSoft or of your own: list who heard it
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    alert: String,
    /// Form of the report
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(ReportForm::VALUES.map(|(name, _)| name)))]
    format: String,
    #[command(flatten)]
    config: ConfigFile,
}

/// Prints the report of the running service; if none runs, that of its files.
pub(super) async fn run(options: ReportOptions, language: Language) -> Result<(), Failed> {
    let ReportOptions { since, until, alert, format, config } = options;
    let form = ReportForm::named(&format).map_err(failed)?;
    let query = ReportQuery { since, until, alert, form, language };
    let config = Config::load(&config.config)?;
    let service = Operation::of(&config, error_texts::REPORT_NO_LISTENER).ok();
    let report = match service {
        Some(service) if service.is_reachable().await => {
            service.get(&target(&query, &format)).await?
        }
        _ => of_files(&config, &query)?,
    };
    print_text(&report);
    Ok(())
}

fn target(query: &ReportQuery, format: &str) -> String {
    let [since, until, alert] = [&query.since, &query.until, &query.alert].map(|one| encoded(one));
    // A service of before has no other language than English, and refuses what it does not read.
    let lang = match (query.form, query.language) {
        (ReportForm::Text, Language::Portuguese) => "&lang=pt",
        _ => "",
    };
    format!("/v1/report?since={since}&until={until}&alert={alert}&format={format}{lang}")
}

fn of_files(config: &Config, query: &ReportQuery) -> Result<String, Failed> {
    let folder = config.state_folder.clone();
    let folder = folder.unwrap_or_else(|| PathBuf::from(FOLDER_DEFAULT));
    if !Path::is_dir(&folder) {
        let parts: [(&str, &dyn Display); 1] = [("folder", &folder.display())];
        return Err(Failed::runtime(error_texts::REPORT_NO_FILES.message(&parts)));
    }
    let clock = (config.hubsoft.timezone, config.outage.told.as_secs());
    report_of_files(&folder, query, clock, wall_clock::now_s()).map_err(failed)
}

fn failed(error: ReportError) -> Failed {
    match error {
        ReportError::Form(_)
        | ReportError::Language(_)
        | ReportError::Order
        | ReportError::Time(_) => Failed::configuration(in_both(error)),
        ReportError::Bug | ReportError::NoFolder | ReportError::Unreadable(_) => {
            Failed::runtime(in_both(error))
        }
    }
}
