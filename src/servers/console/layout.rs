//! What every page has: its head, the links, the mass mode, and who is logged in.

use hyper::StatusCode;
use maud::{DOCTYPE, Markup, html};

use crate::servers::http::HttpReply;

use super::assets::{ICON_PATH, SCRIPT_PATH, STYLE_PATH};
use super::links::LINKS;
use super::visit::Visit;
use super::{Console, controls, mass, texts};

/// A page with its title, below the links.
pub(super) fn page(
    console: &Console,
    visit: &Visit<'_>,
    title: &str,
    content: &Markup,
) -> HttpReply {
    let language = visit.language;
    let body = html! {
        header {
            a.brand href="/" { "bina" }
            nav aria-label=(texts::PAGES.of(language)) {
                @for (path, text) in LINKS {
                    a href=(path) aria-current=[(visit.request.endpoint == path).then_some("page")] {
                        (text.of(language))
                    }
                }
            }
            (visitor(visit))
        }
        (mass::banner(&console.parts, visit.session.as_ref(), visit.language))
        main {
            h1 { (title) }
            (content)
        }
        footer { "bina " (env!("CARGO_PKG_VERSION")) }
    };
    super::html(StatusCode::OK, document(visit, title, &body).into_string())
}

/// A page with one sentence, such as a refusal.
pub(super) fn notice(visit: &Visit<'_>, status: StatusCode, text: &str) -> HttpReply {
    let body = html! {
        header { a.brand href="/" { "bina" } }
        main {
            h1 { (texts::NOTICE.of(visit.language)) }
            p { (text) }
            p { a href="/" { (texts::BACK.of(visit.language)) } }
        }
    };
    super::html(status, document(visit, texts::NOTICE.of(visit.language), &body).into_string())
}

/// The whole document.
pub(super) fn document(visit: &Visit<'_>, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(visit.language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · bina" }
                link rel="stylesheet" href=(*STYLE_PATH);
                link rel="icon" href=(*ICON_PATH) type="image/svg+xml";
                script defer src=(*SCRIPT_PATH) {}
            }
            body { (body) }
        }
    }
}

/// Who is logged in, or how to.
fn visitor(visit: &Visit<'_>) -> Markup {
    let language = visit.language;
    html! {
        div.visitor {
            @match &visit.session {
                Some(session) => {
                    span { (session.who) }
                    form method="post" action="/sair" {
                        (secret(visit))
                        button.quiet { (texts::LOG_OUT.of(language)) }
                    }
                }
                None if visit.has_password => { a href="/entrar" { (texts::LOG_IN.of(language)) } }
                None => { span.faint { (texts::READ_ONLY.of(language)) } }
            }
        }
    }
}

/// The field that shows that a form is one of this session.
pub(super) fn secret(visit: &Visit<'_>) -> Markup {
    controls::secret(visit.session.as_ref())
}
