//! bina tells Asterisk and FreeSWITCH who is calling, from HubSoft, before the phone is picked up.
//!
//! The rooms, group by group in reading order; each uses only rooms above it (`tests/tidy.rs` holds that).
//! To see how a call is answered, read [`responder`], then [`lookup`]; to see how the program is
//! put together, read `cli/service.rs`.

// The words: pure, without a clock and without waiting.
pub mod alert_text;
pub mod answer;
pub mod call;
pub mod customer;
pub mod finding;
pub mod phone;
pub mod plain_text;
pub mod prompt;
pub mod safe_text;
pub mod wav;

// The base.
pub mod access;
pub mod current;
pub mod flight;
pub mod jitter;
pub mod limiter;
pub mod logging;
pub mod metrics;
pub mod plain_file;
pub mod secret;
pub mod systemd;
pub mod tls;

// The sources, one behind the other.
pub mod breaker;
pub mod hubsoft;
pub mod lookup;
pub mod source;

// The way through, what it writes, and the doors.
pub mod agi;
pub mod form;
pub mod http;
pub mod listener;
pub mod recordings;
pub mod render;
pub mod responder;

// A small HubSoft for the demo and the tests; it shares no code with the client.
pub mod sim;

// All together.
pub mod cli;
pub mod config;
