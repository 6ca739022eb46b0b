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

use crate::servers::http::{Endpoint, GET, GET_OR_POST, POST};

use super::{ConsoleAction, PageRow};

pub(super) use self::calls::rows as call_rows;
pub(super) use self::now::figures as now_figures;

pub(super) static ROWS: [PageRow; 16] = [
    Endpoint::new("/testar", &GET, ConsoleAction::Read(number::page)),
    Endpoint::new("/texto", &GET_OR_POST, ConsoleAction::Read(text::page)),
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
    Endpoint::new("/alertas/nomes", &GET, ConsoleAction::Read(alert_forms::place_names)),
    // Of any path that is not above.
    Endpoint::new("/", &GET, ConsoleAction::Read(now::page)),
];
