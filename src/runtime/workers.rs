//! How many threads answer calls: `[service]`.

use std::thread::available_parallelism;

use super::settings::Section;

/// Worker threads unless the configuration says otherwise: one answers as many calls a second as
/// several do, as most of a call is the system's work; another is there while a long answer of
/// HubSoft is read. Each more costs 3 MB (`benches/README.md`).
const USUAL: usize = 2;
/// Most worker threads: each costs memory, and TasksMax of the unit leaves room for so many.
const MAX: usize = 64;

/// Reads `[service]`; `None` leaves it to `usual`.
pub fn read(section: &mut Section<'_>) -> Option<usize> {
    section.number_if_set("worker_threads", 1..=MAX)
}

/// How many there are unless the configuration says otherwise.
pub fn usual() -> usize {
    available_parallelism().map_or(1, |cores| cores.get().min(USUAL))
}
