//! The pages, one a file.

mod alert_forms;
mod alerts;
mod calls;
mod explanation;
mod login;
mod now;
mod number;
mod player;
mod report;
mod rules;
mod text;

use maud::{Markup, html};

use crate::runtime::language::{Language, Text};
use crate::runtime::wall_clock;
use crate::servers::http::{Endpoint, GET, POST};
use crate::sources::alerts::{AlertEntry, AlertListing};

use super::{Console, ConsoleAction, ConsoleParts, Row, shown, texts};

pub(super) use self::alert_forms::PRESETS;
pub(super) use self::calls::rows as call_rows;
pub(super) use self::now::figures as now_figures;

/// The links of each page, in order.
pub(super) const LINKS: [(&str, Text); 7] = [
    ("/", texts::NOW),
    ("/testar", texts::TEST_NUMBER),
    ("/texto", texts::TEST_TEXT),
    ("/chamadas", texts::CALLS),
    ("/alertas", texts::ALERTS),
    ("/relatorio", texts::REPORT),
    ("/regras", texts::RULES),
];

pub(super) static ROWS: [Row; 15] = [
    Endpoint::new("/testar", &GET, ConsoleAction::Read(number::page)),
    Endpoint::new("/texto", &GET, ConsoleAction::Read(text::page)),
    Endpoint::new("/chamadas", &GET, ConsoleAction::Read(calls::page)),
    Endpoint::new("/alertas", &GET, ConsoleAction::Read(alerts::page)),
    Endpoint::new("/relatorio", &GET, ConsoleAction::Read(report::page)),
    Endpoint::new("/relatorio.csv", &GET, ConsoleAction::Read(report::table)),
    Endpoint::new("/regras", &GET, ConsoleAction::Read(rules::page)),
    Endpoint::new("/audios/", &GET, ConsoleAction::Read(player::recording)),
    Endpoint::new("/entrar", &login::METHODS, ConsoleAction::Open(login::page)),
    Endpoint::new("/sair", &POST, ConsoleAction::Open(login::leave)),
    Endpoint::new("/alertas/novo", &POST, ConsoleAction::Act(alert_forms::add)),
    Endpoint::new("/alertas/encerrar", &POST, ConsoleAction::Act(alert_forms::end)),
    Endpoint::new("/alertas/estender", &POST, ConsoleAction::Act(alert_forms::extend)),
    Endpoint::new("/alertas/lugares", &GET, ConsoleAction::Read(alert_forms::places)),
    // Of any path that is not above.
    Endpoint::new("/", &GET, ConsoleAction::Read(now::page)),
];

/// The page that asks for the password, and goes on to the page that was asked for.
pub(super) fn login_path(path: &str, query: &str) -> String {
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/entrar?para={}", alerts::encoded(&format!("{path}{mark}{query}")))
}

/// Where to go after the login: to the page that was asked for, if it is one of ours.
fn after_login(asked: &str) -> &str {
    let path = asked.split('?').next().unwrap_or_default();
    if LINKS.iter().any(|(link, _)| *link == path) { asked } else { "/" }
}

/// All active alerts: HubSoft's, then the local ones.
fn listing_of(parts: &ConsoleParts) -> AlertListing {
    let view = parts.directory.as_ref().and_then(|directory| directory.view());
    let mut listing = parts.local_alerts.list(wall_clock::now_s(), view.as_ref());
    parts.alerts.add_to(&mut listing);
    listing
}

/// The local alerts for everyone, which are the mass mode.
pub(super) fn mass_alerts(console: &Console) -> Vec<AlertEntry> {
    let local = console.parts.local_alerts.list(wall_clock::now_s(), None);
    local.alerts.into_iter().filter(|alert| alert.everyone).collect()
}

/// When an alert ends, with the time that is left.
pub(super) fn until(alert: &AlertEntry, language: Language) -> Markup {
    let Some(until_s) = alert.until_s else { return html! { (texts::NO_END.of(language)) } };
    let left_s = until_s.saturating_sub(wall_clock::now_s());
    html! {
        (shown::moment(until_s)) " "
        span.faint data-ends=(until_s) { "(" (shown::span(left_s)) ")" }
    }
}
