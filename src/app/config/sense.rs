//! Warns of settings of several modules that make no sense together.

use std::net::IpAddr;

use crate::answering::lookup;
use crate::runtime::access::Networks;
use crate::sources::hubsoft;

use super::Config;

/// What all answers of HubSoft on their way may take. The unit allows 256 MiB for everything.
const BODIES_BYTES_MAX: usize = 256 << 20;

/// What is not wrong, but worth knowing.
pub(super) fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    warnings.extend(early_end(&config.lookup, &config.hubsoft));
    warnings.extend(bodies(&config.lookup, &config.hubsoft));
    warnings.extend(kept_out(&config.listener.pbx, &config.access.networks));
    warnings
}

/// A request that ends before the call that waits for it.
fn early_end(lookup: &lookup::Settings, hubsoft: &hubsoft::Settings) -> Option<String> {
    let deadline = lookup.deadline.as_millis();
    let attempt = hubsoft.attempt.as_millis();
    (attempt < deadline).then(|| {
        format!(
            "hubsoft.attempt_ms ({attempt}) is below lookup.deadline_ms ({deadline}): a request ends \
             while its call would still wait; raise it, so that a late answer is remembered"
        )
    })
}

/// Answers that need more memory together than there is.
fn bodies(lookup: &lookup::Settings, hubsoft: &hubsoft::Settings) -> Option<String> {
    let bytes = hubsoft.body_bytes_max.saturating_mul(lookup.requests_max);
    (bytes > BODIES_BYTES_MAX).then(|| {
        format!(
            "hubsoft.body_bytes_max and lookup.flights_max allow {} MiB of answers at a time: lower \
             one of them, as bina.service allows 256 MiB (MemoryMax) for everything",
            bytes >> 20
        )
    })
}

/// PBXs that are in none of `access.networks`. This machine may always connect.
fn kept_out(pbx: &[IpAddr], networks: &Networks) -> Vec<String> {
    let out = pbx.iter().filter(|pbx| !networks.admits(**pbx, || None));
    let text = |pbx| {
        format!(
            "{pbx} is in listen.pbx and in none of access.networks: it is closed out, unless it is \
             this machine; add it there"
        )
    };
    out.map(text).collect()
}
