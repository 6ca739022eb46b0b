//! What a test does as the network operations centre (NOC): alerts, and callers whom they concern or not.

use super::Sim;
use super::alerts::{AlertFault, SimAlert, unknown_alert};
use super::endpoint::SimEndpoint;
use super::fault::Fault;
use super::population::GeneratedCustomers;
use super::state::SimulatorState;
use super::time_of_day;

/// A prime beyond the largest population: callers who follow each other live apart.
const STEP: u64 = 1_000_003;

/// A generated customer who may call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SimCaller {
    /// Of the customer in the population.
    pub index: u32,
    /// `codigo_cliente`.
    pub code: u64,
    /// His first number, which nobody else has: area code and number, with the ninth digit of a mobile.
    pub phone: String,
}

// ------------ Alerts ---------------------------------------------------------------------------

impl Sim {
    /// Publishes alerts, and returns their ids. One with the id of another replaces it. The answers about
    /// generated customers show the alerts that concern them; those about others stay as they are.
    ///
    /// Fails at the first alert whose scope names what is in no table, or one of whose times is none; those
    /// before it are published.
    pub fn publish_alerts(&self, alerts: Vec<SimAlert>) -> Result<Vec<u64>, String> {
        let mut state = self.shared.state();
        let now = time_of_day::unix_s();
        alerts.into_iter().map(|alert| state.hub.publish_alert(alert, now)).collect()
    }

    /// Changes an alert. Its list has a new `updated_at` then.
    pub fn edit_alert(&self, id: u64, edit: impl FnOnce(&mut SimAlert)) -> Result<(), String> {
        let mut state = self.shared.state();
        let mut alert = state.hub.alerts.given(id).ok_or_else(|| unknown_alert(id))?.clone();
        edit(&mut alert);
        alert.id = Some(id);
        state.hub.publish_alert(alert, time_of_day::unix_s()).map(drop)
    }

    /// Deletes an alert, as a NOC ends it.
    pub fn end_alert(&self, id: u64) -> Result<(), String> {
        let alerts = &mut self.shared.state().hub.alerts;
        let now = alerts.now(time_of_day::unix_s());
        alerts.delete(id, now)
    }

    /// Drops every alert, without a trace.
    pub fn clear_alerts(&self) {
        self.shared.state().hub.alerts.clear();
    }

    /// Sets how many seconds the provider's clock is ahead of that of the machine, and its zone in seconds
    /// east of Greenwich; by default 0 and Brasília's.
    pub fn set_provider_clock(&self, ahead_s: i64, zone_s: i64) {
        self.shared.state().hub.alerts.set_clock(ahead_s, zone_s);
    }

    /// What the provider's clock shows: `2026-11-29 14:02:11`.
    pub fn provider_time(&self) -> String {
        self.shared.state().hub.alerts.now(time_of_day::unix_s()).to_string()
    }

    /// Sets the mistakes of the list of alerts, all of which apply, from now on; none by default.
    pub fn set_alert_faults(&self, faults: Vec<AlertFault>) {
        self.shared.state().hub.alerts.set_faults(faults);
    }

    /// Sets the fault of the list of alerts alone, from now on, whatever `set_fault` sets.
    pub fn set_alert_list_fault(&self, fault: Fault) {
        self.shared.state().set_fault(Some(SimEndpoint::Alerts), fault);
    }

    /// The next pages of the list of alerts receive these faults, as `script` has it for lookups.
    pub fn script_alerts(&self, faults: Vec<Fault>) {
        self.shared.state().alert_script = faults.into();
    }
}

// ------------ Callers --------------------------------------------------------------------------

impl Sim {
    /// Whether an alert concerns a generated customer, whatever the time; none without such an alert.
    pub fn is_affected(&self, alert: u64, index: u32) -> Option<bool> {
        is_concerned(&self.shared.state(), alert, index)
    }

    /// At most so many different customers whom an alert concerns; the same seed brings the same ones.
    pub fn affected_callers(&self, alert: u64, count: usize, seed: u64) -> Vec<SimCaller> {
        self.callers(count, seed, |state, index| is_concerned(state, alert, index) == Some(true))
    }

    /// At most so many different customers whom none of these alerts concerns.
    pub fn unaffected_callers(&self, alerts: &[u64], count: usize, seed: u64) -> Vec<SimCaller> {
        self.callers(count, seed, |state, index| {
            alerts.iter().all(|alert| is_concerned(state, *alert, index) == Some(false))
        })
    }

    fn callers(
        &self,
        count: usize,
        seed: u64,
        calls: impl Fn(&SimulatorState, u32) -> bool,
    ) -> Vec<SimCaller> {
        let state = self.shared.state();
        let Some(generated) = &state.hub.registry.generated else { return Vec::new() };
        let customers = u64::from(generated.population.customers);
        let scattered = (0..customers).map(|nth| ((seed + nth * STEP) % customers) as u32);
        let concerned = scattered.filter(|index| generated.exists(*index) && calls(&state, *index));
        concerned.filter_map(|index| caller(generated, index)).take(count).collect()
    }
}

fn is_concerned(state: &SimulatorState, alert: u64, index: u32) -> Option<bool> {
    let generated = state.hub.registry.generated.as_ref()?;
    state.hub.alerts.concerns(alert, generated, index)
}

/// None for a customer without a number of his own, or whose landline looks like a company's.
fn caller(generated: &GeneratedCustomers, index: u32) -> Option<SimCaller> {
    let population = &generated.population;
    let is_shared = population.shares_phone_with(index).is_some();
    let phone = generated.phones(index).into_iter().next().filter(|_| !is_shared)?;
    if is_nationwide(&phone) {
        return None;
    }
    Some(SimCaller { index, code: population.code(index), phone })
}

/// Whether a number is one of those that companies have in every area: no customer calls from one.
fn is_nationwide(phone: &str) -> bool {
    const LANDLINE: usize = 10;
    const PREFIXES: [&str; 3] = ["3003", "4004", "4020"];
    phone.len() == LANDLINE && PREFIXES.iter().any(|prefix| phone[2..].starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_landlines_look_like_a_companys_number() {
        assert!(is_nationwide("3740041234") && is_nationwide("3130035678"));
        assert!(!is_nationwide("37940041234") && !is_nationwide("3733334004"));
    }
}
