//! What callers are told during an outage, beside their own alerts.

mod settings;

pub use self::settings::Settings;
