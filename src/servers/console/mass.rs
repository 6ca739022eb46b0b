//! The mass mode: an alert for everyone, on every page.

use std::fmt::Write;

use maud::{Markup, html};

use crate::domain::prompt::Rule;
use crate::runtime::language::Language;
use crate::runtime::wall_clock;
use crate::sources::alerts::AlertEntry;

use super::active::{PRESETS, mass_alerts, until};
use super::sessions::Session;
use super::{Console, ConsoleParts, controls, texts};

/// An equal alert for everyone that is as young is the same press of a button, or a colleague's.
const SAME_S: u64 = 10;

/// The state of the mass mode; for who is logged in also the switch.
pub(super) fn banner(
    parts: &ConsoleParts,
    session: Option<&Session>,
    language: Language,
) -> Markup {
    let active = mass_alerts(parts);
    html! {
        section.mass.on[!active.is_empty()] aria-label=(texts::MASS_MODE.of(language))
            data-state=(state_of(&active)) data-banner="/ao-vivo/modo" {
            @for alert in &active { (line(parts, alert, session, language)) }
            @if active.is_empty() {
                @if session.is_some() { (switch(parts, session, language)) } @else {
                    span { (texts::MASS_MODE.of(language)) ": " (texts::OFF.of(language)) }
                }
            }
        }
    }
}

/// What a page shows of the mass mode but the time that is left: it differs once the page has to.
pub(super) fn state(parts: &ConsoleParts) -> String {
    state_of(&mass_alerts(parts))
}

fn state_of(active: &[AlertEntry]) -> String {
    active.iter().fold(String::new(), |mut state, alert| {
        // A string takes all that is written.
        let _ = write!(state, "{}-{} ", alert.id, alert.until_s.unwrap_or_default());
        state
    })
}

/// Whether an alert for everyone with this text was added a moment ago.
pub(super) fn has_just_begun(console: &Console, text: &str) -> bool {
    let now_s = wall_clock::now_s();
    let is_same = |alert: &AlertEntry| {
        let since_s = alert.since_s.unwrap_or_default();
        alert.text.split_whitespace().eq(text.split_whitespace())
            && now_s.saturating_sub(since_s) <= SAME_S
    };
    mass_alerts(&console.parts).iter().any(is_same)
}

/// Whether somebody who calls hears the alert.
fn is_heard(parts: &ConsoleParts, alert: &AlertEntry) -> bool {
    parts.responder.announcer().plays_local(&alert.text, alert.rule.as_deref())
}

/// In red, that an active alert for everyone plays nothing.
pub(super) fn silence(parts: &ConsoleParts, language: Language) -> Markup {
    html! {
        @if mass_alerts(parts).iter().any(|alert| !is_heard(parts, alert)) {
            p.bad role="alert" { (texts::MASS_MODE.of(language)) ": " (texts::HEARD_BY_NOBODY.of(language)) }
        }
    }
}

fn line(
    parts: &ConsoleParts,
    alert: &AlertEntry,
    session: Option<&Session>,
    language: Language,
) -> Markup {
    html! {
        form method="post" action="/alertas/encerrar" {
            strong { (texts::MASS_MODE_ON.of(language)) }
            " “" (alert.text) "” "
            (texts::MASS_UNTIL.of(language)) " " (until(alert, language))
            @if !is_heard(parts, alert) {
                " " strong.bad { (texts::HEARD_BY_NOBODY.of(language)) }
            }
            @if session.is_some() {
                (controls::secret(session))
                input type="hidden" name="id" value=(alert.id);
                button.danger { (texts::END_NOW.of(language)) }
            }
        }
    }
}

fn switch(parts: &ConsoleParts, session: Option<&Session>, language: Language) -> Markup {
    html! {
        details {
            summary { (texts::MASS_MODE.of(language)) ": " (texts::OFF.of(language)) }
            form method="post" action="/alertas/novo" {
                (controls::secret(session))
                (controls::no_enter())
                input type="hidden" name="todos" value="1";
                input type="hidden" name="massiva" value="1";
                label {
                    (texts::ALERT_TEXT.of(language))
                    input name="texto" required maxlength="1000" value=(texts::MASS_TEXT.of(language));
                }
                label { (texts::PLAYS.of(language)) (rules(parts, language)) }
                div.presets {
                    @for (minutes, name) in PRESETS {
                        button name="minutos" value=(minutes) { (name) }
                    }
                }
            }
        }
    }
}

/// The rules that everyone hears, with the one chosen that fits the text as it is preset.
fn rules(parts: &ConsoleParts, language: Language) -> Markup {
    let announcer = parts.responder.announcer();
    let text = texts::MASS_TEXT.of(language);
    let has_general =
        announcer.rules.general.as_ref().is_some_and(|general| !general.play.asterisk.is_empty());
    let heard: Vec<&Rule> = announcer.rules.list().iter().filter(|rule| is_for_all(rule)).collect();
    let met = announcer.rule_of_local(text);
    let is_there = |name: &str| heard.iter().any(|rule| *rule.name == *name);
    let chosen = met.as_deref().filter(|name| is_there(name));
    let chosen = chosen.or_else(|| Some("massiva").filter(|name| is_there(name)));
    html! {
        select name="regra" required[!has_general] {
            option value="" selected[chosen.is_none()] {
                @if has_general { (texts::GENERAL_OR_TEXT.of(language)) } @else { (texts::CHOOSE_RULE.of(language)) }
            }
            @for rule in heard {
                option selected[chosen == Some(&rule.name)] { (rule.name) }
            }
        }
    }
}

/// Whether a rule plays something to whoever calls, once an alert names it.
fn is_for_all(rule: &Rule) -> bool {
    !rule.play.asterisk.is_empty() && rule.service_status.is_empty() && rule.connected.is_none()
}
