//! Examines HubSoft itself: does it give a token, does it answer a lookup, and how fast.

use tokio::time::{Instant, timeout_at};

use crate::app::config::Config;
use crate::domain::phone::Phone;
use crate::sources::hubsoft::{HubSoft, MatchCounts, Written};

use super::super::{Failed, client};
use super::report::Report;
use super::trouble::{REQUEST_MAX, count, in_time};
use super::{clock, matching};

/// A mobile that is none: no operator gives out 9 0000.
const NOBODY: &str = "11900000000";

/// Examines the HubSoft of `config`, with the customer's number `phone` if one is told.
pub(super) async fn examine(
    config: &Config,
    phone: Option<Phone>,
    report: &mut Report,
) -> Result<(), Failed> {
    let hubsoft = client(config)?;
    if token(&hubsoft, report).await {
        look_up(config, &hubsoft, phone, report).await;
    } else {
        report.left_out("lookup", "there is no token, mend that first");
    }
    clock::examine(hubsoft.dated(), report);
    Ok(())
}

async fn token(hubsoft: &HubSoft, report: &mut Report) -> bool {
    const WHAT: &str = "token";
    let start = Instant::now();
    let given = timeout_at(report.deadline(REQUEST_MAX), hubsoft.warm()).await;
    let ms = start.elapsed().as_millis();
    match in_time(given) {
        Ok(()) => report.ok(WHAT, format_args!("given after {ms} ms")),
        Err(trouble) => {
            report.failed(WHAT, format_args!("{trouble} ({ms} ms)"));
            return false;
        }
    }
    true
}

async fn look_up(config: &Config, hubsoft: &HubSoft, told: Option<Phone>, report: &mut Report) {
    const WHAT: &str = "lookup";
    let Some(phone) = told.or_else(|| Phone::parse(NOBODY, None).ok()) else { return };
    let mut all = Written::all(&phone).into_iter();
    let Some(whole) = all.next() else { return };
    let start = Instant::now();
    let counted = count(hubsoft, &phone, &whole, report).await;
    let (took, ms) = (start.elapsed(), start.elapsed().as_millis());
    let counts = match counted {
        Ok(counts) => counts,
        Err(trouble) => {
            report.failed(WHAT, format_args!("{trouble} ({ms} ms)"));
            if told.is_some() {
                report.left_out("matching", "the lookup failed, mend that first");
            }
            return;
        }
    };
    let deadline = config.lookup.deadline;
    let MatchCounts { returned, own } = counts;
    let seen = match told {
        Some(phone) => {
            format!("{phone}: {returned} returned, {own} with this very number, {ms} ms")
        }
        None => format!("answered for a number nobody has, {ms} ms"),
    };
    if took > deadline {
        let most = deadline.as_millis();
        let remedy = "calls wait in vain; ask HubSoft's support why it is slow";
        report.warning(WHAT, format_args!("{seen}, above lookup.deadline_ms ({most}): {remedy}"));
    } else {
        report.ok(WHAT, seen);
    }
    if told.is_some() {
        let phone_match = config.hubsoft.phone_match;
        matching::examine(hubsoft, &phone, (whole, counts), all, phone_match, report).await;
    }
}
