//! Login, sessions, and which requests are refused.

use crate::app::{self, Reply};
use crate::visitor::{PASSWORD, Scene, set_cookie};

const PAGES: [&str; 9] = [
    "/",
    "/testar?numero=37988887777",
    "/texto?texto=fibra",
    "/chamadas",
    "/alertas",
    "/relatorio",
    "/relatorio.csv",
    "/regras",
    "/ao-vivo/chamadas",
];

#[tokio::test(flavor = "multi_thread")]
async fn with_a_password_each_page_needs_a_login_that_leads_back_to_it() {
    let scene = Scene::start().await;
    let mut visitor = scene.visitor();
    for page in PAGES {
        let reply = visitor.get(page).await;
        assert_eq!(reply.status, 303, "{page}");
        assert!(reply.head.contains("location: /entrar?para="), "{page}: {}", reply.head);
    }
    let login = "quem=Ana&senha=senha-inventada-7&para=%2Ftestar%3Fnumero%3D37988887777";
    let reply = visitor.post("/entrar", login).await;
    assert!(reply.head.contains("location: /testar?numero=37988887777"), "{}", reply.head);
    let cookie = reply.head.lines().find(|line| line.starts_with("set-cookie: "));
    let cookie = cookie.expect("a cookie");
    for part in ["__Host-bina=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    visitor.cookie = set_cookie(&reply).expect("a cookie");
    for page in PAGES.iter().filter(|page| !page.starts_with("/ao-vivo")) {
        let reply = visitor.get(page).await;
        // Without a state folder there is no report to give.
        let expected = if *page == "/relatorio.csv" { 400 } else { 200 };
        assert_eq!(reply.status, expected, "{page}: {}", reply.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_goes_nowhere_else() {
    let scene = Scene::start().await;
    for target in ["//evil.example", "https://evil.example/", "/nada", "/entrar", "%0d%0aX:%201"] {
        let form = format!("quem=Ana&senha={PASSWORD}&para={target}");
        let reply = scene.visitor().post("/entrar", &form).await;
        assert!(reply.head.contains("location: /\r\n"), "{target}: {}", reply.head);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_opens_nothing_and_the_sixth_is_not_compared() {
    let scene = Scene::start().await;
    let mut visitor = scene.visitor();
    for _ in 0..5 {
        let reply = visitor.log_in("senha-errada").await;
        assert_eq!(reply.status, 403);
        assert!(set_cookie(&reply).is_none() && reply.body.contains("Senha errada"));
    }
    let reply = visitor.log_in(PASSWORD).await;
    assert_eq!(reply.status, 429, "{}", reply.body);
    assert!(reply.body.contains("espere um minuto"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_never_one_that_the_visitor_brought() {
    let scene = Scene::start().await;
    let mut visitor = scene.visitor();
    visitor.cookie = format!("__Host-bina={}", "a".repeat(32));
    let planted = visitor.cookie.clone();
    visitor.log_in(PASSWORD).await;
    assert_ne!(visitor.cookie, planted);
    let own = visitor.cookie.clone();
    visitor.cookie = planted;
    assert_eq!(visitor.get("/").await.status, 303);
    // A second login ends the session that it is made from.
    visitor.cookie = own.clone();
    visitor.log_in(PASSWORD).await;
    visitor.cookie = own;
    assert_eq!(visitor.get("/").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_ends_a_session_and_only_from_a_page_of_the_console() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let reply = visitor.post_from("https://evil.example", "/sair", "").await;
    assert_eq!(reply.status, 403);
    assert_eq!(visitor.get("/").await.status, 200);
    assert_eq!(visitor.post("/sair", "").await.status, 303);
    assert_eq!(visitor.get("/").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_needs_a_form_of_the_session_from_a_page_of_the_console() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let csrf = visitor.csrf().await;
    let form = format!("csrf={csrf}&texto=Falha&todos=1&minutos=30");
    let own = format!("http://{}", visitor.host);
    for (origin, form, status) in [
        ("https://evil.example", form.as_str(), 403),
        ("null", form.as_str(), 403),
        ("", form.as_str(), 403),
        (own.as_str(), "texto=Falha&todos=1&minutos=30", 403),
        (own.as_str(), "csrf=&texto=Falha&todos=1&minutos=30", 403),
        (own.as_str(), &format!("csrf={}&texto=Falha&todos=1&minutos=30", "0".repeat(32)), 403),
        (own.as_str(), &format!("csrf={csrf}&csrf={csrf}&texto=Falha&todos=1&minutos=30"), 403),
    ] {
        let reply = visitor.post_from(origin, "/alertas/novo", form).await;
        assert_eq!(reply.status, status, "{origin} {form}");
    }
    let other = scene.operator().await;
    assert_eq!(other.post("/alertas/novo", &form).await.status, 403, "another session's secret");
    let cross_site = format!(
        "POST /alertas/novo HTTP/1.1\r\nHost: {host}\r\nOrigin: {own}\r\nSec-Fetch-Site: cross-site\r\n\
         Cookie: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{form}",
        visitor.cookie,
        form.len(),
        host = visitor.host,
    );
    let reply = Reply::read(&app::exchange(visitor.address, cross_site.as_bytes()).await);
    assert_eq!(reply.status, 403);
    assert_eq!(visitor.get("/alertas/novo").await.status, 405);
    assert!(visitor.get("/alertas").await.body.contains("Nenhum alerta ativo"));
    assert_eq!(visitor.post("/alertas/novo", &form).await.status, 303);
    assert!(visitor.get("/alertas").await.body.contains("Falha"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_password_the_pages_show_only_and_answer_to_this_machine_only() {
    let scene = Scene::without_password().await;
    let mut visitor = scene.visitor();
    let page = visitor.get("/alertas").await;
    assert!(page.status == 200 && page.body.contains("só leitura"), "{}", page.body);
    assert!(!page.body.contains("action=\"/alertas/novo\""));
    for path in ["/alertas/novo", "/alertas/encerrar", "/alertas/estender"] {
        let reply = visitor.post(path, "csrf=&texto=Falha&todos=1&minutos=30&id=x").await;
        assert_eq!(reply.status, 403, "{path}");
    }
    let reply = visitor.log_in("").await;
    assert!(reply.status == 403 && set_cookie(&reply).is_none(), "{}", reply.head);
    visitor.host = "evil.example".to_owned();
    for page in ["/", "/chamadas", "/audios/x.wav", "/ao-vivo/agora"] {
        assert_eq!(visitor.get(page).await.status, 421, "{page}: a name that resolves to loopback");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_not_taken_over_plain_http_from_another_name() {
    let scene = Scene::start().await;
    let mut visitor = scene.visitor();
    visitor.host = "pbx.lan:8575".to_owned();
    let page = visitor.get("/entrar").await.body;
    assert!(page.contains("ssh -L") && !page.contains("type=\"password\""), "{page}");
    let reply = visitor.log_in(PASSWORD).await;
    assert!(reply.status == 403 && set_cookie(&reply).is_none(), "{}", reply.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pbxs_credentials_open_no_page_and_the_consoles_no_call() {
    let token = "token-inventado-0123456789";
    let file = std::env::temp_dir().join(format!("bina-console-token-{}", std::process::id()));
    std::fs::write(&file, token).expect("a file");
    let access = format!("[access]\ntoken_files = [\"{}\"]\n", file.display());
    let scene = Scene::with("Rompimento", &access).await;
    let visitor = scene.operator().await;
    let request = |host: &str, path: &str, header: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{header}\r\n\r\n")
    };
    let bearer = format!("Authorization: Bearer {token}");
    let page = request(&visitor.host, "/", &bearer);
    let reply = Reply::read(&app::exchange(visitor.address, page.as_bytes()).await);
    assert_eq!(reply.status, 303, "a token is no login");
    let call = request("x", "/asterisk?caller=37988887777", &bearer);
    let reply = Reply::read(&app::exchange(scene.app.address, call.as_bytes()).await);
    assert_eq!(reply.status, 200);
    let cookie = format!("Cookie: {}", visitor.cookie);
    for (address, path) in [
        (scene.app.address, "/asterisk?caller=37988887777"),
        (scene.app.address, "/v1/lookup?caller=37988887777"),
        (scene.app.metrics, "/metrics"),
        (scene.app.metrics, "/v1/alerts"),
    ] {
        let request = request("x", path, &cookie);
        let reply = Reply::read(&app::exchange(address, request.as_bytes()).await);
        assert_eq!(reply.status, 401, "{path}");
    }
    let _ = std::fs::remove_file(&file);
}
