//! Reads bodies into memory that is wiped, and reads long ones apart from the threads that answer.
//!
//! A body of HubSoft holds what nobody asked for: tax numbers, addresses, passwords of Wi-Fi. It is
//! overwritten as soon as it has been read. What lies in the buffers of the TLS library, and of hyper while
//! it still shares them, is out of reach.

use std::mem;
use std::ops::Deref;

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{spawn_blocking, yield_now};
use zeroize::{Zeroize, Zeroizing};

use crate::domain::failure::Failure;
use crate::sources::reasons;

use super::failure;

/// From this length on a body is read on a thread of its own. What is below takes less than a
/// millisecond; 4 MiB would keep every call that the thread answers waiting.
const APART_BYTES: usize = 64 * 1024;
/// So many of these are received and read at once. The others wait, each in its own request, so that
/// they do not fill the memory.
const APART_MAX: usize = 2;
/// First room for a body whose length is not told.
const ROOM: usize = 8 * 1024;

/// How often hyper's task is given a turn to let go of a body; it has done so before, as a rule.
const RELEASE_TURNS: usize = 10;

static APART: Semaphore = Semaphore::const_new(APART_MAX);

/// A body, overwritten when it is dropped.
#[derive(Default)]
pub(super) struct Body {
    bytes: Zeroizing<Vec<u8>>,
    /// The part that came last, which hyper has its hand on for a moment more.
    last: Bytes,
    /// The place of a long one.
    place: Option<SemaphorePermit<'static>>,
}

/// Reads the whole body, unless it is longer than `bytes_max`.
pub(super) async fn read(response: &mut Response, bytes_max: usize) -> Result<Body, Failure> {
    let told = response.content_length().and_then(|length| usize::try_from(length).ok());
    if told.is_some_and(|length| length > bytes_max) {
        return Err(reasons::TOO_LARGE.failure());
    }
    let mut body = Body::with_capacity(told.unwrap_or(ROOM).min(APART_BYTES));
    while let Some(part) = response.chunk().await.map_err(failure::of_body)? {
        if body.len() + part.len() > bytes_max {
            return Err(reasons::TOO_LARGE.failure());
        }
        body.append(part);
        if body.len() >= APART_BYTES && body.place.is_none() {
            // It is never closed. Until there is a place, no more is read.
            body.place = APART.acquire().await.ok();
            body.grow_to(told.unwrap_or_default());
        }
    }
    Ok(body)
}

/// Reads up to `bytes` of a body that is an error's; nothing when it breaks.
pub(super) async fn start(response: &mut Response, bytes: usize) -> Body {
    let mut start = Body::with_capacity(bytes);
    while let Ok(Some(mut part)) = response.chunk().await {
        part.truncate(bytes - start.len());
        start.append(part);
        if start.len() == bytes {
            break;
        }
    }
    start
}

impl Body {
    fn with_capacity(bytes: usize) -> Self {
        let bytes = Zeroizing::new(Vec::with_capacity(bytes));
        Self { bytes, last: Bytes::new(), place: None }
    }

    /// Appends without leaving an old copy behind, as a vector does when it grows.
    fn append(&mut self, part: Bytes) {
        let length = self.bytes.len() + part.len();
        if length > self.bytes.capacity() {
            self.grow_to(length.max(2 * self.bytes.capacity()));
        }
        self.bytes.extend_from_slice(&part);
        wipe(mem::replace(&mut self.last, part));
    }

    /// Has room for `bytes`; a smaller one is left behind wiped.
    fn grow_to(&mut self, bytes: usize) {
        if bytes > self.bytes.capacity() {
            let mut larger = Vec::with_capacity(bytes);
            larger.extend_from_slice(&self.bytes);
            self.bytes = Zeroizing::new(larger);
        }
    }

    /// Drops it as soon as hyper holds no part of it, which is when its task waits for the next answer.
    async fn release(self) {
        for _ in 0..RELEASE_TURNS {
            if self.last.is_unique() {
                break;
            }
            yield_now().await;
        }
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        wipe(mem::take(&mut self.last));
    }
}

/// Overwrites a part of a body, if nobody else holds it.
fn wipe(part: Bytes) {
    if let Ok(mut part) = part.try_into_mut() {
        BytesMut::as_mut(&mut part).zeroize();
    }
}

/// Makes something of a body, which is wiped then.
pub(super) async fn parse<T: Send + 'static>(
    body: Body,
    parse: impl FnOnce(&[u8]) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    if body.len() < APART_BYTES {
        let parsed = parse(&body);
        body.release().await;
        return parsed;
    }
    let apart = spawn_blocking(move || parse(&body));
    // A panic there costs no more than one here.
    apart.await.unwrap_or(Err(reasons::PANIC.failure()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: usize) -> Body {
        Body { bytes: Zeroizing::new(vec![0; bytes]), last: Bytes::new(), place: None }
    }

    /// One that has the place of a long one.
    async fn long() -> Body {
        let mut long = body(APART_BYTES);
        long.place = APART.acquire().await.ok();
        long
    }

    #[test]
    fn a_body_that_grows_keeps_every_byte() {
        let mut body = Body::with_capacity(1);
        (0..=u8::MAX).for_each(|byte| body.append(Bytes::from(vec![byte; 3])));
        let whole: Vec<u8> = (0..=u8::MAX).flat_map(|byte| [byte; 3]).collect();
        assert_eq!(*body, *whole);
    }

    #[test]
    fn a_part_that_somebody_else_holds_is_left_alone() {
        let part = Bytes::from(b"123.456.789-09".to_vec());
        wipe(part.clone());
        assert_eq!(part, b"123.456.789-09"[..]);
    }

    #[tokio::test]
    async fn long_bodies_are_read_on_other_threads_and_at_most_two_at_once() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::thread;

        let here = thread::current().id();
        let short = parse(body(APART_BYTES - 1), move |_| Ok(thread::current().id() == here));
        assert_eq!(short.await, Ok(true));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            all.spawn(async move {
                let read = move |_: &[u8]| {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(std::time::Duration::from_millis(20));
                    now.fetch_sub(1, Ordering::SeqCst);
                    Ok(thread::current().id() != here)
                };
                parse(long().await, read).await
            });
        }
        assert!(all.join_all().await.into_iter().all(|apart| apart == Ok(true)));
        assert_eq!(most.load(Ordering::SeqCst), APART_MAX);
    }

    #[tokio::test]
    async fn a_panic_over_a_long_body_is_a_failure_and_frees_its_place() {
        for _ in 0..=APART_MAX {
            let panicking = parse::<()>(long().await, |_| {
                std::panic::resume_unwind(Box::new("a test's panic"))
            });
            assert_eq!(panicking.await, Err(reasons::PANIC.failure()));
        }
    }
}
