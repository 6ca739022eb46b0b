//! Reads `[service]`: the number of worker threads.

use std::thread::available_parallelism;

use super::settings::Section;

/// Default number of worker threads. One answers as many calls a second as several, because most of a
/// call is system work; the second answers while a large HubSoft response is parsed. Each further one
/// takes 3 MB (`benches/README.md`).
const DEFAULT: usize = 2;
/// Most worker threads: each takes memory, and the unit's TasksMax permits this number.
const MAX: usize = 64;

/// Reads `[service]`; `None` means `default_threads`.
pub fn read(section: &mut Section<'_>) -> Option<usize> {
    section.number_if_set("worker_threads", 1..=MAX)
}

/// The default number, at most one per core.
pub fn default_threads() -> usize {
    available_parallelism().map_or(1, |cores| cores.get().min(DEFAULT))
}
