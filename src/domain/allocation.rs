//! Estimates what an allocation takes from glibc, so that bounds in bytes are true.

/// Bytes the allocator adds to each allocation.
const HEADER_BYTES: usize = 8;

/// What a `Box` of `bytes` takes.
pub fn of_box(bytes: usize) -> usize {
    (bytes + HEADER_BYTES).next_multiple_of(16)
}

/// What an `Arc` of `bytes` takes, with its two counts.
pub fn of_arc(bytes: usize) -> usize {
    of_box(bytes + 2 * size_of::<usize>())
}
