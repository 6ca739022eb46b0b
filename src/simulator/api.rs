//! The routes of the vendor's page, without faults: a request in, the correct reply out.

use std::time::Instant;

use serde_json::{Value, json};

use super::account::{CREDENTIALS, IssuedTokens};
use super::alerts::{ClockTime, NocAlerts, SimAlert};
use super::bulk_list::BulkList;
use super::endpoint::SimEndpoint;
use super::population::table_rows;
use super::registry::CustomerRegistry;
use super::reply::{Reply, http_date, php_json};
use super::request::{ReceivedRequest, is_json};
use super::scope_table::ScopeTable;
use super::screens::{AgentScreensLog, ScreenAction, screen_action};
use super::search::{CustomerSearch, Matching};
use super::time_of_day;

/// Where the API is.
const API: &str = "/api/v1/integracao/";
/// The list of alerts, followed by how many a page has.
const ALERT_PAGES: &str = "/api/v1/integracao/configuracao/alerta/paginado/";

/// Which of the routes a request is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Route {
    Alerts {
        rows: u32,
    },
    /// What exists, and is refused to this account.
    Forbidden,
    List,
    Login,
    Lookup,
    Other,
    Screen(ScreenAction),
    Table(ScopeTable),
    Token,
}

impl Route {
    pub(super) fn of(request: &ReceivedRequest) -> Self {
        let below = |path: &str| request.path.strip_prefix(path);
        let table = || below(API).and_then(ScopeTable::at).map(Self::Table);
        let alerts = || {
            let rows = below(ALERT_PAGES)?.parse().ok()?;
            Some(Self::Alerts { rows })
        };
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/api/v1/integracao/cliente") => Self::Lookup,
            // Closed by the vendor at the beginning of 2023.
            ("GET", "/api/v1/integracao/cliente/all") => Self::Forbidden,
            ("GET", "/api/v1/integracao/cliente/todos") => Self::List,
            ("GET", "/login") => Self::Login,
            // For accounts with a permission of its own.
            ("POST", "/graphql/v1") => Self::Forbidden,
            ("POST", "/oauth/token") => Self::Token,
            ("POST", path) => screen_action(path).map_or(Self::Other, Self::Screen),
            ("GET", _) => table().or_else(alerts).unwrap_or(Self::Other),
            _ => Self::Other,
        }
    }

    pub(super) fn endpoint(self) -> SimEndpoint {
        match self {
            Self::Alerts { .. } => SimEndpoint::Alerts,
            Self::Forbidden | Self::Login | Self::Other => SimEndpoint::Other,
            Self::List => SimEndpoint::List,
            Self::Lookup => SimEndpoint::Lookup,
            Self::Screen(_) => SimEndpoint::Screens,
            Self::Table(_) => SimEndpoint::Tables,
            Self::Token => SimEndpoint::Token,
        }
    }
}

/// What a HubSoft without faults holds.
#[derive(Default)]
pub(super) struct Hub {
    pub(super) alerts: NocAlerts,
    pub(super) registry: CustomerRegistry,
    pub(super) list: BulkList,
    pub(super) matching: Matching,
    pub(super) screens: AgentScreensLog,
    pub(super) tokens: IssuedTokens,
}

impl Hub {
    /// Answers as a HubSoft without faults does.
    pub(super) fn answer(&mut self, request: &ReceivedRequest, now: Instant) -> Reply {
        let route = Route::of(request);
        let reply = match route {
            Route::Alerts { .. }
            | Route::Forbidden
            | Route::List
            | Route::Lookup
            | Route::Screen(_)
            | Route::Table(_) => {
                let refusal = self.refusal(request, now);
                refusal.unwrap_or_else(|| self.answer_account(route, request))
            }
            Route::Login => login_page(),
            Route::Other => Reply::json(404, r#"{"message":"Not Found"}"#),
            Route::Token => self.issue_token(request, now),
        };
        // As nginx adds it to every answer; some faults omit or falsify it.
        reply.with("Date", &http_date(time_of_day::now()))
    }

    fn issue_token(&mut self, request: &ReceivedRequest, now: Instant) -> Reply {
        if !has_a_known_client(request) {
            return wrong_client();
        }
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

    /// What a request without a valid token receives.
    fn refusal(&self, request: &ReceivedRequest, now: Instant) -> Option<Reply> {
        if !accepts_json(request) {
            let page =
                Reply::html(302, "<!DOCTYPE html><html><body>Redirecting to /login</body></html>");
            return Some(page.with("Location", "/login"));
        }
        let is_valid = request.bearer().is_some_and(|token| self.tokens.accepts(token, now));
        (!is_valid).then(unauthenticated)
    }

    /// What a request with a valid token receives.
    fn answer_account(&mut self, route: Route, request: &ReceivedRequest) -> Reply {
        let provider_now = self.alerts.now(time_of_day::unix_s());
        match route {
            Route::Alerts { rows } if !self.alerts.is_forbidden() => {
                let page = self.alerts.page(&request.query, rows, provider_now);
                page.unwrap_or_else(|problem| status_error(&problem))
            }
            Route::List if !self.list.forbids_list() => {
                let page = self.list.page(&request.query, &self.registry);
                page.unwrap_or_else(|problem| status_error(&problem))
            }
            Route::Lookup => match CustomerSearch::read(&request.query) {
                Err(problem) => status_error(&problem),
                Ok(search) => found(&self.search(&search, provider_now)),
            },
            Route::Screen(action) => match self.screens.take(action, request) {
                Ok(()) => {
                    Reply::json(200, r#"{"status":"success","msg":"Dados enviados com sucesso"}"#)
                }
                Err(problem) => status_error(&problem),
            },
            Route::Table(table) if !self.list.forbids_tables() => self.table(table),
            _ => forbidden(),
        }
    }

    fn search(&self, search: &CustomerSearch, provider_now: ClockTime) -> Vec<Value> {
        let CustomerRegistry { listed, generated } = &self.registry;
        let indexes = self.registry.generated_for(&search.by, &search.term);
        let found = indexes.into_iter().zip(generated.iter().cycle()).map(|(index, generated)| {
            let messages = self.alerts.flag(&generated.places(index), provider_now);
            generated.found(index, messages)
        });
        let generated: Vec<_> = found.collect();
        search.run(listed.iter().chain(&generated), self.matching)
    }

    /// Publishes an alert at a time, in seconds since 1970; returns its id, or what is wrong with it.
    pub(super) fn publish_alert(&mut self, alert: SimAlert, unix_s: i64) -> Result<u64, String> {
        let population = self.registry.generated.as_ref().map(|all| &all.population);
        let now = self.alerts.now(unix_s);
        self.alerts.publish(alert, population, now)
    }

    fn table(&self, table: ScopeTable) -> Reply {
        let generated = self.registry.generated.as_ref();
        let rows = generated.map_or_else(Vec::new, |all| table_rows(table, &all.population));
        // The generated customers' states and groups include those of the others.
        let includes = matches!(table, ScopeTable::ServiceGroups | ScopeTable::Statuses);
        let small = if includes && !rows.is_empty() { Vec::new() } else { table.small() };
        Reply::json(200, php_json(&table.answer(&[small, rows].concat())))
    }
}

/// Without it, Laravel takes the client for a browser.
fn accepts_json(request: &ReceivedRequest) -> bool {
    request.header("accept").is_some_and(|accept| accept.split(',').any(is_json))
}

/// Without the right client nothing else is looked at. A body that is not as on the page is not that case.
fn has_a_known_client(request: &ReceivedRequest) -> bool {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let is_right = |key: &str, right: &str| body[key].as_str().is_none_or(|given| given == right);
    is_right("client_id", CREDENTIALS.client_id)
        && is_right("client_secret", CREDENTIALS.client_secret)
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

/// As Laravel answers an account without the permission.
fn forbidden() -> Reply {
    Reply::json(403, r#"{"message":"This action is unauthorized."}"#)
}

pub(super) fn unauthenticated() -> Reply {
    Reply::json(401, r#"{"message":"Unauthenticated."}"#)
}

/// As the server below Laravel Passport answers an unknown client.
fn wrong_client() -> Reply {
    const DESCRIPTION: &str = "Client authentication failed";
    let body = json!({ "error": "invalid_client", "error_description": DESCRIPTION, "message": DESCRIPTION });
    Reply::json(401, php_json(&body))
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
