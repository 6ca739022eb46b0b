//! *Chamadas*: the latest calls, live, with a filter.

use maud::{Markup, html};

use crate::answering::figures::RecentCall;
use crate::runtime::language::Language;
use crate::runtime::wall_clock;

use super::super::links::encoded;
use super::super::visit::Visit;
use super::super::{Answering, Console, layout, shown, texts};

/// Calls that a page shows at once; the script keeps as many.
const CALLS_SHOWN: usize = 200;
/// Calls that a filter searches.
const CALLS_SEARCHED: usize = 1_000;

/// Shows the latest calls, those that the filter fits.
pub(super) fn page<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let language = visit.language;
        let [filter] = visit.fields(["filtro"]);
        let (mut calls, noted) = console.parts.figures.calls_after(0, CALLS_SEARCHED);
        let wanted = filter.to_lowercase();
        calls.retain(|call| wanted.is_empty() || words(call, language).contains(&wanted));
        calls.truncate(CALLS_SHOWN);
        let content = html! {
            form.inline method="get" action="/chamadas" role="search" {
                label { (texts::FILTER.of(language))
                    input name="filtro" value=(filter) data-filter="chamadas"; }
                button.quiet { (texts::SEARCH.of(language)) }
                span.faint { (shown::count(noted, language)) " " (texts::CALLS_SINCE_START.of(language)) }
                button.quiet type="button" data-pause="chamadas" hidden
                    data-resume=(texts::RESUME.of(language)) { (texts::PAUSE.of(language)) }
            }
            div.scroll tabindex="0" role="region" aria-label=(texts::CALLS.of(language)) { table.calls {
                thead { tr {
                    th { (texts::TIME.of(language)) } th { (texts::NUMBER.of(language)) }
                    th { (texts::STATUS.of(language)) } th { (texts::SOURCE.of(language)) }
                    th { (texts::RULE.of(language)) } th { (texts::PROMPT.of(language)) }
                    th { (texts::INTERFACE.of(language)) } th.number { (texts::TOOK.of(language)) }
                } }
                tbody #chamadas data-live="/ao-vivo/chamadas" data-rows=(CALLS_SHOWN) {
                    (rows(&calls, language))
                }
            } }
            @if calls.is_empty() { p.faint { (texts::NONE_YET.of(language)) } }
        };
        layout::page(console, &visit, texts::CALLS.of(language), &content)
    })
}

/// A row for each call, the latest first.
pub(in crate::servers::console) fn rows(calls: &[RecentCall], language: Language) -> Markup {
    let now_s = wall_clock::now_s();
    html! {
        @for call in calls {
            tr.(call.status) {
                td { (shown::moment(now_s.saturating_sub(call.ago_ms / 1_000))) }
                td.name { @if call.phone.is_empty() { "–" } @else { (call.phone) } }
                td {
                    a href=(link(status(&call.status, language))) { (status(&call.status, language)) }
                    @if !call.reason.is_empty() { " " span.faint { (call.reason) } }
                }
                td { (source(&call.source, language)) }
                td { @if !call.rule.is_empty() { a href=(link(&call.rule)) { (call.rule) } } }
                td.name {
                    (call.prompt)
                    @if call.is_told { " " span.tag { (texts::AGAIN.of(language)) } }
                }
                td { (call.interface) }
                td.number { (shown::took(call.took_us, language)) }
            }
        }
    }
}

fn link(filter: &str) -> String {
    format!("/chamadas?filtro={}", encoded(filter))
}

/// The contract's word of a status, in the reader's language.
pub(super) fn status(word: &str, language: Language) -> &str {
    match word {
        "found" => texts::FOUND.of(language),
        "not_found" => texts::NOT_FOUND.of(language),
        "no_number" => texts::NO_NUMBER.of(language),
        "invalid" => texts::INVALID.of(language),
        "unavailable" => texts::UNAVAILABLE.of(language),
        other => other,
    }
}

/// Where an answer comes from, in the reader's language.
pub(super) fn source(word: &str, language: Language) -> &str {
    match word {
        "cache" => texts::SOURCE_CACHE.of(language),
        "directory" => texts::SOURCE_DIRECTORY.of(language),
        "local" => texts::SOURCE_LOCAL.of(language),
        "none" => texts::SOURCE_NONE.of(language),
        "stale" => texts::SOURCE_STALE.of(language),
        "hubsoft" => "HubSoft",
        other => other,
    }
}

/// What the filter searches.
fn words(call: &RecentCall, language: Language) -> String {
    let RecentCall { phone, status: word, source: from, rule, prompt, interface, reason, .. } =
        call;
    let (status, source) = (status(word, language), source(from, language));
    format!("{phone} {word} {status} {from} {source} {rule} {prompt} {interface} {reason}")
        .to_lowercase()
}
