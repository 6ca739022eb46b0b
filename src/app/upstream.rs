//! The source of customers behind its circuit breaker, and its renewal at a reload.

use std::sync::Arc;

use tracing::info;

use crate::answering::lookup::Lookup;
use crate::runtime::tasks::Tasks;
use crate::servers::endpoints::Readiness;
use crate::sources::breaker::{Breaker, BreakerMetrics};
use crate::sources::hubsoft::HubSoft;
use crate::sources::source::Source;

use super::config::Config;
use super::error::AppError;
use super::metrics::AppMetrics;

/// A source behind its circuit breaker.
#[derive(Clone)]
pub(super) struct GuardedSource {
    /// The client, where the source is HubSoft itself.
    hubsoft: Option<Arc<HubSoft>>,
    breaker: Arc<Breaker>,
}

impl GuardedSource {
    /// Guards any source.
    pub(super) fn new(source: Arc<dyn Source>, metrics: BreakerMetrics) -> Self {
        Self { hubsoft: None, breaker: Arc::new(Breaker::new(source, metrics)) }
    }

    /// Guards HubSoft, whose client can be renewed.
    pub(super) fn hubsoft(hubsoft: Arc<HubSoft>, metrics: BreakerMetrics) -> Self {
        let source = Arc::clone(&hubsoft) as Arc<dyn Source>;
        Self { hubsoft: Some(hubsoft), ..Self::new(source, metrics) }
    }

    /// The client of HubSoft, where HubSoft is the source.
    pub(super) fn client(&self) -> Option<&Arc<HubSoft>> {
        self.hubsoft.as_ref()
    }

    /// The state that `/readyz` reports.
    pub(super) fn readiness(&self) -> Readiness {
        Readiness { breaker: Arc::clone(&self.breaker), hubsoft: self.hubsoft.clone() }
    }

    pub(super) fn source(&self) -> Arc<dyn Source> {
        Arc::clone(&self.breaker) as Arc<dyn Source>
    }

    /// The source for the configuration `new` after `old`, and the successor of `lookup`.
    ///
    /// Token, pauses, breaker and cache are kept for the same HubSoft and user. Another HubSoft
    /// starts without them, and requests in progress do not write to its cache.
    pub(super) fn renewed(
        &self,
        old: &Config,
        new: &Config,
        lookup: &Lookup,
        tasks: &Tasks,
        metrics: &AppMetrics,
    ) -> Result<(Self, Lookup), AppError> {
        if new.hubsoft == old.hubsoft {
            return Ok((self.clone(), lookup.renewed(self.source(), new.lookup.clone())));
        }
        let empty_lookup = |upstream: &Self| {
            let lookup = Lookup::new(upstream.source(), new.lookup.clone());
            lookup.counting(metrics.lookup.clone())
        };
        info!("HubSoft client replaced: its settings have changed");
        let settings = new.hubsoft.clone();
        let upstream = match &self.hubsoft {
            Some(hubsoft) if new.hubsoft.is_same_upstream(&old.hubsoft) => {
                let hubsoft = Arc::new(hubsoft.renewed(settings)?);
                let source = Arc::clone(&hubsoft) as Arc<dyn Source>;
                Self { hubsoft: Some(hubsoft), breaker: Arc::new(self.breaker.renewed(source)) }
            }
            _ => {
                let hubsoft = HubSoft::supervised(settings, tasks, metrics.hubsoft.clone())?;
                info!("cache emptied: base_url or the credentials have changed");
                let upstream = Self::hubsoft(Arc::new(hubsoft), metrics.breaker.clone());
                let lookup = empty_lookup(&upstream);
                return Ok((upstream, lookup));
            }
        };
        let lookup = if new.hubsoft.reads_alike(&old.hubsoft) {
            lookup.renewed(upstream.source(), new.lookup.clone())
        } else {
            info!("cache emptied: settings that affect HubSoft's answers have changed");
            empty_lookup(&upstream)
        };
        Ok((upstream, lookup))
    }
}
