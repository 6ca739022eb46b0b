//! Starts bina in the test's own process, in front of the simulator, and sends it HTTP requests.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of it")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bina::app::config::Config;
use bina::app::{App, Listeners, Service, Serving};
use bina::domain::phone::Phone;
use bina::runtime::metrics::Exposition;
use bina::simulator::Sim;
use bina::sources::hubsoft::HubSoft;
use bina::sources::source::{Budget, Key, Source};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// The rules of the tests; `{hubsoft}` stands for where and who.
pub const RULES: &str = r#"
[prompts]
rompimento = "rompimento-fibra"
equipe = "equipe-a-caminho"
geral = "aviso-geral"
[[rule]]
name = "rompimento"
text = ["rompimento", "corte de fibra"]
play = ["rompimento", "equipe"]
route = "suporte"
expose = true
[general]
prompt = "geral"
"#;

/// The part of a configuration that names `sim` and listens on a free port.
pub fn connection(sim: &Sim) -> String {
    let who = sim.credentials();
    format!(
        "[listen]\nhttp = \"127.0.0.1:0\"\nagi = \"127.0.0.1:0\"\n\
         metrics = \"127.0.0.1:0\"\nconsole = \"127.0.0.1:0\"\n[hubsoft]\nbase_url = \"{}\"\ninsecure_http = true\n\
         client_id = \"{}\"\nclient_secret = \"{}\"\nusername = \"{}\"\npassword = \"{}\"\n",
        sim.base_url(),
        who.client_id,
        who.client_secret,
        who.username,
        who.password,
    )
}

/// Reads a configuration that is expected to be valid.
pub fn config(text: &str) -> Config {
    Config::parse(text, Path::new("test.toml")).unwrap_or_else(|invalid| panic!("{invalid}"))
}

/// The number `text` is expected to be.
pub fn phone(text: &str) -> Phone {
    Phone::parse(text, None).expect("a number")
}

/// What `text` is looked up by.
pub fn key(text: &str) -> Key {
    phone(text).into()
}

/// A budget with a deadline far away, for tests that are about the client and not the call.
pub fn soon() -> Budget {
    Budget::of_call(Instant::now() + Duration::from_secs(60))
}

/// A client of `sim`, with `settings` of its section besides.
pub fn client(sim: &Sim, settings: &str) -> HubSoft {
    HubSoft::new(config(&format!("{}{settings}", connection(sim))).hubsoft).expect("a client")
}

/// bina in front of a source, listening on a free port; it ends when it is dropped.
pub struct TestApp {
    pub address: SocketAddr,
    /// The address of the FastAGI listener.
    pub agi: SocketAddr,
    /// Where the health and metrics endpoints are.
    pub metrics: SocketAddr,
    /// Where the console is, if it is on.
    pub console: Option<SocketAddr>,
    pub service: Service,
    serving: Serving,
}

/// What came back: the whole head, and the body.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl TestApp {
    /// Starts with `RULES` in front of `sim`.
    pub async fn start(sim: &Sim) -> Self {
        Self::with(sim, RULES).await
    }

    /// Starts with `settings`, which are put behind the part that names `sim`.
    pub async fn with(sim: &Sim, settings: &str) -> Self {
        let config = config(&format!("{}{settings}", connection(sim)));
        Self::of(App::build(&config, None).expect("a client"))
    }

    /// Starts in front of any source.
    pub fn serve(config: &Config, source: Arc<dyn Source>) -> Self {
        Self::of(App::in_front_of(source, config))
    }

    /// Starts `app` at the addresses of its configuration.
    pub fn of(app: App) -> Self {
        let listeners = Listeners::open(app.config()).expect("free ports");
        let addresses: HashMap<_, _> =
            listeners.addresses().expect("addresses").into_iter().collect();
        let service = Service::new(app);
        let serving = service.serve(listeners).expect("listeners");
        let [address, agi, metrics] = ["http", "agi", "metrics"].map(|name| addresses[name]);
        let console = addresses.get("console").copied();
        Self { address, agi, metrics, console, service, serving }
    }

    /// What `/metrics` has.
    pub fn metrics_text(&self) -> String {
        self.service.app().http.application.metrics(Exposition::Prometheus)
    }

    /// What one counter of `/metrics` has counted.
    pub fn counted(&self, sample: &str) -> u64 {
        let text = self.metrics_text();
        let line = text.lines().find_map(|line| line.strip_prefix(sample));
        line.and_then(|value| value.trim().parse().ok()).unwrap_or(0)
    }

    /// Stops it, as SIGTERM does.
    pub fn stop(&self) {
        self.serving.stop();
    }

    /// Requests `target` on a connection of its own.
    pub async fn get(&self, target: &str) -> Reply {
        self.query(&format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
    }

    /// Posts a form on a connection of its own.
    pub async fn post(&self, target: &str, form: &str) -> Reply {
        self.query(&format!(
            "POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
            form.len()
        ))
        .await
    }

    /// Writes `request` as it is and reads until the connection is closed.
    pub async fn query(&self, request: &str) -> Reply {
        Reply::read(&self.raw(request.as_bytes()).await)
    }

    /// Writes bytes as they are and reads until the connection is closed.
    pub async fn raw(&self, request: &[u8]) -> String {
        exchange(self.address, request).await
    }

    /// Answers a lookup at `/asterisk` as pairs.
    pub async fn asterisk(&self, caller: &str) -> Vec<(String, String)> {
        let reply = self.get(&format!("/asterisk?caller={caller}")).await;
        assert_eq!(reply.status, 200, "{}", reply.head);
        pairs(&reply.body)
    }
}

impl Reply {
    pub fn read(answer: &str) -> Self {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Self { status: status.unwrap_or(0), head: head.to_owned(), body: body.to_owned() }
    }
}

/// Writes bytes to `address` as they are and reads until the connection is closed.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the listener is open");
    stream.write_all(request).await.expect("it reads");
    let mut answer = Vec::new();
    // A reset after the answer is as good as an end.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).expect("answers are UTF-8")
}

/// Splits a hash as Asterisk does, without decoding.
pub fn pairs(body: &str) -> Vec<(String, String)> {
    body.split('&')
        .map(|pair| pair.split_once('=').expect("each field has a value"))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The value of one field.
pub fn field<'a>(pairs: &'a [(String, String)], key: &str) -> &'a str {
    pairs.iter().find(|(name, _)| name == key).map_or("(absent)", |(_, value)| value)
}
