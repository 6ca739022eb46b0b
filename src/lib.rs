//! bina tells Asterisk and FreeSWITCH who is calling, from HubSoft, before the phone is picked up.
//!
//! The groups in reading order; each uses only groups above it, and the simulator none of them
//! (`tests/tidy/layout.rs` holds that). To see how a call is answered, read [`answering::responder`],
//! then [`answering::lookup`].

// Tests and benches may end, print and block.
#![warn(
    clippy::disallowed_methods,
    clippy::exit,
    clippy::float_cmp,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used
)]

// Pure types and rules.
pub mod domain;

// What any service needs.
pub mod runtime;

// Where knowledge comes from.
pub mod sources;

// The way of a call.
pub mod answering;

// Listeners and protocols.
pub mod servers;

// The configuration and what is built from it.
pub mod app;

// The commands.
pub mod cli;

// A HubSoft for the demo and the tests; it shares no code with the client.
pub mod simulator;
