//! Checks the configuration file, and the permissions of the files that hold its secrets.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::app::config::{Config, HandedOver, shown_to_others};
use crate::runtime::language::Text;

use super::super::Failed;
use super::super::service_unit::InstalledUnit;
use super::report::CheckReport;
use super::texts;

const WHAT: Text = texts::WHAT_CONFIGURATION;

/// Reads the file at `path`. When it is invalid, no other check is possible.
pub(super) fn examine(
    path: &Path,
    unit: Option<&Path>,
    report: &mut CheckReport,
) -> Result<Config, Failed> {
    let unit = InstalledUnit::find(unit)?;
    // Requests need the secrets themselves.
    let handed = HandedOver { sealed: BTreeSet::new(), ..unit.handed(path) };
    let config = Config::load_handed(path, handed).map_err(|invalid| {
        for problem in invalid.message().of(report.language()).lines() {
            report.failed(WHAT, problem);
        }
        Failed::configuration(texts::CONFIGURATION_FIRST)
    })?;
    report.ok(WHAT, texts::CONFIGURATION_VALID.message(&[("path", &path.display())]));
    let exposed: Vec<_> =
        config.secret_files.iter().filter_map(|secret| shown_to_others(&secret.path)).collect();
    for warning in config.warnings.iter().filter(|warning| !exposed.contains(warning)) {
        report.warning(WHAT, warning);
    }
    let findings = unit.judge(&config, path);
    for secret in config.secret_files.iter().filter(|secret| !findings.has(&secret.path)) {
        examine_secret(&secret.path, report);
    }
    for (path, text) in &findings.unreadable {
        let parts: [(&str, &dyn Display); 2] = [("path", &path.display()), ("problem", text)];
        report.failed(texts::WHAT_SECRET, texts::SECRET_UNREADABLE.message(&parts));
    }
    findings.warnings.iter().for_each(|warning| report.warning(WHAT, warning));
    if let Some(instruction) = findings.instruction() {
        report.note(instruction, &findings.lines);
    }
    Ok(config)
}

fn examine_secret(path: &Path, report: &mut CheckReport) {
    const WHAT: Text = texts::WHAT_SECRET;
    match (shown_to_others(path), fs::metadata(path)) {
        (Some(warning), _) => report.warning(WHAT, warning),
        (None, Ok(data)) => {
            let parts: [(&str, &dyn Display); 2] =
                [("path", &path.display()), ("owner", &data.uid())];
            report.ok(WHAT, texts::SECRET_OWNER.message(&parts));
        }
        // The file was read a moment ago.
        (None, Err(error)) => {
            let parts: [(&str, &dyn Display); 2] = [("path", &path.display()), ("error", &error)];
            report.warning(WHAT, texts::SECRET_GONE.message(&parts));
        }
    }
}
