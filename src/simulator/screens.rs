//! The screens of agents: what was reported of calls at their telephones.

use std::time::Instant;

use serde_json::Value;

use super::request::{ReceivedRequest, is_json};

/// Beyond it reports are answered and no longer kept.
const KEPT_MAX: usize = 10_000;

/// What a report asks a screen for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ScreenAction {
    /// To open the customer's page.
    Open,
    /// To close it.
    Close,
}

/// The action of a path.
pub(super) fn screen_action(path: &str) -> Option<ScreenAction> {
    match path {
        "/api/v1/integracao/pbx/ligacao/notificar" => Some(ScreenAction::Open),
        "/api/v1/integracao/pbx/ligacao/cancelar" => Some(ScreenAction::Close),
        _ => None,
    }
}

/// One report, as it was received.
#[derive(Clone, Debug)]
pub struct ScreenReport {
    pub action: ScreenAction,
    pub at: Instant,
    pub body: Value,
}

/// The reports, oldest first.
#[derive(Default)]
pub(super) struct AgentScreensLog(pub(super) Vec<ScreenReport>);

impl AgentScreensLog {
    /// Takes a report; the error says what is wrong with it.
    pub(super) fn take(
        &mut self,
        action: ScreenAction,
        request: &ReceivedRequest,
    ) -> Result<(), String> {
        if !request.header("content-type").is_some_and(is_json) {
            return Err("O corpo deve ser JSON".to_owned());
        }
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|error| error.to_string())?;
        if body["ramal"].is_null() && body["identificador_interno"].is_null() {
            return Err("Favor preencher o atributo (ramal)".to_owned());
        }
        if self.0.len() < KEPT_MAX {
            self.0.push(ScreenReport { action, at: Instant::now(), body });
        }
        Ok(())
    }
}
