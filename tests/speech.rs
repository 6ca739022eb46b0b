//! Alerts that are spoken ahead of the calls: which texts, how often, what callers hear meanwhile.

#[path = "speech/bench.rs"]
mod bench;
#[path = "speech/engine.rs"]
mod engine;
#[path = "speech/kept.rs"]
mod kept;
#[path = "speech/said.rs"]
mod said;
#[path = "speech/server.rs"]
mod server;
#[path = "speech/wanted.rs"]
mod wanted;
