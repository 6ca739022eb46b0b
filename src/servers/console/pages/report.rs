//! *Relatório*: who was told of which alert, over a span of time.

use hyper::StatusCode;
use hyper::header::{CONTENT_DISPOSITION, HeaderValue};
use maud::{Markup, html};

use crate::answering::journal::{Report, ReportForm, ReportQuery};
use crate::runtime::language::{Language, Text};
use crate::servers::http::whole;
use crate::sources::sentences::in_both;

use super::super::links::encoded;
use super::super::visit::Visit;
use super::super::words::in_page;
use super::super::{Answering, Console, layout, shown, texts};

/// Spans that a link gives.
const SPANS: [&str; 4] = ["1h", "6h", "24h", "7d"];

fn query(visit: &Visit<'_>, form: ReportForm) -> ReportQuery {
    let [since, until, alert] = visit.fields(["desde", "ate", "alerta"]);
    ReportQuery { since, until, alert, form, language: visit.language }
}

/// Shows the report.
pub(super) fn page<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let language = visit.language;
        let query = query(&visit, ReportForm::Text);
        let report = console.parts.journal.reported(&query).await;
        let table = format!(
            "/relatorio.csv?desde={}&ate={}&alerta={}",
            encoded(&query.since),
            encoded(&query.until),
            encoded(&query.alert)
        );
        let content = html! {
            form.inline method="get" action="/relatorio" {
                label { (texts::SINCE.of(language)) input name="desde" value=(query.since) placeholder="24h"; }
                label { (texts::UNTIL.of(language)) input name="ate" value=(query.until); }
                label { (texts::ALERT.of(language)) input name="alerta" value=(query.alert); }
                button { (texts::SHOW.of(language)) }
                @for span in SPANS { a href=(format!("/relatorio?desde={span}")) { (span) } " " }
            }
            @match &report {
                Ok(report) => { (shown_report(report, language)) p { a href=(table) { "CSV" } } }
                Err(error) => { p.bad role="alert" { (in_page(error, language)) } }
            }
        };
        layout::page(console, &visit, texts::REPORT.of(language), &content)
    })
}

/// Returns the report as a file for a spreadsheet.
pub(super) fn table<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        match console.parts.journal.report(&query(&visit, ReportForm::Csv)).await {
            Ok(body) => {
                let mut reply = whole(HeaderValue::from_static("text/csv; charset=utf-8"), body);
                let name = HeaderValue::from_static("attachment; filename=\"bina.csv\"");
                reply.headers_mut().insert(CONTENT_DISPOSITION, name);
                reply
            }
            Err(error) => {
                let problem = in_page(error, visit.language);
                layout::notice(&visit, StatusCode::BAD_REQUEST, &problem)
            }
        }
    })
}

fn shown_report(report: &Report, language: Language) -> Markup {
    let figures: [(Text, u64); 6] = [
        (texts::CALLS, report.calls),
        (texts::CALLERS, report.callers),
        (texts::CALLS_TOLD, report.told),
        (texts::CALLERS_TOLD, report.told_callers),
        (texts::DEFLECTED, report.deflected),
        (texts::REPEAT_CALLERS, report.repeat_callers),
    ];
    html! {
        @for problem in &report.problems { p.bad { (in_both(problem).of(language)) } }
        p { (shown::moment(report.since_s)) " – " (shown::moment(report.until_s)) }
        dl.figures {
            @for (name, value) in figures {
                div { dt { (name.of(language)) } dd { (shown::count(value, language)) } }
            }
        }
        h2 { (texts::ALERTS.of(language)) }
        div.scroll tabindex="0" role="region" aria-label=(texts::ALERTS.of(language)) { table {
            thead { tr {
                th { (texts::ALERT.of(language)) } th { (texts::RULE.of(language)) }
                th.number { (texts::CALLS.of(language)) } th.number { (texts::CALLERS.of(language)) }
                th.number { (texts::DEFLECTED.of(language)) } th { (texts::SINCE.of(language)) }
                th { (texts::UNTIL.of(language)) }
            } }
            tbody { @for alert in &report.alerts { tr {
                td { a href=(format!("/relatorio?alerta={}", encoded(&alert.alert))) { (alert.alert) } }
                td { (alert.rule) }
                td.number { (shown::count(alert.calls, language)) }
                td.number { (shown::count(alert.callers, language)) }
                td.number { (shown::count(alert.deflected, language)) }
                td { (shown::moment(alert.first_s)) }
                td { (shown::moment(alert.last_s)) }
            } } }
        } }
        @if !report.districts.is_empty() {
            h2 { (texts::DISTRICTS.of(language)) }
            div.scroll tabindex="0" role="region" aria-label=(texts::DISTRICTS.of(language)) { table {
                thead { tr {
                    th { (texts::DISTRICT.of(language)) } th.number { (texts::CALLS.of(language)) }
                    th.number { (texts::CALLERS.of(language)) } th.number { (texts::CALLS_TOLD.of(language)) }
                } }
                tbody { @for line in report.districts.iter().take(30) { tr {
                    td { @if line.district.is_empty() { "–" } @else { (line.district) } }
                    td.number { (shown::count(line.calls, language)) }
                    td.number { (shown::count(line.callers, language)) }
                    td.number { (shown::count(line.told, language)) }
                } } }
            } }
        }
        (heard(report, language))
    }
}

fn heard(report: &Report, language: Language) -> Markup {
    html! {
        @if let Some(heard) = &report.heard {
            h2 { (texts::WHO_HEARD.of(language)) }
            div.scroll tabindex="0" role="region" aria-label=(texts::WHO_HEARD.of(language)) { table {
                thead { tr {
                    th { (texts::TIME.of(language)) } th { (texts::CODE.of(language)) }
                    th { (texts::RULE.of(language)) } th { (texts::PROMPT.of(language)) }
                    th { (texts::DISTRICT.of(language)) }
                } }
                tbody { @for line in heard.iter().take(500) { tr {
                    td { (shown::moment(line.at_s)) }
                    td { (line.code) }
                    td { (line.rule) }
                    td.name { (line.prompt) @if line.again { " " span.tag { (texts::AGAIN.of(language)) } } }
                    td { (line.district) }
                } } }
            } }
        }
    }
}
