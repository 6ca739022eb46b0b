//! Holds a histogram of durations.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Upper ends in seconds: the cache answers in well under a millisecond, HubSoft in 50 to 800.
const BUCKETS: [f64; 12] =
    [0.000_1, 0.000_5, 0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 3.0];

/// A histogram of durations in seconds.
#[derive(Clone, Debug)]
pub struct Seconds(Histogram);

impl Default for Seconds {
    fn default() -> Self {
        Self(Histogram::new(BUCKETS))
    }
}

/// Upper ends in seconds of work behind the calls, such as speaking a text.
const WORK_BUCKETS: [f64; 8] = [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0];

impl Seconds {
    /// A histogram of work behind the calls.
    pub fn of_work() -> Self {
        Self(Histogram::new(WORK_BUCKETS))
    }

    pub fn observe(&self, took: Duration) {
        self.0.observe(took.as_secs_f64());
    }
}

impl TypedMetric for Seconds {
    const TYPE: MetricType = MetricType::Histogram;
}

impl EncodeMetric for Seconds {
    fn encode(&self, encoder: MetricEncoder<'_>) -> fmt::Result {
        self.0.encode(encoder)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}
