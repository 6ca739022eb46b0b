//! The commands of the control path about alerts.
//!
//! ```text
//! curl -d '[{"text":"Fibra rompida","scope":{"interfaces":[70001]},"ends":600}]' \
//!     http://127.0.0.1:PORT/sim/alerts
//! curl -X PUT -d '{"text":"Volta 20h"}' http://127.0.0.1:PORT/sim/alerts/301
//! curl -X DELETE http://127.0.0.1:PORT/sim/alerts/301
//! curl -d '[{"fault":"repeated_page"}]' http://127.0.0.1:PORT/sim/alert-faults
//! curl -d '{"ahead_s":3600}' http://127.0.0.1:PORT/sim/clock
//! ```

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::alerts::{AlertFault, SimAlert, unknown_alert};
use super::api::Hub;

/// Brasília's, in seconds east of Greenwich.
const ZONE_S: i64 = -3 * 3_600;

/// A command about alerts.
#[derive(Debug)]
pub(super) enum AlertCommand {
    /// Adds alerts; one with the id of another replaces it.
    Add(Vec<SimAlert>),
    Clear,
    Clock(ClockSetting),
    Delete(u64),
    /// Replaces these fields of an alert.
    Edit(u64, Map<String, Value>),
    Faults(Vec<AlertFault>),
    Show,
}

/// How the provider's clock differs from that of the machine.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ClockSetting {
    ahead_s: i64,
    zone_s: i64,
}

impl Default for ClockSetting {
    fn default() -> Self {
        Self { ahead_s: 0, zone_s: ZONE_S }
    }
}

/// The paths of single alerts, as they are shown.
pub(super) const PATHS_OF_ONE: [&str; 2] = ["DELETE /sim/alerts/ID", "PUT /sim/alerts/ID"];

/// Reads a command about one alert; none if there is no such path.
pub(super) fn read_one(
    method: &str,
    path: &str,
    body: &[u8],
) -> Option<Result<AlertCommand, String>> {
    let id = path.strip_prefix("/sim/alerts/")?.parse().ok()?;
    match method {
        "DELETE" => Some(Ok(AlertCommand::Delete(id))),
        "PUT" => Some(json(body).map(|fields| AlertCommand::Edit(id, fields))),
        _ => None,
    }
}

pub(super) fn add(body: &[u8]) -> Result<AlertCommand, String> {
    json(body).map(AlertCommand::Add)
}

pub(super) fn clock(body: &[u8]) -> Result<AlertCommand, String> {
    json(body).map(AlertCommand::Clock)
}

pub(super) fn faults(body: &[u8]) -> Result<AlertCommand, String> {
    json(body).map(AlertCommand::Faults)
}

/// Reads what a controller sends.
pub(super) fn json<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|problem| format!("not the JSON that is read: {problem}"))
}

/// Executes a command, and returns the alerts as they are then, with the ids of those added.
pub(super) fn execute(hub: &mut Hub, command: AlertCommand, unix_s: i64) -> Result<Value, String> {
    let mut added = Vec::new();
    match command {
        AlertCommand::Add(alerts) => {
            for alert in alerts {
                added.push(hub.publish_alert(alert, unix_s)?);
            }
        }
        AlertCommand::Clear => hub.alerts.clear(),
        AlertCommand::Clock(clock) => hub.alerts.set_clock(clock.ahead_s, clock.zone_s),
        AlertCommand::Delete(id) => {
            let now = hub.alerts.now(unix_s);
            hub.alerts.delete(id, now)?;
        }
        AlertCommand::Edit(id, fields) => edit(hub, id, fields, unix_s)?,
        AlertCommand::Faults(faults) => hub.alerts.set_faults(faults),
        AlertCommand::Show => {}
    }
    let mut shown = hub.alerts.to_json();
    shown["added"] = json!(added);
    shown["now"] = json!(hub.alerts.now(unix_s).to_string());
    Ok(shown)
}

fn edit(hub: &mut Hub, id: u64, fields: Map<String, Value>, unix_s: i64) -> Result<(), String> {
    let mut edited = json!(hub.alerts.given(id).ok_or_else(|| unknown_alert(id))?);
    for (name, value) in fields {
        edited[name] = value;
    }
    edited["id"] = json!(id);
    let alert = serde_json::from_value(edited).map_err(|problem| problem.to_string())?;
    hub.publish_alert(alert, unix_s).map(drop)
}
