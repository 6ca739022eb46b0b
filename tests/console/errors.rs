//! What an operator reads of a change or a report that is refused.

use crate::visitor::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_explained_in_the_language_of_the_page() {
    let scene = Scene::start().await;
    let mut visitor = scene.operator().await;
    let end = "/alertas/encerrar";
    for (path, form, portuguese, english) in [
        (
            end,
            "id=zzzz",
            "nenhum alerta ativo tem o id `zzzz`",
            "no active alert has the id `zzzz`",
        ),
        (
            "/alertas/novo",
            "texto=&todos=1&minutos=60",
            "o alerta não tem texto: diga em uma frase o que houve",
            "the alert has no text: say in a sentence",
        ),
    ] {
        for (language, part, other) in
            [("pt-BR", portuguese, english), ("en-US,en;q=0.9", english, portuguese)]
        {
            visitor.language = language;
            let page = visitor.act(path, form).await;
            assert_eq!(page.status, 400);
            assert!(page.body.contains(part) && !page.body.contains(other), "{}", page.body);
        }
    }
    visitor.language = "pt-BR";
    let page = visitor.get("/relatorio?desde=ontem").await.body;
    assert!(
        page.contains("não há pasta de estado") || page.contains("`ontem` não é uma hora"),
        "{page}"
    );
    let page = visitor.get("/texto?texto=Sua+senha+e+CPF").await.body;
    assert!(
        page.contains("uma palavra que nunca é falada (senhas, documentos, dívidas)"),
        "{page}"
    );
}
