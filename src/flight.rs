//! Runs one request for any number of waiters, to its end even when all of them have left.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use tokio::sync::watch;

use crate::finding::Failure;

/// A request under way. Clones wait for the same request; dropping them does not end it.
#[derive(Clone, Debug)]
pub struct Flight<T>(watch::Receiver<Option<Result<T, Failure>>>);

impl<T: Clone + Send + Sync + 'static> Flight<T> {
    /// Starts `fetch`. `land` is handed the result before any waiter is; a panic of `fetch`
    /// lands as a failure, as otherwise its waiters' number would stay wedged for good.
    pub fn start(
        fetch: impl Future<Output = Result<T, Failure>> + Send + 'static,
        land: impl FnOnce(&Result<T, Failure>) + Send + 'static,
    ) -> Self {
        let (landed, flight) = watch::channel(None);
        tokio::spawn(async move {
            // A task of its own would catch a panic too, at the price of another allocation that
            // leaves a hole between records.
            let mut fetch = pin!(fetch);
            let caught = poll_fn(|context| {
                catch_unwind(AssertUnwindSafe(|| fetch.as_mut().poll(context)))
                    .unwrap_or(Poll::Ready(Err(Failure::Panic)))
            });
            let result = caught.await;
            land(&result);
            landed.send_replace(Some(result));
        });
        Self(flight)
    }

    /// Waits for the result, however long that takes.
    pub async fn landed(mut self) -> Result<T, Failure> {
        match self.0.wait_for(Option::is_some).await {
            Ok(result) => result.clone().unwrap_or(Err(Failure::Panic)),
            // Only a runtime that is shutting down drops a flight before it lands.
            Err(_) => Err(Failure::Panic),
        }
    }
}
