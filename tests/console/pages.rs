//! What the pages show and do.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::app::{Reply, exchange};
use crate::visitor::{ALERTED, QUIET, Scene, TEXT, Visitor};

/// A browser on a slow line loads this in a second.
const PAGE_BYTES_MAX: usize = 30 * 1024;

pub(crate) fn contains(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_explained_in_either_language_and_is_no_call() {
    let scene = Scene::start().await;
    let mut visitor = scene.operator().await;
    let page = visitor.get(&format!("/testar?numero={ALERTED}&consultar=1")).await.body;
    contains(
        &page,
        &[
            "<html lang=\"pt-BR\">",
            "encontrado <span class=\"tag\">com alerta</span>",
            "bina/rompimento-fibra",
            "11 dígitos: clientes devolvidos: 1, com este número exato: 1",
            "<strong>Regra luz</strong> nenhuma das expressões de text está no texto",
            "<strong>Regra fibra</strong> escolhida por: “rompimento”",
        ],
    );
    assert_eq!(scene.app.counted("bina_calls_total{door=\"/asterisk\",status=\"found\"}"), 0);
    visitor.language = "en-US,en;q=0.9";
    let page = visitor.get(&format!("/testar?numero={QUIET}&consultar=1")).await.body;
    contains(&page, &["<html lang=\"en\">", ">found <", "without an alert no rule is tried"]);
    let before = scene.sim.lookups();
    let page = visitor.get("/testar?numero=anonymous").await.body;
    contains(&page, &["no number", "anonymous"]);
    visitor.get("/testar?numero=3132221234").await;
    assert_eq!(scene.sim.lookups(), before, "HubSoft is queried on request only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_shows_its_rule_its_words_and_what_would_be_spoken() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let page = visitor.get("/texto?texto=Houve+ROMPIMENTO%2C+volta+%C3%A0s+18h30").await.body;
    contains(
        &page,
        &["Regra fibra", "Houve <mark>ROMPIMENTO,</mark> volta", "às dezoito horas e trinta"],
    );
    let page = visitor.get("/texto?texto=Rompimento+de+teste").await.body;
    contains(&page, &["nenhuma regra", "o texto tem uma exceção (except): “teste”"]);
    let page = visitor.get("/texto?texto=Sua+senha+e+CPF").await.body;
    contains(&page, &["não é falado"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_added_heard_extended_and_ended() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let reply = visitor.act("/alertas/novo", "texto=Falta+de+fibra&todos=1&minutos=60").await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_eq!(crate::app::field(&scene.app.asterisk(QUIET).await, "rule"), "fibra");
    let page = visitor.get("/alertas").await.body;
    contains(
        &page,
        &["MODO MASSIVA LIGADO", "Falta de fibra", "Ana (127.0.0.1)", "todos que ligarem"],
    );
    let now = visitor.get("/").await.body;
    contains(&now, &["<td class=\"number\">1</td>", "bina/rompimento-fibra"]);
    let (_, rest) = page.split_once("name=\"id\" value=\"").expect("an id");
    let id = rest.split('"').next().expect("a value").to_owned();
    let reply = visitor.act("/alertas/estender", &format!("id={id}&minutos=240")).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let reply = visitor.act("/alertas/encerrar", &format!("id={id}")).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    contains(
        &visitor.get("/alertas").await.body,
        &["Nenhum alerta ativo", "Modo massiva: desligado"],
    );
    let reply = visitor.act("/alertas/encerrar", "id=zzzz").await;
    assert!(reply.status == 400 && reply.body.contains("zzzz"), "{}", reply.body);
    let reply = visitor.act("/alertas/novo", "texto=&todos=1&minutos=60").await;
    assert_eq!(reply.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_listed_masked_filtered_and_arrive_live() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    scene.app.asterisk(ALERTED).await;
    scene.app.asterisk("anonymous").await;
    let page = visitor.get("/chamadas").await.body;
    contains(&page, &["*********77", "bina/rompimento-fibra", "sem número", "/asterisk"]);
    assert!(!page.contains(ALERTED) && !page.contains("Ana Souza"), "{page}");
    let page = visitor.get("/chamadas?filtro=encontrado").await.body;
    assert!(page.contains("*********77") && !page.contains("anonymous"), "{page}");
    let mut stream = open_stream(&visitor, "/ao-vivo/chamadas").await;
    // The stream begins with calls that come after it.
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut received = String::new();
    while !received.contains("event: calls") {
        scene.app.asterisk(QUIET).await;
        received += &read_some(&mut stream).await;
        assert!(Instant::now() < deadline, "{received}");
    }
    contains(
        &received,
        &["retry: 2000", "event: calls\ndata: <tr class=\"found\">", "*********11"],
    );
    assert!(received.ends_with("\n\n") && !received.contains(QUIET), "{received}");
    scene.app.stop();
    scene.app.service.app().console.application.close();
    let ended = timeout(Duration::from_secs(2), stream.read_to_end(&mut Vec::new())).await;
    assert!(ended.is_ok(), "the stream ends with the service");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_arrive_live() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let mut stream = open_stream(&visitor, "/ao-vivo/agora").await;
    let mut received = String::new();
    while !received.contains("event: now") {
        received += &read_some(&mut stream).await;
    }
    contains(&received, &["HubSoft"]);
}

pub(crate) async fn open_stream(visitor: &Visitor, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(visitor.address).await.expect("it is open");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nAccept-Language: pt\r\n\r\n",
        visitor.host, visitor.cookie
    );
    stream.write_all(request.as_bytes()).await.expect("it reads");
    stream
}

/// What arrives within a moment, without the sizes of its chunks.
pub(crate) async fn read_some(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 65_536];
    let read = timeout(Duration::from_millis(400), stream.read(&mut bytes)).await;
    let length = read.map_or(0, |read| read.expect("it is open"));
    let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
    let is_size = |line: &str| !line.is_empty() && u32::from_str_radix(line, 16).is_ok();
    let lines = text.split("\r\n").filter(|line| !is_size(line));
    lines.collect::<Vec<_>>().join("")
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_small_complete_and_load_nothing_from_elsewhere() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    for index in 0..300 {
        scene.app.asterisk(&format!("3798{index:07}")).await;
    }
    for path in [
        "/",
        "/testar?numero=37988887777",
        "/texto?texto=fibra",
        "/alertas",
        "/regras",
        "/relatorio",
    ] {
        let reply = visitor.get(path).await;
        assert!(
            reply.status == 200 && reply.body.len() <= PAGE_BYTES_MAX,
            "{path}: {}",
            reply.body.len()
        );
        for part in ["src=\"http", "href=\"http", "style=\"", "onclick", "<script>", "@import"] {
            assert!(!reply.body.contains(part), "{path} has {part}");
        }
        let csp =
            "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'";
        contains(&reply.head, &[csp, "x-content-type-options: nosniff", "cache-control: no-store"]);
        for asset in assets(&reply.body) {
            let file = visitor.get(&asset).await;
            assert_eq!(file.status, 200, "{asset}");
            assert!(file.head.contains("immutable"), "{}", file.head);
        }
    }
    assert_eq!(visitor.get("/nada").await.status, 404);
    assert_eq!(visitor.get("/favicon.ico").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_rules_make_a_small_page_and_each_a_whole_one() {
    let shipped = include_str!("../../systemd/bina.toml");
    let rules = shipped.find("\n[[rule]]").expect("rules");
    let end = shipped[rules..].find("\n# [[rule]]").map_or(shipped.len(), |end| rules + end);
    let prompts = shipped.find("\n[prompts]").expect("prompts");
    let prompts = shipped[prompts..].split("\n[[").next().expect("a section");
    let scene = Scene::of_rules(&format!("{prompts}\n{}", &shipped[rules..end])).await;
    let visitor = scene.operator().await;
    let page = visitor.get("/regras").await.body;
    contains(&page, &["href=\"/regras?regra=massiva\">e mais "]);
    assert!(page.len() <= PAGE_BYTES_MAX, "{}", page.len());
    let page = visitor.get("/regras?regra=massiva").await.body;
    assert!(page.len() <= PAGE_BYTES_MAX, "{}", page.len());
    assert!(page.matches("<code>").count() > 300 && !page.contains("e mais "), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_alerts_make_a_small_page_and_each_is_shown_whole_when_asked_for() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let csrf = visitor.csrf().await;
    for number in 1..=20 {
        let form =
            format!("csrf={csrf}&texto=Rompimento+{number}&did=080077700{number:02}&minutos=60");
        assert_eq!(visitor.post("/alertas/novo", &form).await.status, 303);
    }
    let page = visitor.get("/alertas").await.body;
    assert!(page.len() <= PAGE_BYTES_MAX, "{}", page.len());
    let (_, rest) = page.split_once("href=\"/alertas?alerta=").expect("an alert of the table");
    let link = rest.split('#').next().expect("an anchor");
    assert!(!page.contains(&format!("<article id=\"{link}\">")), "{link}");
    let page = visitor.get(&format!("/alertas?alerta={link}")).await.body;
    contains(&page, &[&format!("<article id=\"{link}\">")]);
    for number in 1..=20 {
        assert!(page.contains(&format!("Rompimento {number}<")), "{number}");
    }
}

/// The files that a page loads.
fn assets(page: &str) -> Vec<String> {
    let quoted = page.split('"').filter(|part| part.starts_with("/arquivos/"));
    let assets: Vec<_> = quoted.map(str::to_owned).collect();
    assert_eq!(assets.len(), 3, "{page}");
    assets
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_show_their_conditions_and_what_they_chose_today() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    scene.app.asterisk(ALERTED).await;
    let page = visitor.get("/regras").await.body;
    contains(&page, &["queda de energia", "fibra <span class=\"tag\">1 nas últimas 24 h", "teste"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_another_one_hides_names_it() {
    let rules = "[[rule]]\nname = \"tarde\"\ntext = \"queda de energia total\"\nplay = \"fibra\"\n";
    let scene = Scene::with(TEXT, rules).await;
    let page = scene.operator().await.get("/regras").await.body;
    contains(&page, &["porque esta acima serve para tudo o que ela serve: luz</p>"]);
    assert_eq!(page.matches("Nunca é escolhida").count(), 1, "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_hears_a_prompt_because_its_browser_gets_parts() {
    let scene = Scene::with_recordings().await;
    let visitor = scene.operator().await;
    let page = visitor.get("/texto?texto=manuten%C3%A7%C3%A3o").await.body;
    contains(&page, &["src=\"/audios/manutencao.wav\"", "src=\"/audios/equipe-a-caminho.wav\""]);
    let request = format!(
        "GET /audios/manutencao.wav HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\n\
         Range: bytes=0-1\r\n\r\n",
        visitor.host, visitor.cookie
    );
    let reply = Reply::read(&exchange(visitor.address, request.as_bytes()).await);
    assert_eq!((reply.status, &*reply.body), (206, "RI"));
    contains(
        &reply.head,
        &["content-range: bytes 0-1/", "content-length: 2", "accept-ranges: bytes"],
    );
    let request = request.replace(&visitor.cookie, "");
    let reply = Reply::read(&exchange(visitor.address, request.as_bytes()).await);
    assert_eq!(reply.status, 303, "recordings need a login, too");
}
