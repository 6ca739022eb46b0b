//! The console in a real browser: Debian's chromium, driven by its chromedriver.
//!
//! Where they are not installed, the tests are skipped, which they say. Screenshots for a person to look at
//! stand in `target/console/`.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bina::simulator::{customer, with_alert};
use thirtyfour::extensions::query::ElementQueryable;
use thirtyfour::{
    By, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver, WebElement,
};
use tokio::time::sleep;

use crate::visitor::{ALERTED, PASSWORD, QUIET, Scene};

const PATIENCE: Duration = Duration::from_secs(20);

/// A browser; it ends with this.
struct Browser {
    driver: WebDriver,
    service: Child,
}

/// How the browser is set.
#[derive(Clone, Copy)]
struct Look {
    width: u32,
    height: u32,
    is_dark: bool,
    runs_scripts: bool,
}

const PHONE: Look = Look { width: 390, height: 844, is_dark: false, runs_scripts: true };
const DESK: Look = Look { width: 1_280, height: 900, is_dark: false, runs_scripts: true };

impl Browser {
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

    async fn end(self) {
        let _ = self.driver.clone().quit().await;
    }

    async fn open(&self, scene: &Scene, path: &str) {
        let address = scene.app.console.expect("it is on");
        self.driver.goto(format!("http://{address}{path}")).await.expect("it opens");
    }

    async fn log_in(&self, scene: &Scene) {
        self.open(scene, "/entrar").await;
        self.fill("quem", "Ana").await;
        self.fill("senha", PASSWORD).await;
        self.click("form button").await;
        self.when("h1", "Agora").await;
    }

    async fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("main [name='{name}']")).await;
        field.clear().await.expect("it is a field");
        field.send_keys(text).await.expect("it takes text");
    }

    async fn find(&self, selector: &str) -> WebElement {
        let found = self.driver.query(By::Css(selector)).first().await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    async fn click(&self, selector: &str) {
        self.find(selector)
            .await
            .click()
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Waits until an element has a text.
    async fn when(&self, selector: &str, text: &str) {
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

    async fn script(&self, script: &str) -> serde_json::Value {
        let ret = self.driver.execute(script, Vec::new()).await;
        ret.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// Waits until a script returns true.
    async fn until(&self, script: &str) {
        let start = Instant::now();
        while self.script(script).await != serde_json::Value::Bool(true) {
            assert!(start.elapsed() < PATIENCE, "{script}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn shoot(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/console");
        fs::create_dir_all(&folder).expect("a folder");
        let shot = self.driver.screenshot_as_png().await.expect("a picture");
        fs::write(folder.join(format!("{name}.png")), shot).expect("a file");
    }

    /// What the browser has complained of: a blocked script or style, a missing file.
    async fn complaints(&self) -> Vec<String> {
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

fn capabilities(look: Look) -> ChromeCapabilities {
    let mut wanted = DesiredCapabilities::chrome();
    let Look { width, height, is_dark, runs_scripts } = look;
    let size = format!("--window-size={width},{height}");
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--lang=pt-BR", &size] {
        wanted.add_arg(argument).expect("an argument");
    }
    wanted.add_arg("--autoplay-policy=no-user-gesture-required").expect("an argument");
    if is_dark {
        wanted.add_arg("--blink-settings=preferredColorScheme=0").expect("an argument");
    }
    if !runs_scripts {
        wanted.add_arg("--blink-settings=scriptEnabled=false").expect("an argument");
    }
    let languages = serde_json::json!({"intl.accept_languages": "pt-BR,pt"});
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

/// A scene whose prompts bina has recordings of.
async fn scene() -> Scene {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("dialplan/sounds/pt_BR/bina");
    Scene::with_listen(&format!("prompts_folder = \"{}\"\n", folder.display())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_logs_in_tries_a_number_hears_its_prompt_and_ends_an_alert() {
    let Some(browser) = Browser::start(DESK).await else { return };
    let scene = scene().await;
    browser.log_in(&scene).await;
    browser.open(&scene, "/testar").await;
    browser.fill("numero", ALERTED).await;
    browser.click("button[name=consultar]").await;
    browser.when(".answer .big", "encontrado").await;
    browser.script("document.querySelector('audio').play()").await;
    browser.until("return document.querySelector('audio').currentTime > 0.2").await;
    browser.shoot("testar").await;
    browser.open(&scene, "/alertas").await;
    browser.fill("texto", "Rompimento de fibra <b>na rua</b>").await;
    browser.click("main input[name=todos]").await;
    browser.click("main form[action='/alertas/novo'] button[value='60']").await;
    browser.when(".mass", "MODO MASSIVA LIGADO").await;
    browser.when("article", "todos que ligarem").await;
    browser
        .until("return /59:\\d\\d/.test(document.querySelector('[data-ends]').textContent)")
        .await;
    browser.shoot("alertas").await;
    browser.click(".mass button.danger").await;
    browser.when(".mass", "desligado").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_arrives_while_the_page_is_open() {
    let Some(browser) = Browser::start(DESK).await else { return };
    let scene = scene().await;
    browser.log_in(&scene).await;
    browser.open(&scene, "/chamadas").await;
    browser.until("return document.querySelector('[data-pause]').hidden === false").await;
    let start = Instant::now();
    while browser.script("return document.querySelectorAll('tbody tr').length").await == 0 {
        scene.app.asterisk(ALERTED).await;
        assert!(start.elapsed() < PATIENCE, "no row arrives");
        sleep(Duration::from_millis(300)).await;
    }
    browser.when("tbody tr", "*********77").await;
    scene.app.asterisk(QUIET).await;
    browser.when("tbody", "*********11").await;
    browser
        .script("const f = document.querySelector('[name=filtro]'); f.value = '**77'; f.oninput()")
        .await;
    browser.until("return [...document.querySelectorAll('tbody tr')].some(r => r.hidden)").await;
    browser.shoot("chamadas").await;
    browser.end().await;
}

const PAGES: [(&str, &str); 7] = [
    ("agora", "/"),
    ("testar-numero", "/testar?numero=37988887777"),
    ("testar-texto", "/texto?texto=Houve+ROMPIMENTO+de+fibra%2C+volta+%C3%A0s+18h30"),
    ("chamadas", "/chamadas"),
    ("alertas", "/alertas"),
    ("relatorio", "/relatorio"),
    ("regras", "/regras"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_a_phone_and_a_desk_in_the_light_and_in_the_dark() {
    for (name, look) in [("phone", PHONE), ("desk", DESK)] {
        for is_dark in [false, true] {
            let look = Look { is_dark, ..look };
            let Some(browser) = Browser::start(look).await else { return };
            let scene = scene().await;
            browser.log_in(&scene).await;
            for caller in [ALERTED, QUIET, "anonymous", "3132221234"] {
                scene.app.asterisk(caller).await;
            }
            for (page, path) in PAGES {
                browser.open(&scene, path).await;
                let fits = "return document.documentElement.scrollWidth <= window.innerWidth";
                assert_eq!(browser.script(fits).await, true, "{page} on a {name}");
                let dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
                assert_eq!(browser.script(dark).await, is_dark);
                let colour = if is_dark { "dark" } else { "light" };
                browser.shoot(&format!("{name}-{colour}-{page}")).await;
                assert_eq!(browser.complaints().await, Vec::<String>::new(), "{page}");
            }
            browser.end().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_work_without_scripts() {
    let Some(browser) = Browser::start(Look { runs_scripts: false, ..DESK }).await else { return };
    let scene = scene().await;
    browser.log_in(&scene).await;
    browser.open(&scene, "/testar").await;
    browser.fill("numero", ALERTED).await;
    browser.click("button[name=consultar]").await;
    browser.when(".answer .big", "encontrado").await;
    scene.app.asterisk(ALERTED).await;
    browser.open(&scene, "/chamadas").await;
    browser.when("tbody tr", "*********77").await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hostile_runs_in_the_browser() {
    let Some(browser) = Browser::start(DESK).await else { return };
    let scene = scene().await;
    browser.log_in(&scene).await;
    let text = "<img src=x onerror=\"window.ran=1\"><script>window.ran=1</script>\"'><svg onload=window.ran=1>";
    let one = with_alert(customer(1, text, ALERTED), &[&format!("Rompimento {text}")]);
    scene.sim.set_customers(vec![one]);
    browser.open(&scene, "/chamadas").await;
    browser.until("return document.querySelector('[data-pause]').hidden === false").await;
    scene.app.asterisk(ALERTED).await;
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    scene.app.get(&format!("/asterisk?caller={encoded}")).await;
    browser.until("return document.querySelectorAll('tbody tr').length > 0").await;
    for path in ["/chamadas?filtro=", "/testar?numero=", "/texto?texto=", "/relatorio?desde="] {
        browser.open(&scene, &format!("{path}{encoded}")).await;
        assert_eq!(browser.script("return window.ran === undefined").await, true, "{path}");
        let foreign =
            "return document.querySelectorAll('main img, main script, main svg[onload]').length";
        assert_eq!(browser.script(foreign).await, 0, "{path}");
    }
    browser.end().await;
}
