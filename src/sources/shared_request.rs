//! Runs one request for any number of waiters, to its end even when all of them have left. What it knows
//! before its end can be had by whoever cannot wait for that.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use tokio::sync::watch;

use crate::domain::failure::Failure;
use crate::sources::reasons;

/// A request under way. Clones wait for the same request; dropping them does not end it.
#[derive(Clone, Debug)]
pub struct SharedRequest<T>(watch::Receiver<RequestProgress<T>>);

/// How far a request is.
#[derive(Clone, Debug)]
enum RequestProgress<T> {
    Begun,
    /// This is known, and more may follow.
    Partial(T),
    Done(Result<T, Failure>),
}

/// Tells the waiters of a request what is known before its end.
#[derive(Clone, Debug)]
pub struct Partial<T>(watch::Sender<RequestProgress<T>>);

impl<T> Partial<T> {
    /// What is known so far.
    pub fn report(&self, so_far: T) {
        self.0.send_replace(RequestProgress::Partial(so_far));
    }

    /// One that nobody listens to.
    pub fn ignored() -> Self {
        Self(watch::channel(RequestProgress::Begun).0)
    }
}

impl<T: Clone + Send + Sync + 'static> SharedRequest<T> {
    /// Starts `fetch`. `complete` is handed the result before any waiter is; a panic of `fetch`
    /// counts as a failure, as otherwise its waiters' number would stay wedged for good.
    pub fn start(
        fetch: impl Future<Output = Result<T, Failure>> + Send + 'static,
        complete: impl FnOnce(&Result<T, Failure>) + Send + 'static,
    ) -> Self {
        Self::reporting(|_| fetch, complete)
    }

    /// The same for a request that may know something before its end.
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
            // A task of its own would catch a panic too, at the price of another allocation that
            // leaves a hole between records.
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

    /// Waits for the result, however long that takes.
    pub async fn completed(mut self) -> Result<T, Failure> {
        let is_done = |progress: &RequestProgress<T>| matches!(progress, RequestProgress::Done(_));
        match self.0.wait_for(is_done).await.as_deref() {
            Ok(RequestProgress::Done(result)) => result.clone(),
            // Only a runtime that is shutting down drops a flight before it lands.
            Ok(_) | Err(_) => Err(reasons::PANIC.failure()),
        }
    }

    /// What is known before the end.
    pub fn so_far(&self) -> Option<T> {
        match &*self.0.borrow() {
            RequestProgress::Partial(so_far) => Some(so_far.clone()),
            RequestProgress::Begun | RequestProgress::Done(_) => None,
        }
    }
}
