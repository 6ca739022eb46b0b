//! The task of the local alerts: follows the clock, and saves what could not be saved before.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};
use tracing::error;

use super::LocalAlerts;
use super::attempts::SaveAttempts;
use super::over::OverAlerts;

/// How often the clock is read, which may be set at any time.
const TICK: Duration = Duration::from_secs(1);

impl LocalAlerts {
    /// Logs the alerts that expire, removes them after a while, and reads and saves the file again where that
    /// has failed, until its task is stopped. `clock` is in seconds since the epoch.
    pub async fn keep(self: Arc<Self>, clock: Arc<dyn Fn() -> u64 + Send + Sync>) {
        let (mut over, mut attempts) = (OverAlerts::default(), SaveAttempts::default());
        loop {
            let (now_s, now) = (clock(), Instant::now().into_std());
            let alerts = self.alerts.read().clone();
            let zone = self.inputs.read().zone;
            let changes = over.follow(&alerts, (now_s, zone), now);
            if changes.has_changed {
                self.changes.send_modify(|count| *count += 1);
            }
            let is_due = attempts.is_due(self.is_pending(), now);
            if is_due || !changes.gone.is_empty() {
                self.save(changes.gone, now_s).await;
            }
            sleep(TICK).await;
        }
    }

    /// Saves what could not be saved before, if there is anything: the last attempt is at the end.
    pub async fn flush(self: &Arc<Self>, now_s: u64) {
        if self.is_pending() {
            self.save(Vec::new(), now_s).await;
        }
    }

    fn is_pending(&self) -> bool {
        self.is_pending.load(Ordering::Relaxed)
    }

    /// Removes the alerts that are gone, and saves, on a thread that may wait for the disk.
    async fn save(self: &Arc<Self>, gone: Vec<String>, now_s: u64) {
        let alerts = Arc::clone(self);
        let work = move || {
            alerts.change(now_s, |book| {
                gone.iter().for_each(|id| book.remove(id));
                Ok(())
            })
        };
        if !matches!(spawn_blocking(work).await, Ok(Ok(()))) {
            error!("a bug of bina kept local alerts from being saved: see the log");
        }
    }
}
