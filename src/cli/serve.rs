//! `bina serve`: opens the doors and answers calls until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::anyhow;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::app::config::Config;
use crate::runtime::systemd::{self, Sockets};
use crate::servers::fastagi;
use crate::servers::http::{self, Side};
use crate::servers::listener::{self, Listener};
use crate::sources::hubsoft::HubSoft;

use super::reload::Reloads;
use super::service::{Service, protected};
use super::source::Upstream;
use super::{Failed, logging, watchdog};

/// Runs the service that `config` describes, as it was read from the file at `path`.
pub(super) async fn run(path: &Path, config: Config) -> Result<(), Failed> {
    logging::adjust(&config.log);
    for warning in &config.warnings {
        warn!("{warning}");
    }
    let hubsoft = Arc::new(client(&config)?);
    let service = Arc::new(Service::new(&config, Upstream::hubsoft(Arc::clone(&hubsoft))));
    // All files are read by now: a signal ends the program until here, and is heard from here on.
    let signals = Signals::new()?;
    let doors = Doors::open(&config)?;
    warm(hubsoft);
    doors.announce()?;
    doors.answer_until_stopped(service, Some(path), signals).await
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

/// Opens a door, or says who else may stand in it.
pub(super) fn open(name: &'static str, address: SocketAddr) -> Result<Listener, Failed> {
    listener::open(name, address).map_err(|error| {
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

/// Every open door.
pub(super) struct Doors {
    pub(super) http: Listener,
    pub(super) agi: Option<Listener>,
    pub(super) metrics: Option<Listener>,
}

impl Doors {
    /// Opens each door, or takes the one systemd has opened under its name.
    fn open(config: &Config) -> Result<Self, Failed> {
        let mut sockets = Sockets::take();
        let mut door = |name, address| match sockets.named(name) {
            Some(socket) => {
                let there = socket.local_addr().ok();
                if there.is_some_and(|there| there != address && address.port() != 0) {
                    warn!(
                        "bina.socket opens listen.{name} elsewhere than the file says ({address})"
                    );
                }
                listener::adopt(name, socket).map_err(|error| Failed::Runtime(error.into()))
            }
            None => open(name, address),
        };
        let http = door("http", config.http)?.with(config.listener.clone());
        let agi = config.agi.map(|agi| door("agi", agi)).transpose()?;
        let metrics = config.metrics.map(|metrics| door("metrics", metrics)).transpose()?;
        for name in sockets.left() {
            warn!("bina.socket hands over a socket called `{name}`, which no open door uses");
        }
        let doors = Self {
            agi: agi.map(|agi| agi.beside(&http)),
            // Places of its own: whoever looks at the service must get in when it is full.
            metrics: metrics.map(|metrics| metrics.with_few_places(config.listener.clone())),
            http,
        };
        // Those that systemd has opened may be elsewhere than the file says.
        protected(config, &doors.places()?)?;
        Ok(doors)
    }

    /// Where each open door is, by name.
    fn places(&self) -> Result<Vec<(&'static str, SocketAddr)>, Failed> {
        let doors = [("agi", &self.agi), ("metrics", &self.metrics)];
        let doors = doors.into_iter().filter_map(|(name, door)| Some((name, door.as_ref()?)));
        let doors = doors.chain([("http", &self.http)]);
        doors.map(|(name, door)| Ok((name, address(door)?))).collect()
    }

    fn announce(&self) -> Result<(), Failed> {
        let told = |door: &Option<Listener>| {
            let address = door.as_ref().map(address).transpose()?;
            Ok::<_, Failed>(address.map_or_else(|| "off".to_owned(), |address| address.to_string()))
        };
        info!(
            version = %env!("CARGO_PKG_VERSION"),
            metrics = %told(&self.metrics)?,
            agi = %told(&self.agi)?,
            http = %address(&self.http)?,
            "bina answers calls"
        );
        Ok(())
    }

    /// Answers calls until SIGTERM or Ctrl-C, and those already accepted after it. SIGHUP has the
    /// file at `path` read again.
    pub(super) async fn answer_until_stopped(
        self,
        service: Arc<Service>,
        path: Option<&Path>,
        mut signals: Signals,
    ) -> Result<(), Failed> {
        let (stopper, stop) = watch::channel(false);
        let watched = address(&self.http)?;
        service.stand_at(self.places()?);
        let mut answering = self.answer(&service, &stop);
        systemd::ready();
        let _watchdog = watchdog::start(watched, Arc::clone(&service));
        let mut reloads = Reloads::new(service, path);
        loop {
            let told = tokio::select! {
                told = signals.next() => told,
                () = reloads.ended() => continue,
                // Only a bug ends a door unasked; a service without one is better started again.
                Some(Err(error)) = answering.join_next() => return Err(Failed::Runtime(error.into())),
            };
            match told {
                Told::Reload => reloads.start(),
                Told::Stop => break,
            }
        }
        systemd::stopping();
        info!("stopping: the calls already accepted are answered first");
        end_by_force();
        stopper.send_replace(true);
        while let Some(ended) = answering.join_next().await {
            ended.map_err(|error| Failed::Runtime(error.into()))?;
        }
        Ok(())
    }

    fn answer(self, service: &Service, stop: &watch::Receiver<bool>) -> JoinSet<()> {
        let mut answering = JoinSet::new();
        let admitting = |door: Listener| door.admitting(Arc::clone(&service.networks));
        if let Some(agi) = self.agi.map(admitting) {
            let (responder, stopping) = (Arc::clone(&service.responder), stop.clone());
            let serve =
                move |stream, _| fastagi::serve(stream, Arc::clone(&responder), stopping.clone());
            answering.spawn(listener::run(agi, stop.clone(), serve));
        }
        let sides = [(Some(self.http), Side::Phones), (self.metrics, Side::Operation)];
        for (listener, side) in sides {
            let Some(listener) = listener.map(admitting) else { continue };
            let (doors, stopping) = (Arc::clone(&service.doors), stop.clone());
            let serve = move |stream, peer| {
                http::serve(stream, peer, side, Arc::clone(&doors), stopping.clone())
            };
            answering.spawn(listener::run(listener, stop.clone(), serve));
        }
        answering
    }
}

/// What the service is told from outside.
enum Told {
    Reload,
    Stop,
}

/// Signals that would end the program and say nothing to it: SIGUSR1, SIGUSR2, SIGALRM, and SIGXFSZ,
/// which comes when the log is a file that has reached its limit.
const IGNORED: [i32; 4] = [10, 12, 14, 25];

/// The signals that are heard. Those that come before they are made end the program, so they are
/// made before the first listener is open: whoever sees the port may send one.
pub(super) struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(super) fn new() -> Result<Self, Failed> {
        let heard = |kind| signal(kind).map_err(|error| Failed::Runtime(error.into()));
        // Once one was heard, it does not end the program any more, whoever listens.
        for kind in IGNORED {
            drop(heard(SignalKind::from_raw(kind))?);
        }
        Ok(Self {
            hangup: heard(SignalKind::hangup())?,
            interrupt: heard(SignalKind::interrupt())?,
            terminate: heard(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.hangup.recv() => Told::Reload,
            _ = self.interrupt.recv() => Told::Stop,
            _ = self.terminate.recv() => Told::Stop,
        }
    }
}

/// Sees to it that the program ends, should anything hang on its way out: a task that does not
/// yield, or a terminal that does not take the last line.
#[expect(clippy::disallowed_methods, clippy::exit, reason = "the thread exists for that")]
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
