//! Holds where knowledge comes from: the contract of sources, and what implements it.

pub mod breaker;
pub mod flight;
pub mod hubsoft;
pub mod limiter;
pub mod reasons;
pub mod source;
