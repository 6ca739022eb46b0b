//! The directory in memory: packing, changes, the stored form, joins and scans, against naive models.

#[path = "directory_memory/amending.rs"]
mod amending;
#[path = "directory_memory/joining.rs"]
mod joining;
#[path = "directory_memory/model.rs"]
mod model;
#[path = "directory_memory/naming.rs"]
mod naming;
#[path = "directory_memory/packing.rs"]
mod packing;
#[path = "directory_memory/restating.rs"]
mod restating;
#[path = "directory_memory/scanning.rs"]
mod scanning;
#[path = "directory_memory/storing.rs"]
mod storing;
