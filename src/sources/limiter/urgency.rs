//! The classes of requests: what a request is for, and what part of the rate that gives it.

use std::time::{Duration, Instant};

/// Most requests a second of the feed, whatever the rate.
const FEED_RATE_MAX: f64 = 0.5;
/// Largest part of the rate for the feed, which matters only when the rate is low.
const FEED_SHARE: f64 = 0.25;
/// Part of the rate for probes of an undecided alert. Without a verdict every call is looked up
/// singly, so that a flood of calls would never leave a slot for the probes that end it.
const UNDECIDED_SHARE: f64 = 0.5;

/// What a request is for, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The list of active alerts, which concerns every call. It has a reserved share.
    Feed,
    /// Whether a customer has an alert of which it is not decided yet whom it concerns.
    UndecidedProbe,
    /// A caller who is waiting.
    Call,
    /// A search beside a call's own, which may find more than that.
    SecondSpelling,
    /// A check of what is decided already.
    Probe,
    /// The list of all customers.
    Bulk,
}

impl Urgency {
    /// Requests a second that may go before calls, if all together may make `rate`.
    pub(super) fn share(self, rate: f64) -> Option<f64> {
        match self {
            Self::Feed => Some(FEED_RATE_MAX.min(rate * FEED_SHARE)),
            Self::UndecidedProbe => Some(rate * UNDECIDED_SHARE),
            Self::Call | Self::SecondSpelling | Self::Probe | Self::Bulk => None,
        }
    }

    /// How long after the first spare slot this class takes one. Each class needs a fuller bucket
    /// than those before it, so that it gets only what they leave.
    pub(super) fn behind(self, interval: Duration) -> Duration {
        match self {
            Self::Call | Self::SecondSpelling => Duration::ZERO,
            // Beyond their shares, the first two are probes like any other.
            Self::Feed | Self::UndecidedProbe | Self::Probe => interval / 4,
            Self::Bulk => interval / 2,
        }
    }
}

/// When each class that has a share may use it again.
#[derive(Default)]
pub(super) struct Shares {
    feed_at: Option<Instant>,
    undecided_at: Option<Instant>,
}

impl Shares {
    /// When `urgency` may next go before calls, if it ever may.
    pub(super) fn due_at(&self, urgency: Urgency, now: Instant) -> Option<Instant> {
        match urgency {
            Urgency::Feed => Some(self.feed_at.unwrap_or(now)),
            Urgency::UndecidedProbe => Some(self.undecided_at.unwrap_or(now)),
            Urgency::Call | Urgency::SecondSpelling | Urgency::Probe | Urgency::Bulk => None,
        }
    }

    /// Notes that `urgency` uses its share at `now`. Timers fire a little late: that is made up for.
    pub(super) fn used(&mut self, urgency: Urgency, now: Instant, rate: f64) {
        let Some(share) = urgency.share(rate) else { return };
        let interval = Duration::from_secs_f64(1.0 / share);
        let due_at = match urgency {
            Urgency::Feed => &mut self.feed_at,
            _ => &mut self.undecided_at,
        };
        let lateness = due_at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        *due_at = Some(now + interval - lateness.min(interval / 2));
    }
}
