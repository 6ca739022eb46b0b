//! Errors of building, opening, reloading and running the application.

use std::fmt;
use std::io;

use tokio::task::JoinError;

use crate::sources::hubsoft::SetupError;

use super::config::Invalid;

/// An error of the application. The texts name the remedy.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration is invalid; one line per problem.
    #[error("{0}")]
    Configuration(String),
    /// The application failed while running.
    #[error("{0}")]
    Runtime(String),
}

impl AppError {
    /// A failure while running.
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
