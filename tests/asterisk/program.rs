//! bina itself, started as its users start it, in front of the simulator.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use bina::simulator::Sim;
use serde_json::Value;

use crate::calls::CALLED;
use crate::leash::Leash;
use crate::pbx::{Asterisk, Ports, free_tcp_port};
use crate::snippets::{Snippet, Speech};

/// It starts in milliseconds; this is for a machine that is busy with other things.
const START_MAX: Duration = Duration::from_secs(20);

/// A running bina; it is killed when this is dropped.
pub(crate) struct Program {
    url: String,
    agi: String,
    leash: Leash,
    /// What it writes to its log.
    pub(crate) log: PathBuf,
}

impl Program {
    /// Starts bina at any free ports.
    pub(crate) fn start(asterisk: &Asterisk, hubsoft: &str) -> Self {
        Self::start_at(Ports::free(), asterisk, hubsoft)
    }

    /// Starts bina with further sections of its configuration.
    pub(crate) fn start_with(asterisk: &Asterisk, hubsoft: &str, more: &str) -> Self {
        Self::start_at_with(Ports::free(), asterisk, hubsoft, more)
    }

    /// The same at these ports.
    pub(crate) fn start_at_with(
        ports: Ports,
        asterisk: &Asterisk,
        hubsoft: &str,
        more: &str,
    ) -> Self {
        Self::run(ports, asterisk, &format!("{}\n{more}", settings(ports, hubsoft)))
    }

    /// Starts bina with all it can write into its log.
    pub(crate) fn start_logging_all(asterisk: &Asterisk, hubsoft: &str) -> Self {
        Self::start_with(asterisk, hubsoft, "[log]\nlevel = \"debug\"\n")
    }

    /// Starts bina for a PBX that has no recordings and fetches them.
    pub(crate) fn start_serving_prompts(asterisk: &Asterisk, hubsoft: &str) -> Self {
        let ports = Ports::free();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/dialplan/sounds/pt_BR/bina");
        let served = format!("prompts_folder = \"{folder}\"\n[hubsoft]");
        let settings = settings(ports, hubsoft).replacen("[hubsoft]", &served, 1);
        let prefix = format!("http://127.0.0.1:{}/prompts/", ports.http);
        let form = format!("[asterisk]\nprompt_prefix = \"{prefix}\"\nprompt_suffix = \".wav\"\n");
        Self::run(ports, asterisk, &format!("{settings}{form}"))
    }

    /// Starts bina with a directory and alerts, which are read ahead of the calls and kept in `state`.
    pub(crate) fn start_ahead(asterisk: &Asterisk, hubsoft: &str, state: &Path) -> Ahead {
        let folder = state.display();
        let read_ahead = format!(
            "[service]\nstate_folder = \"{folder}\"\n[directory]\nenabled = true\nduty_percent = 100\n"
        );
        let ports = Ports::free();
        Self::operated(asterisk, ports, &settings(ports, hubsoft), &read_ahead)
    }

    /// Starts bina with an engine that speaks the alerts of the first rule.
    pub(crate) fn start_speaking(asterisk: &Asterisk, hubsoft: &str, engine: &Path) -> Ahead {
        let speak = "play = [\"rompimento\", \"equipe\"]\nspeak = [\"equipe\", \"*\"]";
        let ports = Ports::free();
        let settings = settings(ports, hubsoft);
        let settings = settings.replacen("play = [\"rompimento\", \"equipe\"]", speak, 1);
        let speech = format!(
            "[directory]\nenabled = false\n[speech]\ncommand = [\"{}\"]\n",
            engine.display()
        );
        Self::operated(asterisk, ports, &settings, &speech)
    }

    /// Starts bina with a listener for operators.
    fn operated(asterisk: &Asterisk, ports: Ports, settings: &str, more: &str) -> Ahead {
        let operation = free_tcp_port();
        let listener = format!("metrics = \"127.0.0.1:{operation}\"");
        let settings = settings.replacen("metrics = \"off\"", &listener, 1);
        let bina = Self::run(ports, asterisk, &format!("{settings}{more}"));
        Ahead { bina, operation }
    }

    pub(crate) fn start_at(ports: Ports, asterisk: &Asterisk, hubsoft: &str) -> Self {
        Self::run(ports, asterisk, &settings(ports, hubsoft))
    }

    fn run(ports: Ports, asterisk: &Asterisk, settings: &str) -> Self {
        let file = |ending: &str| -> PathBuf {
            asterisk.run.join(format!("bina-{}.{ending}", ports.http))
        };
        fs::write(file("toml"), settings).unwrap();
        let words = [env!("CARGO_BIN_EXE_bina"), "serve", "-c"].map(Into::into).to_vec();
        let words = [words, vec![file("toml").into()]].concat();
        let leash = Leash::start(&words, &file("log"), None);
        let started = Instant::now();
        for port in [ports.http, ports.agi] {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                let log_text = || fs::read_to_string(file("log")).unwrap_or_default();
                assert!(started.elapsed() < START_MAX, "bina did not start:\n{}", log_text());
                sleep(Duration::from_millis(20));
            }
        }
        let url = format!("http://127.0.0.1:{}", ports.http);
        Self { url, agi: format!("agi://127.0.0.1:{}", ports.agi), leash, log: file("log") }
    }

    /// Where that snippet finds it.
    pub(crate) fn at(&self, snippet: &Snippet) -> &str {
        if snippet.speech == Speech::Agi { &self.agi } else { &self.url }
    }

    /// Stops the process where it is, as a machine that swaps does.
    pub(crate) fn freeze(&self) {
        self.leash.signal("STOP");
    }
}

/// A bina that reads directory and alerts ahead of the calls.
pub(crate) struct Ahead {
    pub(crate) bina: Program,
    /// The port of its operations listener.
    operation: u16,
}

impl Ahead {
    /// Waits until the directory has been read.
    pub(crate) fn walked(&self) {
        let started = Instant::now();
        while !self.request("GET", "/v1/directory", "").contains("\"is_whole\":true") {
            assert!(started.elapsed() < START_MAX, "the directory was not read");
            sleep(Duration::from_millis(50));
        }
    }

    /// What the next call of a number would be answered from: `cache`, `evidence` or `hubsoft`.
    pub(crate) fn way(&self, phone: &str) -> String {
        let body = self.request("POST", "/v1/explain", &format!("number={phone}"));
        let explained: Value = serde_json::from_str(&body).unwrap();
        explained["outlook"]["way"].as_str().unwrap().to_owned()
    }

    /// What a caller without a number would hear now.
    pub(crate) fn prompt(&self) -> String {
        let body = self.request("POST", "/v1/explain", "number=anonymous");
        let explained: Value = serde_json::from_str(&body).unwrap();
        explained["answer"]["prompt"].as_str().unwrap().to_owned()
    }

    /// Publishes an alert for every caller in place of the one before; returns its id.
    pub(crate) fn publish(&self, text: &str, before: &str) -> String {
        if !before.is_empty() {
            self.request("DELETE", &format!("/v1/alerts?id={before}"), "");
        }
        let body = serde_json::json!({ "text": text, "everyone": true }).to_string();
        let added: Value =
            serde_json::from_str(&self.request("POST", "/v1/alerts", &body)).unwrap();
        added["alert"]["id"].as_str().unwrap().to_owned()
    }

    /// The body of an answer of the operations listener.
    fn request(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.operation)).unwrap();
        let length = body.len();
        let kind = if body.starts_with('{') { "Content-Type: application/json\r\n" } else { "" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{kind}\
             Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

/// Starts a HubSoft with these customers; it has a thread of its own.
pub(crate) fn hubsoft(customers: Vec<Value>) -> Sim {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(Sim::start(customers)).unwrap()
}

fn settings(ports: Ports, hubsoft: &str) -> String {
    format!(
        r#"
        [listen]
        http = "127.0.0.1:{}"
        agi = "127.0.0.1:{}"
        metrics = "off"
        console = "off"
        [hubsoft]
        base_url = "{hubsoft}"
        insecure_http = true
        client_id = "{}"
        client_secret = "{}"
        username = "{}"
        password = "{}"
        [prompts]
        rompimento = "rompimento-fibra"
        equipe = "equipe-a-caminho"
        geral = "aviso-geral"
        [[rule]]
        name = "rompimento"
        text = ["rompimento", "fibra"]
        play = ["rompimento", "equipe"]
        route = "suporte"
        expose = true
        [[rule]]
        name = "aviso"
        text = ["aviso"]
        did = ["{CALLED}"]
        play = ["equipe"]
        route = "rota-que-ninguem-conhece"
        expose = true
        [[rule]]
        name = "so-rota"
        text = ["prioridade"]
        play = []
        route = "suporte"
        [general]
        prompt = "geral"
        "#,
        ports.http,
        ports.agi,
        bina::simulator::CLIENT_ID,
        bina::simulator::CLIENT_SECRET,
        bina::simulator::USERNAME,
        bina::simulator::PASSWORD,
    )
}
