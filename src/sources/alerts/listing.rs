//! Adds HubSoft's active alerts to the list that operators receive.

use crate::domain::alert::Alert;
use crate::domain::forecast::Forecast;
use crate::domain::zone::Zone;

use super::active::Alerts;
use super::list::ListedAlert;
use super::local::{AlertEntry, AlertListing, FeedEntry, shown_time};
use super::status::AlertStatus;

impl Alerts {
    /// Adds the alerts of HubSoft's list before the local ones, and how old the list is. They have no
    /// text, which is personal.
    pub fn add_to(&self, listing: &mut AlertListing) {
        let inputs = self.inputs.now();
        let status = self.status();
        listing.feed = status.enabled.then_some(FeedEntry {
            is_current: status.is_current,
            age_s: status.age_s,
            problem: status.problem,
        });
        let now_s = inputs.moment().now_s;
        let feed = self.feed.lock();
        let hubsofts = status.alerts.into_iter().filter_map(|alert| {
            let id = alert.id.parse().ok().filter(|_| alert.origin == "hubsoft")?;
            let text = feed.shown().get(&id).and_then(|shown| shown.alert.clone());
            Some(entry(alert, feed.listed(id)?, text.as_deref(), inputs.zone, now_s))
        });
        let locals = std::mem::take(&mut listing.alerts);
        listing.alerts = hubsofts.chain(locals).collect();
    }
}

fn entry(
    status: AlertStatus,
    listed: &ListedAlert,
    alert: Option<&Alert>,
    zone: Zone,
    now_s: u64,
) -> AlertEntry {
    let kinds: Vec<String> =
        listed.scope.kinds().iter().map(|kind| kind.word().to_owned()).collect();
    let hidden: Vec<String> = listed.scope.unknown_kinds.iter().cloned().collect();
    let until_s = listed.may_last_until().map(|time| zone.epoch_s(time));
    let seen_s = now_s.saturating_sub(status.seen_s_ago);
    let since_s = listed.starts.map_or(seen_s, |starts| zone.epoch_s(starts));
    let end = listed.ends.filter(|_| listed.may_last.is_none());
    let forecast = end.and_then(Forecast::at).or_else(|| alert?.forecast());
    AlertEntry {
        origin: status.origin,
        id: status.id,
        scope: words(&kinds, &hidden),
        since: Some(shown_time(since_s, zone)),
        since_s: Some(since_s),
        until: until_s.map(|end_s| shown_time(end_s, zone)),
        until_s,
        forecast: forecast.and_then(|forecast| forecast.word(zone.local_time(now_s))),
        may_have_ended: status.is_held,
        kinds,
        hidden_kinds: hidden,
        sets: status.strata,
        ..AlertEntry::default()
    }
}

/// `interface, pop, and what the list cannot show: zonas`.
fn words(kinds: &[String], hidden: &[String]) -> String {
    let hidden =
        (!hidden.is_empty()).then(|| format!("and what bina cannot place: {}", hidden.join(", ")));
    let all: Vec<_> = kinds.iter().cloned().chain(hidden).collect();
    if all.is_empty() { "no scope".to_owned() } else { all.join(", ") }
}
