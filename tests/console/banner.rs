//! The banner of the mass mode, which an open page follows by whoever's change.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::pages::{contains, open_stream, read_some};
use crate::visitor::{ALERTED, QUIET, Scene, TEXT};

/// Reads until a text has arrived.
async fn arrives(stream: &mut TcpStream, text: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut received = String::new();
    while !received.contains(text) {
        received += &read_some(stream).await;
        assert!(Instant::now() < deadline, "{text}: {received}");
    }
    received
}

#[tokio::test(flavor = "multi_thread")]
async fn each_open_page_shows_when_somebody_begins_and_ends_the_mass_mode() {
    let scene = Scene::start().await;
    let (visitor, other) = (scene.operator().await, scene.operator().await);
    let page = visitor.get("/regras").await.body;
    contains(&page, &["data-banner=\"/ao-vivo/modo\"", "data-state=\"\""]);
    let mut streams = Vec::new();
    for path in ["/ao-vivo/chamadas", "/ao-vivo/agora", "/ao-vivo/modo"] {
        let mut stream = open_stream(&visitor, path).await;
        arrives(&mut stream, "event: mass\ndata: <section class=\"mass\"").await;
        streams.push(stream);
    }
    let form = "texto=Falta+de+fibra&todos=1&minutos=60";
    assert_eq!(other.act("/alertas/novo", form).await.status, 303);
    let csrf = visitor.csrf().await;
    for stream in &mut streams {
        let received = arrives(stream, "MODO MASSIVA LIGADO").await;
        contains(&received, &["Falta de fibra", &format!("value=\"{csrf}\"")]);
    }
    let page = visitor.get("/alertas").await.body;
    let (_, rest) = page.split_once("name=\"id\" value=\"").expect("an id");
    let id = rest.split('"').next().expect("a value");
    assert_eq!(other.act("/alertas/encerrar", &format!("id={id}")).await.status, 303);
    for stream in &mut streams {
        arrives(stream, "Modo massiva: desligado").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_is_cut_says_so() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    for (text, title) in [
        ("f".repeat(60), format!("{}</a>", "f".repeat(60))),
        ("g".repeat(61), format!("{}…</a>", "g".repeat(60))),
    ] {
        let form = format!("texto={text}&todos=1&minutos=60");
        assert_eq!(visitor.act("/alertas/novo", &form).await.status, 303);
        contains(&visitor.get("/").await.body, &[&title]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_text_that_the_form_takes_is_tried() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let form = format!("texto=Fibra+{}", "%C3%A3".repeat(3_990));
    let reply = visitor.post("/texto", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.head);
    contains(&reply.body, &["Regra fibra", "form class=\"stacked\" method=\"post\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portuguese_pages_have_no_word_for_scripts() {
    let scene = Scene::with(TEXT, "").await;
    let visitor = scene.operator().await;
    let reply = visitor.act("/alertas/novo", "texto=Fibra&minutos=60").await;
    assert_eq!(reply.status, 400);
    contains(&reply.body, &["Falta dizer para quem"]);
    let reply = visitor.act("/alertas/encerrar", "id=zzzz").await;
    contains(&reply.body, &["página Alertas"]);
    scene.app.asterisk(ALERTED).await;
    scene.app.asterisk(QUIET).await;
    scene.app.asterisk("37911110000").await;
    let page = visitor.get("/chamadas").await.body;
    contains(&page, &["<td>HubSoft</td>", "filtro=n%C3%A3o%20encontrado"]);
    assert!(!page.contains("filtro=not_found"), "{page}");
    let page = visitor.get("/chamadas?filtro=n%C3%A3o+encontrado").await.body;
    assert_eq!(page.matches("<tr class=\"not_found\">").count(), 1, "{page}");
    let page = visitor.get("/testar?numero=37988887777").await.body;
    assert!(!page.contains("<code>stale</code>") && !page.contains("<code>cache</code>"), "{page}");
}
