//! How a walk ended, for the schedule, the status and the log.

use std::time::Duration;

use thiserror::Error;
use tracing::{info, warn};

use crate::domain::failure::Failure;

use super::completeness::Shortfall;
use super::progress::Progress;

/// How a walk ended, and what it cost.
#[derive(Clone, Debug)]
pub struct WalkOutcome {
    pub end: WalkEnd,
    /// How far it came: a walk that failed can be continued from there.
    pub progress: Progress,
    /// How long it took, pauses included.
    pub took: Duration,
    /// How long requests were in flight.
    pub busy: Duration,
    /// How long it paused because calls waited.
    pub paused: Duration,
}

/// How a walk ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalkEnd {
    /// Every change since a day has been read; it adds to the directory.
    Changes,
    /// The walk can be continued later.
    Failed(WalkFault),
    /// The list is not allowed.
    NoPermission(Failure),
    /// The list has been read, but may lack customers; it adds to the directory.
    Partial(Shortfall),
    /// Every customer has been read.
    Whole,
}

/// Why a walk failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WalkFault {
    /// The list has no end, or repeats itself.
    #[error("the list of customers repeats itself or has no end (contact HubSoft's support)")]
    Endless,
    /// The filter by the date of a change lists everybody.
    #[error("the filter by the date of a change lists every customer, and is not used for a day")]
    FilterIgnored,
    /// A page failed too often.
    #[error("{0}")]
    Page(Failure),
    /// It took too long.
    #[error("the walk took too long (raise directory.duty_percent)")]
    TooLong,
}

impl WalkEnd {
    /// One word for the log and for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Failed(_) => "failed",
            Self::NoPermission(_) => "no_permission",
            Self::Partial(_) => "partial",
            Self::Whole => "whole",
        }
    }

    /// What is wrong, if anything is.
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::Changes | Self::Whole => None,
            Self::Failed(fault) => Some(fault.to_string()),
            Self::NoPermission(failure) => Some(failure.to_string()),
            Self::Partial(shortfall) => Some(shortfall.to_string()),
        }
    }
}

impl WalkOutcome {
    /// Writes the line of the log, with the remedy.
    pub fn log(&self) {
        let walk = self.end.label();
        let customers = self.progress.customers;
        let requests = self.progress.requests;
        let took_s = self.took.as_secs();
        match &self.end {
            WalkEnd::Changes | WalkEnd::Whole => {
                info!(walk, customers, requests, took_s, "directory: the list has been read");
            }
            WalkEnd::Failed(fault) => {
                warn!(walk, customers, requests, took_s, "directory: walk interrupted: {fault}");
            }
            WalkEnd::NoPermission(failure) => warn!(
                walk,
                "directory: HubSoft does not allow the list of customers: {} (give hubsoft.username \
                 the permission to list customers, or set directory.enabled = false); it is requested \
                 again once a day",
                failure.cause()
            ),
            WalkEnd::Partial(shortfall) => {
                warn!(walk, customers, requests, took_s, "directory: walk incomplete: {shortfall}");
            }
        }
    }
}
