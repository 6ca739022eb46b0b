//! Finds the address that takes connections: tries them in order, each a little after the one before.
//!
//! RFC 8305 (Happy Eyeballs). Trying one after the other would spend the whole connect limit on the
//! first address that swallows connections, and starting all at once would load all of them for
//! nothing: the good address is the first one, as a rule.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

/// How long an address is waited for before the next one is tried, too.
const HEAD_START: Duration = Duration::from_millis(50);
/// The least of it: RFC 8305 allows no less, and an answer from nearby takes no more.
const HEAD_START_MIN: Duration = Duration::from_millis(10);

/// A connection, some time.
pub(super) type Connecting = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;
/// Connects to an address and hangs up. Tests put their own in its place.
pub(super) type Connect = Arc<dyn Fn(SocketAddr) -> Connecting + Send + Sync>;

/// Connects over TCP.
pub(super) fn tcp() -> Connect {
    Arc::new(|address| Box::pin(async move { TcpStream::connect(address).await.map(drop) }))
}

/// The first of `addresses` that takes a connection within `limit`.
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
        // One that fails lets the next one start at once.
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

/// Short enough for the last of `count` to start in the first half of the limit.
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

    /// What becomes of a connection to an address.
    #[derive(Clone, Copy)]
    enum Behaviour {
        Answers(u64),
        Refuses,
        Swallows,
    }
    use Behaviour::{Answers, Refuses, Swallows};

    /// Which of the addresses is found, after how long, and how many were tried.
    async fn raced(ways: &[Behaviour]) -> (Option<usize>, Duration, usize) {
        let addresses: Vec<SocketAddr> =
            (0..ways.len()).map(|last| ([192, 0, 2, last as u8], 0).into()).collect();
        let tried = Arc::new(Mutex::new(0));
        let (ways, known, counted) = (ways.to_vec(), addresses.clone(), Arc::clone(&tried));
        let connect: Connect = Arc::new(move |address| {
            *counted.lock() += 1;
            let way = ways[known.iter().position(|known| *known == address).expect("known")];
            Box::pin(async move {
                match way {
                    Answers(ms) => sleep(Duration::from_millis(ms)).await,
                    Refuses => return Err(io::ErrorKind::ConnectionRefused.into()),
                    Swallows => std::future::pending().await,
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
        for (ways, found, ms, tried) in [
            (&[Answers(20), Answers(0)][..], Some(0), 20, 1),
            (&[Swallows, Answers(20)], Some(1), 70, 2),
            (&[Refuses, Refuses, Refuses, Refuses, Answers(20)], Some(4), 20, 5),
            (&[Swallows, Swallows, Swallows, Answers(20)], Some(3), 145, 4),
            (&[Swallows, Refuses, Answers(20)], Some(2), 70, 3),
            (&[Answers(60), Swallows], Some(0), 60, 2),
            (&[Swallows, Swallows], None, 250, 2),
            (&[Refuses, Refuses], None, 0, 2),
            (&[Answers(300)], None, 250, 1),
        ] {
            let (got, took, count) = raced(ways).await;
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
        let ways = [&[Swallows; 7][..], &[Answers(100)]].concat();
        let (found, took, _) = raced(&ways).await;
        assert!(found == Some(7) && took <= LIMIT, "{took:?}");
    }
}
