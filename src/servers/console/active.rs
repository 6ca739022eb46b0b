//! The active alerts, as several pages show them.

use maud::{Markup, html};

use crate::runtime::language::Language;
use crate::runtime::wall_clock;
use crate::servers::endpoints::AlertOperations;
use crate::sources::alerts::{AlertEntry, AlertListing};

use super::{ConsoleParts, shown, texts};

/// Minutes of the buttons that say how long an alert lasts, with their words.
pub(super) const PRESETS: [(u64, &str); 5] =
    [(30, "30 min"), (60, "1 h"), (120, "2 h"), (240, "4 h"), (480, "8 h")];

/// What it takes to list and change alerts.
pub(super) fn operations(parts: &ConsoleParts) -> AlertOperations<'_> {
    AlertOperations {
        local_alerts: &parts.local_alerts,
        alerts: &parts.alerts,
        directory: parts.directory.as_ref(),
        responder: &parts.responder,
        speech: &parts.speech,
    }
}

/// All active alerts: HubSoft's, then the local ones.
pub(super) async fn listing_of(parts: &ConsoleParts, language: Language) -> AlertListing {
    operations(parts).list().await.unwrap_or_else(|_| AlertListing {
        problem: Some(texts::BUG.of(language).to_owned()),
        ..AlertListing::default()
    })
}

/// The local alerts for everyone, which are the mass mode. It does not wait for the disk.
pub(super) fn mass_alerts(parts: &ConsoleParts) -> Vec<AlertEntry> {
    let active = parts.local_alerts.entries(wall_clock::now_s(), None);
    active.into_iter().filter(|alert| alert.everyone).collect()
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
