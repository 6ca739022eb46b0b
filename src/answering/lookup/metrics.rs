//! Counts looks into the memories and the requests that calls share.

use crate::runtime::metrics::{ByLabel, Counter, Gauge, Label, Registry};
use crate::sources::cache::CacheMetrics;

use super::freshness::Freshness;

/// What the memories held.
#[derive(Clone, Copy, Debug)]
pub(super) enum Recollection {
    Fresh,
    Judged,
    Miss,
    Old,
    Stale,
}

impl Label for Recollection {
    const NAME: &'static str = "result";
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Fresh, "fresh"),
        (Self::Judged, "judged"),
        (Self::Miss, "miss"),
        (Self::Old, "old"),
        (Self::Stale, "stale"),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

impl From<Freshness> for Recollection {
    fn from(freshness: Freshness) -> Self {
        match freshness {
            Freshness::Fresh | Freshness::Incomplete => Self::Fresh,
            Freshness::Stale => Self::Stale,
            Freshness::Old => Self::Old,
            // The cache has nothing.
            Freshness::Fallback => Self::Miss,
        }
    }
}

/// What a lookup and its cache count.
#[derive(Clone, Debug, Default)]
pub struct LookupMetrics {
    pub cache: CacheMetrics,
    /// Shared requests that are under way.
    pub(super) flights: Gauge,
    pub(super) joined: Counter,
    pub(super) recollections: ByLabel<Recollection>,
}

impl LookupMetrics {
    pub fn register(&self, registry: &mut Registry) {
        self.cache.register(registry);
        let help = "Lookups in memory, by result: fresh, stale, old or miss of the cache, or judged by evidence";
        registry.register("cache_lookups", help, &self.recollections);
        registry.register("flights", "Shared requests in progress", &self.flights);
        let help = "Calls that joined a shared request in progress";
        registry.register("flights_joined", help, &self.joined);
    }
}
