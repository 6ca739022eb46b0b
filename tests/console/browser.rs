//! The console in a real browser.

use std::time::{Duration, Instant};

use bina::simulator::{customer, with_alert};
use tokio::time::sleep;

use crate::chromium::{AXE, Browser, DESK, Look, PATIENCE, PHONE};
use crate::visitor::{ALERTED, QUIET, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_logs_in_tries_a_number_hears_its_prompt_and_ends_an_alert() {
    let Some((browser, scene)) = Browser::operators(DESK).await else { return };
    browser.open(&scene, "/testar").await;
    browser.fill("numero", ALERTED).await;
    browser.click("button[name=consultar]").await;
    browser.when(".answer .big", "encontrado").await;
    browser.script("document.querySelector('audio').play()").await;
    browser.until("return document.querySelector('audio').currentTime > 0.2").await;
    browser.shoot("testar").await;
    one_player_plays_all_sounds(&browser, &scene).await;
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

async fn one_player_plays_all_sounds(browser: &Browser, scene: &Scene) {
    browser.open(scene, "/texto?texto=manuten%C3%A7%C3%A3o").await;
    browser.until("return document.querySelectorAll('.playlist audio').length === 1").await;
    let nearly = "const a = document.querySelector('audio'); a.onloadedmetadata = () => { \
                  a.currentTime = a.duration - 0.1; }; a.play()";
    browser.script(nearly).await;
    browser.until("return document.querySelector('audio').src.includes('equipe')").await;
    browser.until("return document.querySelector('audio').currentTime > 0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_arrives_while_the_page_is_open() {
    let Some((browser, scene)) = Browser::operators(DESK).await else { return };
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

const PAGES: [(&str, &str); 9] = [
    ("entrar", "/entrar"),
    ("aviso", "/nada"),
    ("agora", "/"),
    ("testar-numero", "/testar?numero=NUMERO"),
    ("testar-texto", "/texto?texto=Houve+ROMPIMENTO+de+fibra%2C+volta+%C3%A0s+18h30"),
    ("chamadas", "/chamadas"),
    ("alertas", "/alertas"),
    ("relatorio", "/relatorio"),
    ("regras", "/regras"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_a_phone_and_a_desk_in_the_light_and_in_the_dark() {
    let (scene, alert) = Scene::with_lists("Rompimento de fibra no POP Centro").await;
    let alerted = scene.sim.affected_callers(alert, 1, 1).remove(0).phone;
    for caller in [&*alerted, QUIET, "anonymous", "3132221234"] {
        scene.app.asterisk(caller).await;
    }
    scene.operator().await.act("/alertas/novo", "texto=Fibra&todos=1&minutos=60").await;
    for (name, look) in [("phone", PHONE), ("desk", DESK)] {
        for (colour, is_dark) in [("light", false), ("dark", true)] {
            let look = Look { is_dark, ..look };
            let Some(browser) = Browser::operators_of(&scene, look).await else { return };
            for (page, path) in PAGES {
                browser.open(&scene, &path.replace("NUMERO", &alerted)).await;
                is_usable(&browser, look, &format!("{name}-{colour}-{page}")).await;
            }
            browser.end().await;
        }
    }
    scene.app.service.app().tasks().shut_down().await;
}

/// The open page is as wide as the screen, in its colours, without barriers or complaints.
async fn is_usable(browser: &Browser, look: Look, name: &str) {
    let width = browser.script("return document.documentElement.scrollWidth").await;
    assert_eq!(width, look.width, "{name}");
    let dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
    assert_eq!(browser.script(dark).await, look.is_dark);
    browser.script("document.querySelectorAll('details').forEach(d => d.open = true)").await;
    browser.shoot(name).await;
    // A page has the same elements and colours on a desk; the phone has the narrow tables besides.
    if look.width == PHONE.width {
        assert_eq!(browser.barriers().await, Vec::<String>::new(), "{name}");
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new(), "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_what_is_hard_to_use() {
    let Some((browser, scene)) = Browser::operators(DESK).await else { return };
    browser.open(&scene, "/regras").await;
    browser.script("document.querySelector('main').append(new Image())").await;
    let barriers = browser.barriers().await;
    // Empty where axe-core is not fetched, which is said.
    let is_found = |barrier: &String| barrier.starts_with("image-alt");
    assert!(barriers.iter().any(is_found) || !AXE.exists(), "{barriers:?}");
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_work_without_scripts() {
    let Some((browser, scene)) = Browser::operators(Look { runs_scripts: false, ..DESK }).await
    else {
        return;
    };
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
    let Some((browser, scene)) = Browser::operators(DESK).await else { return };
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

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_on_a_phone_follows_the_mass_mode_and_says_what_it_plays() {
    let Some((browser, scene)) = Browser::operators(PHONE).await else { return };
    browser.open(&scene, "/regras").await;
    let colleague = scene.operator().await;
    let form = "texto=Rompimento+de+fibra&todos=1&minutos=60";
    assert_eq!(colleague.act("/alertas/novo", form).await.status, 303);
    browser.when(".mass", "MODO MASSIVA LIGADO").await;
    browser
        .until("return /59:\\d\\d/.test(document.querySelector('[data-ends]').textContent)")
        .await;
    browser.open(&scene, "/").await;
    browser.until("return document.querySelector('.scroll td.name').offsetWidth >= 140").await;
    browser.open(&scene, "/regras").await;
    browser.click(".mass button.danger").await;
    browser.when(".mass", "desligado").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.end().await;
}
