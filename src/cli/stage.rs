//! Configures bina for the simulated HubSoft of the demo and the rehearsal.

use std::net::SocketAddr;
use std::path::Path;

use crate::app::config::Config;
use crate::simulator::Sim;

use super::Failed;

/// Where the service of a stage listens.
pub(super) struct StageListeners {
    pub(super) http: SocketAddr,
    /// As `listen.metrics` has it.
    pub(super) metrics: &'static str,
    /// As `listen.console` has it.
    pub(super) console: &'static str,
}

/// Parses a configuration for `sim` and `listeners`, followed by `settings`.
pub(super) fn config(
    sim: &Sim,
    listeners: &StageListeners,
    settings: &str,
) -> Result<Config, Failed> {
    // Lines before the first section belong to the listeners.
    let (listen_more, settings) = settings.split_at(settings.find('[').unwrap_or(settings.len()));
    let StageListeners { http, metrics, console } = listeners;
    let credentials = sim.credentials();
    let text = format!(
        r#"
        [listen]
        http = "{http}"
        agi = "off"
        metrics = "{metrics}"
        console = "{console}"
        {listen_more}
        [hubsoft]
        base_url = "{}"
        insecure_http = true
        client_id = "{}"
        client_secret = "{}"
        username = "{}"
        password = "{}"
        {settings}
        "#,
        sim.base_url(),
        credentials.client_id,
        credentials.client_secret,
        credentials.username,
        credentials.password,
    );
    Ok(Config::parse(&text, Path::new("built-in"))?)
}
