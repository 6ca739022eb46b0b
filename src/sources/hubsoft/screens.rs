//! Opens and closes the page of a customer on an agent's screen.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use serde::de::MapAccess;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::domain::agent_call::{Agent, AgentCall, AgentEvent};
use crate::domain::failure::Failure;
use crate::sources::agent_screens::{AgentScreens, ScreenFuture};
use crate::sources::limiter::Urgency;
use crate::sources::reasons;
use crate::sources::source::Budget;

use super::HubSoft;
use super::body::BodyClass;
use super::json;
use super::loose::{Loose, Object, skip, value};
use super::query::Query;
use super::refusal;

/// Maximum time for one request.
const ATTEMPT: Duration = Duration::from_secs(3);
const OPEN: &str = "api/v1/integracao/pbx/ligacao/notificar";
const CLOSE: &str = "api/v1/integracao/pbx/ligacao/cancelar";

/// Posts what happens to a call at an agent's telephone.
#[derive(Clone)]
struct AgentReport {
    event: AgentEvent,
    body: Bytes,
    deadline: Instant,
}

/// The body, with the names of the API.
#[derive(Serialize)]
struct Ligacao<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ramal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identificador_interno: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    telefone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    codigo_cliente: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_cliente: Option<String>,
}

impl<'a> Ligacao<'a> {
    fn of(call: &'a AgentCall) -> Self {
        let (ramal, identificador_interno) = match &call.agent {
            Agent::Extension(extension) => (Some(&**extension), None),
            Agent::InternalId(id) => (None, Some(&**id)),
        };
        Self {
            ramal,
            identificador_interno,
            telefone: call.phone.as_ref().map(|phone| phone.reveal()),
            codigo_cliente: call.code.map(|code| code.reveal()),
            id_cliente: call.id.map(|id| id.reveal()),
        }
    }
}

/// The answer to a report.
#[derive(Default)]
struct ScreenReply {
    status: Loose,
    message: Loose,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum ScreenReplyKey {
    Status,
    #[serde(alias = "msg")]
    Message,
    #[serde(other)]
    Other,
}

impl Object for ScreenReply {
    type Key = ScreenReplyKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: ScreenReplyKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            ScreenReplyKey::Status => self.status = value(from)?,
            ScreenReplyKey::Message => self.message = value(from)?,
            ScreenReplyKey::Other => skip(from)?,
        }
        Ok(())
    }
}

impl Query for AgentReport {
    type Answer = ();

    fn path(&self) -> Cow<'static, str> {
        match self.event {
            AgentEvent::Ringing => OPEN.into(),
            AgentEvent::Ended => CLOSE.into(),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn body(&self) -> Option<Bytes> {
        Some(self.body.clone())
    }

    fn read(&self, body: &[u8]) -> Result<(), Failure> {
        let reply: ScreenReply = json::read(body)?;
        refusal::check(&reply.status, &reply.message, "").map_err(|failure| match failure {
            refused if refused.is(&reasons::PERMISSION) => self.forbidden(),
            refused if refused.is(&reasons::REFUSED) => reasons::SCREEN_REFUSED.failure(),
            failure => failure,
        })
    }

    /// HubSoft may refuse the token because a permission is missing. Then a new one would be requested for each
    /// agent's call, and soon none would be left for lookups, which find out an invalid token, too.
    fn renews_token(&self) -> bool {
        false
    }

    fn forbidden(&self) -> Failure {
        reasons::SCREENS_FORBIDDEN.failure()
    }

    fn attempt(&self) -> Option<Duration> {
        Some(self.deadline.saturating_duration_since(Instant::now()).min(ATTEMPT))
    }

    fn body_class(&self) -> BodyClass {
        BodyClass::Probe
    }
}

impl AgentScreens for HubSoft {
    fn report<'a>(
        &'a self,
        call: &'a AgentCall,
        event: AgentEvent,
        deadline: Instant,
    ) -> ScreenFuture<'a> {
        // No field of it can fail to be written.
        let body = serde_json::to_vec(&Ligacao::of(call)).unwrap_or_default().into();
        let report = AgentReport { event, body, deadline };
        let budget = Budget { deadline, urgency: Urgency::Screen };
        Box::pin(async move { self.exchange.run(&report, budget).await })
    }
}
