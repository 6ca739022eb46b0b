//! Holds why the application cannot be built, opened, reloaded or kept running.

use std::fmt;
use std::io;

use tokio::task::JoinError;

use crate::sources::hubsoft::SetupError;

use super::config::Invalid;

/// Why the application does not do what it was started for. The texts name the remedy.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration is wrong; one line a problem.
    #[error("{0}")]
    Configuration(String),
    /// It went wrong while running.
    #[error("{0}")]
    Runtime(String),
}

impl AppError {
    /// Something that went wrong while running.
    pub(super) fn runtime(error: impl fmt::Display) -> Self {
        Self::Runtime(error.to_string())
    }
}

impl From<Invalid> for AppError {
    fn from(invalid: Invalid) -> Self {
        Self::Configuration(invalid.to_string())
    }
}

impl From<SetupError> for AppError {
    fn from(unusable: SetupError) -> Self {
        Self::Configuration(unusable.to_string())
    }
}

impl From<io::Error> for AppError {
    fn from(error: io::Error) -> Self {
        Self::runtime(error)
    }
}

impl From<JoinError> for AppError {
    fn from(error: JoinError) -> Self {
        Self::runtime(error)
    }
}
