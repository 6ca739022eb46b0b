//! Infrastructure of any service: logging, metrics, secrets, access control, TLS, systemd.

pub mod access;
pub mod current;
pub mod jitter;
pub mod language;
pub mod logging;
pub mod metrics;
pub mod plain_file;
pub mod secret;
pub mod settings;
pub mod state_folder;
pub mod systemd;
pub mod tasks;
pub mod tls;
pub mod wall_clock;
pub mod workers;
