//! The journal: who counts as told, what the files keep, what a report says, and suspected outages.

mod app;
#[path = "journal/bench.rs"]
mod bench;
#[path = "journal/clock.rs"]
mod clock;
#[path = "journal/files.rs"]
mod files;
#[path = "journal/forgotten.rs"]
mod forgotten;
#[path = "journal/killed.rs"]
mod killed;
#[path = "directory/program.rs"]
#[allow(dead_code, reason = "the directory's tests use the rest")]
mod program;
#[path = "journal/reported.rs"]
mod reported;
#[path = "directory/scene.rs"]
#[allow(dead_code, reason = "the directory's tests use the rest")]
mod scene;
#[path = "journal/suspected.rs"]
mod suspected;
#[path = "journal/told.rs"]
mod told;
