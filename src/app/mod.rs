//! Puts the application together from its configuration.

pub mod config;
