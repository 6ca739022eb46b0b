//! Reads `[log]`.

use tracing::level_filters::LevelFilter;

use crate::runtime::settings::Section;

use super::lines::LogFormat;

/// The settings of the log.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub format: LogFormat,
    /// None means the default of the command.
    pub level: Option<LevelFilter>,
}

impl Settings {
    /// Reads `[log]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        Self {
            format: section.word("format", &LogFormat::VALUES, LogFormat::default()),
            level: section.word_if_set("level", &LEVELS),
        }
    }
}

/// All levels by name.
pub const LEVELS: [(&str, LevelFilter); 4] = [
    ("error", LevelFilter::ERROR),
    ("warn", LevelFilter::WARN),
    ("info", LevelFilter::INFO),
    ("debug", LevelFilter::DEBUG),
];
