//! Checks HubSoft itself: the token, one lookup, its response time, and its list of alerts.

use tokio::time::{Instant, timeout_at};

use crate::app::config::Config;
use crate::domain::phone::Phone;
use crate::runtime::language::{Message, Text};
use crate::sources::hubsoft::{HubSoft, MatchCounts, Written};

use super::super::{Failed, client};
use super::report::CheckReport;
use super::texts;
use super::trouble::{REQUEST_MAX, Trouble, count, in_time};
use super::{alerts, clock, matching};

/// A mobile number that no operator assigns: none begins with 9 0000.
const UNASSIGNED: &str = "11900000000";

/// Checks the HubSoft of `config`, with the customer's number `phone` if one is given.
pub(super) async fn examine(
    config: &Config,
    phone: Option<Phone>,
    report: &mut CheckReport,
) -> Result<(), Failed> {
    let hubsoft = client(config)?;
    if token(&hubsoft, report).await.is_ok() {
        look_up(config, &hubsoft, phone, report).await;
        clock::examine(hubsoft.dated(), report);
        alerts::examine(config, &hubsoft, report).await;
    } else {
        report.skipped(texts::WHAT_LOOKUP, texts::LOOKUP_NO_TOKEN);
        clock::examine(hubsoft.dated(), report);
    }
    Ok(())
}

/// Requests a token.
pub(in crate::cli) async fn token(
    hubsoft: &HubSoft,
    report: &mut CheckReport,
) -> Result<(), Trouble> {
    const WHAT: &str = "token";
    let start = Instant::now();
    let token = timeout_at(report.deadline(REQUEST_MAX), hubsoft.warm()).await;
    let ms = start.elapsed().as_millis();
    let token = in_time(token);
    match &token {
        Ok(()) => report.ok(WHAT, texts::TOKEN_RECEIVED.message(&[("ms", &ms)])),
        Err(trouble) => report.failed(WHAT, took_message(trouble, ms)),
    }
    token
}

fn took_message(trouble: &Trouble, ms: u128) -> Message {
    texts::TROUBLE_TOOK.message(&[("trouble", trouble), ("ms", &ms)])
}

/// Looks a number up: `given`, or one that nobody has.
pub(in crate::cli) async fn look_up(
    config: &Config,
    hubsoft: &HubSoft,
    given: Option<Phone>,
    report: &mut CheckReport,
) {
    const WHAT: Text = texts::WHAT_LOOKUP;
    let Some(phone) = given.or_else(|| Phone::parse(UNASSIGNED, None).ok()) else { return };
    let mut all = Written::all(&phone).into_iter();
    let Some(whole) = all.next() else { return };
    let start = Instant::now();
    let counted = count(hubsoft, &phone, &whole, report).await;
    let took = start.elapsed();
    let ms = took.as_millis();
    let counts = match counted {
        Ok(counts) => counts,
        Err(trouble) => {
            report.failed(WHAT, took_message(&trouble, ms));
            if given.is_some() {
                report.skipped(texts::WHAT_MATCHING, texts::LOOKUP_FAILED);
            }
            return;
        }
    };
    let deadline = config.lookup.deadline;
    let MatchCounts { returned, own } = counts;
    let seen = match given {
        Some(phone) => texts::LOOKUP_RETURNED.message(&[
            ("phone", &phone),
            ("returned", &returned),
            ("own", &own),
            ("ms", &ms),
        ]),
        None => texts::LOOKUP_ANSWERED.message(&[("ms", &ms)]),
    };
    if took > deadline {
        let most = deadline.as_millis();
        report.warning(WHAT, texts::LOOKUP_SLOW.message(&[("seen", &seen), ("most", &most)]));
    } else {
        report.ok(WHAT, seen);
    }
    if given.is_some() {
        let phone_match = config.hubsoft.phone_match;
        matching::examine(hubsoft, &phone, (whole, counts), all, phone_match, report).await;
    }
}
