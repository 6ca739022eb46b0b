//! The files of the state folder: sealed, whole after any crash, and never a reason not to start.

#[path = "state_files/cost.rs"]
mod cost;
#[path = "state_files/folder.rs"]
mod folder;
#[path = "state_files/forgotten.rs"]
mod forgotten;
#[path = "state_files/killed.rs"]
mod killed;
#[path = "state_files/mounted.rs"]
mod mounted;
#[path = "state_files/saved.rs"]
mod saved;
#[path = "state_files/scratch.rs"]
mod scratch;
#[path = "state_files/sealed.rs"]
mod sealed;
