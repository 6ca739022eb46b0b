//! *Agora*: is it well, and what is going on.

use hyper::StatusCode;
use maud::{Markup, html};

use crate::answering::figures::{DayFigures, MinuteFigures};
use crate::runtime::language::{Language, Text};
use crate::sources::alerts::AlertListing;
use crate::sources::breaker::BreakerState;
use crate::sources::directory::Activity;
use crate::sources::sentences::in_both;

use super::super::active::listing_of;
use super::super::visit::Visit;
use super::super::{Answering, Console, ConsoleParts, layout, mass, shown, texts};
use super::alerts::brief;
use super::calls::source;

/// Minutes over which the times of calls are shown.
const HOUR: usize = 60;

/// How something is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    Poor,
    Bad,
}

/// Shows the figures; and, for any path without a page, that there is none.
pub(super) fn page<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let language = visit.language;
        if !visit.request.rest.is_empty() {
            return layout::notice(&visit, StatusCode::NOT_FOUND, texts::NO_PAGE.of(language));
        }
        let shown = figures(&console.parts, language).await;
        let content = html! { div #agora data-live="/ao-vivo/agora" { (shown) } };
        layout::page(console, &visit, texts::NOW.of(language), &content)
    })
}

/// What changes by itself while the page is open.
pub(in crate::servers::console) async fn figures(
    parts: &ConsoleParts,
    language: Language,
) -> Markup {
    let listing = listing_of(parts, language).await;
    let day = parts.figures.day();
    html! {
        (health(parts, &listing, language))
        (calls(&day, language))
        section {
            h2 { (texts::ACTIVE_ALERTS.of(language)) }
            (mass::silence(parts, language))
            (brief(parts, &listing, language))
        }
        section.columns {
            (ranking(texts::BY_RULE, &day.rules, language))
            (ranking(texts::BY_PROMPT, &day.prompts, language))
            (ranking(texts::BY_INTERFACE, &day.interfaces, language))
            (sources(&day, language))
        }
    }
}

fn health(parts: &ConsoleParts, listing: &AlertListing, language: Language) -> Markup {
    html! {
        section aria-label=(texts::HEALTH.of(language)) {
            dl.health {
                (hubsoft(parts, language))
                (feed(listing, language))
                (directory(parts, language))
                (line(texts::NODES.of(language), Health::Good, &html! { (texts::ALONE.of(language)) }))
            }
        }
    }
}

fn line(name: &str, health: Health, text: &Markup) -> Markup {
    let class = match health {
        Health::Good => "good",
        Health::Poor => "poor",
        Health::Bad => "bad",
    };
    html! { div class=(class) { dt { (name) } dd { (text) } } }
}

fn hubsoft(parts: &ConsoleParts, language: Language) -> Markup {
    let (health, state) = match parts.readiness.breaker.state() {
        BreakerState::Closed => (Health::Good, texts::BREAKER_CLOSED),
        BreakerState::HalfOpen => (Health::Poor, texts::BREAKER_HALF_OPEN),
        BreakerState::Open => (Health::Bad, texts::BREAKER_OPEN),
    };
    let token = parts.readiness.hubsoft.as_ref().map(|hubsoft| hubsoft.token_state());
    line(
        "HubSoft",
        health,
        &html! {
            (state.of(language))
            @if let Some(token) = token {
                " · "
                @match token {
                    "usable" => { (texts::TOKEN_GOOD.of(language)) }
                    "refused" => { (texts::TOKEN_REFUSED.of(language)) }
                    "not asked for yet" => { (texts::TOKEN_NOT_YET.of(language)) }
                    other => { (texts::TOKEN_OTHER.of(language)) " " (other) }
                }
            }
        },
    )
}

fn feed(listing: &AlertListing, language: Language) -> Markup {
    let name = texts::ALERT_LIST.of(language);
    let Some(feed) = &listing.feed else {
        return line(name, Health::Poor, &html! { (texts::OFF.of(language)) });
    };
    let health = if feed.is_current { Health::Good } else { Health::Bad };
    line(
        name,
        health,
        &html! {
            @match feed.age_s {
                Some(age_s) => { (read_ago(age_s, language)) }
                None => { (texts::NOT_READ_YET.of(language)) }
            }
            @if let Some(problem) = &feed.problem { br; (in_both(problem).of(language)) }
        },
    )
}

fn directory(parts: &ConsoleParts, language: Language) -> Markup {
    let name = texts::DIRECTORY.of(language);
    let Some(directory) = &parts.directory else {
        return line(name, Health::Poor, &html! { (texts::OFF.of(language)) });
    };
    let status = directory.status();
    let health = if status.generation.is_some() { Health::Good } else { Health::Poor };
    let walking = matches!(status.activity, Activity::Walking | Activity::Paused);
    line(
        name,
        health,
        &html! {
            @match &status.generation {
                Some(generation) => {
                    (shown::count(generation.customers, language)) " " (texts::CUSTOMERS.of(language))
                    ", " (read_ago(generation.age_s, language))
                }
                None => { (texts::NOT_READ_YET.of(language)) }
            }
            @if walking { " · " (texts::WALKING.of(language)) }
            @if let Some(problem) = status.last_walk.as_ref().or(status.file_problem.as_ref()) {
                br; (in_both(problem).of(language))
            }
        },
    )
}

fn read_ago(age_s: u64, language: Language) -> String {
    texts::READ_AGO.of(language).replace("{}", &shown::span(age_s))
}

fn calls(day: &DayFigures, language: Language) -> Markup {
    let all = day.calls();
    let lost = day.sum(|minute: &MinuteFigures| minute.unavailable);
    let last = day.minutes.iter().rev().nth(1).map_or(0, MinuteFigures::calls);
    let quantile = |share| {
        day.quantile_us(share, HOUR)
            .map_or_else(|| "–".to_owned(), |took| shown::took(took, language))
    };
    html! {
        section {
            h2 { (texts::CALLS_OF_DAY.of(language)) }
            (shown::sparkline(&day.minutes, language))
            dl.figures {
                (figure(texts::CALLS, &shown::count(all, language), language))
                (figure(texts::LAST_MINUTE, &shown::count(last, language), language))
                (figure(texts::FOUND, &shown::count(day.sum(|minute| minute.found), language), language))
                (figure(texts::NOT_FOUND, &shown::count(day.sum(|minute| minute.not_found), language), language))
                (figure(texts::NO_NUMBER, &shown::count(day.sum(|minute| minute.no_number), language), language))
                @let invalid = day.sum(|minute| minute.invalid);
                @if invalid > 0 { (figure(texts::INVALID, &shown::count(invalid, language), language)) }
                (figure(texts::UNAVAILABLE, &format!("{} ({})", shown::count(lost, language),
                    shown::percent(lost, all, language)), language))
                (figure(texts::MEDIAN, &quantile(0.5), language))
                (figure(texts::P99, &quantile(0.99), language))
            }
        }
    }
}

fn figure(name: Text, value: &str, language: Language) -> Markup {
    html! { div { dt { (name.of(language)) } dd { (value) } } }
}

fn ranking(
    title: Text,
    figures: &[crate::answering::figures::NamedFigure],
    language: Language,
) -> Markup {
    let figures = figures.iter().take(8).map(|figure| (figure.name.as_str(), figure.calls));
    table(title, figures, language)
}

fn sources(day: &DayFigures, language: Language) -> Markup {
    let figures = day.sources.iter().filter(|(_, calls)| *calls > 0);
    let figures = figures.map(|(name, calls)| (source(name, language), *calls));
    table(texts::BY_SOURCE, figures, language)
}

fn table<'a>(
    title: Text,
    rows: impl Iterator<Item = (&'a str, u64)>,
    language: Language,
) -> Markup {
    let mut rows = rows.peekable();
    html! {
        div {
            h2 { (title.of(language)) }
            @if rows.peek().is_none() { p.faint { (texts::NONE_YET.of(language)) } }
            table {
                @for (name, calls) in rows {
                    tr { td.name { (name) } td.number { (shown::count(calls, language)) } }
                }
            }
        }
    }
}
