//! Keeps one reqwest client that is fit for use, and replaces it when its connections are not.
//!
//! reqwest's pool knows no longest age: a busy connection stays with the old address for as long
//! as somebody answers there. So the whole client is replaced when HubSoft has moved or cannot
//! be reached; requests under way keep the old one, and its connections, until they end.
//! Making one reads the system's CA certificates, which blocks: no call ever waits for that.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::Notify;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;
use tracing::{info, warn};

use crate::finding::Failure;

use super::resolver::Resolver;
use super::{Settings, Unusable, failure};

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
    shared: Arc<Shared>,
    /// Dropping it ends the task.
    _keeping: JoinSet<()>,
}

struct Shared {
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
    ca: Vec<Certificate>,
    resolver: &Arc<Resolver>,
) -> impl Fn() -> Result<Client, Failure> + use<> {
    // Fails only when a provider is installed already, which is just as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
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
            true => builder.tls_certs_merge(ca.iter().cloned()),
            false => builder.tls_certs_only([]),
        };
        builder.build().map_err(|error| {
            let cause = failure::tls_cause(&error).unwrap_or_else(|| "no TLS client".to_owned());
            Failure::Tls(format!("{cause}; install ca-certificates"))
        })
    }
}

/// Reads the certificates of a `ca_file`, each of which must be one.
pub fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, Unusable> {
    let read = |der: Result<CertificateDer<'_>, _>| {
        let der = der.map_err(|_| Unusable::CaFile)?;
        let certificate = Certificate::from_der(&der).map_err(|_| Unusable::CaFile)?;
        RootCertStore::empty().add(der).map_err(|_| Unusable::CaFile)?;
        Ok(certificate)
    };
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(pem).map(read).collect::<Result<_, _>>()?;
    if certificates.is_empty() { Err(Unusable::CaFile) } else { Ok(certificates) }
}

impl Clients {
    /// Makes the first client, or starts without one and tries again in the background.
    pub(super) fn new(make: Make, resolver: Arc<Resolver>) -> Self {
        let current = Mutex::new(make());
        let (failures, failing) = (AtomicU32::new(0), Notify::new());
        let shared = Arc::new(Shared { make, resolver, current, failures, failing });
        let mut keeping = JoinSet::new();
        keeping.spawn(Arc::clone(&shared).keep());
        Self { shared, _keeping: keeping }
    }

    /// The client to use now.
    pub(super) fn current(&self) -> Result<Client, Failure> {
        self.shared.current().clone()
    }

    /// Counts what may come of the client's connections.
    pub(super) fn learn<T>(&self, result: &Result<T, Failure>) {
        let shared = &self.shared;
        match result {
            Err(Failure::Broken | Failure::Connect | Failure::Tls(_)) => {
                shared.resolver.turn();
                if shared.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES_MAX {
                    shared.failing.notify_one();
                }
            }
            _ => shared.failures.store(0, Ordering::Relaxed),
        }
    }
}

impl Shared {
    fn current(&self) -> MutexGuard<'_, Result<Client, Failure>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn keep(self: Arc<Self>) {
        loop {
            sleep(REST).await;
            self.outworn().await;
            self.replace().await;
        }
    }

    /// Waits until the client should be replaced.
    async fn outworn(&self) {
        let missing = self.current().is_err();
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
        let mut current = self.current();
        match made.unwrap_or(Err(Failure::Panic)) {
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
