//! Finds an address that accepts connections: tries them in order, each with a head start.
//!
//! RFC 8305 (Happy Eyeballs). Trying them in sequence would spend the whole connect limit on the first
//! address that drops packets, and trying all at once would load all of them needlessly: usually the
//! first address works.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

/// Head start of an address before the next one is tried as well.
const HEAD_START: Duration = Duration::from_millis(50);
/// Minimum head start: RFC 8305 allows no less, and a nearby server needs no more.
const HEAD_START_MIN: Duration = Duration::from_millis(10);

/// The future result of a connection attempt.
pub(super) type Connecting = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;
/// Connects to an address and disconnects. Tests replace it.
pub(super) type Connect = Arc<dyn Fn(SocketAddr) -> Connecting + Send + Sync>;

/// Connects over TCP.
pub(super) fn tcp() -> Connect {
    Arc::new(|address| Box::pin(async move { TcpStream::connect(address).await.map(drop) }))
}

/// Returns the first of `addresses` that accepts a connection within `limit`.
pub(super) async fn first(
    addresses: &[SocketAddr],
    limit: Duration,
    connect: &Connect,
) -> Option<SocketAddr> {
    let end = Instant::now() + limit;
    let head_start = head_start(addresses.len(), limit);
    let mut trying = JoinSet::new();
    for address in addresses.iter().copied() {
        let connecting = connect(address);
        trying.spawn(async move { connecting.await.map(|()| address) });
        // A failed attempt starts the next one immediately.
        if let Ok(Some(Ok(Ok(address)))) = timeout(head_start, trying.join_next()).await {
            return Some(address);
        }
    }
    let rest = async {
        while let Some(tried) = trying.join_next().await {
            if let Ok(Ok(address)) = tried {
                return Some(address);
            }
        }
        None
    };
    timeout_at(end, rest).await.ok().flatten()
}

/// Returns a head start for which the last of `count` attempts starts in the first half of the limit.
fn head_start(count: usize, limit: Duration) -> Duration {
    let waits = u32::try_from(count.saturating_sub(1).max(1)).unwrap_or(u32::MAX);
    HEAD_START.min(limit / 2 / waits).max(HEAD_START_MIN)
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;
    use tokio::time::sleep;

    use super::*;

    const LIMIT: Duration = Duration::from_millis(250);

    /// The result of a connection to an address.
    #[derive(Clone, Copy)]
    enum Behaviour {
        Answers(u64),
        Refuses,
        Drops,
    }
    use Behaviour::{Answers, Drops, Refuses};

    /// Returns the position of the found address, the elapsed time, and the number of attempts.
    async fn raced(behaviours: &[Behaviour]) -> (Option<usize>, Duration, usize) {
        let addresses: Vec<SocketAddr> =
            (0..behaviours.len()).map(|last| ([192, 0, 2, last as u8], 0).into()).collect();
        let tried = Arc::new(Mutex::new(0));
        let behaviours = behaviours.to_vec();
        let known = addresses.clone();
        let counted = Arc::clone(&tried);
        let connect: Connect = Arc::new(move |address| {
            *counted.lock() += 1;
            let position = known.iter().position(|known| *known == address).expect("known");
            let behaviour = behaviours[position];
            Box::pin(async move {
                match behaviour {
                    Answers(ms) => sleep(Duration::from_millis(ms)).await,
                    Refuses => return Err(io::ErrorKind::ConnectionRefused.into()),
                    Drops => std::future::pending().await,
                }
                Ok(())
            })
        });
        let start = Instant::now();
        let found = first(&addresses, LIMIT, &connect).await;
        let found = found.and_then(|found| addresses.iter().position(|one| *one == found));
        let tried = *tried.lock();
        (found, start.elapsed(), tried)
    }

    #[tokio::test(start_paused = true)]
    async fn every_address_is_tried_within_the_limit_of_one_connection() {
        for (behaviours, found, ms, tried) in [
            (&[Answers(20), Answers(0)][..], Some(0), 20, 1),
            (&[Drops, Answers(20)], Some(1), 70, 2),
            (&[Refuses, Refuses, Refuses, Refuses, Answers(20)], Some(4), 20, 5),
            (&[Drops, Drops, Drops, Answers(20)], Some(3), 145, 4),
            (&[Drops, Refuses, Answers(20)], Some(2), 70, 3),
            (&[Answers(60), Drops], Some(0), 60, 2),
            (&[Drops, Drops], None, 250, 2),
            (&[Refuses, Refuses], None, 0, 2),
            (&[Answers(300)], None, 250, 1),
        ] {
            let (got, took, count) = raced(behaviours).await;
            assert_eq!((got, count), (found, tried));
            let most = Duration::from_millis(ms + 3 * tried as u64);
            assert!(
                took <= most && took >= Duration::from_millis(ms),
                "{took:?} instead of {ms} ms"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_of_eight_still_has_half_the_limit() {
        let behaviours = [&[Drops; 7][..], &[Answers(100)]].concat();
        let (found, took, _) = raced(&behaviours).await;
        assert!(found == Some(7) && took <= LIMIT, "{took:?}");
    }
}
