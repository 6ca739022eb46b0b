//! Pauses that HubSoft requested, and which classes of requests each holds.

use std::time::Instant;

use super::Urgency;

/// The end of the pause of each class whose requests HubSoft has answered with one.
#[derive(Default)]
pub(super) struct Pauses(Vec<(Urgency, Instant)>);

impl Pauses {
    /// Begins a pause that the answer to a request of class `urgency` requested, or extends it.
    pub(super) fn begin(&mut self, urgency: Urgency, until: Instant) {
        match self.0.iter_mut().find(|(requested, _)| *requested == urgency) {
            Some((_, end)) => *end = until.max(*end),
            None => self.0.push((urgency, until)),
        }
    }

    /// Whether a request of class `urgency` must wait.
    pub(super) fn hold(&self, urgency: Urgency, now: Instant) -> bool {
        self.0.iter().any(|(requested, until)| now < *until && holds(*requested, urgency))
    }
}

/// Whether a pause that the answer to one class requested holds another: that of a call holds all,
/// another one background work that is not more urgent, and no call.
fn holds(requested: Urgency, urgency: Urgency) -> bool {
    requested.is_for_call() || (!urgency.is_for_call() && requested <= urgency)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const CALLS: [Urgency; 4] =
        [Urgency::Call, Urgency::UndecidedCall, Urgency::ExpectedCall, Urgency::SecondSpelling];
    const BACKGROUND: [Urgency; 5] =
        [Urgency::Feed, Urgency::UndecidedProbe, Urgency::Probe, Urgency::Bulk, Urgency::Screen];

    /// The classes that a pause of `requested` holds.
    fn held(requested: Urgency) -> Vec<Urgency> {
        let now = Instant::now();
        let mut pauses = Pauses::default();
        pauses.begin(requested, now + Duration::from_secs(1));
        BACKGROUND.into_iter().chain(CALLS).filter(|urgency| pauses.hold(*urgency, now)).collect()
    }

    #[test]
    fn a_pause_of_a_call_holds_everything() {
        for call in CALLS {
            assert_eq!(held(call).len(), BACKGROUND.len() + CALLS.len(), "{call:?}");
        }
    }

    #[test]
    fn a_pause_of_background_work_holds_it_and_what_is_less_urgent_and_no_call() {
        for (at, requested) in BACKGROUND.into_iter().enumerate() {
            assert_eq!(held(requested), BACKGROUND[at..], "{requested:?}");
        }
    }

    #[test]
    fn a_shorter_pause_does_not_end_a_longer_one() {
        let now = Instant::now();
        let mut pauses = Pauses::default();
        pauses.begin(Urgency::Bulk, now + Duration::from_secs(7));
        pauses.begin(Urgency::Bulk, now + Duration::from_secs(1));
        assert!(pauses.hold(Urgency::Bulk, now + Duration::from_secs(6)));
        assert!(!pauses.hold(Urgency::Bulk, now + Duration::from_secs(7)));
    }
}
