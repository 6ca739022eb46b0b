//! Configures bina for the simulated HubSoft of the demo and the rehearsal.

use std::net::SocketAddr;
use std::path::Path;

use crate::app::config::Config;
use crate::simulator::Sim;

use super::Failed;

/// Parses a configuration for `sim` and `listen`, followed by `settings`.
pub(super) fn config(sim: &Sim, listen: SocketAddr, settings: &str) -> Result<Config, Failed> {
    let credentials = sim.credentials();
    let text = format!(
        r#"
        [listen]
        http = "{listen}"
        agi = "off"
        metrics = "off"
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
