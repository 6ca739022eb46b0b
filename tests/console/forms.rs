//! What the forms of alerts and the switch of the mass mode refuse, and what they do once.

use crate::app::{Reply, exchange, field};
use crate::pages::contains;
use crate::visitor::{QUIET, RULES, Scene, TEXT, Visitor};

/// The preset of the switch, as a form sends it.
const PRESET: &str = "Falha+geral+na+rede.+Nossas+equipes+j%C3%A1+trabalham+na+solu%C3%A7%C3%A3o.";

async fn nothing_is_active(visitor: &Visitor) {
    contains(&visitor.get("/alertas").await.body, &["Nenhum alerta ativo"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_that_are_no_number_add_nothing() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    for minutes in [
        "",
        "&minutos=",
        "&minutos=-1",
        "&minutos=0",
        "&minutos=0.5",
        "&minutos=abc",
        "&minutos=1e3",
        "&minutos=%2B30",
        "&minutos=99999999999999999999999",
        "&minutos=30&minutos=60",
    ] {
        let reply = visitor.act("/alertas/novo", &format!("texto=Fibra&todos=1{minutes}")).await;
        assert_eq!(reply.status, 400, "{minutes}");
        contains(&reply.body, &["minutos"]);
    }
    nothing_is_active(&visitor).await;
    let reply = visitor.act("/alertas/novo", "texto=Fibra&todos=1&minutos=30").await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let id = id_of(&visitor).await;
    for minutes in ["-1", "abc", "30&minutos=60"] {
        let form = format!("id={id}&minutos={minutes}");
        let reply = visitor.act("/alertas/estender", &form).await;
        assert_eq!(reply.status, 400, "{minutes}");
        contains(&reply.body, &["minutos"]);
    }
}

async fn id_of(visitor: &Visitor) -> String {
    let page = visitor.get("/alertas").await.body;
    let (_, rest) = page.split_once("name=\"id\" value=\"").expect("an alert");
    rest.split('"').next().expect("a value").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_and_a_part_of_them_contradict_each_other() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    for part in ["did=08007771234", "tipo=city&lugar=Betim"] {
        let form = format!("texto=Fibra&todos=1&minutos=30&{part}");
        let reply = visitor.act("/alertas/novo", &form).await;
        assert_eq!(reply.status, 400, "{part}");
        contains(&reply.body, &["todos que ligarem"]);
    }
    nothing_is_active(&visitor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_start_the_same_mass_mode_at_once_start_one() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let other = scene.operator().await;
    let form = "texto=Falta+de+fibra&todos=1&minutos=60";
    let posts = tokio::join!(
        visitor.act("/alertas/novo", form),
        other.act("/alertas/novo", form),
        visitor.act("/alertas/novo", "texto=+Falta+de+fibra+&todos=1&minutos=30"),
    );
    for reply in [posts.0, posts.1, posts.2] {
        assert_eq!(reply.status, 303, "{}", reply.body);
    }
    let page = visitor.get("/alertas").await.body;
    assert_eq!(page.matches("<article").count(), 1, "{page}");
    // Another text is another alert; and one that was ended is started again.
    visitor.act("/alertas/novo", "texto=Outra+fibra&todos=1&minutos=60").await;
    let page = visitor.get("/alertas").await.body;
    assert_eq!(page.matches("<article").count(), 2, "{page}");
    let id = id_of(&visitor).await;
    visitor.act("/alertas/encerrar", &format!("id={id}")).await;
    visitor.act("/alertas/novo", form).await;
    let page = visitor.get("/alertas").await.body;
    assert_eq!(page.matches("<article").count(), 2, "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_enter_key_in_a_field_starts_nothing() {
    let scene = Scene::start().await;
    let page = scene.operator().await.get("/alertas").await.body;
    for form in page.split("<form").filter(|form| form.contains("action=\"/alertas/novo\"")) {
        // A disabled first button keeps a browser from sending a form by that key.
        let first = form.split("<button").nth(1).expect("a button");
        assert!(first.starts_with(" disabled hidden"), "{first}");
    }
    assert_eq!(page.matches("action=\"/alertas/novo\"").count(), 2, "{page}");
}

/// The options of the switch, from its page.
fn options(page: &str) -> &str {
    let (_, switch) = page.split_once("name=\"massiva\"").expect("the switch");
    switch.split("</form>").next().expect("its end")
}

async fn started(visitor: &Visitor, rule: &str) -> Reply {
    let form = format!("massiva=1&todos=1&minutos=30&texto={PRESET}&regra={rule}");
    visitor.act("/alertas/novo", &form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mass_mode_that_plays_nothing_is_not_started() {
    let services = "[[rule]]\nname = \"bloqueado\"\nalerta = false\nservico_status = [\"suspenso_debito\"]\n\
                    play = \"luz\"\n";
    let scene = Scene::with(TEXT, services).await;
    let visitor = scene.operator().await;
    let page = visitor.get("/chamadas").await.body;
    let switch = options(&page);
    contains(switch, &["required", "<option>luz</option>", "<option value=\"\" selected"]);
    assert!(!switch.contains("bloqueado"), "{switch}");
    let reply = started(&visitor, "").await;
    assert_eq!(reply.status, 400, "{}", reply.body);
    contains(&reply.body, &["não tocaria nada", "regra"]);
    nothing_is_active(&visitor).await;
    assert_eq!(started(&visitor, "fibra").await.status, 303);
    let played = scene.app.asterisk(QUIET).await;
    assert_eq!(field(&played, "rule"), "fibra");
    let page = visitor.get("/chamadas").await.body;
    assert!(!page.contains("não ouve nada"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rule_that_the_text_meets_is_chosen_before_one_named_massiva() {
    let massiva = "[[rule]]\nname = \"massiva\"\ntext = \"massiva\"\nplay = \"equipe\"\n";
    let scene = Scene::with(TEXT, massiva).await;
    let visitor = scene.operator().await;
    contains(options(&visitor.get("/").await.body), &["<option selected>massiva</option>"]);
    assert_eq!(started(&visitor, "massiva").await.status, 303);
    assert_eq!(field(&scene.app.asterisk(QUIET).await, "rule"), "massiva");
    let met =
        format!("{massiva}[[rule]]\nname = \"geral\"\ntext = \"falha geral\"\nplay = \"luz\"\n");
    let scene = Scene::with(TEXT, &met).await;
    let page = scene.operator().await.get("/").await.body;
    contains(options(&page), &["<option selected>geral</option>", "<option>massiva</option>"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_general_prompt_is_what_a_mass_mode_plays_without_a_rule() {
    assert!(RULES.contains("prompt = \"\""));
    let scene = Scene::with_general(TEXT).await;
    let visitor = scene.operator().await;
    let page = visitor.get("/").await.body;
    contains(options(&page), &["<option value=\"\" selected", "áudio geral"]);
    assert!(!options(&page).contains("required>"), "{page}");
    assert_eq!(started(&visitor, "").await.status, 303);
    assert_ne!(field(&scene.app.asterisk(QUIET).await, "prompt"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_for_everyone_that_plays_nothing_is_in_red_on_every_page() {
    let scene = Scene::start().await;
    let visitor = scene.operator().await;
    let form = "texto=Nada+que+sirva&todos=1&minutos=60";
    assert_eq!(visitor.act("/alertas/novo", form).await.status, 303);
    let page = visitor.get("/chamadas").await.body;
    contains(
        &page,
        &["<strong class=\"bad\">Quem liga não ouve nada", "“Nada que sirva” até <time"],
    );
    let page = visitor.get("/").await.body;
    assert_eq!(page.matches("Quem liga não ouve nada").count(), 2, "the banner and Agora: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_spends_no_query_to_hubsoft() {
    let scene = Scene::without_password().await;
    let visitor = scene.visitor();
    let path = format!("/testar?numero={QUIET}&consultar=1");
    for (site, status) in
        [("cross-site", 403), ("same-site", 403), ("none", 200), ("same-origin", 200)]
    {
        let before = scene.sim.lookups();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nSec-Fetch-Site: {site}\r\n\r\n",
            visitor.host
        );
        let reply = Reply::read(&exchange(visitor.address, request.as_bytes()).await);
        assert_eq!(reply.status, status, "{site}");
        assert_eq!(scene.sim.lookups() > before, status == 200, "{site}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_with_an_alert_meets_no_rule_because_there_is_none() {
    let scene = Scene::of_rules("[general]\nprompt = \"\"").await;
    let path = format!("/testar?numero={}&consultar=1", crate::visitor::ALERTED);
    let page = scene.operator().await.get(&path).await.body;
    contains(&page, &["com alerta", "a configuração não tem regras"]);
    assert!(!page.contains("sem alerta, nenhuma regra"), "{page}");
}
