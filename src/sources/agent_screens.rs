//! The contract of agents' screens, on which a customer's page opens when the telephone rings.

use std::pin::Pin;

use tokio::time::Instant;

use crate::domain::agent_call::{AgentCall, AgentEvent};
use crate::domain::failure::Failure;

/// The future result of a request to a screen.
pub type ScreenFuture<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// The screens of agents.
pub trait AgentScreens: Send + Sync {
    /// Reports `event` of `call`; of no use after `deadline`.
    fn report<'a>(
        &'a self,
        call: &'a AgentCall,
        event: AgentEvent,
        deadline: Instant,
    ) -> ScreenFuture<'a>;
}
