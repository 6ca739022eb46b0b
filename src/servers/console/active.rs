//! The active alerts, as several pages show them.

use maud::{Markup, html};

use crate::runtime::language::Language;
use crate::runtime::wall_clock;
use crate::sources::alerts::{AlertEntry, AlertListing};

use super::{Console, ConsoleParts, shown, texts};

/// Minutes of the buttons that say how long an alert lasts, with their words.
pub(super) const PRESETS: [(u64, &str); 5] =
    [(30, "30 min"), (60, "1 h"), (120, "2 h"), (240, "4 h"), (480, "8 h")];

/// All active alerts: HubSoft's, then the local ones.
pub(super) fn listing_of(parts: &ConsoleParts) -> AlertListing {
    let view = parts.directory.as_ref().and_then(|directory| directory.view());
    let mut listing = parts.local_alerts.list(wall_clock::now_s(), view.as_ref());
    parts.alerts.add_to(&mut listing);
    listing
}

/// The local alerts for everyone, which are the mass mode.
pub(super) fn mass_alerts(console: &Console) -> Vec<AlertEntry> {
    let local = console.parts.local_alerts.list(wall_clock::now_s(), None);
    local.alerts.into_iter().filter(|alert| alert.everyone).collect()
}

/// When an alert ends, with the time that is left.
pub(super) fn until(alert: &AlertEntry, language: Language) -> Markup {
    let Some(until_s) = alert.until_s else { return html! { (texts::NO_END.of(language)) } };
    let left_s = until_s.saturating_sub(wall_clock::now_s());
    html! {
        (shown::moment(until_s)) " "
        span.faint data-ends=(until_s) { "(" (shown::span(left_s)) ")" }
    }
}
