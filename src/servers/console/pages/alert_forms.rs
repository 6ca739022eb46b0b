//! The forms that add, extend and end local alerts, and the mass mode.

use hyper::StatusCode;
use maud::{Markup, html};
use tokio::task::{JoinError, spawn_blocking};

use crate::runtime::language::{Language, Text};
use crate::servers::http::HttpReply;
use crate::sources::alerts::{
    AlertEntry, AlertRequest, ExtendRequest, LocalAlertError, LocalAlerts, listed_places,
    nearest_places,
};
use crate::sources::directory::PlaceKind;

use super::super::active::{PRESETS, operations};
use super::super::visit::Visit;
use super::super::words::in_page;
use super::super::{
    Answering, Console, controls, html as html_reply, layout, mass, redirect, texts,
};

/// Names that are offered to who types one, and the longest part of a name that is searched for.
const NAMES_MAX: usize = 12;
const PART_MAX: usize = 80;

/// Adds an alert.
pub(super) fn add<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let wanted = match wanted(console, &visit) {
            Ok(wanted) => wanted,
            Err(problem) => return refused(&visit, problem.of(visit.language)),
        };
        // Of two equal alerts for everyone each would have to be ended.
        let _adding = console.adding.lock().await;
        if wanted.everyone && mass::has_just_begun(console, &wanted.text) {
            return redirect("/alertas");
        }
        let added = operations(&console.parts).add(wanted, visit.request.client).await;
        answered(&visit, added)
    })
}

/// What the form wants, or why it contradicts itself.
fn wanted(console: &Console, visit: &Visit<'_>) -> Result<AlertRequest, Text> {
    let [text, kind, place, did, everyone, rule, mass] =
        visit.fields(["texto", "tipo", "lugar", "did", "todos", "regra", "massiva"]);
    let mut wanted = AlertRequest {
        text,
        everyone: everyone == "1",
        minutes: Some(minutes(visit)?),
        rule: Some(rule).filter(|rule| !rule.is_empty()),
        by: who(visit),
        ..AlertRequest::default()
    };
    if wanted.everyone && !(did.is_empty() && place.is_empty()) {
        return Err(texts::EVERYONE_OR_PART);
    }
    let plays = || {
        let announcer = console.parts.responder.announcer();
        announcer.plays_local(&wanted.text, wanted.rule.as_deref())
    };
    if mass == "1" && !wanted.text.is_empty() && !plays() {
        return Err(texts::MASS_SILENT);
    }
    if !did.is_empty() {
        wanted.dids = vec![did];
    }
    if !place.is_empty() {
        let kind = PlaceKind::named(&kind).ok_or(texts::KIND_MISSING)?;
        *places_of(&mut wanted, kind) = vec![place];
    }
    Ok(wanted)
}

/// The minutes of the form, typed once. What is no number must not become the default of four hours.
fn minutes(visit: &Visit<'_>) -> Result<u64, Text> {
    let [typed] = visit.fields(["minutos"]);
    let digits = Some(typed).filter(|typed| typed.bytes().all(|byte| byte.is_ascii_digit()));
    let minutes = digits.and_then(|digits| digits.parse().ok()).filter(|minutes| *minutes > 0);
    minutes.ok_or(texts::MINUTES_WRONG)
}

/// Ends an alert.
pub(super) fn end<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let ([id], by) = (visit.fields(["id"]), who(&visit));
        let ended = move |alerts: &LocalAlerts, context: &_| alerts.end(&id, &by, context);
        answered(&visit, operations(&console.parts).change(visit.request.client, ended).await)
    })
}

/// Gives an alert another end.
pub(super) fn extend<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let ([id], by) = (visit.fields(["id"]), who(&visit));
        let minutes = match minutes(&visit) {
            Ok(minutes) => Some(minutes),
            Err(problem) => return refused(&visit, problem.of(visit.language)),
        };
        let wanted = ExtendRequest { id, until: None, minutes, by };
        let extended = move |alerts: &LocalAlerts, context: &_| alerts.extend(&wanted, context);
        let from = visit.request.client;
        answered(&visit, operations(&console.parts).change(from, extended).await)
    })
}

/// Lists the places of a kind that contain a part of a name.
pub(super) fn places<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let language = visit.language;
        let [kind, part] = visit.fields(["tipo", "nome"]);
        let directory = console.parts.directory.as_ref();
        let view = directory.and_then(|directory| directory.view());
        let (Some(view), Some(kind)) = (view, PlaceKind::named(&kind)) else {
            return refused(&visit, texts::NO_DIRECTORY.of(language));
        };
        let listing = spawn_blocking(move || listed_places(&view, kind, &part)).await;
        let places = listing.map(|listing| listing.places).unwrap_or_default();
        let content = html! {
            @if places.is_empty() { p { (texts::NO_PLACE.of(language)) } }
            ul { @for place in &places {
                li { (place.name) " " span.faint { (place.customers) " " (texts::CUSTOMERS.of(language)) } }
            } }
            p { a href="/alertas" { (texts::BACK.of(language)) } }
        };
        layout::page(console, &visit, texts::PLACES.of(language), &content)
    })
}

/// Names of places for who is typing one: options of a list.
pub(super) fn place_names<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let [kind, part] = visit.fields(["tipo", "nome"]);
        let part: String = part.chars().take(PART_MAX).collect();
        let view = console.parts.directory.as_ref().and_then(|directory| directory.view());
        let names = match (view, PlaceKind::named(&kind)) {
            (Some(view), Some(kind)) if !part.is_empty() => {
                let names = move || nearest_places(&view, kind, &part, NAMES_MAX);
                spawn_blocking(names).await.unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let options = html! { @for name in &names { option value=(name) {} } };
        html_reply(StatusCode::OK, options.into_string())
    })
}

/// The form that adds an alert.
pub(super) fn add_form(console: &Console, visit: &Visit<'_>) -> Markup {
    let language = visit.language;
    let rules = console.parts.responder.announcer().rules.list();
    html! {
        section {
            h2 { (texts::ADD_ALERT.of(language)) }
            form.stacked method="post" action="/alertas/novo" {
                (layout::secret(visit))
                (controls::no_enter())
                label { (texts::ALERT_TEXT.of(language))
                    textarea name="texto" rows="2" required maxlength="1000" {} }
                fieldset {
                    legend { (texts::SCOPE.of(language)) }
                    label { (texts::KIND.of(language))
                        select name="tipo" {
                            @for kind in PlaceKind::ALL {
                                option value=(kind.word()) { (kind_text(kind).of(language)) }
                            }
                        } }
                    label { (texts::PLACE.of(language)) input name="lugar" list="lugares" autocomplete="off"; }
                    datalist #lugares data-names="/alertas/nomes" {}
                    label { (texts::CALLED_NUMBER.of(language)) input name="did" inputmode="tel"; }
                    label.check {
                        input type="checkbox" name="todos" value="1"; " " (texts::EVERYONE.of(language))
                    }
                }
                label { (texts::PLAYS.of(language))
                    select name="regra" {
                        option value="" { (texts::RULE_BY_TEXT.of(language)) }
                        @for rule in rules { option { (rule.name) } }
                    } }
                div.presets { (texts::FOR_SPAN.of(language)) " "
                    @for (minutes, name) in PRESETS {
                        button name="minutos" value=(minutes) { (name) }
                    } }
            }
            form.inline method="get" action="/alertas/lugares" {
                label { (texts::FIND_PLACE.of(language))
                    select name="tipo" {
                        @for kind in PlaceKind::ALL {
                                option value=(kind.word()) { (kind_text(kind).of(language)) }
                            }
                    } }
                label { (texts::PART_OF_NAME.of(language)) input name="nome"; }
                button.quiet { (texts::SEARCH.of(language)) }
            }
        }
    }
}

/// The forms that extend and end one alert.
pub(super) fn change_forms(visit: &Visit<'_>, entry: &AlertEntry) -> Markup {
    let language = visit.language;
    html! {
        div.changes {
            form.inline method="post" action="/alertas/estender" {
                (layout::secret(visit))
                input type="hidden" name="id" value=(entry.id);
                span { (texts::FROM_NOW.of(language)) }
                @for (minutes, name) in PRESETS {
                    button.quiet name="minutos" value=(minutes) { (name) }
                }
            }
            form.inline method="post" action="/alertas/encerrar" {
                (layout::secret(visit))
                input type="hidden" name="id" value=(entry.id);
                button.danger { (texts::END_NOW.of(language)) }
            }
        }
    }
}

fn kind_text(kind: PlaceKind) -> Text {
    match kind {
        PlaceKind::Box => texts::PLACE_BOX,
        PlaceKind::City => texts::PLACE_CITY,
        PlaceKind::District => texts::PLACE_DISTRICT,
        PlaceKind::Equipment => texts::PLACE_EQUIPMENT,
        PlaceKind::Interface => texts::PLACE_INTERFACE,
        PlaceKind::Pop => texts::PLACE_POP,
    }
}

/// Who acts, as the audit has it.
fn who(visit: &Visit<'_>) -> String {
    visit.session.as_ref().map(|session| session.who.clone()).unwrap_or_default()
}

fn places_of(wanted: &mut AlertRequest, kind: PlaceKind) -> &mut Vec<String> {
    match kind {
        PlaceKind::Box => &mut wanted.boxes,
        PlaceKind::City => &mut wanted.cities,
        PlaceKind::District => &mut wanted.districts,
        PlaceKind::Equipment => &mut wanted.equipment,
        PlaceKind::Interface => &mut wanted.interfaces,
        PlaceKind::Pop => &mut wanted.pops,
    }
}

fn answered<T>(
    visit: &Visit<'_>,
    changed: Result<Result<T, LocalAlertError>, JoinError>,
) -> HttpReply {
    match changed {
        Ok(Ok(_)) => redirect("/alertas"),
        Ok(Err(error)) => refused(visit, &refusal(&error, visit.language)),
        Err(_) => refused(visit, texts::BUG.of(visit.language)),
    }
}

/// Why a change is refused, in the words of the form.
fn refusal(error: &LocalAlertError, language: Language) -> String {
    if *error == LocalAlertError::NoScope {
        return texts::SCOPE_MISSING.of(language).to_owned();
    }
    let sentence = in_page(error, language);
    PlaceKind::ALL.into_iter().fold(sentence, |sentence, kind| {
        let [stated, shown] = [kind.word(), kind_text(kind).of(language)];
        sentence.replacen(&format!("não há {stated} `"), &format!("não há {shown} `"), 1)
    })
}

fn refused(visit: &Visit<'_>, problem: &str) -> HttpReply {
    layout::notice(visit, StatusCode::BAD_REQUEST, problem)
}
