//! Warns of settings of several modules that contradict each other.

use std::net::IpAddr;

use crate::answering::lookup;
use crate::runtime::access::Networks;
use crate::runtime::language::Message;
use crate::sources::hubsoft;

use super::{Config, texts};

/// Memory that all concurrent HubSoft responses may take. The unit's limit is 512 MiB in total.
const BODIES_BYTES_MAX: usize = 256 << 20;

/// The warnings about `config`.
pub(super) fn warnings(config: &Config) -> Vec<Message> {
    let mut warnings = Vec::new();
    warnings.extend(early_end(&config.lookup, &config.hubsoft));
    warnings.extend(bodies(&config.lookup, &config.hubsoft));
    warnings.extend(rejected_pbx(&config.listener.pbx, &config.access.networks));
    warnings
}

/// Warns when a request times out before the call that waits for it.
fn early_end(lookup: &lookup::Settings, hubsoft: &hubsoft::Settings) -> Option<Message> {
    let deadline = lookup.deadline.as_millis();
    let attempt = hubsoft.attempt.as_millis();
    (attempt < deadline)
        .then(|| texts::ATTEMPT.message(&[("attempt", &attempt), ("deadline", &deadline)]))
}

/// Warns when concurrent responses may need more memory than the unit allows.
fn bodies(lookup: &lookup::Settings, hubsoft: &hubsoft::Settings) -> Option<Message> {
    let bytes = hubsoft.body_bytes_max.saturating_mul(lookup.requests_max);
    (bytes > BODIES_BYTES_MAX).then(|| texts::BODIES.message(&[("mib", &(bytes >> 20))]))
}

/// Warns of PBXs outside `access.networks`. This machine may always connect.
fn rejected_pbx(pbx: &[IpAddr], networks: &Networks) -> Vec<Message> {
    let rejected = pbx.iter().filter(|pbx| !networks.admits(**pbx, || None));
    rejected.map(|pbx| texts::REJECTED_PBX.message(&[("pbx", pbx)])).collect()
}
