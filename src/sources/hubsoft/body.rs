//! Receives bodies into memory that is wiped, and parses long ones on separate threads.
//!
//! A body of HubSoft contains data that is not needed: tax numbers, addresses, Wi-Fi passwords. It is
//! wiped as soon as it has been parsed. The buffers of the TLS library, and those of hyper while it still
//! shares them, cannot be wiped.

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

/// Minimum length of a long body, which is parsed on a separate thread. A shorter one takes less than a
/// millisecond; 4 MiB would delay every call of the thread.
const LONG_BYTES: usize = 64 * 1024;
/// Maximum long bodies of lookups that are received and parsed at once, to bound memory. The others wait
/// in their requests.
const LONG_MAX: usize = 2;
/// The same for each other class: a list may take a minute to arrive, so no lookup waits for one, and the
/// alerts, which affect every call, wait for no list of customers.
const LONG_OTHERS_MAX: usize = 1;
/// Maximum bytes of a table, which comes whole: 125,000 optical boxes take 8 MB.
const TABLE_BYTES_MAX: usize = 24 * 1024 * 1024;
/// The same of a page of alerts, whose scopes may list thousands of interfaces each.
const ALERTS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Initial capacity for a body without a declared length.
const CAPACITY_DEFAULT: usize = 8 * 1024;

/// How often a task yields so that hyper's task releases a body, which it usually has already.
const RELEASE_YIELDS: usize = 10;

static LONG_BODIES: Semaphore = Semaphore::const_new(LONG_MAX);
static LONG_LISTS: Semaphore = Semaphore::const_new(LONG_OTHERS_MAX);
static LONG_ALERTS: Semaphore = Semaphore::const_new(LONG_OTHERS_MAX);
static LONG_PROBES: Semaphore = Semaphore::const_new(LONG_OTHERS_MAX);

/// Which long bodies wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyClass {
    Alerts,
    List,
    Lookup,
    Probe,
    Table,
}

impl BodyClass {
    fn permits(self) -> &'static Semaphore {
        match self {
            Self::Alerts => &LONG_ALERTS,
            Self::List | Self::Table => &LONG_LISTS,
            Self::Lookup => &LONG_BODIES,
            Self::Probe => &LONG_PROBES,
        }
    }

    /// Maximum bytes of a body, if `configured` is that of an answer to a lookup.
    pub(super) fn bytes_max(self, configured: usize) -> usize {
        match self {
            Self::Alerts => configured.max(ALERTS_BYTES_MAX),
            Self::List | Self::Lookup | Self::Probe => configured,
            Self::Table => configured.max(TABLE_BYTES_MAX),
        }
    }
}

/// A body, wiped when it is dropped.
#[derive(Default)]
pub(super) struct Body {
    bytes: Zeroizing<Vec<u8>>,
    /// The last part, which hyper references for a moment longer.
    last: Bytes,
    /// Earlier parts that were still referenced when they were appended: the first one is, by the headers.
    shared: Vec<Bytes>,
    /// The permit of a long body.
    permit: Option<SemaphorePermit<'static>>,
}

/// Receives the whole body, unless it is longer than `bytes_max`.
pub(super) async fn receive(
    response: &mut Response,
    bytes_max: usize,
    class: BodyClass,
) -> Result<Body, Failure> {
    let declared = response.content_length().and_then(|length| usize::try_from(length).ok());
    if declared.is_some_and(|length| length > bytes_max) {
        return Err(reasons::TOO_LARGE.failure());
    }
    let mut body = Body::with_capacity(declared.unwrap_or(CAPACITY_DEFAULT).min(LONG_BYTES));
    while let Some(part) = response.chunk().await.map_err(failure::of_body)? {
        if body.len() + part.len() > bytes_max {
            return Err(reasons::TOO_LARGE.failure());
        }
        body.append(part);
        if body.len() >= LONG_BYTES && body.permit.is_none() {
            // The semaphore is never closed. Nothing more is received until there is a permit.
            body.permit = class.permits().acquire().await.ok();
            body.grow_to(declared.unwrap_or_default());
        }
    }
    Ok(body)
}

/// Receives up to `bytes` of the body of an error, as far as the connection allows.
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
        Self { bytes, last: Bytes::new(), shared: Vec::new(), permit: None }
    }

    /// Appends without leaving a copy in memory, as a growing vector does.
    fn append(&mut self, part: Bytes) {
        let length = self.bytes.len() + part.len();
        if length > self.bytes.capacity() {
            self.grow_to(length.max(2 * self.bytes.capacity()));
        }
        self.bytes.extend_from_slice(&part);
        let before = mem::replace(&mut self.last, part);
        self.shared.extend(wipe(before).err().filter(|part| !part.is_empty()));
    }

    /// Grows the capacity to `bytes`, and wipes the old allocation.
    fn grow_to(&mut self, bytes: usize) {
        if bytes > self.bytes.capacity() {
            let mut larger = Vec::with_capacity(bytes);
            larger.extend_from_slice(&self.bytes);
            self.bytes = Zeroizing::new(larger);
        }
    }

    /// Drops the body when hyper no longer references it, which is when its task awaits the next response.
    async fn release(self) {
        for _ in 0..RELEASE_YIELDS {
            if self.last.is_unique() && self.shared.iter().all(Bytes::is_unique) {
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
        for part in self.shared.drain(..).chain([mem::take(&mut self.last)]) {
            // A part that is referenced until now is a buffer of hyper's.
            let _ = wipe(part);
        }
    }
}

/// Wipes a part of a body, or returns it if it is shared.
fn wipe(part: Bytes) -> Result<(), Bytes> {
    let mut part = part.try_into_mut()?;
    BytesMut::as_mut(&mut part).zeroize();
    Ok(())
}

/// Parses a body, which is then wiped.
pub(super) async fn parse<T: Send + 'static>(
    body: Body,
    parse: impl FnOnce(&[u8]) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    if body.len() < LONG_BYTES {
        let parsed = parse(&body);
        body.release().await;
        return parsed;
    }
    let parsed = spawn_blocking(move || (parse(&body), body));
    match parsed.await {
        Ok((parsed, body)) => {
            body.release().await;
            parsed
        }
        // A panic on that thread is a failure, as on this one.
        Err(_) => Err(reasons::PANIC.failure()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: usize) -> Body {
        Body {
            bytes: Zeroizing::new(vec![0; bytes]),
            last: Bytes::new(),
            shared: Vec::new(),
            permit: None,
        }
    }

    /// Returns a long body with its permit.
    async fn long() -> Body {
        let mut long = body(LONG_BYTES);
        long.permit = LONG_BODIES.acquire().await.ok();
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
    fn a_shared_part_is_not_wiped() {
        let part = Bytes::from(b"123.456.789-09".to_vec());
        assert!(wipe(part.clone()).is_err());
        assert_eq!(part, b"123.456.789-09"[..]);
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "it simulates the work of a parser")]
    async fn at_most_two_long_bodies_are_parsed_at_once_on_other_threads() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::thread;

        let here = thread::current().id();
        let short = parse(body(LONG_BYTES - 1), move |_| Ok(thread::current().id() == here));
        assert_eq!(short.await, Ok(true));
        let now = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
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
        assert!(all.join_all().await.into_iter().all(|is_separate| is_separate == Ok(true)));
        assert_eq!(most.load(Ordering::SeqCst), LONG_MAX);
    }

    #[tokio::test]
    async fn a_panic_while_parsing_a_long_body_releases_its_permit() {
        for _ in 0..=LONG_MAX {
            let panicking = parse::<()>(long().await, |_| {
                std::panic::resume_unwind(Box::new("a test's panic"))
            });
            assert_eq!(panicking.await, Err(reasons::PANIC.failure()));
        }
    }
}
