//! Where records come from: the contract of sources, and its implementations.

pub mod agent_screens;
pub mod alerts;
pub mod breaker;
pub mod cache;
pub mod directory;
pub mod hubsoft;
pub mod limiter;
pub mod reasons;
pub mod sentences;
mod shared_alerts;
pub mod shared_request;
pub mod source;
pub mod speech;
pub mod stored_key;
