//! Walks through the list of all customers: when, at which pace, and whether it was whole.
//!
//! ```text
//! schedule -> when, whole or changes
//! walker   -> request (pace: rest, pause while calls wait)
//!          -> page    (paging: next page and size; reading: what is new)
//!          -> end     (completeness: whole, partial; else failed, to be continued)
//! ```

mod completeness;
mod filter;
mod outcome;
mod pace;
mod paging;
mod progress;
mod reading;
mod requests;
mod schedule;
mod setup;
mod status;
mod walker;

pub use self::completeness::{Shortfall, may_replace};
pub use self::filter::FilterTrust;
pub use self::outcome::{WalkEnd, WalkFault, WalkOutcome};
pub use self::paging::{ROWS_MAX, ROWS_MIN};
pub use self::progress::{Adding, Collector, Gain, Progress, Saving};
pub use self::requests::PAGE_TIMEOUT;
pub use self::schedule::{Schedule, WalkHistory, WalkKind};
pub use self::setup::{WalkSettings, Walker};
pub use self::status::{WalkPhase, WalkStatus};
