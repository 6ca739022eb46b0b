//! When a session ends: by the clock, and by a reload of the configuration.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use bina::servers::console::PAGES;
use bina::servers::http::{Application, HttpReply, HttpRequest};
use bina::simulator::Sim;
use hyper::header::{COOKIE, HOST, HeaderMap, HeaderValue, LOCATION, ORIGIN};

use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::app::Reply;
use crate::pages::open_stream;
use crate::served::{File, Served};
use crate::visitor::{LISTS_OFF, PASSWORD, PasswordFile, RULES, Scene, Visitor};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Sends the request of a visitor as if it came later.
async fn later(
    scene: &Scene,
    visitor: &Visitor,
    after: Duration,
    path: &str,
    form: &str,
) -> HttpReply {
    let mut headers = HeaderMap::new();
    let value = |text: &str| HeaderValue::from_str(text).expect("ASCII");
    headers.insert(HOST, value(&visitor.host));
    headers.insert(ORIGIN, value(&format!("http://{}", visitor.host)));
    headers.insert(COOKIE, value(&visitor.cookie));
    let row = PAGES.find(path).expect("a page");
    let request = HttpRequest {
        endpoint: row.path,
        rest: row.rest(path).expect("a page"),
        method: if form.is_empty() { "GET" } else { "POST" },
        query: "",
        headers: &headers,
        body: (!form.is_empty()).then(|| form.to_owned()),
        client: Ipv4Addr::LOCALHOST.into(),
        is_encrypted: false,
        accepted: Instant::now() + after,
    };
    scene.app.service.app().console.application.answer(&row.action, &request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_changes_something_within_half_an_hour_and_shows_pages_for_a_shift() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let form = format!("csrf={}&texto=Falha&todos=1&minutos=30", visitor.csrf().await);
    let changed =
        async |after| later(&scene, &visitor, after, "/alertas/novo", &form).await.status();
    assert_eq!(changed(HOUR / 3).await, 303);
    assert_eq!(changed(HOUR * 2 / 3).await, 303, "it was used 20 minutes before");
    assert_eq!(changed(HOUR * 4 / 3).await, 403, "it was idle for 40 minutes");
    let page = later(&scene, &visitor, HOUR * 23 / 2, "/alertas", "").await;
    assert_eq!(page.status(), 200);
    let page = later(&scene, &visitor, HOUR * 12, "/alertas", "").await;
    assert_eq!(page.status(), 303);
    assert_eq!(page.headers()[LOCATION], "/entrar?para=%2Falertas");
    assert_eq!(changed(HOUR * 12).await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_open_page_loads_keeps_no_session_in_use() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let form = format!("csrf={}&texto=Falha&todos=1&minutos=30", visitor.csrf().await);
    for path in
        ["/ao-vivo/agora", "/arquivos/x.css", "/favicon.ico", "/audios/x.wav", "/alertas/nomes"]
    {
        later(&scene, &visitor, HOUR / 3, path, "").await;
    }
    let changed = later(&scene, &visitor, HOUR * 2 / 3, "/alertas/novo", &form).await;
    assert_eq!(changed.status(), 403, "it was idle for 40 minutes");
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_ends_the_open_streams_of_the_session_alone() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let other = scene.operator().await;
    let mut streams = Vec::new();
    for (visitor, path) in
        [(&visitor, "/ao-vivo/chamadas"), (&visitor, "/ao-vivo/agora"), (&other, "/ao-vivo/agora")]
    {
        streams.push(open_stream(visitor, path).await);
    }
    assert_eq!(visitor.post("/sair", "").await.status, 303);
    let mut others = streams.pop().expect("three");
    for mut stream in streams {
        let ended = timeout(HOUR / 720, stream.read_to_end(&mut Vec::new())).await;
        assert!(ended.is_ok(), "the stream ends with the session");
    }
    let ended = timeout(HOUR / 7_200, others.read_to_end(&mut Vec::new())).await;
    assert!(ended.is_err(), "another session goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_of_the_configuration_ends_all_sessions() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let password = PasswordFile::new();
    let settings = format!("{RULES}{}{LISTS_OFF}", password.section());
    let file = File::new("console-sessions", &sim, &settings);
    let served = Served::start(&file);
    let log = served.log();
    let (_, rest) = log.split_once("console=").expect("it is announced");
    let address = rest.split_whitespace().next().and_then(|word| word.parse().ok());
    let mut visitor = Visitor::at(address.expect("an address"));
    assert_eq!(visitor.log_in(PASSWORD).await.status, 303);
    let page: Reply = visitor.get("/alertas").await;
    assert_eq!(page.status, 200);
    served.signal("HUP");
    assert!(served.has_logged("configuration reloaded"), "{}", served.log());
    assert_eq!(visitor.get("/alertas").await.status, 303);
    assert_eq!(visitor.log_in(PASSWORD).await.status, 303);
    assert_eq!(visitor.get("/alertas").await.status, 200);
}
