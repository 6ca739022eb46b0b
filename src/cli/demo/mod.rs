//! `bina demo`: runs a simulated HubSoft and bina on this machine.

mod outage;
mod texts;

use std::fmt::Display;
use std::fs::DirBuilder;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::anyhow;
use tokio::task::JoinHandle;

use crate::app::config::CONSOLE_DEFAULT;
use crate::app::{self, App, Listeners, Service, Signals};
use crate::runtime::language::{Language, Text};
use crate::runtime::secret::Secret;
use crate::simulator::{Population, Sim, printed_example};

use super::stage::{self, StageListeners};
use super::{Failed, plain_client, print_line};

/// The callers of the demo; the first two are the customers in the example of HubSoft's API
/// documentation.
const CALLERS: [(Text, &str); 3] = [
    (texts::CALLER_ALERTED, "%2B5537988242968"),
    (texts::CALLER_SILENT, "37999450812"),
    (texts::CALLER_UNKNOWN, "37911112222"),
];

/// The dialplan line that uses the answer; the complete dialplan is in dialplan/asterisk/.
const ASTERISK_LINE: &str = " same => n,GosubIf(${DIALPLAN_EXISTS(bina,s,1)}?bina,s,1)";

/// The same for FreeSWITCH, from dialplan/freeswitch/public-example.xml.
const FREESWITCH_LINES: &str = r#" <extension name="bina-play" continue="true">
   <condition field="${bina_end}" expression="^1$"/>
   <condition field="${bina_prompt}" expression="^[A-Za-z0-9_/.:!-]+$">
     <action application="answer"/>
     <action application="sleep" data="500"/>
     <action application="playback" data="${bina_prompt}"/>
     <action application="set" data="bina_prompt="/>
   </condition>
 </extension>"#;

/// Generated customers, so that a directory that reads this HubSoft has some content.
const LISTED: Population = Population { customers: 2_000, seed: 7 };

/// The prompts, and a cache that is off, so that a repeated command prints the same answer.
const SETTINGS: &str = r#"
    [prompts]
    rompimento = "rompimento-fibra"
    equipe = "equipe-a-caminho"
    falha = "falha-na-regiao"
    [[rule]]
    name = "rompimento"
    text = "rompimento"
    play = ["rompimento", "equipe"]
    route = "suporte"
    [[rule]]
    name = "massiva"
    text = ["falha geral", "massiva"]
    play = ["falha", "equipe"]
    [lookup]
    fresh_s = 0
    nobody_s = 0
    [directory]
    enabled = true
    [alerts]
    enabled = true
"#;

/// A port that is free: 8574 may be the service's own.
const OPERATION: &str = "127.0.0.1:0";

/// The password of the demo's console, which this machine alone reaches.
const PASSWORD: &str = "demonstracao";

/// The console's own port, unless it is taken: the service's console may be there.
fn console_port() -> &'static str {
    if TcpListener::bind(CONSOLE_DEFAULT).is_ok() { CONSOLE_DEFAULT } else { OPERATION }
}

/// A folder of the demo's own, for the journal and the local alerts; removed at the end.
struct StateOfDemo(PathBuf);

impl StateOfDemo {
    /// None where there can be none: then the demo keeps all in memory.
    fn create() -> Option<Self> {
        let path = std::env::temp_dir().join(format!("bina-demo-{}", std::process::id()));
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.ok().map(|()| Self(path))
    }
}

impl Drop for StateOfDemo {
    fn drop(&mut self) {
        // What is left is invented, and in the folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the demo plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Only what is typed at it.
    Quiet,
    /// An outage with callers, too.
    Whole,
}

/// Folders of the sample recordings, from the source and from the package.
const RECORDINGS: [&str; 2] = ["dialplan/sounds/pt_BR/bina", "/usr/share/bina/sounds/pt_BR/bina"];

/// The settings, with the sample recordings if they are there, so that they can be heard in the console.
fn settings() -> String {
    let folder = RECORDINGS.into_iter().find(|folder| Path::new(folder).is_dir());
    let folder = folder.and_then(|folder| Path::new(folder).canonicalize().ok());
    let served =
        folder.map(|folder| format!("prompts_folder = {:?}\n", folder.display().to_string()));
    format!("{}{SETTINGS}", served.unwrap_or_default())
}

/// What is needed to reach a part of the demo.
struct DemoAddresses {
    http: SocketAddr,
    /// Of the simulated HubSoft.
    control: SocketAddr,
}

/// Runs the demo on `listen` until Ctrl-C.
pub(super) async fn run(
    listen: SocketAddr,
    extent: Extent,
    language: Language,
) -> Result<(), Failed> {
    let signals = Signals::new()?;
    let sim = Sim::start(printed_example()).await.map_err(|error| {
        Failed::Runtime(anyhow!(texts::NO_SIMULATOR.filled(language, &[("error", &error)])))
    })?;
    let sim = Arc::new(sim);
    sim.set_population(Some(LISTED));
    let listening = StageListeners { http: listen, metrics: OPERATION, console: console_port() };
    let mut config = stage::config(&sim, &listening, &settings())?;
    config.console.password = Some(Secret::new(PASSWORD.to_owned()));
    let folder = StateOfDemo::create();
    config.state_folder = folder.as_ref().map(|folder| folder.0.clone());
    let listeners = Listeners::open(&config)?;
    let address = listeners.http_address()?;
    let service = Arc::new(Service::new(App::build(&config, None)?));
    introduce(&sim, address, listeners.console_address()?, language);
    if listeners.console_address()?.is_some() && extent == Extent::Whole {
        print_line(texts::CONSOLE_OUTAGE.of(language));
    }
    let settings = format!("{}\n{}", listen_section(&listeners)?, hubsoft_section(&sim));
    let addresses = DemoAddresses { http: address, control: sim.control_addr() };
    let examples = tokio::spawn(show(addresses, settings, language));
    let outage = match extent {
        Extent::Quiet => None,
        Extent::Whole => Some(tokio::spawn(outage::play(Arc::clone(&sim), address, language))),
    };
    app::run(service, listeners, None, signals).await?;
    examples.abort();
    outage.iter().for_each(JoinHandle::abort);
    print_line(texts::ENDED.of(language));
    Ok(())
}

/// Prints what runs, and where.
fn introduce(sim: &Sim, bina: SocketAddr, console: Option<SocketAddr>, language: Language) {
    let parts: [(&str, &dyn Display); 2] = [("hubsoft", &sim.base_url()), ("bina", &bina)];
    print_line(texts::STARTED.filled(language, &parts));
    print_line(texts::CUSTOMERS.of(language));
    print_line(texts::LISTED.filled(language, &[("customers", &LISTED.customers)]));
    if let Some(console) = console {
        let parts: [(&str, &dyn Display); 2] = [("console", &console), ("password", &PASSWORD)];
        print_line(texts::CONSOLE.filled(language, &parts));
    }
}

/// The configuration section by which commands reach this bina.
fn listen_section(listeners: &Listeners) -> Result<String, Failed> {
    let [http, metrics] = [Some(listeners.http_address()?), listeners.metrics_address()?]
        .map(|address| address.map_or_else(|| "off".to_owned(), |it| it.to_string()));
    Ok(format!("[listen]\nhttp = \"{http}\"\nmetrics = \"{metrics}\"\nagi = \"off\""))
}

/// The configuration section for the simulated HubSoft, whose secrets are invented.
fn hubsoft_section(sim: &Sim) -> String {
    let credentials = sim.credentials();
    format!(
        "[hubsoft]\nbase_url = \"{}\"\ninsecure_http = true\nclient_id = \"{}\"\n\
         client_secret = \"{}\"\nusername = \"{}\"\npassword = \"{}\"",
        sim.base_url(),
        credentials.client_id,
        credentials.client_secret,
        credentials.username,
        credentials.password
    )
}

/// Sends bina the requests of a PBX, and prints its answers.
async fn show(addresses: DemoAddresses, settings: String, language: Language) {
    let DemoAddresses { http: address, control } = addresses;
    for (who, caller) in CALLERS {
        show_one(who, &format!("http://{address}/asterisk?caller={caller}"), language).await;
    }
    let [(_, alerted), ..] = CALLERS;
    let url = format!("http://{address}/freeswitch/vars?caller={alerted}");
    show_one(texts::CALLER_FREESWITCH, &url, language).await;
    let fault = format!("curl -d '{{\"fault\":\"silent\"}}' http://{control}/sim/fault");
    let alert = "bina alert add \"Rompimento de fibra\" --everyone --for 10m -c try.toml";
    for (what, lines) in [
        (texts::ASTERISK, ASTERISK_LINE),
        (texts::FREESWITCH, FREESWITCH_LINES),
        (texts::FAULT, &fault),
        (texts::TRY, &settings),
        (texts::ALERT, alert),
    ] {
        print_line(format_args!("\n{}\n{lines}", what.of(language)));
    }
    print_line(format_args!("\n{}", texts::LOG.of(language)));
}

async fn show_one(who: Text, url: &str, language: Language) {
    print_line(format_args!("\n# {}\ncurl '{url}'", who.of(language)));
    match request(url).await {
        Ok(body) => print_line(body),
        Err(error) => {
            let error = error.without_url();
            print_line(texts::NO_ANSWER.filled(language, &[("error", &error)]));
        }
    }
}

async fn request(url: &str) -> reqwest::Result<String> {
    plain_client()?.get(url).send().await?.text().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::{Alert, Scope};
    use crate::domain::alert_text::AlertText;

    #[tokio::test]
    async fn the_preset_of_the_mass_mode_is_heard_in_the_demo() {
        let sim = Sim::start(Vec::new()).await.expect("loopback");
        let http = SocketAddr::from(([127, 0, 0, 1], 0));
        let listening = StageListeners { http, metrics: "off", console: "off" };
        let config = stage::config(&sim, &listening, SETTINGS).expect("it is valid");
        let text = "Falha geral na rede. Nossas equipes já trabalham na solução.";
        let alert = AlertText::new(text).map(|text| Alert::new(text, Scope::Carrier));
        let choice = config.rules.choose_local(alert.as_ref(), None, &[], None);
        assert_eq!(choice.rule.map(|rule| &**rule), Some("massiva"));
    }
}
