//! `bina demo`: a small HubSoft and bina on this machine, so that anybody can see it work.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::anyhow;

use crate::app::{self, App, Listeners, Service, Signals};
use crate::simulator::{Sim, printed_example};

use super::{Failed, plain_client, say, stage};

/// The three callers of the demonstration; the first two are the example HubSoft prints.
const CALLERS: [(&str, &str); 3] = [
    ("a customer with an alert: prompt= says what to play", "%2B5537988242968"),
    ("a customer without an alert: nothing to play", "37999450812"),
    ("a stranger", "37911112222"),
];

/// The lines of a dialplan that use the answer; dialplan/asterisk/ has the whole.
const ASTERISK_LINES: &str = " same => n,GosubIf(${DIALPLAN_EXISTS(bina,lookup,1)}?bina,lookup,1)
 same => n,GosubIf(${DIALPLAN_EXISTS(bina,play,1)}?bina,play,1)";

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

/// What is played, and that nothing is remembered, so that a command tried again prints the same.
const SETTINGS: &str = r#"
    [prompts]
    rompimento = "rompimento-fibra"
    equipe = "equipe-a-caminho"
    [[rule]]
    name = "rompimento"
    text = "rompimento"
    play = ["rompimento", "equipe"]
    route = "suporte"
    [lookup]
    fresh_s = 0
    nobody_s = 0
"#;

/// Runs the demonstration on `listen` until Ctrl-C.
pub(super) async fn run(listen: SocketAddr) -> Result<(), Failed> {
    let signals = Signals::new()?;
    let sim = Sim::start(printed_example())
        .await
        .map_err(|error| Failed::Runtime(anyhow!("cannot start the small HubSoft: {error}")))?;
    let config = stage::config(&sim, listen, SETTINGS)?;
    let listeners = Listeners::open(&config)?;
    let address = listeners.http_address()?;
    let service = Arc::new(Service::new(App::build(&config, None)?));
    say(format_args!("A small HubSoft runs at {}, and bina at http://{address}.", sim.base_url()));
    say(format_args!(
        "Its customers are the two of HubSoft's printed example. Nothing leaves this machine."
    ));
    let shown = tokio::spawn(show(address, sim.control_addr(), hubsoft_section(&sim)));
    app::run(service, listeners, None, signals).await?;
    shown.abort();
    say(format_args!("bina and its HubSoft have stopped."));
    Ok(())
}

/// The section of a configuration that names the small HubSoft, whose secrets are invented.
fn hubsoft_section(sim: &Sim) -> String {
    let who = sim.credentials();
    format!(
        "[hubsoft]\nbase_url = \"{}\"\ninsecure_http = true\nclient_id = \"{}\"\n\
         client_secret = \"{}\"\nusername = \"{}\"\npassword = \"{}\"",
        sim.base_url(),
        who.client_id,
        who.client_secret,
        who.username,
        who.password
    )
}

/// Asks bina what a PBX would ask, and prints what it is told.
async fn show(address: SocketAddr, control: SocketAddr, hubsoft: String) {
    for (who, caller) in CALLERS {
        show_one(who, &format!("http://{address}/asterisk?caller={caller}")).await;
    }
    let [(_, alerted), ..] = CALLERS;
    let url = format!("http://{address}/freeswitch/vars?caller={alerted}");
    show_one("the first one again, as FreeSWITCH is answered", &url).await;
    say(format_args!(
        "\nIn Asterisk, with dialplan/asterisk/bina.conf in its place, where calls come in:\n{ASTERISK_LINES}"
    ));
    say(format_args!(
        "\nIn FreeSWITCH, with dialplan/freeswitch/bina-curl.xml in its place:\n{FREESWITCH_LINES}"
    ));
    say(format_args!(
        "\nBreak its HubSoft and ask again; \"normal\" removes the fault:\n\
         curl -d '{{\"fault\":\"silent\"}}' http://{control}/sim/fault"
    ));
    say(format_args!(
        "\nTo try `bina lookup` and `bina doctor` with it, this goes into your bina.toml:\n{hubsoft}"
    ));
    say(format_args!("\nEach call is one line of the log below. Ctrl-C ends the demonstration."));
}

async fn show_one(who: &str, url: &str) {
    say(format_args!("\n# {who}\ncurl '{url}'"));
    match ask(url).await {
        Ok(body) => say(format_args!("{body}")),
        Err(error) => say(format_args!("(no answer: {})", error.without_url())),
    }
}

async fn ask(url: &str) -> reqwest::Result<String> {
    plain_client()?.get(url).send().await?.text().await
}
