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

/// How many freed chunks of each size glibc keeps for each thread.
const KEPT_CHUNKS: usize = 7;
/// What is free behind a text while it is written. It is more than requests use at once, so that the
/// text is written behind all of what they use.
const FREE_BYTES: usize = 32 * 1024;

/// Makes what is kept for long, apart from what requests use and free.
///
/// glibc keeps seven freed chunks of each size up to a kilobyte for each thread, amid what requests
/// use. What is kept for long in one of them keeps its neighbours from being joined, which took twice
/// the memory. The eighth is none of them.
pub fn apart<T>(make: impl Fn() -> T) -> T {
    let [.., last] = [(); KEPT_CHUNKS + 1].map(|()| make());
    last
}

/// Copies `text` apart from what requests use and free, into a large chunk that is then shortened.
pub fn text_apart(text: &str) -> Box<str> {
    let mut copy = String::with_capacity(text.len() + FREE_BYTES);
    copy.push_str(text);
    copy.into_boxed_str()
}
