//! Errors of building, opening, reloading and running the application.

use std::fmt;
use std::io;

use tokio::task::JoinError;

use crate::runtime::language::Message;
use crate::sources::hubsoft::SetupError;
use crate::sources::sentences::in_both;

use super::config::Invalid;

/// An error of the application. The texts name the remedy.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration is invalid; one line per problem.
    #[error("{0}")]
    Configuration(Message),
    /// The application failed while running.
    #[error("{0}")]
    Runtime(Message),
}

impl AppError {
    /// A failure while running.
    pub(super) fn runtime(error: impl fmt::Display) -> Self {
        Self::Runtime(in_both(error))
    }
}

impl From<Invalid> for AppError {
    fn from(invalid: Invalid) -> Self {
        Self::Configuration(invalid.message())
    }
}

impl From<SetupError> for AppError {
    fn from(unusable: SetupError) -> Self {
        Self::Configuration(Message::of_both(unusable))
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
