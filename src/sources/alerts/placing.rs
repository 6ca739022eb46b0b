//! Places the customers of the directory in the strata of each alert.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::sources::directory::{AlertScope, DirectoryView, ScopeTables, Strata};

use super::board::{ActiveAlert, AlertEpoch};
use super::verdict::Verdicts;

/// Bytes of all strata, which have one for each customer. The customers of further alerts are not placed.
const STRATA_BYTES_MAX: usize = 32 << 20;
/// So many alerts are always placed.
const PLACED_MIN: usize = 8;
/// More are not placed, however few customers there are.
const PLACED_MAX: usize = 500;

/// The local alerts, from wherever they are kept.
pub trait LocalSource: Send + Sync {
    /// The alerts that are active, with their rows in `view`. It may take some time.
    fn active(&self, now_s: u64, view: Option<&DirectoryView>) -> Vec<ActiveAlert>;

    /// Counts the changes. An end by the clock is none.
    fn changes(&self) -> tokio::sync::watch::Receiver<u64>;
}

/// Alerts with the customers whom they concern, in one state of the directory.
#[derive(Default)]
pub(super) struct Placement {
    pub(super) view: Option<DirectoryView>,
    pub(super) placed: BTreeMap<AlertEpoch, Placed>,
    pub(super) locals: Vec<ActiveAlert>,
}

/// The customers of one alert.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) strata: Arc<Strata>,
    pub(super) verdicts: Arc<Verdicts>,
}

/// An alert whose customers are not placed yet.
#[derive(Clone)]
pub(super) struct Unplaced {
    pub(super) id: u64,
    pub(super) epoch: AlertEpoch,
    pub(super) seen: std::time::Instant,
    pub(super) scope: AlertScope,
}

/// An alert whose customers have just been placed.
pub(super) struct Scan {
    pub(super) alert: Unplaced,
    pub(super) strata: Arc<Strata>,
    /// Whether the tables lack an id of its scope.
    pub(super) lacks_ids: bool,
}

/// How many alerts are placed in a directory of this view.
pub(super) fn placed_max(view: &DirectoryView) -> usize {
    let customers = view.generation().customers().max(1);
    (STRATA_BYTES_MAX / customers).clamp(PLACED_MIN, PLACED_MAX)
}

/// Scans the customers for each alert. Alerts of the same scope share a scan.
pub(super) fn scan(view: &DirectoryView, alerts: Vec<Unplaced>) -> Vec<Scan> {
    let mut scans: Vec<Scan> = Vec::with_capacity(alerts.len());
    for alert in alerts {
        let same = scans.iter().find(|scan| scan.alert.scope == alert.scope);
        let strata = same.map(|scan| Arc::clone(&scan.strata));
        let strata =
            strata.unwrap_or_else(|| Arc::new(view.generation().scan(view.joins(), &alert.scope)));
        let lacks_ids = lacks(view.tables(), &alert.scope);
        scans.push(Scan { alert, strata, lacks_ids });
    }
    scans
}

/// Whether the tables lack an id of the scope. Districts have none.
fn lacks(tables: &ScopeTables, scope: &AlertScope) -> bool {
    let texts = |table: &[(u64, String)], id: u64| table.iter().any(|(known, _)| *known == id);
    let city = |id: u64| tables.cities.iter().any(|city| city.id == id);
    let interface = |id: u64| tables.interfaces.iter().any(|interface| interface.id == id);
    let pop = |id: u64| tables.pops.iter().any(|pop| pop.id == id);
    scope.cities.iter().any(|id| !city(*id))
        || scope.districts.iter().any(|(id, _)| !city(*id))
        || scope.interfaces.iter().any(|id| !interface(*id))
        || scope.pops.iter().any(|id| !pop(*id))
        || scope.boxes.iter().any(|id| !texts(&tables.boxes, *id))
        || scope.statuses.iter().any(|id| !texts(&tables.statuses, *id))
        || scope.groups.iter().any(|id| !texts(&tables.groups, *id))
}
