//! Ten thousand hostile names, texts, caller IDs and fields: each page shows them as text.

use bina::simulator::{customer, with_alert};

use crate::visitor::Scene;

/// Beginnings of what a browser would run or load.
const PIECES: [&str; 16] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' autofocus onfocus=alert(1) x='",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "<iframe srcdoc=\"<script>1</script>\">",
    "<!--",
    "]]>",
    "\u{202e}\u{0}\u{7f}\r\n\ndata: <b>x",
    "{{7*7}}${7*7}",
    "<a href=//evil.example>x</a>",
    "<style>*{display:none}</style>",
    "&lt;script&gt;",
    "<form action=//evil.example><button>",
    "\u{ff1c}script\u{ff1e}",
    "<base href=//evil.example>",
];

/// A string of up to four pieces; each index has its own.
fn hostile(index: usize) -> String {
    let piece = |shift: usize| PIECES[(index / 16_usize.pow(shift as u32) + shift * 5) % 16];
    format!("{}{index}{}{}", piece(0), piece(1), piece(2))
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The tags of a page whose names the console never writes with such content.
fn is_harmless(page: &str) {
    let lower = page.to_lowercase();
    for bad in [
        "<script>",
        "<img",
        "<iframe",
        "<svg onload",
        "onerror=alert(1)>",
        "<base",
        "<style>",
        "<form action=//",
        "<a href=//",
        "<b>x",
        "<!--",
    ] {
        assert!(!lower.contains(bad), "{bad} in {page}");
    }
    // An attribute ends where the console ends it.
    assert!(!lower.contains("\" onfocus") && !lower.contains("' autofocus onfocus=alert(1) x='>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_anybody_typed_is_markup_in_a_page() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    for index in 0..2_500 {
        let text = encoded(&hostile(index));
        let paths = [
            format!("/testar?numero={text}&did={text}"),
            format!("/texto?texto={text}"),
            format!("/chamadas?filtro={text}"),
            format!("/relatorio?desde={text}&ate={text}&alerta={text}"),
        ];
        is_harmless(&visitor.get(&paths[index % 4]).await.body);
        is_harmless(&visitor.get(&paths[(index + 1) % 4]).await.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_customers_alerts_callers_and_operators_are_text() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    for index in 0..1_250 {
        let text = hostile(index);
        let phone = format!("379{:08}", 80_000_000 + index);
        let one = with_alert(customer(1, &text, &phone), &[&text]);
        scene.sim.set_customers(vec![one]);
        scene.app.get(&format!("/asterisk?caller={phone}&did={}", encoded(&text))).await;
        scene.app.get(&format!("/asterisk?caller={}", encoded(&text))).await;
        is_harmless(&visitor.get(&format!("/testar?numero={phone}&consultar=1")).await.body);
        if index % 25 == 0 {
            let form = format!("texto={}&todos=1&minutos=30", encoded(&text));
            visitor.act("/alertas/novo", &form).await;
            for path in ["/", "/alertas", "/chamadas"] {
                let page = visitor.get(path).await.body;
                is_harmless(&page);
            }
            let page = visitor.get("/alertas").await.body;
            if let Some((_, rest)) = page.split_once("name=\"id\" value=\"") {
                let id = rest.split('"').next().unwrap_or_default().to_owned();
                visitor.act("/alertas/encerrar", &format!("id={id}")).await;
            }
        }
    }
    let form = format!("quem={}&senha=senha-inventada-7", encoded(&hostile(1)));
    let mut named = scene.visitor();
    let reply = named.post("/entrar", &form).await;
    named.cookie = crate::visitor::set_cookie(&reply).expect("a session");
    is_harmless(&named.get("/").await.body);
}
