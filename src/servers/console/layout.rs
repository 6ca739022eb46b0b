//! What every page has: its head, the links, the mass mode, and who is logged in.

use hyper::StatusCode;
use maud::{DOCTYPE, Markup, html};

use crate::servers::http::HttpReply;
use crate::sources::alerts::AlertEntry;

use super::active::{self, PRESETS};
use super::assets::{ICON_PATH, SCRIPT_PATH, STYLE_PATH};
use super::links::LINKS;
use super::visit::Visit;
use super::{Console, texts};

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
        (mass_mode(console, visit))
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
    let csrf = visit.session.as_ref().map(|session| session.csrf.as_str());
    html! { input type="hidden" name="csrf" value=(csrf.unwrap_or_default()); }
}

/// The switch of the mass mode: an alert for everyone, with its remaining time.
fn mass_mode(console: &Console, visit: &Visit<'_>) -> Markup {
    let language = visit.language;
    let active = active::mass_alerts(console);
    html! {
        section.mass.on[!active.is_empty()] aria-label=(texts::MASS_MODE.of(language)) {
            @for alert in &active { (mass_line(visit, alert)) }
            @if active.is_empty() {
                @if visit.session.is_some() { (mass_switch(console, visit)) } @else {
                    span { (texts::MASS_MODE.of(language)) ": " (texts::OFF.of(language)) }
                }
            }
        }
    }
}

fn mass_line(visit: &Visit<'_>, alert: &AlertEntry) -> Markup {
    let language = visit.language;
    html! {
        form method="post" action="/alertas/encerrar" {
            strong { (texts::MASS_MODE_ON.of(language)) }
            " “" (alert.text) "” "
            (texts::UNTIL.of(language)) " " (active::until(alert, language))
            @if visit.session.is_some() {
                (secret(visit))
                input type="hidden" name="id" value=(alert.id);
                button.danger { (texts::END_NOW.of(language)) }
            }
        }
    }
}

fn mass_switch(console: &Console, visit: &Visit<'_>) -> Markup {
    let language = visit.language;
    html! {
        details {
            summary { (texts::MASS_MODE.of(language)) ": " (texts::OFF.of(language)) }
            form method="post" action="/alertas/novo" {
                (secret(visit))
                input type="hidden" name="todos" value="1";
                label {
                    (texts::ALERT_TEXT.of(language))
                    input name="texto" required maxlength="1000" value=(texts::MASS_TEXT.of(language));
                }
                label {
                    (texts::PLAYS.of(language))
                    select name="regra" {
                        option value="" { (texts::RULE_BY_TEXT.of(language)) }
                        @for rule in console.parts.responder.announcer().rules.list() {
                            option { (rule.name) }
                        }
                    }
                }
                div.presets {
                    @for (minutes, name) in PRESETS {
                        button name="minutos" value=(minutes) { (name) }
                    }
                }
            }
        }
    }
}
