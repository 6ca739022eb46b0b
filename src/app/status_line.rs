//! Keeps the status line current that `systemctl status` shows.
//!
//! It contains states and counts only. systemd is notified of a changed line, not of each one.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::interval;

use crate::runtime::systemd;
use crate::runtime::tasks::{Task, Tasks};
use crate::sources::alerts::AlertsStatus;
use crate::sources::breaker::BreakerState;
use crate::sources::directory::{Activity, DirectoryStatus};

use super::application::App;
use super::service::Service;

/// Time between two looks at the states.
const PACE: Duration = Duration::from_secs(3);

/// Starts the task, if systemd receives notifications. Dropping the task ends it.
pub(super) fn start(tasks: &Tasks, service: &Arc<Service>) -> Option<Task> {
    if !systemd::is_notified() {
        return None;
    }
    let service = Arc::clone(service);
    Some(tasks.start("status line", move || keep(Arc::clone(&service))))
}

async fn keep(service: Arc<Service>) {
    let mut pace = interval(PACE);
    let mut last = String::new();
    loop {
        pace.tick().await;
        let line = describe(&service.app());
        if line != last {
            systemd::status(&line);
            last = line;
        }
    }
}

fn describe(app: &App) -> String {
    let (breaker, token) = app.readiness().states();
    let directory = app.directory().map(|directory| directory.status());
    let parts = [
        Some("answers calls".to_owned()),
        Some(hubsoft(breaker, token)),
        alerts(&app.alerts().status()),
        directory.as_ref().map(customers),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn hubsoft(breaker: BreakerState, token: &str) -> String {
    match (breaker, token) {
        // It changes between the two every few seconds while HubSoft is down.
        (BreakerState::Open | BreakerState::HalfOpen, _) => {
            "HubSoft does not answer: queries suspended".to_owned()
        }
        (BreakerState::Closed, "usable") => "HubSoft answers".to_owned(),
        (BreakerState::Closed, token) => format!("HubSoft's token: {token}"),
    }
}

/// The age of a list that is read every few seconds would change each line, so it is given only of an
/// old one.
fn alerts(status: &AlertsStatus) -> Option<String> {
    let active = || match status.alerts.len() {
        1 => "1 active alert".to_owned(),
        count => format!("{} active alerts", grouped(count as u64)),
    };
    if !status.enabled {
        return (!status.alerts.is_empty()).then(active);
    }
    Some(match status.age_s {
        Some(_) if status.is_current => active(),
        Some(age_s) if age_s >= 120 => format!("list of alerts {} min old", age_s / 60),
        Some(_) => "list of alerts more than a minute old".to_owned(),
        None => "list of alerts not read yet".to_owned(),
    })
}

fn customers(status: &DirectoryStatus) -> String {
    match &status.generation {
        Some(generation) if generation.customers == 1 => "1 customer in the directory".to_owned(),
        Some(generation) => format!("{} customers in the directory", grouped(generation.customers)),
        None if status.activity == Activity::Walking => "directory being read".to_owned(),
        None => "directory empty".to_owned(),
    }
}

/// A number with a comma between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use crate::sources::directory::GenerationStatus;

    use super::*;

    #[test]
    fn each_state_of_hubsoft_has_its_words() {
        for (breaker, token, words) in [
            (BreakerState::Closed, "usable", "HubSoft answers"),
            (BreakerState::Closed, "refused", "HubSoft's token: refused"),
            (BreakerState::Open, "usable", "HubSoft does not answer: queries suspended"),
            (BreakerState::HalfOpen, "usable", "HubSoft does not answer: queries suspended"),
        ] {
            assert_eq!(hubsoft(breaker, token), words);
        }
    }

    #[test]
    fn a_list_of_alerts_is_counted_while_current_and_dated_afterwards() {
        let state = |is_current, age_s| AlertsStatus {
            enabled: true,
            is_current,
            age_s,
            ..AlertsStatus::default()
        };
        let words = |status: &AlertsStatus| alerts(status).unwrap_or_default();
        assert_eq!(words(&state(true, Some(3))), "0 active alerts");
        assert_eq!(words(&state(true, Some(4))), "0 active alerts");
        assert_eq!(words(&state(false, Some(70))), "list of alerts more than a minute old");
        assert_eq!(words(&state(false, Some(730))), "list of alerts 12 min old");
        assert_eq!(words(&state(false, None)), "list of alerts not read yet");
        assert_eq!(alerts(&AlertsStatus::default()), None);
    }

    #[test]
    fn customers_are_counted_with_their_thousands() {
        let of = |count| {
            let generation = GenerationStatus { customers: count, ..GenerationStatus::default() };
            let status = DirectoryStatus { generation: Some(generation), ..Default::default() };
            customers(&status)
        };
        assert_eq!(of(1), "1 customer in the directory");
        assert_eq!(of(143), "143 customers in the directory");
        assert_eq!(of(20_143), "20,143 customers in the directory");
        assert_eq!(of(1_020_143), "1,020,143 customers in the directory");
        assert_eq!(customers(&DirectoryStatus::default()), "directory empty");
    }
}
