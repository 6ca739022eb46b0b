//! The classes of requests, and their shares of the rate.

use std::time::{Duration, Instant};

/// Maximum requests per second of the feed, at any rate.
const FEED_RATE_MAX: f64 = 0.5;
/// Maximum share of the rate for the feed, which matters only at low rates.
const FEED_SHARE: f64 = 0.25;
/// Share of the rate for probes of an undecided alert. Until it is decided each call is looked up
/// separately, so a flood of calls would never leave a slot for the probes that end it.
const UNDECIDED_SHARE: f64 = 0.5;
/// How long an undecided call waits for a slot at most. The slots beyond it are for callers of whom
/// nothing else is known.
const UNDECIDED_WAIT: Duration = Duration::from_millis(250);
/// How long an expected call waits for a slot at most.
const EXPECTED_WAIT: Duration = Duration::from_millis(100);

/// The purpose of a request, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The list of active alerts, which affects every call. It has a reserved share.
    Feed,
    /// A probe of an alert whose scope is not decided yet.
    UndecidedProbe,
    /// A lookup for a waiting caller.
    Call,
    /// The same for a caller whose customer is known, but not whether an alert concerns him.
    UndecidedCall,
    /// The same for a caller whose answer can be foreseen.
    ExpectedCall,
    /// An additional search for a call, which may find more customers.
    SecondSpelling,
    /// A probe of a decided alert.
    Probe,
    /// The list of all customers.
    Bulk,
    /// The screen of an agent, who answers the call without it, too.
    Screen,
}

impl Urgency {
    /// Returns the requests per second that take precedence over calls, at a total of `rate`.
    pub(super) fn share(self, rate: f64) -> Option<f64> {
        match self {
            Self::Feed => Some(FEED_RATE_MAX.min(rate * FEED_SHARE)),
            Self::UndecidedProbe => Some(rate * UNDECIDED_SHARE),
            _ => None,
        }
    }

    /// Returns whether a caller waits for the answer.
    pub fn is_call(self) -> bool {
        matches!(self, Self::Call | Self::UndecidedCall | Self::ExpectedCall)
    }

    /// Returns whether the request is part of a call.
    pub fn is_for_call(self) -> bool {
        self.is_call() || self == Self::SecondSpelling
    }

    /// Returns how long a request of this class waits for its slot at most.
    pub(super) fn wait_max(self) -> Option<Duration> {
        match self {
            Self::UndecidedCall => Some(UNDECIDED_WAIT),
            Self::ExpectedCall => Some(EXPECTED_WAIT),
            _ => None,
        }
    }

    /// Returns how long after the first spare slot this class takes one. Each class needs a fuller
    /// bucket than the more urgent ones, so that it gets only what they leave.
    pub(super) fn delay(self, interval: Duration) -> Duration {
        match self {
            Self::Call | Self::UndecidedCall | Self::ExpectedCall | Self::SecondSpelling => {
                Duration::ZERO
            }
            // Beyond their shares, the first two are ordinary probes.
            Self::Feed | Self::UndecidedProbe | Self::Probe => interval / 4,
            Self::Bulk | Self::Screen => interval / 2,
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
    /// Returns when `urgency` may next take precedence over calls, if it has a share.
    pub(super) fn due_at(&self, urgency: Urgency, now: Instant) -> Option<Instant> {
        match urgency {
            Urgency::Feed => Some(self.feed_at.unwrap_or(now)),
            Urgency::UndecidedProbe => Some(self.undecided_at.unwrap_or(now)),
            _ => None,
        }
    }

    /// Records that `urgency` uses its share at `now`, and compensates for late timers.
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
