//! Alerts that are spoken ahead of the calls: which texts, how often, what callers hear meanwhile.

mod app;
#[path = "speech/bench.rs"]
mod bench;
#[path = "speech/ended.rs"]
mod ended;
#[path = "speech/engine.rs"]
mod engine;
#[path = "speech/folder.rs"]
mod folder;
#[path = "speech/kept.rs"]
mod kept;
#[path = "speech/listed.rs"]
mod listed;
#[path = "speech/said.rs"]
mod said;
#[path = "speech/server.rs"]
mod server;
#[path = "speech/wanted.rs"]
mod wanted;
