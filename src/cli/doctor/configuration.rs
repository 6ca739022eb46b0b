//! Checks the configuration file, and the permissions of the files that hold its secrets.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::anyhow;

use crate::app::config::{Config, shown_to_others};

use super::super::{Failed, service_unit};
use super::report::CheckReport;

const WHAT: &str = "configuration";

/// Reads the file at `path`. When it is invalid, no other check is possible.
pub(super) fn examine(
    path: &Path,
    unit: Option<&Path>,
    report: &mut CheckReport,
) -> Result<Config, Failed> {
    let config = Config::load(path).map_err(|invalid| {
        for problem in invalid.to_string().lines() {
            report.failed(WHAT, problem);
        }
        Failed::Configuration(anyhow!("fix the configuration first: all other checks were skipped"))
    })?;
    report.ok(WHAT, format_args!("{} is valid", path.display()));
    let exposed: Vec<_> =
        config.secret_files.iter().filter_map(|secret| shown_to_others(&secret.path)).collect();
    for warning in config.warnings.iter().filter(|warning| !exposed.contains(warning)) {
        report.warning(WHAT, warning);
    }
    let findings = service_unit::judge(&config, path, unit)?;
    for secret in config.secret_files.iter().filter(|secret| !findings.has(&secret.path)) {
        examine_secret(&secret.path, report);
    }
    for (path, text) in &findings.unreadable {
        report.failed("secret", format_args!("{}: {text}", path.display()));
    }
    if let Some(instruction) = findings.instruction() {
        report.note(instruction, &findings.lines);
    }
    Ok(config)
}

fn examine_secret(path: &Path, report: &mut CheckReport) {
    const WHAT: &str = "secret";
    match (shown_to_others(path), fs::metadata(path)) {
        (Some(warning), _) => report.warning(WHAT, warning),
        (None, Ok(data)) => {
            let path = path.display();
            let owner = data.uid();
            report.ok(WHAT, format_args!("{path}: only its owner (uid {owner}) can read it"));
        }
        // The file was read a moment ago.
        (None, Err(error)) => report.warning(
            WHAT,
            format_args!("{} has disappeared ({error}): restore it", path.display()),
        ),
    }
}
