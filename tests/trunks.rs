//! Callers whose trunk presents other digits than theirs: `[[trunk]]`.

mod app;
#[path = "trunks/commands.rs"]
mod commands;
#[path = "trunks/endpoints.rs"]
mod endpoints;
#[path = "trunks/reading.rs"]
mod reading;
#[path = "trunks/settings.rs"]
mod settings;
