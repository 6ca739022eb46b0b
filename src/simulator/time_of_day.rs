//! The time of day, which answers of HubSoft contain.

use std::time::{SystemTime, UNIX_EPOCH};

#[expect(clippy::disallowed_methods, reason = "a HubSoft has a clock of its own, which may jump")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

/// Seconds since 1970, UTC.
pub(super) fn unix_s() -> i64 {
    now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}
