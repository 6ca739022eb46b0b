//! Answers of every kind, and answers about customers whose data would run.

use std::sync::Arc;

use bina::alert_text::AlertText;
use bina::answer::Answer;
use bina::customer::Customer;
use bina::finding::{Failure, Finding, Origin, Record};
use bina::phone::{NoNumber, Phone};
use bina::prompt::{Choice, Playlist, SoundForm};

/// What HubSoft may say of a customer, as it said it.
pub(crate) struct Said<'s> {
    pub(crate) name: &'s str,
    pub(crate) text: Option<&'s str>,
    pub(crate) id: &'s str,
    pub(crate) service_status: &'s str,
}

impl Said<'_> {
    fn customer(&self) -> Customer {
        Customer {
            id: self.id.into(),
            code: self.id.into(),
            name: self.name.into(),
            alert: self.text.map(|text| AlertText::new(text).into_iter().collect()),
            service_status: Some(self.service_status.into()),
            connected: Some(true),
        }
    }
}

/// The answer when HubSoft said this of one customer.
pub(crate) fn about(said: &Said<'_>) -> Answer {
    answer(&found(vec![said.customer()]))
}

/// Every kind of answer by name.
pub(crate) fn every_kind() -> Vec<(&'static str, Answer)> {
    let text = "Existe um rompimento de fibra no bairro Centro, na cidade Divinópolis";
    let said = |name, text| Said { name, text, id: "421", service_status: "servico_habilitado" };
    let alerted = said("GUILHERME SILVA", Some(text)).customer();
    let quiet = said("JOÃO D'ÁVILA & CIA", None).customer();
    vec![
        ("an alert", answer(&found(vec![alerted.clone()]))),
        ("no alert", answer(&found(vec![quiet.clone()]))),
        ("several customers", answer(&found(vec![quiet, alerted]))),
        ("nobody", answer(&Finding::Nobody(Origin::Cache))),
        ("no number", answer(&Finding::NoNumber(NoNumber::Anonymous))),
        ("unavailable", answer(&Finding::Unavailable(Failure::Connect))),
    ]
}

fn found(customers: Vec<Customer>) -> Finding {
    let record = Record::new(customers);
    Finding::Found { record, origin: Origin::Hubsoft, alert_expired: false }
}

fn answer(finding: &Finding) -> Answer {
    let form = |suffix: &str| SoundForm { prefix: "bina/".into(), suffix: suffix.into() };
    let sounds = ["rompimento-fibra", "equipe-a-caminho"];
    let list =
        Arc::new(Playlist::new(&sounds, &form(""), &form(".wav")).expect("two short sounds"));
    let customers = match finding {
        Finding::Found { record, .. } => record.customers(),
        _ => &[],
    };
    let message = customers.iter().flat_map(Customer::alert_texts).next();
    let (rule, route) = ("rompimento".into(), "suporte".into());
    let choice = Choice { rule: Some(&rule), play: Some(&list), route: Some(&route), message };
    let phone = Phone::parse("37988242968", None).expect("a number");
    let phone = (!matches!(finding, Finding::NoNumber(_))).then_some(phone);
    Answer::new(phone, finding, &choice)
}
