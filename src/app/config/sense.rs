//! Warns of settings that can each be read and together make no sense.

use std::net::IpAddr;
use std::time::Duration;

use crate::answering::lookup::{self, DEADLINE_DEFAULT};
use crate::runtime::access::Networks;
use crate::sources::hubsoft;

use super::Config;

/// What all answers of HubSoft on their way may take. The unit allows 256 MiB for everything.
const BODIES_BYTES_MAX: usize = 256 << 20;
/// What a record takes with an alert, measured with 100,000 of them.
const RECORD_BYTES: usize = 560;
/// What all records may take.
const RECORDS_BYTES_MAX: usize = 160 << 20;

/// The user of the shipped file.
const EXAMPLE_USER: &str = "api@example.com";

/// What is not wrong, but worth knowing.
pub(super) fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    warnings.extend(ages(&config.lookup));
    warnings.extend(waits(&config.lookup, &config.hubsoft));
    warnings.extend(memory(&config.lookup, &config.hubsoft));
    warnings.extend(of_hubsoft(&config.hubsoft));
    warnings.extend(kept_out(&config.listener.pbx, &config.access.networks));
    warnings
}

fn ages(lookup: &lookup::Settings) -> Vec<String> {
    let mut texts = Vec::new();
    if lookup.alert.is_zero() {
        texts.push(
            "lookup.alert_s is 0: no alert is ever played; leave it out, or write 1800".into(),
        );
    } else if lookup.alert < lookup.fresh {
        texts.push(below(
            ("lookup.alert_s", lookup.alert),
            ("lookup.fresh_s", lookup.fresh),
            "alerts end before their record is asked for again",
        ));
    }
    if lookup.stale < lookup.fresh {
        texts.push(below(
            ("lookup.stale_s", lookup.stale),
            ("lookup.fresh_s", lookup.fresh),
            "no answer from memory is used while HubSoft is slow",
        ));
    }
    if lookup.stale_on_error < lookup.stale {
        texts.push(below(
            ("lookup.stale_on_error_s", lookup.stale_on_error),
            ("lookup.stale_s", lookup.stale),
            "a HubSoft that fails is made up for less than one that is slow",
        ));
    }
    texts
}

fn below(low: (&str, Duration), high: (&str, Duration), effect: &str) -> String {
    let (low, less) = (low.0, low.1.as_secs());
    let (high, more) = (high.0, high.1.as_secs());
    format!("{low} ({less}) is below {high} ({more}): {effect}; raise {low} or lower {high}")
}

/// What the shipped dialplan waits beyond the deadline.
const SNIPPET_MARGIN: Duration = Duration::from_millis(400);

fn waits(lookup: &lookup::Settings, hubsoft: &hubsoft::Settings) -> Vec<String> {
    let mut texts = Vec::new();
    let (deadline, attempt) = (lookup.deadline.as_millis(), hubsoft.attempt.as_millis());
    if attempt < deadline {
        texts.push(format!(
            "hubsoft.attempt_ms ({attempt}) is below lookup.deadline_ms ({deadline}): a request ends \
             while its call would still wait; raise it, so that a late answer is remembered"
        ));
    }
    if hubsoft.connect > hubsoft.attempt {
        let connect = hubsoft.connect.as_millis();
        texts.push(format!(
            "hubsoft.connect_ms ({connect}) is above hubsoft.attempt_ms ({attempt}), which ends the \
             request before: lower it"
        ));
    }
    if lookup.deadline > DEADLINE_DEFAULT {
        let timeout = (lookup.deadline + SNIPPET_MARGIN).as_secs_f64();
        texts.push(format!(
            "lookup.deadline_ms ({deadline}) is above 800, and the shipped dialplan gives up after \
             1.2 s (Asterisk) and 2 s (FreeSWITCH): raise its time limits to {timeout:.1} s, too"
        ));
    }
    if lookup.patience > lookup.deadline {
        let patience = lookup.patience.as_millis();
        texts.push(format!(
            "lookup.patience_ms ({patience}) is above lookup.deadline_ms ({deadline}), which ends the \
             wait before: lower it"
        ));
    }
    texts
}

fn memory(lookup: &lookup::Settings, hubsoft: &hubsoft::Settings) -> Vec<String> {
    const LIMIT: &str = "bina.service allows 256 MiB (MemoryMax) for everything";
    let mut texts = Vec::new();
    let bodies = hubsoft.body_bytes_max.saturating_mul(lookup.flights_max);
    if bodies > BODIES_BYTES_MAX {
        texts.push(format!(
            "hubsoft.body_bytes_max and lookup.flights_max allow {} MiB of answers at a time: lower \
             one of them, as {LIMIT}",
            bodies >> 20
        ));
    }
    let records = lookup.records_max.get().saturating_mul(RECORD_BYTES);
    if records > RECORDS_BYTES_MAX {
        texts.push(format!(
            "lookup.records_max allows {} MiB of records: lower it, or raise MemoryMax, as {LIMIT}",
            records >> 20
        ));
    }
    texts
}

fn of_hubsoft(hubsoft: &hubsoft::Settings) -> Vec<String> {
    let url = &hubsoft.base_url;
    let host = url.host_str().unwrap_or_default();
    let mut texts = Vec::new();
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    if url.scheme() == "http" && !local {
        texts.push(
            "hubsoft.base_url is plain http to another machine: the network can read token and \
             customers; write https"
                .to_owned(),
        );
    }
    // The shipped file's own address, which nobody has: the one change that cannot be left out.
    if host.contains("provider.hubsoft") {
        texts.push(
            "hubsoft.base_url is still the example's: write your provider's own name for PROVIDER"
                .to_owned(),
        );
    }
    if host.ends_with(".hubsoft.com.br") && !host.starts_with("api.") {
        texts.push(format!(
            "hubsoft.base_url looks like the address of the panel ({host}): that of the API begins \
             with api., like https://api.{host}"
        ));
    }
    if hubsoft.credentials.username.eq_ignore_ascii_case(EXAMPLE_USER) {
        texts.push(
            "hubsoft.username is still the example's: write the e-mail of the integration's user"
                .to_owned(),
        );
    }
    texts
}

/// PBXs that `access.networks` lets nobody in from. This machine always gets in.
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
