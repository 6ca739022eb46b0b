//! Answers of every kind, and answers about customers whose data would run.

use bina::domain::alert_text::AlertText;
use bina::domain::answer::Answer;
use bina::domain::finding::{AnswerSource, Finding};
use bina::domain::phone::NoNumber;
use bina::domain::reported::ReportedCustomer;
use bina::sources::reasons;

use crate::formats::{answer, found};

/// What HubSoft may return of a customer, as it returned it.
pub(crate) struct StoredCustomer<'s> {
    pub(crate) name: &'s str,
    pub(crate) text: Option<&'s str>,
    pub(crate) id: &'s str,
    pub(crate) service_status: &'s str,
}

impl StoredCustomer<'_> {
    fn customer(&self) -> ReportedCustomer {
        ReportedCustomer {
            id: self.id.into(),
            code: self.id.into(),
            name: self.name.into(),
            alert: self.text.map(|text| AlertText::new(text).into_iter().collect()),
            service_status: Some(self.service_status.into()),
            connected: Some(true),
            ..ReportedCustomer::default()
        }
    }
}

/// The answer when HubSoft returned this of one customer.
pub(crate) fn about(case: &StoredCustomer<'_>) -> Answer {
    answer(&found(vec![case.customer()]))
}

/// Every kind of answer by name.
pub(crate) fn every_kind() -> Vec<(&'static str, Answer)> {
    let text = "Existe um rompimento de fibra no bairro Centro, na cidade Divinópolis";
    let case =
        |name, text| StoredCustomer { name, text, id: "421", service_status: "servico_habilitado" };
    let alerted = case("GUILHERME SILVA", Some(text)).customer();
    let quiet = case("JOÃO D'ÁVILA & CIA", None).customer();
    vec![
        ("an alert", answer(&found(vec![alerted.clone()]))),
        ("no alert", answer(&found(vec![quiet.clone()]))),
        ("several customers", answer(&found(vec![quiet, alerted]))),
        ("nobody", answer(&Finding::NotFound(AnswerSource::Cache))),
        ("no number", answer(&Finding::NoNumber(NoNumber::Anonymous))),
        ("unavailable", answer(&Finding::Unavailable(reasons::CONNECT.failure()))),
    ]
}
