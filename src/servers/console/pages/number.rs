//! *Testar um número*: what the next call of a number would hear, and why.

use std::time::Instant;

use hyper::StatusCode;
use maud::{Markup, html};

use crate::answering::explanation::CallExplanation;
use crate::domain::call::{Call, Did};
use crate::runtime::language::Language;

use super::super::visit::Visit;
use super::super::{Answering, Console, layout, texts};
use super::explanation::explained;

/// Asks for a number, or explains it. It is no call: nothing is counted, and HubSoft is queried on request.
pub(super) fn page<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let language = visit.language;
        let [number, did, query] = visit.fields(["numero", "did", "consultar"]);
        if query == "1" && visit.is_from_elsewhere() {
            let text = texts::DENIED_ORIGIN.of(language);
            return layout::notice(&visit, StatusCode::FORBIDDEN, text);
        }
        let explanation = if number.is_empty() {
            None
        } else {
            Some(explain(console, &number, &did, query == "1").await)
        };
        let content = html! {
            (form(&number, &did, language))
            @if let Some(explanation) = &explanation {
                (explained(console, &number, explanation, language))
            }
        };
        layout::page(console, &visit, texts::TEST_NUMBER.of(language), &content)
    })
}

async fn explain(console: &Console, number: &str, did: &str, query: bool) -> CallExplanation {
    let parts = &console.parts;
    let call = Call::of(Some(number.to_owned()), "console", Instant::now());
    let call = Call { did: Did::new(did), ..call };
    let caller = |phone: Option<&_>| parts.alerts.caller(phone, call.did.as_ref());
    let hubsoft = parts.readiness.hubsoft.as_deref().filter(|_| query);
    parts.responder.explain(&call, hubsoft, caller).await
}

fn form(number: &str, did: &str, language: Language) -> Markup {
    html! {
        form.inline method="get" action="/testar" {
            label { (texts::NUMBER.of(language))
                input name="numero" value=(number) required inputmode="tel" autocomplete="off" maxlength="80"; }
            label { (texts::CALLED_NUMBER.of(language))
                input name="did" value=(did) inputmode="tel" autocomplete="off" maxlength="40"; }
            button { (texts::TEST.of(language)) }
            button.quiet name="consultar" value="1" { (texts::TEST_WITH_HUBSOFT.of(language)) }
        }
        p.faint { (texts::A_TEST_IS_NO_CALL.of(language)) }
    }
}
