//! The servers: HTTP and FastAGI, for PBXs and operators.

pub mod console;
pub mod endpoints;
pub mod fastagi;
pub mod form;
pub mod http;
pub mod listener;
pub mod recordings;
mod wav_problem;

pub use self::wav_problem::wav_problem;
