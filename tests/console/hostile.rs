//! Ten thousand hostile names, texts, caller IDs and fields: each page shows them as text.

use bina::simulator::{customer, with_alert};

use crate::visitor::{Scene, Visitor};

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

/// Strings that a field is filled with at once.
const TOGETHER: usize = 4;
/// Fields that are filled in a round of the pages.
const FIELDS: usize = 7;
const ROUNDS: usize = 320;
/// Rounds of the calls, with strings of their own.
const CALL_ROUNDS: usize = 180;
const CALL_FIELDS: usize = 6;

/// The strings of one field, none of which any other field has.
fn filling(field: usize) -> String {
    let strings = (0..TOGETHER).map(|index| hostile(field * TOGETHER + index));
    strings.collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_anybody_typed_is_markup_in_a_page() {
    const { assert!(ROUNDS * FIELDS * TOGETHER + CALL_ROUNDS * CALL_FIELDS >= 10_000) };
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    for round in 0..ROUNDS {
        let field = |index: usize| encoded(&filling(round * FIELDS + index));
        for (path, first) in [
            (format!("/testar?numero={}&did={}", field(0), field(1)), 0),
            (format!("/texto?texto={}", field(2)), 2),
            (format!("/chamadas?filtro={}", field(3)), 3),
            (format!("/relatorio?desde={}&ate={}&alerta={}", field(4), field(5), field(6)), 4),
        ] {
            let page = visitor.get(&path).await.body;
            is_harmless(&page);
            // What is shown is what was typed.
            let index = (round * FIELDS + first) * TOGETHER;
            assert!(page.contains(&index.to_string()), "{path}\n{page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_customers_alerts_callers_and_operators_are_text() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let csrf = visitor.csrf().await;
    for round in 0..CALL_ROUNDS {
        let text = |field: usize| hostile(ROUNDS * FIELDS * TOGETHER + round * CALL_FIELDS + field);
        let phone = format!("379{:08}", 80_000_000 + round);
        let one = with_alert(customer(1, &text(0), &phone), &[&text(1)]);
        scene.sim.set_customers(vec![one]);
        scene.app.get(&format!("/asterisk?caller={phone}&did={}", encoded(&text(2)))).await;
        scene.app.get(&format!("/asterisk?caller={}", encoded(&text(3)))).await;
        is_harmless(&visitor.get(&format!("/testar?numero={phone}&consultar=1")).await.body);
        let place = encoded(&text(4));
        for (path, form) in [
            ("/alertas/novo", format!("texto=x&tipo=city&lugar={place}&minutos=30")),
            ("/alertas/novo", format!("texto=x&todos=1&regra={place}&minutos=30")),
            ("/alertas/encerrar", format!("id={place}")),
            ("/alertas/estender", format!("id={place}&minutos=30")),
        ] {
            let reply = visitor.post(path, &format!("csrf={csrf}&{form}")).await;
            assert_eq!(reply.status, 400, "{form}");
            is_harmless(&reply.body);
        }
        if round % 20 == 0 {
            alert_for_everyone(&visitor, &csrf, &text(5)).await;
        }
    }
    let form = format!("quem={}&senha=senha-inventada-7", encoded(&hostile(1)));
    let mut named = scene.visitor();
    let reply = named.post("/entrar", &form).await;
    named.cookie = crate::visitor::set_cookie(&reply).expect("a session");
    is_harmless(&named.get("/").await.body);
}

/// Adds an alert with a hostile text, looks at each page, and ends it.
async fn alert_for_everyone(visitor: &Visitor, csrf: &str, text: &str) {
    let form = format!("csrf={csrf}&texto={}&todos=1&minutos=30", encoded(text));
    assert_eq!(visitor.post("/alertas/novo", &form).await.status, 303);
    for path in ["/", "/alertas", "/chamadas", "/relatorio", "/regras"] {
        is_harmless(&visitor.get(path).await.body);
    }
    let page = visitor.get("/alertas").await.body;
    let (_, rest) = page.split_once("name=\"id\" value=\"").expect("it is active");
    let id = rest.split('"').next().unwrap_or_default();
    let reply = visitor.post("/alertas/encerrar", &format!("csrf={csrf}&id={id}")).await;
    assert_eq!(reply.status, 303);
}
