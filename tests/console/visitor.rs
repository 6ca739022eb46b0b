//! bina with a console, and a person who visits it as a browser does.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use bina::simulator::{Sim, customer, with_alert};

use crate::app::{self, Reply, TestApp};

pub(crate) const PASSWORD: &str = "senha-inventada-7";
/// A customer with an alert, and one without.
pub(crate) const ALERTED: &str = "37988887777";
pub(crate) const QUIET: &str = "37999991111";
pub(crate) const TEXT: &str = "Rompimento de fibra na rua";

const RULES: &str = r#"
    [general]
    prompt = ""
    [prompts]
    fibra = "rompimento-fibra"
    luz = "queda-de-energia"
    [[rule]]
    name = "luz"
    text = "queda de energia"
    play = "luz"
    [[rule]]
    name = "fibra"
    text = ["rompimento", "fibra"]
    except = "teste"
    play = "fibra"
    [directory]
    enabled = false
    [alerts]
    enabled = false
    [limiter]
    rate = 1000
    burst = 1000
"#;

static FILES: AtomicU32 = AtomicU32::new(0);

/// bina with a console that has a password, unless none is wanted.
pub(crate) struct Scene {
    pub(crate) app: TestApp,
    pub(crate) sim: Sim,
    file: PathBuf,
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

impl Scene {
    pub(crate) async fn start() -> Self {
        Self::with(TEXT, "").await
    }

    /// With an alert's text, and more settings.
    pub(crate) async fn with(text: &str, settings: &str) -> Self {
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("bina-console-{}-{number}", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, PASSWORD).expect("a file");
        let console = format!("[console]\npassword_file = \"{}\"\n", file.display());
        let (app, sim) = served(text, &format!("{RULES}{console}{settings}")).await;
        Self { app, sim, file }
    }

    /// With more lines of `[listen]`.
    pub(crate) async fn with_listen(lines: &str) -> Self {
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("bina-console-{}-{number}", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, PASSWORD).expect("a file");
        let sim = Sim::start(customers(TEXT)).await.expect("loopback");
        let listen = format!("[listen]\n{lines}");
        let connection = app::connection(&sim).replacen("[listen]\n", &listen, 1);
        let console = format!("[console]\npassword_file = \"{}\"\n", file.display());
        let config = app::config(&format!("{connection}{RULES}{console}"));
        let app = TestApp::of(bina::app::App::build(&config, None).expect("a client"));
        Self { app, sim, file }
    }

    pub(crate) async fn without_password() -> Self {
        let (app, sim) = served(TEXT, RULES).await;
        Self { app, sim, file: PathBuf::new() }
    }

    pub(crate) fn visitor(&self) -> Visitor {
        let address = self.app.console.expect("it is on");
        Visitor { address, host: address.to_string(), cookie: String::new(), language: "pt-BR" }
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

async fn served(text: &str, settings: &str) -> (TestApp, Sim) {
    let sim = Sim::start(customers(text)).await.expect("loopback");
    let app = TestApp::with(&sim, settings).await;
    (app, sim)
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
