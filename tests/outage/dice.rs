//! Random numbers that a seed repeats: when callers call, and how long HubSoft takes.

use std::time::Duration;

/// A sequence of random numbers, by the method of Vigna's SplitMix64.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_F491_4F6C_DD1D))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Above 0, up to 1.
    pub(crate) fn share(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn happens(&mut self, share: f64) -> bool {
        self.share() <= share
    }

    pub(crate) fn below(&mut self, end: u32) -> u32 {
        (self.next() % u64::from(end)) as u32
    }

    /// A time of a log-normal distribution.
    pub(crate) fn log_normal(&mut self, median: Duration, sigma: f64) -> Duration {
        let normal =
            (-2.0 * self.share().ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos();
        median.mul_f64((sigma * normal).exp())
    }

    /// When a caller calls in a surge of this span: gamma with k = 2 and the peak at a fifth of the span,
    /// cut at its end.
    pub(crate) fn arrival(&mut self, span: Duration) -> Duration {
        let peak = span / 5;
        loop {
            let at = peak.mul_f64(-(self.share() * self.share()).ln());
            if at < span {
                return at;
            }
        }
    }

    /// All of `values` in random order.
    pub(crate) fn shuffle<T>(&mut self, values: &mut [T]) {
        for at in (1..values.len()).rev() {
            values.swap(at, self.below(at as u32 + 1) as usize);
        }
    }
}

#[test]
fn times_are_distributed_as_they_should_be() {
    let mut dice = Dice::new(7);
    let span = Duration::from_secs(60);
    let arrivals: Vec<_> = (0..20_000).map(|_| dice.arrival(span).as_secs_f64()).collect();
    let before = |end: f64| arrivals.iter().filter(|at| **at < end).count() as f64 / 20_000.0;
    // 1 - (1 + x) exp(-x) with x in peaks, of what is before the cut at 5 peaks.
    let share = |peaks: f64| 1.0 - (1.0 + peaks) * (-peaks).exp();
    for peaks in [0.5, 1.0, 2.0, 4.0] {
        let expected = share(peaks) / share(5.0);
        assert!((before(peaks * 12.0) - expected).abs() < 0.02, "{peaks}");
    }
    let median = Duration::from_millis(200);
    let mut took: Vec<_> = (0..20_001).map(|_| dice.log_normal(median, 0.5)).collect();
    took.sort_unstable();
    assert!((took[10_000].as_secs_f64() - 0.2).abs() < 0.005, "{:?}", took[10_000]);
    // One standard deviation above the median.
    assert!((took[16_827].as_secs_f64() - 0.33).abs() < 0.01, "{:?}", took[16_827]);
}
