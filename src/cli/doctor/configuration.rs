//! Examines the configuration file, and who can read the files that hold its secrets.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::anyhow;

use crate::app::config::{Config, shown_to_others};

use super::super::Failed;
use super::report::CheckReport;

const WHAT: &str = "configuration";

/// Reads the file at `path`. When it is broken there is nothing else to examine.
pub(super) fn examine(path: &Path, report: &mut CheckReport) -> Result<Config, Failed> {
    let config = Config::load(path).map_err(|invalid| {
        for problem in invalid.to_string().lines() {
            report.failed(WHAT, problem);
        }
        Failed::Configuration(anyhow!("mend the configuration first: nothing else was looked at"))
    })?;
    report.ok(WHAT, format_args!("{} is good", path.display()));
    let shown: Vec<_> =
        config.secret_files.iter().filter_map(|path| shown_to_others(path)).collect();
    for warning in config.warnings.iter().filter(|warning| !shown.contains(warning)) {
        report.warning(WHAT, warning);
    }
    for path in &config.secret_files {
        examine_secret(path, report);
    }
    Ok(config)
}

fn examine_secret(path: &Path, report: &mut CheckReport) {
    const WHAT: &str = "secret";
    match (shown_to_others(path), fs::metadata(path)) {
        (Some(shown), _) => report.warning(WHAT, shown),
        (None, Ok(data)) => {
            let (path, owner) = (path.display(), data.uid());
            report.ok(WHAT, format_args!("{path}: only its owner (uid {owner}) can read it"));
        }
        // It has just been read.
        (None, Err(error)) => report.warning(
            WHAT,
            format_args!("{} is gone ({error}): has somebody just moved it?", path.display()),
        ),
    }
}
