//! The active alerts: HubSoft's, read ahead of the calls, and the administrator's own.
//!
//! ```text
//! HubSoft's list --> feed ----.
//! directory ------------------+--> board --> calls
//! local alerts ---------------'      ^
//! probes of customers --> evidence --'
//! ```
//! A call reads the board, which is in memory. Everything else happens in tasks.

mod board;
mod evidence;
mod list;
mod probing;
mod settings;
mod verdict;

pub use self::board::{
    ActiveAlert, AlertBoard, AlertEpoch, AlertOrigin, Board, EndedText, LocalReach, Reach, Standing,
};
pub use self::evidence::{EarlierAlerts, Evidence, Probe, StratumStatus, Testimony};
pub use self::list::{AlertFuture, AlertList, AlertPage, ListedAlert};
pub use self::probing::Prober;
pub use self::settings::Settings;
pub use self::verdict::{Verdict, Verdicts};
