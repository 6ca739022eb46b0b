//! A model of FreeSWITCH, as far as bina needs it: reads documents, hunts, runs applications.
//!
//! Written from what a real one was seen to do, and deliberately as unsafe as it is: texts are
//! evaluated each time they are used, broken documents are read as far as they go. It shares no
//! code with the program. What would have been run is noted in `Call::ran`. What it makes of
//! `set` and `multiset` was compared with FreeSWITCH 1.11, over a thousand values thrown together.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of it")]

mod applications;
mod call;
mod dialplan;
mod expand;
mod httapi;
mod lines;
mod server;
mod words;
mod xml;

pub use self::call::Call;
pub use self::dialplan::Freeswitch;
pub use self::server::{Reply, Request};
