//! Estimates the bytes that glibc uses for an allocation, so that limits in bytes are accurate.

/// Bytes the allocator adds to each allocation.
const HEADER_BYTES: usize = 8;

/// Returns the bytes that a `Box` of `bytes` uses.
pub fn of_box(bytes: usize) -> usize {
    (bytes + HEADER_BYTES).next_multiple_of(16)
}

/// Returns the bytes that an `Arc` of `bytes` uses, with its two counters.
pub fn of_arc(bytes: usize) -> usize {
    of_box(bytes + 2 * size_of::<usize>())
}
