//! Local alerts: whom they reach, how long, what a restart keeps, and how an operator changes them.

mod app;
#[path = "local_alerts/commands.rs"]
mod commands;
#[path = "local_alerts/endpoint.rs"]
mod endpoint;
#[path = "local_alerts/identified.rs"]
mod identified;
#[path = "local_alerts/kept.rs"]
mod kept;
#[path = "local_alerts/killed.rs"]
mod killed;
#[path = "directory/program.rs"]
#[allow(dead_code, reason = "the directory's tests use the rest")]
mod program;
#[path = "directory/scene.rs"]
#[allow(dead_code, reason = "the directory's tests use the rest")]
mod scene;
#[path = "local_alerts/scopes.rs"]
mod scopes;
#[path = "local_alerts/trouble.rs"]
mod trouble;
