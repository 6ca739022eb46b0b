//! Warns of settings of several modules that contradict each other.

use std::net::IpAddr;

use crate::answering::lookup;
use crate::runtime::access::Networks;
use crate::sources::hubsoft;

use super::Config;

/// Memory that all concurrent HubSoft responses may take. The unit's limit is 512 MiB in total.
const BODIES_BYTES_MAX: usize = 256 << 20;

/// The warnings about `config`.
pub(super) fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    warnings.extend(early_end(&config.lookup, &config.hubsoft));
    warnings.extend(bodies(&config.lookup, &config.hubsoft));
    warnings.extend(rejected_pbx(&config.listener.pbx, &config.access.networks));
    warnings
}

/// Warns when a request times out before the call that waits for it.
fn early_end(lookup: &lookup::Settings, hubsoft: &hubsoft::Settings) -> Option<String> {
    let deadline = lookup.deadline.as_millis();
    let attempt = hubsoft.attempt.as_millis();
    (attempt < deadline).then(|| {
        format!(
            "hubsoft.attempt_ms ({attempt}) is below lookup.deadline_ms ({deadline}), so a request \
             times out while its call still waits: raise it, so that a late answer is cached"
        )
    })
}

/// Warns when concurrent responses may need more memory than the unit allows.
fn bodies(lookup: &lookup::Settings, hubsoft: &hubsoft::Settings) -> Option<String> {
    let bytes = hubsoft.body_bytes_max.saturating_mul(lookup.requests_max);
    (bytes > BODIES_BYTES_MAX).then(|| {
        format!(
            "hubsoft.body_bytes_max and lookup.flights_max allow {} MiB of concurrent responses: \
             lower one of them, because bina.service is limited to 512 MiB (MemoryMax)",
            bytes >> 20
        )
    })
}

/// Warns of PBXs outside `access.networks`. This machine may always connect.
fn rejected_pbx(pbx: &[IpAddr], networks: &Networks) -> Vec<String> {
    let rejected = pbx.iter().filter(|pbx| !networks.admits(**pbx, || None));
    let text = |pbx| {
        format!(
            "`{pbx}` is in listen.pbx but in none of access.networks: its connections are rejected \
             unless it is this machine; add it there"
        )
    };
    rejected.map(text).collect()
}
