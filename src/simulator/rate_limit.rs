//! The rate limit of the simulated HubSoft, and what burst a sequence of requests needs; no clock.

use std::time::Instant;

use serde::{Deserialize, Serialize};

/// How many requests are answered, those of all endpoints together; the rest receives a 429.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SimRateLimit {
    pub per_second: f64,
    /// How many may come at once.
    pub burst: f64,
}

/// A rate limit, and how many requests it still allows.
#[derive(Clone, Copy)]
pub(super) struct RequestAllowance {
    pub(super) limit: SimRateLimit,
    left: f64,
    counted: Instant,
}

impl RequestAllowance {
    pub(super) fn new(limit: SimRateLimit, now: Instant) -> Self {
        Self { limit, left: limit.burst, counted: now }
    }

    /// Takes one request off; false if there is none left.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.counted).as_secs_f64();
        self.left = self.limit.burst.min(self.left + passed * self.limit.per_second);
        self.counted = now;
        let is_left = self.left >= 1.0;
        self.left -= f64::from(u8::from(is_left));
        is_left
    }
}

/// The smallest burst with which no span of time saw more requests than the burst and the rate allow.
/// The times are in order.
pub fn burst_needed(times: &[Instant], per_second: f64) -> f64 {
    let Some(first) = times.first() else { return 0.0 };
    let mut least = f64::INFINITY;
    let mut needed = 0.0_f64;
    for (before, time) in times.iter().enumerate() {
        let allowed = time.saturating_duration_since(*first).as_secs_f64() * per_second;
        least = least.min(before as f64 - allowed);
        needed = needed.max(before as f64 - allowed - least + 1.0);
    }
    needed
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn times(start: Instant, offsets_ms: &[u64]) -> Vec<Instant> {
        offsets_ms.iter().map(|offset| start + Duration::from_millis(*offset)).collect()
    }

    #[test]
    fn the_burst_needed_is_that_of_the_busiest_span() {
        let start = Instant::now();
        for (offsets, needed) in [
            (&[][..], 0.0),
            (&[0], 1.0),
            (&[0, 100, 200, 300], 1.0),
            (&[0, 0, 0, 1_000, 1_000], 3.0),
            (&[0, 5_000, 5_000, 5_000, 5_050, 9_000], 3.5),
        ] {
            let computed = burst_needed(&times(start, offsets), 10.0);
            assert!((computed - needed).abs() < 1e-6, "{offsets:?}: {computed}");
        }
    }

    #[test]
    fn what_the_limit_lets_through_needs_no_more_than_its_burst() {
        let start = Instant::now();
        let limit = SimRateLimit { per_second: 10.0, burst: 3.0 };
        let mut allowance = RequestAllowance::new(limit, start);
        let all = times(start, &(0..500).map(|n| n * n % 7 + n * 20).collect::<Vec<_>>());
        let answered: Vec<_> = all.into_iter().filter(|time| allowance.take(*time)).collect();
        assert!(answered.len() > 90, "{}", answered.len());
        let needed = burst_needed(&answered, 10.0);
        assert!((2.0..=3.0 + 1e-6).contains(&needed), "{needed}");
    }
}
