//! Reads how many descriptors the system leaves for connections.

use std::fs;

/// Descriptors that are kept back: 20 requests to HubSoft, its token, its name and certificates,
/// and a few for what else has to be opened one day.
const RESERVED: usize = 32;
/// Connections that are accepted even so; with fewer, a PBX could not be answered at all.
const LEAST: usize = 16;
/// Open at the start where that cannot be counted.
const OPEN: usize = 16;

/// How many connections fit beside everything else that needs a descriptor. The limit is read,
/// never raised: raising it is for systemd (`LimitNOFILE`).
pub(super) fn room() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open = fs::read_dir("/proc/self/fd").map_or(OPEN, Iterator::count);
    room_within(&limits, open)
}

fn room_within(limits: &str, open: usize) -> usize {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    // "unlimited", or a system that does not say.
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
    fn descriptors_are_kept_back_and_a_pbx_is_always_let_in() {
        assert_eq!(room_within(&limits("16384"), 11), 16_341);
        assert_eq!(room_within(&limits("1024"), 11), 981);
        assert_eq!(room_within(&limits("64"), 11), 21);
        assert_eq!(room_within(&limits("20"), 11), 16);
        assert_eq!(room_within(&limits("unlimited"), 11), usize::MAX);
        assert_eq!(room_within("", 11), usize::MAX);
    }

    #[test]
    fn this_system_says_it() {
        assert!((16..usize::MAX).contains(&room()), "{}", room());
    }
}
