//! How long a HubSoft takes that is neither dead nor fast: log-normal times, from a seed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::dice::dice;

/// No answer waits longer, however unlucky the draw.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// The time that each answer waits, whatever it is for, besides the wait of a fault.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SimLatency {
    /// Half of the answers take longer.
    pub median_ms: f64,
    /// The standard deviation of the logarithm; 0 for the median every time.
    pub sigma: f64,
    pub seed: u64,
}

impl SimLatency {
    /// The time of the `nth` answer.
    pub(super) fn draw(&self, nth: u64) -> Duration {
        let [one, other] = [0, 1].map(|die| share(dice(self.seed, nth.wrapping_mul(2) + die)));
        // Box and Muller: two numbers from 0 to 1 give one that is normally distributed.
        let normal = (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos();
        let seconds = self.median_ms / 1_000.0 * (self.sigma * normal).exp();
        Duration::try_from_secs_f64(seconds).map_or(WAIT_MAX, |wait| wait.min(WAIT_MAX))
    }
}

/// The upper 53 bits, which is what an f64 holds, as a number above 0 and up to 1.
fn share(drawn: u64) -> f64 {
    ((drawn >> 11) + 1) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(sigma: f64) -> Vec<f64> {
        let latency = SimLatency { median_ms: 200.0, sigma, seed: 7 };
        let mut times: Vec<_> = (0..10_000).map(|nth| latency.draw(nth).as_secs_f64()).collect();
        times.sort_by(f64::total_cmp);
        times
    }

    #[test]
    fn half_of_the_answers_take_longer_than_the_median() {
        let times = times(0.5);
        let (median, sixth) = (times[5_000], times[8_413]);
        assert!((0.195..0.205).contains(&median), "{median}");
        // One standard deviation above it lies a sixth of all.
        assert!((0.2 * 0.5_f64.exp() - sixth).abs() < 0.02, "{sixth}");
    }

    #[test]
    fn without_a_deviation_every_answer_takes_the_median() {
        assert!(times(0.0).iter().all(|time| (time - 0.2).abs() < 1e-6));
        let never = SimLatency { median_ms: f64::INFINITY, sigma: 1.0, seed: 7 };
        assert_eq!(never.draw(1), WAIT_MAX);
    }
}
