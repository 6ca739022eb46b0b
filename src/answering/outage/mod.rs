//! What callers hear during an outage, beside their own alerts.

mod announcer;
mod settings;

pub use self::announcer::Announcer;
pub use self::settings::Settings;
