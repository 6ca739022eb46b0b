//! A real browser: Debian's chromium, driven by its chromedriver.
//!
//! Where they are not installed, the tests are skipped, which they say. Screenshots for a person to look at
//! stand in `target/console/`.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use thirtyfour::extensions::query::ElementQueryable;
use thirtyfour::{
    By, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver, WebElement,
};
use tokio::time::sleep;

use crate::visitor::{PASSWORD, Scene};

/// No window of the browser is narrower; a phone is emulated.
const WINDOW_MIN: u32 = 500;
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A browser; it ends with this.
pub(crate) struct Browser {
    driver: WebDriver,
    service: Child,
}

/// How the browser is set.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Pixels of a screenshot for each one of the page.
    pub(crate) scale: f64,
    pub(crate) is_dark: bool,
    pub(crate) runs_scripts: bool,
    /// What it asks for, first.
    pub(crate) language: &'static str,
}

pub(crate) const PHONE: Look = Look { width: 390, height: 844, ..DESK };
pub(crate) const DESK: Look = Look {
    width: 1_280,
    height: 900,
    scale: 1.0,
    is_dark: false,
    runs_scripts: true,
    language: "pt-BR",
};

impl Browser {
    /// One in which an operator has logged in, with what he logged in to; none if there is no browser.
    pub(crate) async fn operators(look: Look) -> Option<(Self, Scene)> {
        let browser = Self::start(look).await?;
        let scene = Scene::with_recordings().await;
        browser.log_in(&scene).await;
        Some((browser, scene))
    }

    /// The same for a scene that there is already.
    pub(crate) async fn operators_of(scene: &Scene, look: Look) -> Option<Self> {
        let browser = Self::start(look).await?;
        browser.log_in(scene).await;
        Some(browser)
    }

    /// Starts one, or says that there is none.
    async fn start(look: Look) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).ok()?.port();
        let service = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(service) = service else {
            let text = "SKIPPED: there is no chromedriver (apt install chromium chromium-driver)";
            assert!(std::env::var_os("BINA_REQUIRE_CHROMIUM").is_none(), "{text}");
            eprintln!("{text}");
            return None;
        };
        // The client of the driver wants one, though it uses no TLS. Another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let driver = connected(port, &capabilities(look)).await;
        Some(Self { driver, service })
    }

    pub(crate) async fn end(self) {
        let _ = self.driver.clone().quit().await;
    }

    pub(crate) async fn open(&self, scene: &Scene, path: &str) {
        let address = scene.app.console.expect("it is on");
        self.driver.goto(format!("http://{address}{path}")).await.expect("it opens");
    }

    pub(crate) async fn log_in(&self, scene: &Scene) {
        self.open(scene, "/entrar").await;
        self.fill("quem", "Ana").await;
        self.fill("senha", PASSWORD).await;
        self.click("form button").await;
        self.find("#agora").await;
    }

    pub(crate) async fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("main [name='{name}']")).await;
        field.clear().await.expect("it is a field");
        field.send_keys(text).await.expect("it takes text");
    }

    pub(crate) async fn find(&self, selector: &str) -> WebElement {
        let found = self.driver.query(By::Css(selector)).first().await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub(crate) async fn click(&self, selector: &str) {
        self.find(selector)
            .await
            .click()
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Waits until an element has a text.
    pub(crate) async fn when(&self, selector: &str, text: &str) {
        let start = Instant::now();
        let mut shown = String::new();
        while start.elapsed() < PATIENCE {
            // A page that is just being replaced has no such element.
            if let Ok(element) = self.driver.find(By::Css(selector)).await {
                shown = element.text().await.unwrap_or_default();
                if shown.contains(text) {
                    return;
                }
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("{selector} is {shown:?}, not {text:?}");
    }

    pub(crate) async fn script(&self, script: &str) -> serde_json::Value {
        let ret = self.driver.execute(script, Vec::new()).await;
        ret.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// Waits until a script returns true.
    pub(crate) async fn until(&self, script: &str) {
        let start = Instant::now();
        while self.script(script).await != serde_json::Value::Bool(true) {
            assert!(start.elapsed() < PATIENCE, "{script}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn shoot(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/console");
        self.shoot_into(&folder, name).await;
    }

    /// Writes what is shown into `folder`.
    pub(crate) async fn shoot_into(&self, folder: &Path, name: &str) {
        fs::create_dir_all(folder).expect("a folder");
        let shot = self.driver.screenshot_as_png().await.expect("a picture");
        fs::write(folder.join(format!("{name}.png")), shot).expect("a file");
    }

    /// What axe finds hard to use in the page for people who see or hear little, or use no mouse.
    pub(crate) async fn barriers(&self) -> Vec<String> {
        let Some(axe) = axe() else { return Vec::new() };
        self.script(&axe).await;
        let script = "const done = arguments[arguments.length - 1];
            axe.run().then(found => done(found.violations.flatMap(broken => broken.nodes.map(node =>
                `${broken.id}: ${node.target}: ${node.failureSummary}`))), error => done([`${error}`]))";
        let found = self.driver.execute_async(script, Vec::new()).await.expect("it ends");
        found.convert().expect("a list")
    }

    /// What the browser has complained of: a blocked script or style, a missing file.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let script = "return (window.binaComplaints || []).concat(performance.getEntriesByType('resource')
            .filter(e => e.responseStatus >= 400 || !e.name.startsWith(location.origin)).map(e => e.name))";
        let complaints = self.script(script).await;
        serde_json::from_value(complaints).expect("a list")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}

/// Where `tests/console/axe.sh` puts it.
pub(crate) static AXE: LazyLock<PathBuf> =
    LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe/axe.min.js"));

/// The program of axe-core, if `tests/console/axe.sh` has fetched it.
fn axe() -> Option<String> {
    let axe = fs::read_to_string(&*AXE).ok();
    if axe.is_none() {
        let text = "SKIPPED: there is no target/axe/axe.min.js (run tests/console/axe.sh)";
        assert!(std::env::var_os("BINA_REQUIRE_CHROMIUM").is_none(), "{text}");
        eprintln!("{text}");
    }
    axe
}

fn capabilities(look: Look) -> ChromeCapabilities {
    let mut wanted = DesiredCapabilities::chrome();
    let Look { width, height, scale, is_dark, runs_scripts, language } = look;
    let size = format!("--window-size={width},{height}");
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        &format!("--lang={language}"),
        &size,
    ] {
        wanted.add_arg(argument).expect("an argument");
    }
    wanted.add_arg("--autoplay-policy=no-user-gesture-required").expect("an argument");
    if is_dark {
        wanted.add_arg("--blink-settings=preferredColorScheme=0").expect("an argument");
    }
    if !runs_scripts {
        wanted.add_arg("--blink-settings=scriptEnabled=false").expect("an argument");
    }
    if width < WINDOW_MIN || scale < 1.0 {
        let screen = serde_json::json!({"deviceMetrics": {"width": width, "height": height, "pixelRatio": scale}});
        wanted.add_experimental_option("mobileEmulation", screen).expect("an option");
    }
    let languages = serde_json::json!({"intl.accept_languages": language});
    wanted.add_experimental_option("prefs", languages).expect("an option");
    wanted
}

async fn connected(port: u16, capabilities: &ChromeCapabilities) -> WebDriver {
    let url = format!("http://127.0.0.1:{port}");
    let start = Instant::now();
    loop {
        match WebDriver::new(&url, capabilities.clone()).await {
            Ok(driver) => return driver,
            Err(error) => assert!(start.elapsed() < PATIENCE, "no browser: {error}"),
        }
        sleep(Duration::from_millis(100)).await;
    }
}
