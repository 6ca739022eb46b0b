//! Asks single customers whether an alert concerns them, until the evidence is enough.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, sleep};
use tracing::warn;

use crate::domain::alert::{Alert, AlertKey, Scope};
use crate::domain::reported::ReportedCustomer;
use crate::runtime::wall_clock;
use crate::sources::limiter::Urgency;

use super::board::{AlertBoard, AlertOrigin};
use super::evidence::{Evidence, Probe, Testimony};
use super::list::AlertList;

/// Probes under way at a time.
const IN_FLIGHT_MAX: usize = 4;
/// Longest wait for one probe, slot included.
const PROBE_MAX: Duration = Duration::from_secs(10);
/// Wait after a probe that failed; it doubles.
const REST: Duration = Duration::from_millis(250);
const REST_MAX: Duration = Duration::from_secs(30);
/// How often the record of earlier alerts is written at most.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// What probing needs.
#[derive(Clone)]
pub struct Prober {
    pub evidence: Arc<Evidence>,
    pub board: Arc<dyn AlertBoard>,
    pub list: Arc<dyn AlertList>,
}

/// A probe that has ended, and whether the source answered.
struct EndedProbe {
    probe: Probe,
    testimony: Option<Testimony>,
    has_failed: bool,
}

impl Prober {
    /// Probes until it is dropped.
    pub async fn keep(self) {
        let mut under_way = JoinSet::new();
        let mut rest = REST;
        loop {
            while under_way.len() < IN_FLIGHT_MAX
                && let Some(probe) = self.evidence.next_probe()
            {
                under_way.spawn(self.clone().ask(probe));
            }
            tokio::select! {
                Some(ended) = under_way.join_next() => {
                    // A panic is logged where it happens; its customer is not asked again.
                    let Ok(ended) = ended else { continue };
                    let EndedProbe { probe, testimony, has_failed } = ended;
                    self.evidence.probed(&probe, testimony, wall_clock::now_s());
                    if has_failed {
                        sleep(rest).await;
                        rest = (rest * 2).min(REST_MAX);
                    } else {
                        rest = REST;
                    }
                }
                () = self.evidence.changed() => {}
                () = sleep(SAVE_EVERY) => self.save().await,
            }
        }
    }

    /// Asks one customer.
    async fn ask(self, probe: Probe) -> EndedProbe {
        let silent = EndedProbe { probe, testimony: None, has_failed: false };
        let Some((code, alert)) = self.customer(&probe) else { return silent };
        if !self.evidence.ask(probe.epoch, hash(&code)) {
            return silent;
        }
        let deadline = Instant::now() + PROBE_MAX;
        match self.list.customer(&code, Urgency::UndecidedProbe, deadline).await {
            Ok(Some(customer)) => {
                EndedProbe { testimony: Some(testimony(alert, customer)), ..silent }
            }
            Ok(None) => silent,
            Err(_) => EndedProbe { has_failed: true, ..silent },
        }
    }

    /// The code of a probe's customer, and the text of the alert.
    fn customer(&self, probe: &Probe) -> Option<(String, Option<AlertKey>)> {
        let board = self.board.board();
        let is_its = |epoch| epoch == probe.epoch;
        let active = board.alerts.iter().find(|active| is_its(active.epoch))?;
        if !matches!(active.origin, AlertOrigin::Hubsoft(_)) {
            return None;
        }
        // The probe may be of another state of the directory than the board.
        if active.stratum(probe.row) != Some(probe.stratum) {
            return None;
        }
        let customer = board.directory.as_ref()?.customer(probe.row)?;
        let code = Some(customer.code()).filter(|code| !code.is_empty())?;
        Some((code, active.alert.as_deref().map(Alert::key)))
    }

    async fn save(&self) {
        let Some(unsaved) = self.evidence.unsaved() else { return };
        let saved = spawn_blocking(move || unsaved.save()).await;
        if let Ok(Err(error)) = saved {
            warn!("alerts: the record of earlier alerts was not saved: {error}");
        }
    }
}

fn testimony(alert: Option<AlertKey>, customer: ReportedCustomer) -> Testimony {
    let texts = customer.alert;
    let is_alerted = texts.is_some();
    let alerts: Vec<_> =
        texts.into_iter().flatten().map(|text| Alert::new(text, Scope::Carrier)).collect();
    Testimony::of(alert, is_alerted, alerts.iter())
}

fn hash(code: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    code.hash(&mut hasher);
    hasher.finish()
}
