//! Reads the list of alerts: what is active, from when on, and whether that is certain. It does not wait.
//!
//! ```text
//! page ----------> Round: complete? --.
//!   '--> Feed: known alerts <---------'   (additions at once, removals from a complete list)
//! clock ----'  '--> active alerts, texts that have ended
//! calls --> CallRate --> Cadence --> next request
//! ```

mod cadence;
mod epoch;
mod known;
mod rate;
mod round;

pub(super) use self::cadence::{Cadence, Pace};
pub(super) use self::known::{Feed, FeedRules, FeedTime, ShownAlert};
pub(super) use self::rate::CallRate;
pub(super) use self::round::{Round, RoundFault, RoundStep};
