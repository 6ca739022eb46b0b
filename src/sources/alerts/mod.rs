//! The active alerts: HubSoft's, read ahead of the calls, and the administrator's own.
//!
//! ```text
//! HubSoft's list --> feed ----.
//! directory ------------------+--> board --> calls
//! local alerts ---------------'      ^
//! probes of customers --> evidence --'
//! ```
//! A call reads the board, which is in memory. Everything else happens in tasks.

mod active;
mod board;
mod caller;
mod evidence;
mod feed;
mod keeper;
mod list;
mod listing;
mod local;
mod metrics;
mod placing;
mod polling;
mod probing;
mod settings;
mod status;
mod trouble;
mod verdict;

pub use self::active::{AlertInputs, Alerts};
pub use self::board::{
    ActiveAlert, AlertBoard, AlertEpoch, AlertOrigin, Board, EndedText, LocalReach, Reach, Standing,
};
pub use self::caller::{CallerAlert, CallerAlerts, CallerStanding};
pub use self::evidence::{EarlierAlerts, Evidence, Probe, StratumStatus, Testimony};
pub use self::list::{AlertFuture, AlertList, AlertPage, ListedAlert};
pub use self::local::{
    AlertChange, AlertEntry, AlertListing, AlertRequest, EndTimeError, ExtendRequest, FeedEntry,
    LOCAL_ALERTS_MAX, LocalAlertError, LocalAlertInputs, LocalAlerts, PLACES_LISTED_MAX, PlaceLine,
    PlaceListing, PlaceNameError, RequestContext, SpeechEntry, listed_places, nearest_places,
    read_request,
};
pub use self::metrics::AlertMetrics;
pub use self::placing::LocalSource;
pub use self::probing::Prober;
pub use self::settings::Settings;
pub use self::status::{AlertStatus, AlertsStatus, StratumLine};
pub use self::verdict::{Verdict, Verdicts};
