//! bina in front of the HubSoft of the tests, and the callers of an outage.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bina::answering::lookup::{Lookup, Settings};
use bina::answering::numbers::Numbers;
use bina::answering::outage::Announcer;
use bina::answering::responder::Responder;
use bina::app::config::Config;
use bina::domain::answer::{Answer, FIELDS, Pbx};
use bina::domain::call::Call;
use bina::domain::local_time::LocalTime;
use bina::domain::zone::Zone;
use bina::sources::alerts::{
    ActiveAlert, AlertBoard, AlertInputs, AlertList, AlertMetrics, Alerts, EarlierAlerts, Evidence,
    LocalSource, Prober,
};
use bina::sources::breaker::{Breaker, BreakerMetrics};
use bina::sources::directory::{CustomerList, Directory, DirectoryView};
use bina::sources::source::{SightingStore, Source};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::hubsoft::{Published, StubHubsoft};
use crate::kept;
use crate::outages::Outage;
use crate::population::Population;

/// 2026-11-30 12:00:00 UTC.
const START_S: u64 = 1_796_040_000;
const CONFIG: &str = r#"
[hubsoft]
base_url = "https://hubsoft.invalid"
client_id = "1"
client_secret = "secret"
username = "user@example.invalid"
password = "password"
[prompts]
rompimento = "rompimento-fibra"
geral = "aviso-geral"
[[rule]]
name = "rompimento"
text = ["rompimento"]
play = ["rompimento"]
expose = true
[general]
prompt = "geral"
"#;

/// What of bina is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Features {
    /// Cache and limiter alone.
    CacheOnly,
    /// The directory and the alerts as well, whose list is read so often.
    Ahead { poll_s: u64 },
}

/// One bina and its HubSoft.
pub(crate) struct Bench {
    pub(crate) hubsoft: Arc<StubHubsoft>,
    pub(crate) responder: Arc<Responder>,
    pub(crate) directory: Option<Arc<Directory>>,
    started: Instant,
    published: AtomicU64,
}

/// No local alerts.
#[derive(Default)]
struct NoLocals(watch::Sender<u64>);

impl LocalSource for NoLocals {
    fn active(&self, _: u64, _: Option<&DirectoryView>) -> Vec<ActiveAlert> {
        Vec::new()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

impl Bench {
    /// Starts bina, which has read the list of all customers where it does that.
    pub(crate) async fn start(hubsoft: StubHubsoft, features: Features, seed: u64) -> Self {
        let config = Config::parse(CONFIG, Path::new("test.toml")).expect("a configuration");
        let hubsoft = Arc::new(hubsoft);
        let source = Arc::new(Breaker::new(
            Arc::clone(&hubsoft) as Arc<dyn Source>,
            BreakerMetrics::default(),
        ));
        let lookup = Lookup::new(source, Settings::default());
        let started = Instant::now();
        let mut announcer = Announcer { rules: config.rules.clone(), ..Announcer::default() };
        let (mut directory, mut lookup) = (None, lookup);
        if let Features::Ahead { poll_s } = features {
            let kept = kept::directory(Arc::clone(&hubsoft) as Arc<dyn CustomerList>).await;
            let ahead = start_alerts(&hubsoft, &kept, poll_s, (started, seed));
            let board = Arc::clone(&ahead) as Arc<dyn AlertBoard>;
            announcer.alerts = Some(Arc::clone(&board));
            let store = Arc::clone(&kept) as Arc<dyn SightingStore>;
            lookup = lookup.beside(Some(store)).watching(Some(board));
            directory = Some(kept);
        }
        let responder = Arc::new(Responder::new(lookup, announcer, Numbers::default()));
        let published = AtomicU64::new(0);
        // The list has been read some times.
        sleep(Duration::from_secs(20)).await;
        Self { hubsoft, responder, directory, started, published }
    }

    /// Publishes an alert, and returns its text.
    pub(crate) fn publish(&self, outage: &Outage, ends: Option<LocalTime>) -> String {
        let id = self.published.fetch_add(1, Ordering::Relaxed) + 1;
        let text = format!("Rompimento de fibra {id}");
        let outage = outage.clone();
        self.hubsoft.publish(Published { id, text: text.clone(), outage, ends });
        text
    }

    /// The provider's clock after so long.
    pub(crate) fn clock_in(&self, wait: Duration) -> LocalTime {
        let now_s = START_S + (self.started.elapsed() + wait).as_secs();
        Zone::default().local_time(now_s)
    }
}

fn start_alerts(
    hubsoft: &Arc<StubHubsoft>,
    directory: &Arc<Directory>,
    poll_s: u64,
    (started, seed): (Instant, u64),
) -> Arc<Alerts> {
    let settings = bina::sources::alerts::Settings {
        enabled: Some(true),
        poll: Duration::from_secs(poll_s),
        ..bina::sources::alerts::Settings::default()
    };
    let list = Arc::clone(hubsoft) as Arc<dyn AlertList>;
    let inputs = AlertInputs {
        settings,
        zone: Zone::default(),
        list: Arc::clone(&list),
        directory: Some(Arc::clone(directory)),
        now_s: Arc::new(move || START_S + started.elapsed().as_secs()),
    };
    let evidence = Arc::new(Evidence::seeded(EarlierAlerts::default(), seed));
    let metrics = AlertMetrics::default();
    let locals = Arc::new(NoLocals::default());
    let alerts = Arc::new(Alerts::new(inputs, locals, Arc::clone(&evidence), metrics));
    let board = Arc::clone(&alerts) as Arc<dyn AlertBoard>;
    tokio::spawn(Arc::clone(&alerts).keep());
    tokio::spawn(Prober { evidence, board, list }.keep());
    alerts
}

/// What a caller has heard.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) index: u32,
    /// The text of the alert whose prompt was played.
    pub(crate) text: Option<String>,
    pub(crate) status: &'static str,
    pub(crate) took: Duration,
    /// When the call was, since the first one.
    pub(crate) at: Duration,
}

pub(crate) async fn call(responder: &Responder, population: &Population, index: u32) -> Heard {
    let start = Instant::now();
    let call = Call::of(Some(population.number(index)), "test", start.into_std());
    let answer = responder.respond(&call).await;
    let plays = answer.playlist().is_some();
    Heard {
        index,
        text: plays.then(|| field(&answer, "mensagem")),
        status: answer.status().word(),
        took: start.elapsed(),
        at: Duration::ZERO,
    }
}

fn field(answer: &Answer, key: &str) -> String {
    let field = FIELDS.iter().find(|field| field.key == key).expect("a field");
    field.value(answer, Pbx::Asterisk).to_owned()
}
