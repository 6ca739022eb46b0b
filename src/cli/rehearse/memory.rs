//! Reads from the kernel how much memory this process holds.

use std::fs;

/// Bytes in memory now; `None` where the kernel does not say.
pub(super) fn resident() -> Option<u64> {
    told("VmRSS:")
}

/// The most bytes in memory since the process began.
pub(super) fn peak() -> Option<u64> {
    told("VmHWM:")
}

/// `status` says kilobytes where `statm` says pages, whose size only libc knows.
fn told(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_holds_some_memory_and_never_more_than_its_peak() {
        let (resident, peak) = (resident().expect("Linux"), peak().expect("Linux"));
        assert!((1_000_000..=peak).contains(&resident), "{resident} of {peak}");
    }
}
