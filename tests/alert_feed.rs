//! The alert feed in paused time, with a list that fails in every way, and a wall clock that jumps.

#[path = "alert_feed/bench.rs"]
mod bench;
#[path = "alert_feed/cadence.rs"]
mod cadence;
#[path = "alert_feed/customers.rs"]
mod customers;
#[path = "alert_feed/epochs.rs"]
mod epochs;
mod kept;
#[path = "alert_feed/model.rs"]
mod model;
#[path = "alert_feed/placed.rs"]
mod placed;
#[path = "alert_feed/windows.rs"]
mod windows;
