//! Measures the process itself, under the names that every program gives these numbers.

use std::fs;

use prometheus_client::registry::Registry;

use super::{Gauge, size};

#[derive(Debug, Default)]
pub(super) struct ProcessMetrics {
    max_fds: Gauge,
    open_fds: Gauge,
    resident: Gauge,
    started: Gauge,
}

impl ProcessMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        for (name, help, gauge) in [
            ("max_fds", "File descriptors that the process may open", &self.max_fds),
            ("open_fds", "Open file descriptors", &self.open_fds),
            ("resident_memory_bytes", "Resident memory in bytes", &self.resident),
            ("start_time_seconds", "Start of the process, in seconds since 1970", &self.started),
        ] {
            registry.register(format!("process_{name}"), help, gauge.clone());
        }
    }

    /// Reads what the system reports about the process, where it does.
    pub(super) fn measure(&self) {
        let file =
            |name: &str| fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
        if let Some(kilobytes) = number(&file("status"), "VmRSS:") {
            self.resident.set(kilobytes * 1024);
        }
        if let Some(max) = number(&file("limits"), "Max open files") {
            self.max_fds.set(max);
        }
        let booted = number(&fs::read_to_string("/proc/stat").unwrap_or_default(), "btime");
        if let Some((booted, ticks)) = booted.zip(start_ticks(&file("stat"))) {
            self.started.set(booted + ticks / 100);
        }
        if let Ok(open) = fs::read_dir("/proc/self/fd") {
            self.open_fds.set(size(open.count()));
        }
    }
}

/// The first number behind `name` at the beginning of a line.
fn number(text: &str, name: &str) -> Option<i64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// When the process started, in hundredths of a second since the machine did: the 20th word behind
/// the program's name, which is in brackets and may have spaces.
fn start_ticks(stat: &str) -> Option<i64> {
    let words = stat.rsplit(')').next()?;
    words.split_whitespace().nth(19)?.parse().ok()
}
