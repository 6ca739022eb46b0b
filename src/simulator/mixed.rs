//! Which fault the n-th request receives when faults are mixed in: random numbers without a state.

use std::time::Duration;

use super::dice::dice;
use super::fault::{Fault, RetryAfter};

/// The faults that are drawn, with equal probability; what is random in one comes from the number.
/// Those left out would outlast any test (silence) or use up its memory (all that is huge).
const KINDS: [fn(u64) -> Fault; 19] = [
    |_| Fault::BadJson,
    |roll| Fault::Drip { byte_every: Duration::from_millis(1 + roll % 50) },
    |_| Fault::Empty,
    |_| Fault::HangUp,
    |_| Fault::Html,
    |roll| Fault::Redirect {
        to: REDIRECT_TARGET.to_owned(),
        status: [302, 307, 308][roll as usize % 3],
    },
    |_| Fault::Reset,
    |_| Fault::ServerError,
    |roll| Fault::Slow { first_byte: Duration::from_millis(roll % 2_001) },
    |_| Fault::StatusError,
    |roll| Fault::Throttled { retry_after: RetryAfter::Body(1 + roll % 2) },
    |roll| Fault::Throttled { retry_after: RetryAfter::Later(1 + roll % 2) },
    |roll| Fault::Throttled { retry_after: RetryAfter::Seconds(1 + roll % 2) },
    |_| Fault::Trace,
    |_| Fault::Truncated,
    |_| Fault::TruncatedChunked,
    |_| Fault::Unauthorized,
    |_| Fault::Unavailable,
    |_| Fault::WrongTypes,
];
/// Where a redirect leads: the discard port of this machine, without a listener.
const REDIRECT_TARGET: &str = "http://127.0.0.2:9/";

/// Draws for the request that is the `nth` since the mixing began.
pub(super) fn draw(seed: u64, share: f64, nth: u64) -> Fault {
    let [whether, which, how] =
        [0, 1, 2].map(|die| dice(seed, nth.wrapping_mul(3).wrapping_add(die)));
    // The upper 53 bits, which is what an f64 holds, as a number from 0 to below 1.
    if (whether >> 11) as f64 / (1_u64 << 53) as f64 >= share {
        return Fault::Normal;
    }
    KINDS[(which % KINDS.len() as u64) as usize](how)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(seed: u64, share: f64) -> Vec<String> {
        let name = |nth| draw(seed, share, nth).to_json()["fault"].as_str().unwrap().to_owned();
        (0..2_000).map(name).collect()
    }

    #[test]
    fn one_seed_is_one_sequence_and_another_seed_another() {
        assert_eq!(names(7, 0.5), names(7, 0.5));
        assert_ne!(names(7, 0.5), names(8, 0.5));
    }

    #[test]
    fn about_the_share_has_faults_and_every_kind_occurs() {
        let wrong = names(7, 0.25).iter().filter(|name| *name != "normal").count();
        assert!((400..600).contains(&wrong), "{wrong}");
        let kinds: BTreeSet<_> =
            KINDS.iter().map(|kind| kind(0).to_json()["fault"].to_string()).collect();
        let met: BTreeSet<_> = names(7, 1.0).iter().map(|name| format!("{name:?}")).collect();
        assert_eq!(met, kinds);
        assert!(names(7, 0.0).iter().all(|name| name == "normal"));
    }
}
