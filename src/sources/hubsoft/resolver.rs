//! Knows HubSoft's addresses: asks DNS in the background and outlives its failures.
//!
//! A request never waits for DNS, the very first one apart. `getaddrinfo` cannot be called off,
//! and asking it for each new connection of a busy service leaves 131 blocked threads behind
//! when the DNS server does not answer; here there is never more than one.

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

/// How old an answer gets before DNS is asked again: with the rest between two clients, a changed
/// address is used well within 60 s.
const REFRESH: Duration = Duration::from_secs(30);
/// How soon DNS is asked again after it failed.
const RETRY: Duration = Duration::from_secs(5);
/// How long DNS may take before it counts as failing. What it answers later is still welcome.
const HANGING: Duration = Duration::from_secs(10);

/// What DNS answers, some time; the ports do not count.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;
/// Asks for the addresses of a name. Tests put their own in the system's place.
pub type Dns = Arc<dyn Fn(String) -> Addresses + Send + Sync>;

/// Asks as the system is set up to: `/etc/hosts`, `resolv.conf` and what else there is.
#[expect(clippy::disallowed_methods, reason = "DNS has a thread of its own here")]
pub fn system() -> Dns {
    Arc::new(|host| {
        let (tell, told) = oneshot::channel();
        // A thread of its own: one of tokio's would keep the program from ending while it hangs.
        let spawned = thread::Builder::new().name("dns".to_owned()).spawn(move || {
            let _ = tell.send((host.as_str(), 0).to_socket_addrs().map(Iterator::collect));
        });
        Box::pin(async move {
            spawned?;
            told.await.unwrap_or_else(|_| Err(io::Error::other("the lookup panicked")))
        })
    })
}

/// Resolves the one name the client asks for, the host of `hubsoft.base_url`.
pub(super) struct Resolver {
    shared: Arc<ResolverState>,
    /// Started with the first request; dropping it ends the task.
    task: OnceLock<JoinSet<()>>,
}

struct ResolverState {
    host: String,
    port: u16,
    /// Longest time to find an address that takes connections.
    limit: Duration,
    dns: Dns,
    connect: Connect,
    known: watch::Sender<KnownAddresses>,
    /// The search for a good address that is under way: there is one at a time.
    racing: Mutex<Option<SharedRequest<SocketAddr>>>,
    /// Asks DNS without waiting for the next turn.
    again: Notify,
    moved: Notify,
    results: DnsResults,
}

impl Resolver {
    /// Asks nobody yet. A connection to the host of `url` has `limit`.
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
            again: Notify::new(),
            moved: Notify::new(),
            results,
        };
        Self { shared: Arc::new(shared), task: OnceLock::new() }
    }

    /// Waits until HubSoft has other addresses than before.
    pub(super) async fn moved(&self) {
        self.shared.moved.notified().await;
    }

    /// Asks DNS again at once, as connections fail.
    pub(super) fn ask_again(&self) {
        self.shared.again.notify_one();
    }

    /// Puts the next address first, as connections to this one come to nothing although it takes
    /// them: something else than HubSoft may have answered there.
    pub(super) fn turn(&self) {
        self.shared.change(|known| known.turn(Instant::now()));
    }
}

impl Resolve for Resolver {
    /// Answers from memory, with the address that takes connections where there are several: reqwest
    /// would try them one after the other, within one limit. The name is not looked at: no redirect
    /// is followed, so it is always the same. The connect limit bounds the wait for the very first
    /// answer.
    fn resolve(&self, _: Name) -> Resolving {
        self.task.get_or_init(|| {
            let mut task = JoinSet::new();
            task.spawn(Arc::clone(&self.shared).keep_asking());
            task
        });
        let address = Arc::clone(&self.shared).address();
        Box::pin(async move { Ok(Box::new(std::iter::once(address.await?)) as Addrs) })
    }
}

impl ResolverState {
    /// The address to connect to.
    async fn address(self: Arc<Self>) -> io::Result<SocketAddr> {
        let mut known = self.known.subscribe();
        let settled = known.wait_for(|known| known.settled).await;
        let usable = settled.ok().and_then(|known| known.usable(Instant::now()));
        match usable.as_deref() {
            None | Some([]) => Err(io::Error::other("no address is known")),
            Some([only]) => Ok(*only),
            Some(several) => {
                let found = self.race(several.to_vec()).completed().await;
                found.map_err(|_| io::Error::other("no address takes connections"))
            }
        }
    }

    fn at_port(&self, address: &SocketAddr) -> SocketAddr {
        SocketAddr::new(address.ip(), self.port)
    }

    /// Looks for the address that takes connections, to the end even when its limit is over for
    /// whoever asked: the next one finds it in the first place.
    fn race(self: &Arc<Self>, addresses: Vec<SocketAddr>) -> SharedRequest<SocketAddr> {
        let mut racing = self.racing.lock();
        if let Some(flight) = &*racing {
            return flight.clone();
        }
        let (searching, landing) = (Arc::clone(self), Arc::clone(self));
        let search = async move {
            let found = race::first(&addresses, searching.limit, &searching.connect).await;
            found.ok_or_else(|| reasons::CONNECT.failure())
        };
        let flight = SharedRequest::start(search, move |found| landing.land(found));
        *racing = Some(flight.clone());
        flight
    }

    fn land(&self, found: &Result<SocketAddr, Failure>) {
        *self.racing.lock() = None;
        self.change(|known| match found {
            Ok(address) => known.connected(*address, Instant::now()),
            Err(_) => known.unreachable(),
        });
    }

    /// Changes the order, which nobody waits for.
    fn change(&self, change: impl FnOnce(&mut KnownAddresses)) {
        self.known.send_if_modified(|known| {
            change(known);
            false
        });
    }

    async fn keep_asking(self: Arc<Self>) {
        loop {
            let answer = self.ask().await;
            let rest = if answer.is_ok() { REFRESH } else { RETRY };
            if self.learn(answer) {
                self.search_ahead();
            }
            tokio::select! {
                () = sleep(rest) => {}
                () = self.again.notified() => {}
            }
        }
    }

    /// Asks once, to the end: a lookup that hangs is not started a second time.
    async fn ask(&self) -> io::Result<Vec<SocketAddr>> {
        let mut asked = (self.dns)(self.host.clone());
        if let Ok(answer) = timeout(HANGING, &mut asked).await {
            return some(answer);
        }
        self.learn(Err(io::Error::other("no answer")));
        some(asked.await)
    }

    /// Takes an answer or a failure; tells whether HubSoft has moved.
    fn learn(&self, answer: io::Result<Vec<SocketAddr>>) -> bool {
        let mut moved = false;
        self.results.count(if answer.is_ok() { DnsResult::Ok } else { DnsResult::Failed });
        let at_port = |address: SocketAddr| self.at_port(&address);
        let answer = answer.map(|addresses| addresses.into_iter().map(at_port).collect());
        self.known.send_modify(|known| moved = known.learn(answer, Instant::now()));
        if moved {
            self.moved.notify_one();
        }
        moved
    }

    /// Finds the good one of new addresses before a call needs it.
    fn search_ahead(self: &Arc<Self>) {
        let usable = self.known.borrow().usable(Instant::now());
        if let Some(several) = usable.filter(|addresses| addresses.len() > 1) {
            drop(self.race(several));
        }
    }
}

/// No address at all is no answer.
fn some(answer: io::Result<Vec<SocketAddr>>) -> io::Result<Vec<SocketAddr>> {
    answer.and_then(|addresses| match addresses.is_empty() {
        true => Err(io::Error::other("no address")),
        false => Ok(addresses),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use parking_lot::Mutex;

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);
    const CONNECT: Duration = Duration::from_millis(250);

    #[derive(Clone, Copy)]
    enum Says {
        Addresses(&'static [&'static str]),
        Fails,
        Hangs,
    }

    const OLD: Says = Says::Addresses(&["192.0.2.1:443"]);
    const NEW: Says = Says::Addresses(&["192.0.2.2:443"]);

    /// A resolver in front of a DNS that says what it is told to, and counts. Each address that is
    /// not closed takes connections.
    struct DnsStub {
        resolver: Resolver,
        says: Arc<Mutex<Says>>,
        asked: Arc<AtomicUsize>,
        closed: Arc<Mutex<Vec<SocketAddr>>>,
        connections: Arc<AtomicUsize>,
    }

    impl DnsStub {
        fn new(says: Says) -> Self {
            let (says, asked) = (Arc::new(Mutex::new(says)), Arc::new(AtomicUsize::new(0)));
            let (told, count) = (Arc::clone(&says), Arc::clone(&asked));
            let dns: Dns = Arc::new(move |_| {
                count.fetch_add(1, Ordering::Relaxed);
                let told = Arc::clone(&told);
                Box::pin(async move {
                    loop {
                        let says = *told.lock();
                        match says {
                            Says::Addresses(addresses) => return Ok(parsed(addresses)),
                            Says::Fails => return Err(io::Error::other("a stub's failure")),
                            Says::Hangs => sleep(Duration::from_secs(1)).await,
                        }
                    }
                })
            });
            let (closed, connections) = <(Arc<Mutex<Vec<_>>>, Arc<AtomicUsize>)>::default();
            let (shut, count) = (Arc::clone(&closed), Arc::clone(&connections));
            let connect: Connect = Arc::new(move |address| {
                count.fetch_add(1, Ordering::Relaxed);
                let open = !shut.lock().contains(&address);
                let refused = || io::ErrorKind::ConnectionRefused.into();
                Box::pin(async move { open.then_some(()).ok_or_else(refused) })
            });
            let url = Url::parse("https://hub.test").expect("a URL");
            Self {
                resolver: Resolver::with(&url, CONNECT, dns, DnsResults::default(), connect),
                says,
                asked,
                closed,
                connections,
            }
        }

        fn say(&self, says: Says) {
            *self.says.lock() = says;
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::Relaxed)
        }

        /// What a connection gets within its limit.
        async fn answer(&self) -> Option<Vec<SocketAddr>> {
            let name = "hub.test".parse().expect("a name");
            Some(timeout(CONNECT, self.resolver.resolve(name)).await.ok()?.ok()?.collect())
        }

        async fn is(&self, says: Says) -> bool {
            let Says::Addresses(addresses) = says else { panic!("no addresses") };
            self.answer().await == Some(parsed(addresses))
        }
    }

    fn parsed(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|address| address.parse().expect("an address")).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_are_used_for_a_day_while_dns_fails() {
        let stub = DnsStub::new(OLD);
        assert!(stub.is(OLD).await);
        stub.say(Says::Fails);
        let start = Instant::now();
        while stub.is(OLD).await {
            sleep(HOUR / 60).await;
        }
        let hours = start.elapsed().as_secs_f64() / 3_600.0;
        println!("row 21: required stale addresses <= 24 h, measured {hours:.2} h");
        assert!((23.9..=24.1).contains(&hours));
        assert_eq!(stub.answer().await, None);
        stub.say(NEW);
        sleep(RETRY + CONNECT).await;
        assert!(stub.is(NEW).await, "and it recovers");
    }

    #[tokio::test(start_paused = true)]
    async fn a_changed_address_is_known_within_half_a_minute_and_told() {
        let stub = DnsStub::new(OLD);
        assert!(stub.is(OLD).await);
        stub.say(NEW);
        let start = Instant::now();
        timeout(HOUR, stub.resolver.moved()).await.expect("it is told");
        let took = start.elapsed();
        println!("row 21: required new address <= 60 s, measured known after {took:?}");
        assert!(took <= REFRESH && stub.is(NEW).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dns_that_never_answers_is_asked_once() {
        let stub = DnsStub::new(Says::Hangs);
        let start = Instant::now();
        assert_eq!(stub.answer().await, None);
        assert_eq!(start.elapsed(), CONNECT, "the first connection waits its limit");
        sleep(HANGING + CONNECT).await;
        let start = Instant::now();
        for _ in 0..100 {
            assert_eq!(stub.answer().await, None);
        }
        assert_eq!(start.elapsed(), Duration::ZERO, "nobody waits for a DNS that hangs");
        sleep(HOUR).await;
        println!("row 21: required threads <= cores+8, measured {} lookup in 1 h", stub.asked());
        assert_eq!(stub.asked(), 1);
        stub.say(OLD);
        sleep(Duration::from_secs(1)).await;
        assert!(stub.is(OLD).await, "a late answer is welcome");
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_outlive_a_dns_that_hangs() {
        let stub = DnsStub::new(OLD);
        assert!(stub.is(OLD).await);
        stub.say(Says::Hangs);
        sleep(23 * HOUR).await;
        assert!(stub.is(OLD).await);
        assert_eq!(stub.asked(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_that_is_not_known_fails_at_once_and_is_asked_for_again_soon() {
        for says in [Says::Fails, Says::Addresses(&[])] {
            let stub = DnsStub::new(says);
            let start = Instant::now();
            assert_eq!(stub.answer().await, None);
            assert_eq!((start.elapsed(), stub.asked()), (Duration::ZERO, 1));
            stub.say(OLD);
            sleep(RETRY + CONNECT).await;
            assert!(stub.is(OLD).await);
        }
    }

    const BOTH: Says = Says::Addresses(&["[2001:db8::1]:443", "192.0.2.1:443"]);
    const SIX: Says = Says::Addresses(&["[2001:db8::1]:443"]);
    const FOUR: Says = Says::Addresses(&["192.0.2.1:443"]);

    impl DnsStub {
        fn close(&self, says: Says) {
            let Says::Addresses(addresses) = says else { panic!("no addresses") };
            *self.closed.lock() = parsed(addresses);
        }

        fn connections(&self) -> usize {
            self.connections.load(Ordering::Relaxed)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_in_another_order_are_no_move_and_change_nothing() {
        let stub = DnsStub::new(BOTH);
        let before = stub.answer().await;
        stub.say(Says::Addresses(&["192.0.2.1:443", "[2001:db8::1]:443"]));
        assert!(timeout(HOUR, stub.resolver.moved()).await.is_err());
        assert!(stub.asked() > 100 && stub.answer().await == before);
    }

    #[tokio::test(start_paused = true)]
    async fn the_one_address_there_is_needs_no_search() {
        let stub = DnsStub::new(OLD);
        assert!(stub.is(OLD).await);
        assert_eq!(stub.connections(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_takes_no_connections_is_passed_over_and_the_good_one_stays_first() {
        let stub = DnsStub::new(BOTH);
        stub.close(SIX);
        assert!(stub.is(FOUR).await, "within one connection");
        assert_eq!(stub.connections(), 2);
        stub.close(NEW);
        sleep(HOUR).await;
        assert!(stub.is(FOUR).await, "what works stays in use");
        assert_eq!(stub.connections(), 3, "and is tried alone");
        stub.say(Says::Addresses(&["[2001:db8::1]:443", "[2001:db8::2]:443", "192.0.2.1:443"]));
        sleep(REFRESH + CONNECT).await;
        assert!(stub.is(FOUR).await, "also when the others change");
        stub.close(SIX);
        stub.say(Says::Addresses(&["[2001:db8::1]:443", "192.0.2.2:443"]));
        let before = stub.connections();
        sleep(REFRESH + CONNECT).await;
        assert_eq!(
            stub.connections(),
            before + 2,
            "new ones are looked at before a call needs them"
        );
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
    async fn requests_that_fail_together_turn_to_the_next_address_once() {
        let stub = DnsStub::new(BOTH);
        assert!(stub.is(SIX).await);
        (0..20).for_each(|_| stub.resolver.turn());
        assert!(stub.is(FOUR).await);
        sleep(HOUR).await;
        assert!(stub.is(FOUR).await, "what works stays in use");
        stub.resolver.turn();
        assert!(stub.is(SIX).await);
    }
}
