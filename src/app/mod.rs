//! Builds the application from its configuration, runs it, reloads it and stops it.

mod alerts;
mod application;
pub mod config;
mod console;
mod directory;
mod error;
mod journal;
mod listeners;
mod local_alerts;
mod metrics;
mod reload;
mod run;
mod screen_pop;
mod service;
mod signals;
mod speech;
mod status_line;
mod texts;
mod upstream;
mod watchdog;

pub use self::application::App;
pub use self::error::AppError;
pub use self::listeners::{Listeners, own_address};
pub use self::metrics::COMMIT;
pub use self::run::run;
pub use self::service::{Service, Serving};
pub use self::signals::Signals;
