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
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::agi;
use crate::breaker::Breaker;
use crate::config::Config;
use crate::http::{self, Doors};
use crate::hubsoft::HubSoft;
use crate::listener::{self, Listener};
use crate::lookup::{Lookup, Source};
use crate::recordings::Recordings;
use crate::responder::Responder;

use super::Failed;

/// Runs the service described by the file at `path`.
pub(super) async fn run(path: &Path) -> Result<(), Failed> {
    let config = Config::load(path)?;
    for warning in &config.warnings {
        warn!("{warning}");
    }
    let hubsoft = Arc::new(client(&config)?);
    let http = open(config.http)?.with(config.listener.clone());
    let agi = config.agi.map(open).transpose()?.map(|agi| agi.beside(&http));
    let doors = doors(&config, Arc::clone(&hubsoft) as Arc<dyn Source>);
    warm(hubsoft);
    let agi_address = agi.as_ref().map(address).transpose()?;
    info!(
        version = %env!("CARGO_PKG_VERSION"),
        agi = %agi_address.map_or_else(|| "off".to_owned(), |agi| agi.to_string()),
        http = %address(&http)?,
        "bina answers calls"
    );
    answer_until_stopped(http, agi, doors).await
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
    Arc::new(Doors {
        responder,
        freeswitch: config.freeswitch.clone(),
        recordings: recordings(config),
    })
}

/// Reads the recordings that are to be served. One that cannot be is no reason not to answer calls.
fn recordings(config: &Config) -> Recordings {
    let Some(folder) = &config.prompts_folder else { return Recordings::default() };
    let (recordings, problems) =
        Recordings::read(folder, config.sounds.values().map(String::as_str));
    for problem in problems {
        warn!("a recording is not served: {problem}");
    }
    recordings
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
    http: Listener,
    agi: Option<Listener>,
    doors: Arc<Doors>,
) -> Result<(), Failed> {
    let (stopper, stop) = watch::channel(false);
    let mut answering = JoinSet::new();
    if let Some(agi) = agi {
        let (responder, stopping) = (Arc::clone(&doors.responder), stop.clone());
        let serve = move |stream| agi::serve(stream, Arc::clone(&responder), stopping.clone());
        answering.spawn(listener::run(agi, stop.clone(), serve));
    }
    let stopping = stop.clone();
    let serve = move |stream| http::serve(stream, Arc::clone(&doors), stopping.clone());
    answering.spawn(listener::run(http, stop, serve));
    tokio::select! {
        signal = wait_for_signal() => signal.map_err(|error| Failed::Runtime(error.into()))?,
        // Only a bug ends a door unasked; a service without one is better started again.
        Some(Err(error)) = answering.join_next() => return Err(Failed::Runtime(error.into())),
    }
    info!("stopping: the calls already accepted are answered first");
    end_by_force();
    stopper.send_replace(true);
    while let Some(ended) = answering.join_next().await {
        ended.map_err(|error| Failed::Runtime(error.into()))?;
    }
    Ok(())
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
