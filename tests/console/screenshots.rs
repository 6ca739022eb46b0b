//! The screenshots of the READMEs. `UPDATE_SCREENSHOTS=1` takes them anew.

use std::fs;
use std::path::Path;

use crate::chromium::{Browser, DESK, Look};
use crate::visitor::Scene;

/// A README loads within a second on a slow line.
const BYTES_MAX: u64 = 60 * 1024;
/// As wide as a README is shown.
const SMALL: Look = Look { width: 1_000, height: 720, scale: 0.65, ..DESK };

#[tokio::test(flavor = "multi_thread")]
async fn each_readme_shows_two_small_screenshots_in_its_language() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images");
    for (readme, language, pages) in [
        ("README.md", "en", ["console-now", "console-number"]),
        ("README.pt-BR.md", "pt-BR", ["console-agora.pt-BR", "console-numero.pt-BR"]),
    ] {
        if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
            take(&folder, Look { language, ..SMALL }, pages).await;
        }
        let text = fs::read_to_string(readme).expect("a README");
        for page in pages {
            assert!(text.contains(&format!("(docs/images/{page}.png)")), "{readme}: {page}");
            let file = fs::metadata(folder.join(format!("{page}.png"))).expect("a screenshot");
            assert!(file.len() <= BYTES_MAX, "{page}: {} bytes", file.len());
        }
    }
}

/// Takes the page of figures and that of a number.
async fn take(folder: &Path, look: Look, pages: [&str; 2]) {
    let (scene, alert) = Scene::with_lists("Rompimento de fibra no POP Centro").await;
    let browser = Browser::operators_of(&scene, look).await.expect("chromium");
    let alerted = scene.sim.affected_callers(alert, 1, 1).remove(0).phone;
    let others = scene.sim.unaffected_callers(&[alert], 40, 2);
    for caller in scene.sim.affected_callers(alert, 30, 3).iter().chain(&others) {
        scene.app.asterisk(&caller.phone).await;
    }
    for (page, path) in pages.iter().zip(["/", &format!("/testar?numero={alerted}")]) {
        browser.open(&scene, path).await;
        browser.shoot_into(folder, page).await;
    }
    scene.app.service.app().tasks().shut_down().await;
    browser.end().await;
}
