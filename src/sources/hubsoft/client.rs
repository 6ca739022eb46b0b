//! Holds one reqwest client, and replaces it when its connections become unusable.
//!
//! The pool of reqwest has no maximum age: a busy connection keeps an old address for as long as a
//! server answers there. So the client is replaced when HubSoft has moved or is unreachable; requests
//! under way keep the old client and its connections. Creating a client reads the CA certificates of
//! the system, which blocks, so no call waits for it.

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

/// How long an idle connection is kept: below the shortest usual keep-alive of nginx (5 s), so that a
/// request seldom uses a connection that is being closed.
const IDLE_MAX: Duration = Duration::from_secs(4);
/// Connection failures in a row after which the client is replaced.
const FAILURES_MAX: u32 = 3;
/// Minimum time between two clients, to bound the work during an outage.
const REST: Duration = Duration::from_secs(10);
/// Retry interval while there is no client because there are no CA certificates.
const RETRY: Duration = Duration::from_secs(30);

/// Creates a client. It may block.
pub(super) type Make = Arc<dyn Fn() -> Result<Client, Failure> + Send + Sync>;

/// The current client, and the task that replaces it.
pub(super) struct Clients {
    shared: Arc<SharedClient>,
    tasks: Tasks,
    /// Dropping it stops the task.
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

/// Returns a function that creates clients with our limits. Each default that they replace would leak:
/// reqwest follows a redirect with the password, sends the token to a proxy from the environment, and
/// sends the number of the caller to the next host as the referer.
pub(super) fn make(
    settings: &Settings,
    ca: Vec<CertificateDer<'static>>,
    resolver: &Arc<Resolver>,
) -> impl Fn() -> Result<Client, Failure> + use<> {
    provide_tls();
    let connect = settings.connect;
    let attempt = settings.attempt;
    let is_https = settings.base_url.scheme() == "https";
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
        // Plain http needs no CA certificates, and must not fail without them.
        let builder = match is_https {
            true => trusting(builder, &ca)?,
            false => builder.tls_certs_only([]),
        };
        builder
            .build()
            .map_err(|_| reasons::TLS.because_of("cannot create a TLS client".to_owned()))
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
    /// Creates the first client, or starts without one and retries in the background.
    pub(super) fn new(make: Make, resolver: Arc<Resolver>, tasks: Tasks) -> Self {
        let current = Mutex::new(make());
        let shared = Arc::new(SharedClient {
            make,
            resolver,
            current,
            failures: AtomicU32::new(0),
            failing: Notify::new(),
        });
        let kept = Arc::clone(&shared);
        let keeping = tasks.start("hubsoft client", move || Arc::clone(&kept).keep());
        Self { shared, tasks, _keeping: keeping }
    }

    /// The background tasks.
    pub(super) fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// Returns the current client.
    pub(super) fn current(&self) -> Result<Client, Failure> {
        self.shared.current.lock().clone()
    }

    /// Counts connection failures of the client.
    pub(super) fn record<T>(&self, result: &Result<T, Failure>) {
        let shared = &self.shared;
        let connections = [&reasons::BROKEN, &reasons::CONNECT, &reasons::TLS];
        if !result.as_ref().is_err_and(|failure| failure.is_any(&connections)) {
            shared.failures.store(0, Ordering::Relaxed);
            return;
        }
        shared.resolver.rotate();
        if shared.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES_MAX {
            shared.failing.notify_one();
        }
    }
}

impl SharedClient {
    async fn keep(self: Arc<Self>) {
        loop {
            sleep(REST).await;
            self.replacement_due().await;
            self.replace().await;
        }
    }

    /// Waits until the client should be replaced.
    async fn replacement_due(&self) {
        let missing = self.current.lock().is_err();
        tokio::select! {
            () = self.resolver.moved() => info!("HubSoft address changed: new connections use the new address"),
            () = self.unreachable() => self.resolver.refresh(),
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
                    info!("CA certificates loaded: HubSoft can be queried");
                }
                *current = Ok(client);
            }
            // An old client is better than none.
            Err(failure) if current.is_ok() => warn!("HTTP client not replaced: {failure}"),
            Err(failure) => *current = Err(failure),
        }
    }
}

/// Installs the cryptography provider of this program, which every client needs, even for plain http.
pub fn provide_tls() {
    // It fails only if a provider is installed already, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use tokio::time::Instant;

    use super::*;
    use crate::sources::hubsoft::metrics::DnsResults;

    const NEVER: [u64; 0] = [];

    /// A holder whose clients can or cannot be created, and the times of creation.
    struct ClientStub {
        clients: Clients,
        good: Arc<AtomicBool>,
        made: Arc<Mutex<Vec<Instant>>>,
    }

    impl ClientStub {
        fn new(good: bool) -> Self {
            let good = Arc::new(AtomicBool::new(good));
            let made = Arc::new(Mutex::new(vec![]));
            let is_good = Arc::clone(&good);
            let times = Arc::clone(&made);
            let make: Make = Arc::new(move || {
                times.lock().push(Instant::now());
                match is_good.load(Ordering::Relaxed) {
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
            (0..times).for_each(|_| self.clients.record::<()>(&Err(failure.clone())));
        }

        /// Returns the seconds, within the next minutes, in which clients are created.
        async fn made_within(&self, minutes: u64) -> Vec<u64> {
            let start = Instant::now();
            self.made.lock().clear();
            sleep(Duration::from_secs(minutes * 60 + 1)).await;
            let made = self.made.lock();
            made.iter().map(|at| at.duration_since(start).as_secs()).collect()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_ca_certificates_it_retries_every_thirty_seconds() {
        let stub = ClientStub::new(false);
        assert!(stub.clients.current().is_err());
        assert_eq!(stub.made_within(2).await, [30, 60, 90, 120]);
        stub.good.store(true, Ordering::Relaxed);
        let start = Instant::now();
        while stub.clients.current().is_err() {
            sleep(Duration::from_secs(1)).await;
        }
        let took = start.elapsed();
        println!("row 20: required a new try every 30 s, measured recovered after {took:?}");
        assert!(took <= RETRY);
        assert_eq!(stub.made_within(10).await, NEVER, "and it is kept");
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
    async fn an_answer_between_failures_keeps_the_client() {
        let stub = ClientStub::new(true);
        for _ in 0..10 {
            stub.meet(reasons::CONNECT.failure(), 2);
            stub.meet(reasons::of_status(500), 1);
        }
        assert_eq!(stub.made_within(1).await, NEVER);
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_creates_a_client_every_ten_seconds_at_most() {
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
