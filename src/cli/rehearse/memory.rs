//! Reads the memory usage of this process from the kernel.

use std::fs;

/// Resident bytes now; `None` where the kernel does not report them.
pub(super) fn resident() -> Option<u64> {
    field_bytes("VmRSS:")
}

/// Peak of the resident bytes since the process started.
pub(super) fn peak() -> Option<u64> {
    field_bytes("VmHWM:")
}

/// `status` reports kilobytes. `statm` reports pages, whose size only libc can determine.
fn field_bytes(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_never_exceeds_its_peak() {
        let (resident, peak) = (resident().expect("Linux"), peak().expect("Linux"));
        assert!((1_000_000..=peak).contains(&resident), "{resident} of {peak}");
    }
}
