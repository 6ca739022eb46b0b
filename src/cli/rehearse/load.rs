//! Counts the requests that HubSoft received, by kind and by second.

use std::time::{Duration, Instant};

use crate::simulator::{LoggedRequest, SimEndpoint, burst_needed};

const SECOND: Duration = Duration::from_secs(1);

/// The requests HubSoft received, without those for a token.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct UpstreamLoad {
    pub(super) lookups: usize,
    /// Of customers at random, to judge whom an alert concerns.
    pub(super) probes: usize,
    /// Pages of the list of alerts.
    pub(super) feed: usize,
    /// Whatever else.
    pub(super) others: usize,
    /// The most requests within any second.
    pub(super) most: usize,
    /// Requests a second between the first and the last.
    pub(super) mean: f64,
    /// The smallest burst with which no span has more requests than burst and rate allow.
    pub(super) burst: f64,
    /// Requests that were answered with 429.
    pub(super) refused: usize,
}

impl UpstreamLoad {
    /// Counts `requests`, of which HubSoft permits `rate` a second.
    pub(super) fn count(requests: &[LoggedRequest], rate: u32) -> Self {
        let counted = || requests.iter().filter(|each| each.endpoint != SimEndpoint::Token);
        let mut times: Vec<_> = counted().map(|request| request.at).collect();
        times.sort_unstable();
        let of = |which: &dyn Fn(&&LoggedRequest) -> bool| counted().filter(which).count();
        let lookups = of(&|each| each.endpoint == SimEndpoint::Lookup);
        let probes = of(&|each| each.is_by_code());
        let feed = of(&|each| each.endpoint == SimEndpoint::Alerts);
        Self {
            lookups: lookups - probes,
            probes,
            feed,
            others: times.len() - lookups - feed,
            refused: of(&|each| each.status == Some(429)),
            burst: burst_needed(&times, rate.into()),
            ..Self::of(&times)
        }
    }

    /// All requests.
    pub(super) fn total(&self) -> usize {
        self.lookups + self.probes + self.feed + self.others
    }

    fn of(times: &[Instant]) -> Self {
        let mut load = Self::default();
        let mut oldest = 0;
        for (newest, at) in times.iter().enumerate() {
            while *at - times[oldest] >= SECOND {
                oldest += 1;
            }
            load.most = load.most.max(newest + 1 - oldest);
        }
        if let [first, .., last] = times {
            load.mean = (times.len() - 1) as f64 / (*last - *first).as_secs_f64();
        }
        load
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_in_a_sliding_second() {
        let start = Instant::now();
        let times: Vec<_> = [0, 900, 950, 1_000, 1_850, 1_900, 2_000]
            .map(|ms| start + Duration::from_millis(ms))
            .to_vec();
        let load = UpstreamLoad::of(&times);
        assert_eq!(load.most, 4);
        assert!((load.mean - 3.0).abs() < 1e-9);
        assert_eq!(UpstreamLoad::of(&[]), UpstreamLoad::default());
    }
}
