//! The time of day, for what outlives the process: the age of files, and the time of nightly work.
//!
//! It may jump, so nothing that a call waits for is decided by it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since the epoch; 0 while the clock is set before it.
#[expect(clippy::disallowed_methods, reason = "files and nights outlive the monotonic clock")]
pub fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
