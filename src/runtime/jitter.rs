//! Randomises waits slightly, so that several instances do not act in step.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// `time`, up to ten per cent more or less.
pub fn jittered(time: Duration) -> Duration {
    // The standard library's hash seed is random enough for this.
    let random = RandomState::new().hash_one(0_u8) % 2_001;
    time.mul_f64(0.9 + random as f64 / 10_000.0)
}
