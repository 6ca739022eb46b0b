//! *Entrar* and *sair*: the password of operators, and who uses it.

use hyper::StatusCode;
use hyper::header::{HeaderValue, SET_COOKIE};
use maud::html;
use subtle::ConstantTimeEq;
use tracing::{info, warn};

use crate::runtime::secret::Secret;
use crate::servers::form::values;
use crate::servers::http::{GET_OR_POST, HttpReply, Methods};

use super::super::links::after_login;
use super::super::visit::{COOKIE_NAME, Visit, end_session, open_session};
use super::super::{Answering, Console, layout, redirect, texts};

pub(super) const METHODS: Methods = GET_OR_POST;

/// Longest name of an operator, in characters.
const WHO_MAX: usize = 40;

/// Shows the form, or takes it.
pub(super) fn page<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        if visit.request.method == "POST" { enter(console, &visit) } else { form(&visit, None) }
    })
}

fn form(visit: &Visit<'_>, problem: Option<(StatusCode, &str)>) -> HttpReply {
    let language = visit.language;
    let title = texts::LOG_IN.of(language);
    let [target] = visit.fields(["para"]);
    let body = html! {
        header { a.brand href="/" { "bina" } }
        main.narrow {
            h1 { (title) }
            @if let Some((_, text)) = problem { p.bad role="alert" { (text) } }
            @if !visit.has_password {
                p { (texts::NO_PASSWORD.of(language)) }
            } @else if visit.is_private() {
                form.stacked method="post" action="/entrar" {
                    input type="hidden" name="para" value=(target);
                    label { (texts::WHO.of(language))
                        input name="quem" required maxlength=(WHO_MAX) autocomplete="username"; }
                    label { (texts::PASSWORD.of(language))
                        input name="senha" type="password" required autocomplete="current-password"; }
                    button { (title) }
                }
            } @else {
                p { (texts::LOGIN_NEEDS_ENCRYPTION.of(language)) }
                pre { "ssh -L 8575:127.0.0.1:8575 PBX" }
            }
        }
    };
    let document = layout::document(visit, title, &body).into_string();
    super::super::html(problem.map_or(StatusCode::OK, |(status, _)| status), document)
}

fn enter(console: &Console, visit: &Visit<'_>) -> HttpReply {
    let (language, address) = (visit.language, visit.request.client);
    let now = visit.request.accepted;
    let refused = |status, text: crate::runtime::language::Text| {
        form(visit, Some((status, text.of(language))))
    };
    if visit.require_own_page().is_err() {
        return refused(StatusCode::FORBIDDEN, texts::DENIED_ORIGIN);
    }
    if !visit.is_private() {
        return refused(StatusCode::FORBIDDEN, texts::LOGIN_NEEDS_ENCRYPTION);
    }
    let Some(password) = &console.parts.settings.password else {
        return refused(StatusCode::FORBIDDEN, texts::NO_PASSWORD);
    };
    if !console.sessions.may_try(address, now) {
        if console.sessions.may_log_blocked(now) {
            warn!(%address, "console: too many wrong passwords, so none is compared for a minute");
        }
        return refused(StatusCode::TOO_MANY_REQUESTS, texts::TOO_MANY_TRIES);
    }
    if !is_right(password, visit) {
        console.sessions.note_wrong(address, now);
        warn!(%address, "console: wrong password");
        return refused(StatusCode::FORBIDDEN, texts::WRONG_PASSWORD);
    }
    let [who, target] = visit.fields(["quem", "para"]);
    let who: String = who.chars().filter(|c| !c.is_control()).take(WHO_MAX).collect();
    // An id that was there before is never one of the new session.
    end_session(console, visit.request);
    let Some(cookie) = open_session(console, who.clone(), now) else {
        return refused(StatusCode::INTERNAL_SERVER_ERROR, texts::NO_RANDOMNESS);
    };
    info!(%address, by = ?who, "console: logged in");
    with_cookie(redirect(after_login(&target)), &cookie)
}

/// Whether the form has the password. The comparison takes as long for every password of its length.
fn is_right(password: &Secret, visit: &Visit<'_>) -> bool {
    let [sent] = values(visit.request.fields(), ["senha"]);
    sent.typed().as_bytes().ct_eq(password.reveal().as_bytes()).into()
}

/// Ends the session.
pub(super) fn leave<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        if visit.require_own_page().is_err() {
            let text = texts::DENIED_ORIGIN.of(visit.language);
            return layout::notice(&visit, StatusCode::FORBIDDEN, text);
        }
        end_session(console, visit.request);
        let ended = format!("{COOKIE_NAME}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
        with_cookie(redirect("/entrar"), &ended)
    })
}

fn with_cookie(mut reply: HttpReply, cookie: &str) -> HttpReply {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        reply.headers_mut().insert(SET_COOKIE, cookie);
    }
    reply
}
