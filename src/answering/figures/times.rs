//! Buckets of the time that calls took.

use std::time::Duration;

/// Upper ends in microseconds; the last bucket has no end.
const ENDS_US: [u64; 15] = [
    50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 400_000,
    800_000, 1_600_000,
];
pub(super) const BUCKETS: usize = ENDS_US.len() + 1;

/// The bucket of a call.
pub(super) fn bucket(took: Duration) -> usize {
    let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    ENDS_US.iter().position(|end| took_us <= *end).unwrap_or(ENDS_US.len())
}

/// The upper end of the bucket in which the given share of the calls ends, in microseconds; none without a
/// call, and the last end for what took longer.
pub(super) fn quantile_us(times: &[u64; BUCKETS], share: f64) -> Option<u64> {
    let all: u64 = times.iter().sum();
    if all == 0 {
        return None;
    }
    #[allow(clippy::cast_precision_loss, reason = "a day has fewer than 2^52 calls")]
    let wanted = all as f64 * share;
    let mut so_far = 0;
    let position = times.iter().position(|count| {
        so_far += count;
        #[allow(clippy::cast_precision_loss, reason = "as above")]
        let reached = so_far as f64;
        reached >= wanted
    });
    let end = position.and_then(|position| ENDS_US.get(position));
    Some(*end.unwrap_or(&ENDS_US[ENDS_US.len() - 1]))
}
