//! Listens, and speaks HTTP and FastAGI with PBXs and operators.

pub mod endpoints;
pub mod fastagi;
pub mod form;
pub mod http;
pub mod listener;
pub mod recordings;
