//! Keeps one reqwest client that is fit for use, and replaces it when its connections are not.
//!
//! reqwest's pool knows no longest age: a busy connection stays with the old address for as long
//! as somebody answers there. So the whole client is replaced when HubSoft has moved or cannot
//! be reached; requests under way keep the old one, and its connections, until they end.
//! Making one reads the system's CA certificates, which blocks: no call ever waits for that.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use rustls::pki_types::CertificateDer;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tracing::{info, warn};

use crate::domain::failure::Failure;
use crate::runtime::tasks::{Task, Tasks};
use crate::sources::reasons;

use super::resolver::Resolver;
use super::trust::{self, Trust};
use super::{Settings, failure};

/// How long an unused connection is kept: below nginx's shortest usual keep-alive of 5 s, so
/// that a request seldom meets a connection that is just being closed.
const IDLE_MAX: Duration = Duration::from_secs(4);
/// Failures to connect in a row after which the client is replaced.
const FAILURES_MAX: u32 = 3;
/// Shortest time between two clients: an outage must not keep us busy with making them.
const REST: Duration = Duration::from_secs(10);
/// How soon making one is tried again while there is none, for want of CA certificates.
const RETRY: Duration = Duration::from_secs(30);

/// Makes a client. It may block.
pub(super) type Make = Arc<dyn Fn() -> Result<Client, Failure> + Send + Sync>;

/// The keeper of the client.
pub(super) struct Clients {
    shared: Arc<SharedClient>,
    tasks: Tasks,
    /// Dropping it ends the task.
    _keeping: Task,
}

struct SharedClient {
    make: Make,
    resolver: Arc<Resolver>,
    /// The client, or why there is none.
    current: Mutex<Result<Client, Failure>>,
    failures: AtomicU32,
    failing: Notify,
}

/// Makes clients with every limit and every refusal of ours. Each default they replace would
/// leak: reqwest follows a redirect with the client's password, sends the token to a proxy named
/// in the environment, and tells the next host the caller's number as the referer.
pub(super) fn make(
    settings: &Settings,
    ca: Vec<CertificateDer<'static>>,
    resolver: &Arc<Resolver>,
) -> impl Fn() -> Result<Client, Failure> + use<> {
    provide_tls();
    let (connect, attempt) = (settings.connect, settings.attempt);
    let https = settings.base_url.scheme() == "https";
    let https_only = !settings.insecure_http;
    let resolver = Arc::clone(resolver);
    move || {
        let builder = Client::builder()
            .user_agent(concat!("bina/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect)
            .timeout(attempt)
            .pool_idle_timeout(IDLE_MAX)
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .http1_only()
            .https_only(https_only)
            .dns_resolver(Arc::clone(&resolver));
        // Plain http trusts nobody and needs no CA certificates, so it may not fail without.
        let builder = match https {
            true => trusting(builder, &ca)?,
            false => builder.tls_certs_only([]),
        };
        builder.build().map_err(|_| reasons::TLS.because_of("no TLS client can be made".to_owned()))
    }
}

fn trusting(
    builder: ClientBuilder,
    ca: &[CertificateDer<'static>],
) -> Result<ClientBuilder, Failure> {
    let trust = Trust::new(ca.to_vec()).map_err(|error| failure::of_store(&error))?;
    let config = trust::config(Arc::new(trust)).map_err(|error| failure::of_store(&error))?;
    Ok(builder.tls_backend_preconfigured(config))
}

impl Clients {
    /// Makes the first client, or starts without one and tries again in the background.
    pub(super) fn new(make: Make, resolver: Arc<Resolver>, tasks: Tasks) -> Self {
        let current = Mutex::new(make());
        let (failures, failing) = (AtomicU32::new(0), Notify::new());
        let shared = Arc::new(SharedClient { make, resolver, current, failures, failing });
        let kept = Arc::clone(&shared);
        let keeping = tasks.start("hubsoft client", move || Arc::clone(&kept).keep());
        Self { shared, tasks, _keeping: keeping }
    }

    /// Where the background work is.
    pub(super) fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// The client to use now.
    pub(super) fn current(&self) -> Result<Client, Failure> {
        self.shared.current.lock().clone()
    }

    /// Counts what may come of the client's connections.
    pub(super) fn learn<T>(&self, result: &Result<T, Failure>) {
        let shared = &self.shared;
        let connections = [&reasons::BROKEN, &reasons::CONNECT, &reasons::TLS];
        if !result.as_ref().is_err_and(|failure| failure.is_any(&connections)) {
            shared.failures.store(0, Ordering::Relaxed);
            return;
        }
        shared.resolver.turn();
        if shared.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES_MAX {
            shared.failing.notify_one();
        }
    }
}

impl SharedClient {
    async fn keep(self: Arc<Self>) {
        loop {
            sleep(REST).await;
            self.outworn().await;
            self.replace().await;
        }
    }

    /// Waits until the client should be replaced.
    async fn outworn(&self) {
        let missing = self.current.lock().is_err();
        tokio::select! {
            () = self.resolver.moved() => info!("HubSoft has a new address"),
            () = self.unreachable() => self.resolver.ask_again(),
            () = sleep(RETRY - REST), if missing => {}
        }
    }

    async fn unreachable(&self) {
        while self.failures.load(Ordering::Relaxed) < FAILURES_MAX {
            self.failing.notified().await;
        }
    }

    async fn replace(&self) {
        let make = Arc::clone(&self.make);
        let made = spawn_blocking(move || make()).await;
        self.failures.store(0, Ordering::Relaxed);
        let mut current = self.current.lock();
        match made.unwrap_or(Err(reasons::PANIC.failure())) {
            Ok(client) => {
                if current.is_err() {
                    info!("CA certificates found: HubSoft can be asked");
                }
                *current = Ok(client);
            }
            // An old client is better than none.
            Err(failure) if current.is_ok() => warn!("the client stays as it is: {failure}"),
            Err(failure) => *current = Err(failure),
        }
    }
}

/// Chooses who does the cryptography of this program. Every client needs that, also one that speaks
/// plain http.
pub fn provide_tls() {
    // Fails only when a provider is installed already, which is just as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use tokio::time::Instant;

    use super::*;
    use crate::sources::hubsoft::metrics::DnsResults;

    const NEVER: [u64; 0] = [];

    /// The keeper of a client that can be made or not, as told, and when it was.
    struct ClientStub {
        clients: Clients,
        good: Arc<AtomicBool>,
        made: Arc<Mutex<Vec<Instant>>>,
    }

    impl ClientStub {
        fn new(good: bool) -> Self {
            let (good, made) = (Arc::new(AtomicBool::new(good)), Arc::new(Mutex::new(vec![])));
            let (told, times) = (Arc::clone(&good), Arc::clone(&made));
            let make: Make = Arc::new(move || {
                times.lock().push(Instant::now());
                match told.load(Ordering::Relaxed) {
                    true => Ok(Client::builder().tls_certs_only([]).build().expect("a client")),
                    false => Err(reasons::TLS.because_of("a stub's failure".to_owned())),
                }
            });
            let _ = rustls::crypto::ring::default_provider().install_default();
            let url = reqwest::Url::parse("https://hub.test").expect("a URL");
            let dns = super::super::resolver::system();
            let resolver =
                Resolver::new(&url, Duration::from_millis(250), dns, DnsResults::default());
            Self { clients: Clients::new(make, Arc::new(resolver), Tasks::default()), good, made }
        }

        fn meet(&self, failure: Failure, times: usize) {
            (0..times).for_each(|_| self.clients.learn::<()>(&Err(failure.clone())));
        }

        /// The seconds of the coming minutes in which clients are made.
        async fn made_within(&self, minutes: u64) -> Vec<u64> {
            let start = Instant::now();
            self.made.lock().clear();
            sleep(Duration::from_secs(minutes * 60 + 1)).await;
            let made = self.made.lock();
            made.iter().map(|at| at.duration_since(start).as_secs()).collect()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_ca_certificates_it_starts_and_tries_again_every_thirty_seconds() {
        let stub = ClientStub::new(false);
        assert!(stub.clients.current().is_err());
        assert_eq!(stub.made_within(2).await, [30, 60, 90, 120]);
        stub.good.store(true, Ordering::Relaxed);
        let start = Instant::now();
        while stub.clients.current().is_err() {
            sleep(Duration::from_secs(1)).await;
        }
        let took = start.elapsed();
        println!("row 20: required a new try every 30 s, measured mended after {took:?}");
        assert!(took <= RETRY);
        assert_eq!(stub.made_within(10).await, NEVER, "and it stays");
    }

    #[tokio::test(start_paused = true)]
    async fn three_failures_to_connect_in_a_row_replace_the_client() {
        let stub = ClientStub::new(true);
        assert_eq!(stub.made_within(1).await, NEVER);
        for failure in [
            reasons::BROKEN.failure(),
            reasons::CONNECT.failure(),
            reasons::TLS.because_of(String::new()),
        ] {
            stub.meet(failure.clone(), 2);
            assert_eq!(stub.made_within(1).await, NEVER, "{failure:?}");
            stub.meet(failure.clone(), 1);
            assert_eq!(stub.made_within(1).await, [0], "{failure:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_between_failures_leaves_the_client_as_it_is() {
        let stub = ClientStub::new(true);
        for _ in 0..10 {
            stub.meet(reasons::CONNECT.failure(), 2);
            stub.meet(reasons::of_status(500), 1);
        }
        assert_eq!(stub.made_within(1).await, NEVER);
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_makes_a_client_every_ten_seconds_at_most() {
        let stub = ClientStub::new(true);
        let outage = async {
            loop {
                stub.meet(reasons::CONNECT.failure(), 10);
                sleep(Duration::from_millis(100)).await;
            }
        };
        let made = tokio::select! {
            made = stub.made_within(1) => made,
            () = outage => vec![],
        };
        println!("row 21: required <= 1 client per 10 s, measured {} in 60 s", made.len());
        assert!(made.windows(2).all(|two| two[1] - two[0] >= REST.as_secs()), "{made:?}");
        assert!(made.len() >= 5, "{made:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_cannot_be_replaced_is_kept() {
        let stub = ClientStub::new(true);
        stub.good.store(false, Ordering::Relaxed);
        stub.meet(reasons::CONNECT.failure(), 3);
        assert_eq!(stub.made_within(1).await, [10]);
        assert!(stub.clients.current().is_ok());
    }
}
