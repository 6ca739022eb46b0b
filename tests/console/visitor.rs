//! bina with a console, and a person who visits it as a browser does.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bina::simulator::{Population, ScopeEntry, Sim, SimAlert, SimScope, customer, with_alert};

use tokio::time::sleep;

use crate::app::{self, Reply, TestApp};

/// A list is read within seconds, and its probes are answered at once; this is for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const PASSWORD: &str = "senha-inventada-7";
/// A customer with an alert, and one without.
pub(crate) const ALERTED: &str = "37988887777";
pub(crate) const QUIET: &str = "37999991111";
pub(crate) const TEXT: &str = "Rompimento de fibra na rua";

pub(crate) const RULES: &str = r#"
    [general]
    prompt = ""
    [prompts]
    equipe = "equipe-a-caminho"
    fibra = "rompimento-fibra"
    luz = "queda-de-energia"
    manutencao = "manutencao"
    [[rule]]
    name = "luz"
    text = "queda de energia"
    play = "luz"
    [[rule]]
    name = "fibra"
    text = ["rompimento", "fibra"]
    except = "teste"
    play = "fibra"
    [[rule]]
    name = "manutencao"
    text = "manutenção"
    play = ["manutencao", "equipe"]
    [limiter]
    rate = 1000
    burst = 1000
"#;

/// Without the lists of HubSoft.
pub(crate) const LISTS_OFF: &str = "[directory]\nenabled = false\n[alerts]\nenabled = false\n";

static FILES: AtomicU32 = AtomicU32::new(0);

/// A file with the password of the console, removed at its end.
pub(crate) struct PasswordFile(PathBuf);

impl PasswordFile {
    pub(crate) fn new() -> Self {
        let file = free_path();
        std::fs::write(&file, PASSWORD).expect("a file");
        Self(file)
    }

    /// The section of the configuration that names it.
    pub(crate) fn section(&self) -> String {
        format!("[console]\npassword_file = \"{}\"\n", self.0.display())
    }
}

impl Drop for PasswordFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A path of a test's own in the folder for temporary files.
fn free_path() -> PathBuf {
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("bina-console-{}-{number}", std::process::id()))
}

/// bina with a console that has a password, unless none is wanted.
pub(crate) struct Scene {
    pub(crate) app: TestApp,
    pub(crate) sim: Sim,
    /// Removed at the end.
    folder: Option<PathBuf>,
    _password: Option<PasswordFile>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

impl Scene {
    pub(crate) async fn start() -> Self {
        Self::with(TEXT, "").await
    }

    /// With an alert's text, and more settings.
    pub(crate) async fn with(text: &str, settings: &str) -> Self {
        let sim = Sim::start(customers(text)).await.expect("loopback");
        Self::of(sim, "", &format!("{RULES}{LISTS_OFF}{settings}"))
    }

    /// With a general prompt.
    pub(crate) async fn with_general(text: &str) -> Self {
        let sim = Sim::start(customers(text)).await.expect("loopback");
        let rules = RULES.replacen("prompt = \"\"", "prompt = \"equipe\"", 1);
        Self::of(sim, "", &format!("{rules}{LISTS_OFF}"))
    }

    /// With other rules.
    pub(crate) async fn of_rules(rules: &str) -> Self {
        let sim = Sim::start(customers(TEXT)).await.expect("loopback");
        Self::of(sim, "", &format!("{rules}\n{LISTS_OFF}"))
    }

    /// With the sample recordings.
    pub(crate) async fn with_recordings() -> Self {
        let sim = Sim::start(customers(TEXT)).await.expect("loopback");
        Self::of(sim, &prompts_folder(), &format!("{RULES}{LISTS_OFF}"))
    }

    /// With the sample recordings, HubSoft's lists of customers and alerts, and an alert for two interfaces,
    /// whose id is returned.
    pub(crate) async fn with_lists(text: &str) -> (Self, u64) {
        let sim =
            Sim::start_generated(Population { customers: 1_000, seed: 7 }).await.expect("loopback");
        let folder = free_path();
        let settings = format!(
            "{RULES}[service]\nstate_folder = \"{}\"\n[directory]\nenabled = true\nduty_percent = 100\n\
             [alerts]\nenabled = true\npoll_s = 1\n",
            folder.display()
        );
        let mut scene = Self::of(sim, &prompts_folder(), &settings);
        scene.folder = Some(folder);
        scene.when("/", "1.000 clientes").await;
        let interfaces = vec![ScopeEntry::Id(70_001), ScopeEntry::Id(70_002)];
        let scope = SimScope { interfaces, ..SimScope::default() };
        let alert = SimAlert { text: text.to_owned(), scope, ..SimAlert::default() };
        let id = scene.sim.publish_alerts(vec![alert]).expect("a scope")[0];
        scene.when("/alertas", "com o alerta").await;
        (scene, id)
    }

    fn of(sim: Sim, listen: &str, settings: &str) -> Self {
        let password = PasswordFile::new();
        let listen = format!("[listen]\n{listen}");
        let connection = app::connection(&sim).replacen("[listen]\n", &listen, 1);
        let config = app::config(&format!("{connection}{}{settings}", password.section()));
        let app = TestApp::of(bina::app::App::build(&config, None).expect("a client"));
        Self { app, sim, folder: None, _password: Some(password) }
    }

    pub(crate) async fn without_password() -> Self {
        let sim = Sim::start(customers(TEXT)).await.expect("loopback");
        let app = TestApp::with(&sim, &format!("{RULES}{LISTS_OFF}")).await;
        Self { app, sim, folder: None, _password: None }
    }

    /// Waits until a page has a text.
    pub(crate) async fn when(&self, path: &str, text: &str) {
        let (visitor, start) = (self.operator().await, Instant::now());
        loop {
            let page = visitor.get(path).await.body;
            if page.contains(text) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{path} has no {text}: {page}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::at(self.app.console.expect("it is on"))
    }

    /// Somebody who has logged in.
    pub(crate) async fn operator(&self) -> Visitor {
        let mut visitor = self.visitor();
        let reply = visitor.log_in(PASSWORD).await;
        assert_eq!(reply.status, 303, "{}", reply.head);
        visitor
    }
}

fn customers(text: &str) -> Vec<serde_json::Value> {
    let alerted = with_alert(customer(1, "Ana Souza", ALERTED), &[text]);
    vec![alerted, customer(2, "Beto Lima", QUIET)]
}

/// The setting that names the sample recordings.
fn prompts_folder() -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("dialplan/sounds/pt_BR/bina");
    format!("prompts_folder = \"{}\"\n", folder.display())
}

/// A browser, as far as the server sees one.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) address: SocketAddr,
    /// The name that it sends.
    pub(crate) host: String,
    pub(crate) cookie: String,
    pub(crate) language: &'static str,
}

impl Visitor {
    /// Somebody who has not logged in yet.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self { address, host: address.to_string(), cookie: String::new(), language: "pt-BR" }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(&format!("GET {path} HTTP/1.1\r\n{}\r\n", self.headers())).await
    }

    /// Posts a form from a page of the console.
    pub(crate) async fn post(&self, path: &str, form: &str) -> Reply {
        self.post_from(&format!("http://{}", self.host), path, form).await
    }

    /// Posts a form from a page of `origin`; none if it is empty.
    pub(crate) async fn post_from(&self, origin: &str, path: &str, form: &str) -> Reply {
        let origin =
            if origin.is_empty() { String::new() } else { format!("Origin: {origin}\r\n") };
        let headers = self.headers();
        let length = form.len();
        self.send(&format!(
            "POST {path} HTTP/1.1\r\n{headers}{origin}Content-Length: {length}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}"
        ))
        .await
    }

    fn headers(&self) -> String {
        let Self { host, cookie, language, .. } = self;
        format!(
            "Host: {host}\r\nConnection: close\r\nCookie: {cookie}\r\nAccept-Language: {language}\r\n"
        )
    }

    async fn send(&self, request: &str) -> Reply {
        Reply::read(&app::exchange(self.address, request.as_bytes()).await)
    }

    /// Logs in; keeps the cookie if there is one.
    pub(crate) async fn log_in(&mut self, password: &str) -> Reply {
        let reply = self.post("/entrar", &format!("quem=Ana&senha={password}&para=%2F")).await;
        if let Some(cookie) = set_cookie(&reply) {
            self.cookie = cookie;
        }
        reply
    }

    /// The secret of the forms of its session.
    pub(crate) async fn csrf(&self) -> String {
        let page = self.get("/").await.body;
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a form");
        rest.split('"').next().expect("a value").to_owned()
    }

    /// Posts a form with the secret of the session.
    pub(crate) async fn act(&self, path: &str, form: &str) -> Reply {
        let csrf = self.csrf().await;
        self.post(path, &format!("csrf={csrf}&{form}")).await
    }
}

/// The pair of `Set-Cookie`.
pub(crate) fn set_cookie(reply: &Reply) -> Option<String> {
    let line = reply.head.lines().find_map(|line| line.strip_prefix("set-cookie: "))?;
    line.split(';').next().map(str::to_owned)
}
