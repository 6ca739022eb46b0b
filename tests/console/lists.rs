//! What the pages show once HubSoft's lists of customers and alerts are read, and of spoken words.

use std::time::Duration;

use tokio::time::sleep;

use crate::pages::contains;
use crate::visitor::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_shows_its_sets_and_places_are_found_while_they_are_typed() {
    let (scene, id) = Scene::with_lists("Rompimento de fibra").await;
    let mut visitor = scene.operator().await;
    let page = visitor.get("/alertas").await.body;
    contains(&page, &["interface (PON)", "com o alerta", "bina/rompimento-fibra", "Evidências"]);
    let affected = scene.sim.affected_callers(id, 1, 1).remove(0);
    let page = visitor.get(&format!("/testar?numero={}", affected.phone)).await.body;
    contains(&page, &["vale para quem liga: interface (PON), com o alerta ("]);
    visitor.language = "en";
    let page = visitor.get("/alertas").await.body;
    contains(&page, &["<td>interface</td>", "<td>they have it</td>"]);
    let names =
        async |part: &str| visitor.get(&format!("/alertas/nomes?tipo=city&nome={part}")).await.body;
    let found = names("o").await;
    assert!(found.starts_with("<option value=\"") && found.contains('O'), "{found}");
    let name = found.split('"').nth(1).expect("a name");
    let place = name.split(" (").next().expect("a name");
    let misspelt = format!("{}{}", &place[..2], &place[3..]);
    let nearest = names(&misspelt.replace(' ', "+")).await;
    assert!(nearest.contains(place), "{misspelt}: {nearest}");
    assert_eq!(names("").await, "");
    let form = format!("texto=Rompimento&tipo=city&lugar={}&minutos=30", name.replace(' ', "+"));
    let reply = visitor.act("/alertas/novo", &form).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    contains(&visitor.get("/alertas").await.body, &[&format!("city {place}")]);
    let form = "texto=Rompimento&tipo=city&lugar=Xyzwq&minutos=30";
    visitor.language = "pt-BR";
    let reply = visitor.act("/alertas/novo", form).await;
    contains(&reply.body, &["não há cidade `Xyzwq`"]);
    scene.app.service.app().tasks().shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_says_what_has_become_of_its_words_and_that_it_plays_nothing() {
    let settings = "[speech]\ncommand = [\"/bin/sh\", \"-c\", \"exit 3\"]\n\
                    [[rule]]\nname = \"fala\"\ntext = \"caiu\"\nplay = \"fibra\"\nspeak = [\"equipe\", \"*\"]\n";
    let scene = Scene::with("x", settings).await;
    let visitor = scene.operator().await;
    for text in ["Caiu+no+centro", "Nada+que+sirva"] {
        let reply = visitor.act("/alertas/novo", &format!("texto={text}&todos=1&minutos=60")).await;
        assert_eq!(reply.status, 303, "{}", reply.body);
    }
    let mut page = String::new();
    for _ in 0..400 {
        page = visitor.get("/alertas").await.body;
        if page.contains("não: o motor de fala falha") {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    contains(
        &page,
        &["não: o motor de fala falha, veja o log (exit)", "Não toca nada: nenhuma regra"],
    );
    contains(
        &visitor.get("/").await.body,
        &["o motor de fala falha", "<span class=\"bad\">nada</span>"],
    );
}
