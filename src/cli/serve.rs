//! `bina serve`: puts the rooms together and answers calls until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::anyhow;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::breaker::Breaker;
use crate::config::Config;
use crate::http::{self, Doors};
use crate::hubsoft::HubSoft;
use crate::listener::{self, Listener};
use crate::lookup::{Lookup, Source};
use crate::responder::Responder;

use super::Failed;

/// Runs the service described by the file at `path`.
pub(super) async fn run(path: &Path) -> Result<(), Failed> {
    let config = Config::load(path)?;
    for warning in &config.warnings {
        warn!("{warning}");
    }
    let hubsoft = Arc::new(client(&config)?);
    let listener = open(config.http)?.with(config.listener.clone());
    warm(Arc::clone(&hubsoft));
    info!(version = %env!("CARGO_PKG_VERSION"), http = %address(&listener)?, "bina answers calls");
    answer_until_stopped(listener, doors(&config, hubsoft)).await
}

/// Makes the client that asks HubSoft.
pub(super) fn client(config: &Config) -> Result<HubSoft, Failed> {
    HubSoft::new(config.hubsoft.clone()).map_err(|error| Failed::Configuration(error.into()))
}

/// Gets the first token before the first call does, and says early if the credentials are wrong.
fn warm(hubsoft: Arc<HubSoft>) {
    tokio::spawn(async move {
        let _ = hubsoft.warm().await;
    });
}

/// Puts the way of a call together, with `source` at its end.
pub(super) fn doors(config: &Config, source: Arc<dyn Source>) -> Arc<Doors> {
    let breaker = Arc::new(Breaker::new(source));
    let lookup = Lookup::new(breaker, config.lookup.clone());
    let (rules, numbers) = (config.rules.clone(), config.numbers.clone());
    let responder = Arc::new(Responder::new(lookup, rules, numbers));
    Arc::new(Doors { responder, freeswitch: config.freeswitch.clone() })
}

/// Opens the door, or says who else may stand in it.
pub(super) fn open(address: SocketAddr) -> Result<Listener, Failed> {
    listener::open(address).map_err(|error| {
        let port = address.port();
        Failed::Runtime(anyhow!(
            "cannot listen on {address} ({error}): see who does with `ss -ltnp sport = :{port}`, \
             or choose another port"
        ))
    })
}

/// Where the door really is, also when the system chose the port.
pub(super) fn address(listener: &Listener) -> Result<SocketAddr, Failed> {
    listener.local_addr().map_err(|error| Failed::Runtime(error.into()))
}

/// Answers calls until SIGTERM or Ctrl-C, and those already accepted after it.
pub(super) async fn answer_until_stopped(
    listener: Listener,
    doors: Arc<Doors>,
) -> Result<(), Failed> {
    let (stopper, stop) = watch::channel(false);
    let stopping = stop.clone();
    let serve = move |stream| http::serve(stream, Arc::clone(&doors), stopping.clone());
    let mut answering = tokio::spawn(listener::run(listener, stop, serve));
    tokio::select! {
        signal = wait_for_signal() => signal.map_err(|error| Failed::Runtime(error.into()))?,
        // Only a bug ends it unasked; a service without a door is better started again.
        ended = &mut answering => return ended.map_err(|error| Failed::Runtime(error.into())),
    }
    info!("stopping: the calls already accepted are answered first");
    end_by_force();
    stopper.send_replace(true);
    answering.await.map_err(|error| Failed::Runtime(error.into()))
}

/// Sees to it that the program ends, should anything hang on its way out: a task that does not
/// yield, or a terminal that does not take the last line.
fn end_by_force() {
    /// Above the longest drain, which a `deadline_ms` of 3,000 makes 3,650 ms.
    const END_MAX: Duration = Duration::from_secs(5);
    let end = || {
        thread::sleep(END_MAX);
        process::exit(1);
    };
    // Where no thread can be started, systemd ends the service at last.
    let _ = thread::Builder::new().name("end".to_owned()).spawn(end);
}

async fn wait_for_signal() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
