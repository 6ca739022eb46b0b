//! How the log is written: `[log]`.

use tracing::level_filters::LevelFilter;

use crate::runtime::settings::Section;

use super::lines::LogFormat;

/// How the log is written, as the configuration says.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub format: LogFormat,
    /// None leaves it to what the command is for.
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

/// Every level by name.
pub const LEVELS: [(&str, LevelFilter); 4] = [
    ("error", LevelFilter::ERROR),
    ("warn", LevelFilter::WARN),
    ("info", LevelFilter::INFO),
    ("debug", LevelFilter::DEBUG),
];
