//! The evidence on alerts: what random customers show of their strata, the record, and the task that asks.

#[path = "evidence/bench.rs"]
mod bench;
#[path = "evidence/probing.rs"]
mod probing;
#[path = "evidence/recorded.rs"]
mod recorded;
#[path = "evidence/revoked.rs"]
mod revoked;
#[path = "evidence/rules.rs"]
mod rules;
#[path = "evidence/watched.rs"]
mod watched;
