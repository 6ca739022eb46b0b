//! The alerts that are over, and since when: they are kept for a while, because the clock may be wrong.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::info;

use crate::domain::zone::Zone;

use super::alert::KeptAlert;
use super::end_time::shown_time;

/// Alerts that were over for so long are removed.
const KEPT_FOR: Duration = Duration::from_secs(60 * 60);

/// When each alert that is over was seen so first.
#[derive(Default)]
pub(super) struct OverAlerts {
    since: BTreeMap<String, Instant>,
}

/// What has happened since the last look.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct OverChanges {
    /// Whether other alerts are active than before.
    pub(super) has_changed: bool,
    /// The ids of those that are to be removed.
    pub(super) gone: Vec<String>,
}

impl OverAlerts {
    /// Looks which alerts are over, and logs each once.
    pub(super) fn follow(
        &mut self,
        alerts: &[Arc<KeptAlert>],
        (now_s, zone): (u64, Zone),
        now: Instant,
    ) -> OverChanges {
        let mut changes = OverChanges::default();
        let before = std::mem::take(&mut self.since);
        for kept in alerts {
            let id = &kept.alert.id;
            match (kept.is_active(now_s), before.get(id)) {
                (true, None) => {}
                (true, Some(_)) => {
                    info!(id, "local alert is active again: the clock was set back");
                    changes.has_changed = true;
                }
                (false, Some(since)) => {
                    self.since.insert(id.clone(), *since);
                    if now.saturating_duration_since(*since) >= KEPT_FOR {
                        changes.gone.push(id.clone());
                    }
                }
                (false, None) => {
                    info!(id, until = shown_time(kept.alert.ends_s, zone), "local alert expired");
                    self.since.insert(id.clone(), now);
                    changes.has_changed = true;
                }
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::super::alert::{LocalAlert, LocalScope};
    use super::*;

    fn kept(id: &str, ends_s: u64) -> Arc<KeptAlert> {
        let (text, by, from) = ("Queda".to_owned(), "ana".to_owned(), "127.0.0.1".to_owned());
        let (id, rule, scope) = (id.to_owned(), None, LocalScope::default());
        let is_end_given = true;
        let alert =
            LocalAlert { id, text, scope, added_s: 1, ends_s, is_end_given, rule, by, from };
        Arc::new(KeptAlert::new(alert))
    }

    #[test]
    fn an_end_is_a_change_once_and_removes_after_an_hour_without_a_break() {
        let (alerts, start) = ([kept("a7k2", 100), kept("c2h3", 10_000)], Instant::now());
        let mut over = OverAlerts::default();
        let mut look = |now_s, after_s| {
            let now = start + Duration::from_secs(after_s);
            let changes = over.follow(&alerts, (now_s, Zone::default()), now);
            (changes.has_changed, changes.gone.join(" "))
        };
        for (now_s, after_s, has_changed, gone) in [
            (99, 0, false, ""),
            (100, 1, true, ""),
            (101, 2, false, ""),
            (50, 3_500, true, ""),
            (100, 3_700, true, ""),
            (100, 7_299, false, ""),
            (100, 7_300, false, "a7k2"),
        ] {
            assert_eq!(look(now_s, after_s), (has_changed, gone.to_owned()), "{after_s}");
        }
    }
}
