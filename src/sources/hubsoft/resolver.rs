//! Resolves the addresses of HubSoft in the background, and keeps them while DNS fails.
//!
//! No request waits for DNS, except the very first one. `getaddrinfo` cannot be cancelled, and a call
//! for each new connection of a busy service left 131 blocked threads behind a DNS server that did not
//! answer; here there is never more than one.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::domain::failure::Failure;
use crate::sources::reasons;
use crate::sources::shared_request::SharedRequest;

use super::addresses::KnownAddresses;
use super::metrics::{DnsResult, DnsResults};
use super::race::{self, Connect};

/// Maximum age of an answer before DNS is queried again: with the pause between two clients, a changed
/// address is used well within 60 s.
const REFRESH: Duration = Duration::from_secs(30);
/// Retry interval after a DNS failure.
const RETRY: Duration = Duration::from_secs(5);
/// How long DNS may take before it counts as failing. A later answer is still used.
const HANGING: Duration = Duration::from_secs(10);

/// The future answer of DNS; its ports are ignored.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;
/// Resolves the addresses of a name. Tests replace the resolver of the system.
pub type Dns = Arc<dyn Fn(String) -> Addresses + Send + Sync>;

/// Uses the resolver of the system: `/etc/hosts`, `resolv.conf` and the rest of its configuration.
#[expect(clippy::disallowed_methods, reason = "DNS has a thread of its own here")]
pub fn system() -> Dns {
    Arc::new(|host| {
        let (sender, receiver) = oneshot::channel();
        // A separate thread: a hanging thread of tokio would block the exit of the program.
        let spawned = thread::Builder::new().name("dns".to_owned()).spawn(move || {
            let _ = sender.send((host.as_str(), 0).to_socket_addrs().map(Iterator::collect));
        });
        Box::pin(async move {
            spawned?;
            receiver.await.unwrap_or_else(|_| Err(io::Error::other("the lookup panicked")))
        })
    })
}

/// Resolves the only name of the client, the host of `hubsoft.base_url`.
pub(super) struct Resolver {
    shared: Arc<ResolverState>,
    /// Started by the first request; dropping it stops the task.
    task: OnceLock<JoinSet<()>>,
}

struct ResolverState {
    host: String,
    port: u16,
    /// Maximum time to find an address that accepts connections.
    limit: Duration,
    dns: Dns,
    connect: Connect,
    known: watch::Sender<KnownAddresses>,
    /// The search for a good address, if one is under way.
    racing: Mutex<Option<SharedRequest<SocketAddr>>>,
    /// Triggers a DNS lookup before the next interval.
    refresh: Notify,
    moved: Notify,
    results: DnsResults,
}

impl Resolver {
    /// Creates a resolver without sending a query. `limit` is the maximum time of a connection.
    pub(super) fn new(url: &Url, limit: Duration, dns: Dns, results: DnsResults) -> Self {
        Self::with(url, limit, dns, results, race::tcp())
    }

    fn with(url: &Url, limit: Duration, dns: Dns, results: DnsResults, connect: Connect) -> Self {
        let shared = ResolverState {
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port_or_known_default().unwrap_or_default(),
            limit,
            dns,
            connect,
            known: watch::Sender::new(KnownAddresses::default()),
            racing: Mutex::default(),
            refresh: Notify::new(),
            moved: Notify::new(),
            results,
        };
        Self { shared: Arc::new(shared), task: OnceLock::new() }
    }

    /// Waits until HubSoft has other addresses than before.
    pub(super) async fn moved(&self) {
        self.shared.moved.notified().await;
    }

    /// Queries DNS immediately, because connections fail.
    pub(super) fn refresh(&self) {
        self.shared.refresh.notify_one();
    }

    /// Rotates to the next address, because this one accepts connections and then fails: it may no
    /// longer be HubSoft.
    pub(super) fn rotate(&self) {
        self.shared.change(|known| known.rotate(Instant::now()));
    }
}

impl Resolve for Resolver {
    /// Returns the cached address, and of several the one that accepts connections: reqwest would try
    /// them in sequence within one limit. The name is ignored: it is always the same, because redirects
    /// are not followed. The connect limit bounds the wait for the very first answer.
    fn resolve(&self, _: Name) -> Resolving {
        self.task.get_or_init(|| {
            let mut task = JoinSet::new();
            task.spawn(Arc::clone(&self.shared).keep_resolving());
            task
        });
        let address = Arc::clone(&self.shared).address();
        Box::pin(async move { Ok(Box::new(std::iter::once(address.await?)) as Addrs) })
    }
}

impl ResolverState {
    /// Returns the address to connect to.
    async fn address(self: Arc<Self>) -> io::Result<SocketAddr> {
        let mut known = self.known.subscribe();
        let settled = known.wait_for(|known| known.settled).await;
        let usable = settled.ok().and_then(|known| known.usable(Instant::now()));
        match usable.as_deref() {
            None | Some([]) => Err(io::Error::other("no address is cached")),
            Some([only]) => Ok(*only),
            Some(several) => {
                let found = self.race(several.to_vec()).completed().await;
                found.map_err(|_| io::Error::other("no address accepts connections"))
            }
        }
    }

    fn at_port(&self, address: &SocketAddr) -> SocketAddr {
        SocketAddr::new(address.ip(), self.port)
    }

    /// Searches for an address that accepts connections. The search continues when its request has timed
    /// out, and puts the address first for the next request.
    fn race(self: &Arc<Self>, addresses: Vec<SocketAddr>) -> SharedRequest<SocketAddr> {
        let mut racing = self.racing.lock();
        if let Some(request) = &*racing {
            return request.clone();
        }
        let searching = Arc::clone(self);
        let completing = Arc::clone(self);
        let search = async move {
            let found = race::first(&addresses, searching.limit, &searching.connect).await;
            found.ok_or_else(|| reasons::CONNECT.failure())
        };
        let request = SharedRequest::start(search, move |found| completing.complete(found));
        *racing = Some(request.clone());
        request
    }

    fn complete(&self, found: &Result<SocketAddr, Failure>) {
        *self.racing.lock() = None;
        self.change(|known| match found {
            Ok(address) => known.connected(*address, Instant::now()),
            Err(_) => known.unreachable(),
        });
    }

    /// Changes the order, without notifying the requests that wait for DNS.
    fn change(&self, change: impl FnOnce(&mut KnownAddresses)) {
        self.known.send_if_modified(|known| {
            change(known);
            false
        });
    }

    async fn keep_resolving(self: Arc<Self>) {
        loop {
            let answer = self.query().await;
            let rest = if answer.is_ok() { REFRESH } else { RETRY };
            if self.record(answer) {
                self.search_ahead();
            }
            tokio::select! {
                () = sleep(rest) => {}
                () = self.refresh.notified() => {}
            }
        }
    }

    /// Queries DNS once, without cancelling: a lookup that hangs is not started a second time.
    async fn query(&self) -> io::Result<Vec<SocketAddr>> {
        let mut lookup = (self.dns)(self.host.clone());
        if let Ok(answer) = timeout(HANGING, &mut lookup).await {
            return non_empty(answer);
        }
        self.record(Err(io::Error::other("no answer")));
        non_empty(lookup.await)
    }

    /// Records an answer or a failure; returns whether HubSoft has moved.
    fn record(&self, answer: io::Result<Vec<SocketAddr>>) -> bool {
        let mut moved = false;
        self.results.count(if answer.is_ok() { DnsResult::Ok } else { DnsResult::Failed });
        let at_port = |address: SocketAddr| self.at_port(&address);
        let answer = answer.map(|addresses| addresses.into_iter().map(at_port).collect());
        self.known.send_modify(|known| moved = known.record(answer, Instant::now()));
        if moved {
            self.moved.notify_one();
        }
        moved
    }

    /// Searches the new addresses for a good one before a call needs it.
    fn search_ahead(self: &Arc<Self>) {
        let usable = self.known.borrow().usable(Instant::now());
        if let Some(several) = usable.filter(|addresses| addresses.len() > 1) {
            drop(self.race(several));
        }
    }
}

/// Converts an empty answer into an error.
fn non_empty(answer: io::Result<Vec<SocketAddr>>) -> io::Result<Vec<SocketAddr>> {
    answer.and_then(|addresses| match addresses.is_empty() {
        true => Err(io::Error::other("no address")),
        false => Ok(addresses),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);
    const CONNECT: Duration = Duration::from_millis(250);

    #[derive(Clone, Copy)]
    enum DnsReply {
        Addresses(&'static [&'static str]),
        Fails,
        Hangs,
    }

    const OLD: DnsReply = DnsReply::Addresses(&["192.0.2.1:443"]);
    const NEW: DnsReply = DnsReply::Addresses(&["192.0.2.2:443"]);

    /// A resolver with a DNS that returns `reply` and counts its queries. Each address that is not closed
    /// accepts connections.
    struct DnsStub {
        resolver: Resolver,
        reply: Arc<Mutex<DnsReply>>,
        queries: Arc<AtomicUsize>,
        closed: Arc<Mutex<Vec<SocketAddr>>>,
        connections: Arc<AtomicUsize>,
    }

    impl DnsStub {
        fn new(reply: DnsReply) -> Self {
            let reply = Arc::new(Mutex::new(reply));
            let queries = Arc::new(AtomicUsize::new(0));
            let current = Arc::clone(&reply);
            let counted = Arc::clone(&queries);
            let dns: Dns = Arc::new(move |_| {
                counted.fetch_add(1, Ordering::Relaxed);
                let current = Arc::clone(&current);
                Box::pin(async move {
                    loop {
                        let reply = *current.lock();
                        match reply {
                            DnsReply::Addresses(addresses) => return Ok(parsed(addresses)),
                            DnsReply::Fails => return Err(io::Error::other("a stub's failure")),
                            DnsReply::Hangs => sleep(Duration::from_secs(1)).await,
                        }
                    }
                })
            });
            let closed = Arc::new(Mutex::new(Vec::new()));
            let connections = Arc::new(AtomicUsize::new(0));
            let refusing = Arc::clone(&closed);
            let counted = Arc::clone(&connections);
            let connect: Connect = Arc::new(move |address| {
                counted.fetch_add(1, Ordering::Relaxed);
                let is_open = !refusing.lock().contains(&address);
                let refused = || io::ErrorKind::ConnectionRefused.into();
                Box::pin(async move { is_open.then_some(()).ok_or_else(refused) })
            });
            let url = Url::parse("https://hub.test").expect("a URL");
            Self {
                resolver: Resolver::with(&url, CONNECT, dns, DnsResults::default(), connect),
                reply,
                queries,
                closed,
                connections,
            }
        }

        fn set_reply(&self, reply: DnsReply) {
            *self.reply.lock() = reply;
        }

        fn queries(&self) -> usize {
            self.queries.load(Ordering::Relaxed)
        }

        /// Returns the addresses that a connection gets within its limit.
        async fn answer(&self) -> Option<Vec<SocketAddr>> {
            let name = "hub.test".parse().expect("a name");
            Some(timeout(CONNECT, self.resolver.resolve(name)).await.ok()?.ok()?.collect())
        }

        async fn is(&self, reply: DnsReply) -> bool {
            let DnsReply::Addresses(addresses) = reply else { panic!("no addresses") };
            self.answer().await == Some(parsed(addresses))
        }

        fn close(&self, reply: DnsReply) {
            let DnsReply::Addresses(addresses) = reply else { panic!("no addresses") };
            *self.closed.lock() = parsed(addresses);
        }

        fn connections(&self) -> usize {
            self.connections.load(Ordering::Relaxed)
        }
    }

    fn parsed(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|address| address.parse().expect("an address")).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_are_used_for_a_day_while_dns_fails() {
        let stub = DnsStub::new(OLD);
        assert!(stub.is(OLD).await);
        stub.set_reply(DnsReply::Fails);
        let start = Instant::now();
        while stub.is(OLD).await {
            sleep(HOUR / 60).await;
        }
        let hours = start.elapsed().as_secs_f64() / 3_600.0;
        println!("row 21: required stale addresses <= 24 h, measured {hours:.2} h");
        assert!((23.9..=24.1).contains(&hours));
        assert_eq!(stub.answer().await, None);
        stub.set_reply(NEW);
        sleep(RETRY + CONNECT).await;
        assert!(stub.is(NEW).await, "and it recovers");
    }

    #[tokio::test(start_paused = true)]
    async fn a_changed_address_is_detected_within_half_a_minute() {
        let stub = DnsStub::new(OLD);
        assert!(stub.is(OLD).await);
        stub.set_reply(NEW);
        let start = Instant::now();
        timeout(HOUR, stub.resolver.moved()).await.expect("HubSoft has moved");
        let took = start.elapsed();
        println!("row 21: required new address <= 60 s, measured resolved after {took:?}");
        assert!(took <= REFRESH && stub.is(NEW).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dns_that_never_answers_is_queried_once() {
        let stub = DnsStub::new(DnsReply::Hangs);
        let start = Instant::now();
        assert_eq!(stub.answer().await, None);
        assert_eq!(start.elapsed(), CONNECT, "the first connection waits its limit");
        sleep(HANGING + CONNECT).await;
        let start = Instant::now();
        for _ in 0..100 {
            assert_eq!(stub.answer().await, None);
        }
        assert_eq!(start.elapsed(), Duration::ZERO, "no request waits for a DNS that hangs");
        sleep(HOUR).await;
        println!("row 21: required threads <= cores+8, measured {} lookup in 1 h", stub.queries());
        assert_eq!(stub.queries(), 1);
        stub.set_reply(OLD);
        sleep(Duration::from_secs(1)).await;
        assert!(stub.is(OLD).await, "a late answer is used");
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_are_used_while_dns_hangs() {
        let stub = DnsStub::new(OLD);
        assert!(stub.is(OLD).await);
        stub.set_reply(DnsReply::Hangs);
        sleep(23 * HOUR).await;
        assert!(stub.is(OLD).await);
        assert_eq!(stub.queries(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_name_fails_immediately_and_is_retried_soon() {
        for reply in [DnsReply::Fails, DnsReply::Addresses(&[])] {
            let stub = DnsStub::new(reply);
            let start = Instant::now();
            assert_eq!(stub.answer().await, None);
            assert_eq!((start.elapsed(), stub.queries()), (Duration::ZERO, 1));
            stub.set_reply(OLD);
            sleep(RETRY + CONNECT).await;
            assert!(stub.is(OLD).await);
        }
    }

    const BOTH: DnsReply = DnsReply::Addresses(&["[2001:db8::1]:443", "192.0.2.1:443"]);
    const SIX: DnsReply = DnsReply::Addresses(&["[2001:db8::1]:443"]);
    const FOUR: DnsReply = DnsReply::Addresses(&["192.0.2.1:443"]);

    #[tokio::test(start_paused = true)]
    async fn a_different_order_of_addresses_is_ignored() {
        let stub = DnsStub::new(BOTH);
        let before = stub.answer().await;
        stub.set_reply(DnsReply::Addresses(&["192.0.2.1:443", "[2001:db8::1]:443"]));
        assert!(timeout(HOUR, stub.resolver.moved()).await.is_err());
        assert!(stub.queries() > 100 && stub.answer().await == before);
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_address_needs_no_search() {
        let stub = DnsStub::new(OLD);
        assert!(stub.is(OLD).await);
        assert_eq!(stub.connections(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unreachable_address_is_skipped_and_the_good_one_stays_first() {
        let stub = DnsStub::new(BOTH);
        stub.close(SIX);
        assert!(stub.is(FOUR).await, "within one connection attempt");
        assert_eq!(stub.connections(), 2);
        stub.close(NEW);
        sleep(HOUR).await;
        assert!(stub.is(FOUR).await, "what works stays in use");
        assert_eq!(stub.connections(), 3, "and only this one is tried");
        stub.set_reply(DnsReply::Addresses(&[
            "[2001:db8::1]:443",
            "[2001:db8::2]:443",
            "192.0.2.1:443",
        ]));
        sleep(REFRESH + CONNECT).await;
        assert!(stub.is(FOUR).await, "also when the others change");
        stub.close(SIX);
        stub.set_reply(DnsReply::Addresses(&["[2001:db8::1]:443", "192.0.2.2:443"]));
        let before = stub.connections();
        sleep(REFRESH + CONNECT).await;
        assert_eq!(stub.connections(), before + 2, "tried before a call needs them");
        assert!(stub.is(NEW).await);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_connect_together_share_one_search() {
        let stub = DnsStub::new(BOTH);
        let mut all = JoinSet::new();
        for _ in 0..20 {
            let answer = stub.resolver.resolve("hub.test".parse().expect("a name"));
            all.spawn(async move { answer.await.map(Iterator::count).ok() });
        }
        assert!(all.join_all().await.into_iter().all(|count| count == Some(1)));
        assert_eq!(stub.connections(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_fail_together_rotate_the_addresses_once() {
        let stub = DnsStub::new(BOTH);
        assert!(stub.is(SIX).await);
        (0..20).for_each(|_| stub.resolver.rotate());
        assert!(stub.is(FOUR).await);
        sleep(HOUR).await;
        assert!(stub.is(FOUR).await, "what works stays in use");
        stub.resolver.rotate();
        assert!(stub.is(SIX).await);
    }
}
