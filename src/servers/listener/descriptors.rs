//! Determines how many descriptors are available for connections.

use std::fs;

/// Reserved descriptors: for 20 requests to HubSoft, its token, DNS, certificates, and a few others.
const RESERVED: usize = 32;
/// Least number of connections; with fewer, a PBX could not be answered.
const LEAST: usize = 16;
/// Assumed number of open descriptors where it cannot be determined.
const OPEN: usize = 16;

/// Number of connections for which descriptors are available. The limit is never raised here; systemd
/// sets it (`LimitNOFILE`).
pub(super) fn available() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open = fs::read_dir("/proc/self/fd").map_or(OPEN, Iterator::count);
    available_within(&limits, open)
}

fn available_within(limits: &str, open: usize) -> usize {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    // "unlimited", or a system that does not report it.
    let Some(limit) = soft.and_then(|soft| soft.parse::<usize>().ok()) else { return usize::MAX };
    limit.saturating_sub(open + RESERVED).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(soft: &str) -> String {
        format!(
            "Limit                     Soft Limit           Hard Limit           Units     \n\
             Max core file size        0                    unlimited            bytes     \n\
             Max open files            {soft:20} 524288               files     \n"
        )
    }

    #[test]
    fn descriptors_are_reserved_and_a_pbx_is_always_accepted() {
        assert_eq!(available_within(&limits("16384"), 11), 16_341);
        assert_eq!(available_within(&limits("1024"), 11), 981);
        assert_eq!(available_within(&limits("64"), 11), 21);
        assert_eq!(available_within(&limits("20"), 11), 16);
        assert_eq!(available_within(&limits("unlimited"), 11), usize::MAX);
        assert_eq!(available_within("", 11), usize::MAX);
    }

    #[test]
    fn this_system_reports_a_limit() {
        assert!((16..usize::MAX).contains(&available()), "{}", available());
    }
}
