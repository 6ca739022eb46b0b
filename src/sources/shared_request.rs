//! Runs one request for any number of waiters, to completion even if all of them have left. A waiter
//! that cannot wait can use the partial result.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use tokio::sync::watch;

use crate::domain::failure::Failure;
use crate::sources::reasons;

/// A request under way. Clones await the same request; dropping them does not cancel it.
#[derive(Clone, Debug)]
pub struct SharedRequest<T>(watch::Receiver<RequestProgress<T>>);

/// The progress of a request.
#[derive(Clone, Debug)]
enum RequestProgress<T> {
    Begun,
    /// A partial result; more may follow.
    Partial(T),
    Done(Result<T, Failure>),
}

/// Reports partial results to the waiters of a request.
#[derive(Clone, Debug)]
pub struct Partial<T>(watch::Sender<RequestProgress<T>>);

impl<T> Partial<T> {
    /// Reports the result so far.
    pub fn report(&self, so_far: T) {
        self.0.send_replace(RequestProgress::Partial(so_far));
    }

    /// A reporter without waiters.
    pub fn ignored() -> Self {
        Self(watch::channel(RequestProgress::Begun).0)
    }
}

impl<T: Clone + Send + Sync + 'static> SharedRequest<T> {
    /// Starts `fetch`. `complete` receives the result before any waiter does. A panic of `fetch` is a
    /// failure; otherwise its key would be blocked forever.
    pub fn start(
        fetch: impl Future<Output = Result<T, Failure>> + Send + 'static,
        complete: impl FnOnce(&Result<T, Failure>) + Send + 'static,
    ) -> Self {
        Self::reporting(|_| fetch, complete)
    }

    /// Like `start`, for a request that may report partial results.
    pub fn reporting<F>(
        fetch: impl FnOnce(Partial<T>) -> F,
        complete: impl FnOnce(&Result<T, Failure>) + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let (progress, request) = watch::channel(RequestProgress::Begun);
        let fetch = fetch(Partial(progress.clone()));
        tokio::spawn(async move {
            // A separate task would also catch a panic, but its allocation would fragment the memory of
            // the records.
            let mut fetch = pin!(fetch);
            let caught = poll_fn(|context| {
                catch_unwind(AssertUnwindSafe(|| fetch.as_mut().poll(context)))
                    .unwrap_or(Poll::Ready(Err(reasons::PANIC.failure())))
            });
            let result = caught.await;
            complete(&result);
            progress.send_replace(RequestProgress::Done(result));
        });
        Self(request)
    }

    /// Waits for the result without a time limit.
    pub async fn completed(mut self) -> Result<T, Failure> {
        let is_done = |progress: &RequestProgress<T>| matches!(progress, RequestProgress::Done(_));
        match self.0.wait_for(is_done).await.as_deref() {
            Ok(RequestProgress::Done(result)) => result.clone(),
            // Only a runtime that is shutting down drops a request before it completes.
            Ok(_) | Err(_) => Err(reasons::PANIC.failure()),
        }
    }

    /// Returns the partial result, if any.
    pub fn so_far(&self) -> Option<T> {
        match &*self.0.borrow() {
            RequestProgress::Partial(so_far) => Some(so_far.clone()),
            RequestProgress::Begun | RequestProgress::Done(_) => None,
        }
    }
}
