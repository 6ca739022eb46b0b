//! The routes of the vendor's page, without faults: a request in, the correct reply out.

use std::time::{Instant, SystemTime};

use serde_json::{Value, json};

use super::account::{CREDENTIALS, IssuedTokens};
use super::reply::{Reply, http_date, php_json};
use super::request::ReceivedRequest;
use super::search::{CustomerSearch, Matching};

/// Which of the routes a request is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Route {
    Login,
    Lookup,
    Other,
    Token,
}

impl Route {
    pub(super) fn of(request: &ReceivedRequest) -> Self {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/api/v1/integracao/cliente") => Self::Lookup,
            ("GET", "/login") => Self::Login,
            ("POST", "/oauth/token") => Self::Token,
            _ => Self::Other,
        }
    }
}

/// What a HubSoft without faults holds.
pub(super) struct Hub {
    pub(super) customers: Vec<Value>,
    pub(super) matching: Matching,
    pub(super) tokens: IssuedTokens,
}

impl Hub {
    /// Answers as a HubSoft without faults does.
    #[expect(clippy::disallowed_methods, reason = "a Date header is the time of day")]
    pub(super) fn answer(&mut self, request: &ReceivedRequest, now: Instant) -> Reply {
        let reply = match Route::of(request) {
            Route::Login => login_page(),
            Route::Lookup => self.look_up(request, now),
            Route::Other => Reply::json(404, r#"{"message":"Not Found"}"#),
            Route::Token => self.issue_token(request, now),
        };
        // As nginx adds it to every answer; some faults omit or falsify it.
        reply.with("Date", &http_date(SystemTime::now()))
    }

    fn issue_token(&mut self, request: &ReceivedRequest, now: Instant) -> Reply {
        if !has_the_credentials(request) {
            return wrong_password();
        }
        let token = self.tokens.issue(now);
        let answer = json!({
            "token_type": "Bearer",
            "expires_in": self.tokens.life().as_secs(),
            "access_token": token,
            // No refresh grant is documented, so this token is of no use.
            "refresh_token": format!("def50200-{token}"),
        });
        Reply::json(200, php_json(&answer))
    }

    fn look_up(&self, request: &ReceivedRequest, now: Instant) -> Reply {
        if !accepts_json(request) {
            return Reply::html(
                302,
                "<!DOCTYPE html><html><body>Redirecting to /login</body></html>",
            )
            .with("Location", "/login");
        }
        if !request.bearer().is_some_and(|token| self.tokens.accepts(token, now)) {
            return unauthenticated();
        }
        match CustomerSearch::read(&request.query) {
            Err(problem) => status_error(&problem),
            Ok(search) => found(&search.run(&self.customers, self.matching)),
        }
    }
}

/// Without it, Laravel takes the client for a browser.
fn accepts_json(request: &ReceivedRequest) -> bool {
    request.header("accept").is_some_and(|accept| accept.split(',').any(is_json))
}

/// All five fields of the page, as JSON and with the right values.
fn has_the_credentials(request: &ReceivedRequest) -> bool {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    request.header("content-type").is_some_and(is_json)
        && body["grant_type"] == "password"
        && body["client_id"] == CREDENTIALS.client_id
        && body["client_secret"] == CREDENTIALS.client_secret
        && body["username"] == CREDENTIALS.username
        && body["password"] == CREDENTIALS.password
}

fn is_json(media_type: &str) -> bool {
    let kind = media_type.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

fn found(customers: &[Value]) -> Reply {
    let answer = json!({
        "status": "success",
        "msg": "Dados consultados com sucesso",
        "clientes": customers,
    });
    Reply::json(200, php_json(&answer))
}

/// The page a browser receives; a client that follows a redirect receives it too, with a 200.
pub(super) fn login_page() -> Reply {
    Reply::html(
        200,
        "<!DOCTYPE html>\n<html lang=\"pt-BR\"><head><meta charset=\"utf-8\"><title>Portal do \
         Provedor</title></head><body><h1>Acesse sua conta</h1><form action=\"/login\" \
         method=\"post\"></form></body></html>",
    )
}

/// An error as this API reports it: with status 200.
fn status_error(problem: &str) -> Reply {
    Reply::json(200, php_json(&json!({ "status": "error", "msg": problem })))
}

/// As the server below Laravel Passport has reported a wrong password since its version 8:
/// <https://github.com/thephpleague/oauth2-server/pull/967>.
pub(super) fn invalid_grant() -> Reply {
    const DESCRIPTION: &str = "The user credentials were incorrect.";
    let body = json!({ "error": "invalid_grant", "error_description": DESCRIPTION, "message": DESCRIPTION });
    Reply::json(400, php_json(&body))
}

pub(super) fn unauthenticated() -> Reply {
    Reply::json(401, r#"{"message":"Unauthenticated."}"#)
}

pub(super) fn wrong_password() -> Reply {
    const DESCRIPTION: &str = "The user credentials were incorrect.";
    let body = json!({
        "error": "invalid_credentials",
        "error_description": DESCRIPTION,
        "message": DESCRIPTION,
    });
    Reply::json(401, php_json(&body))
}
