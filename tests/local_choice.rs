//! What is played for an alert of the administrator's own.

use std::sync::Arc;

use bina::domain::alert::{Alert, Scope};
use bina::domain::alert_text::AlertText;
use bina::domain::call::Did;
use bina::domain::found::FoundCustomer;
use bina::domain::prompt::{Choice, ChosenBy, General, Phrase, Playlist, Rule, Rules, SoundForm};
use bina::domain::reported::ReportedCustomer;

fn playlist(sound: &str) -> Arc<Playlist> {
    let form = SoundForm { prefix: String::new(), suffix: String::new() };
    Arc::new(Playlist::new(&[sound], &form, &form).expect("one short sound"))
}

fn rule(name: &str, phrase: &str) -> Rule {
    Rule {
        name: name.into(),
        text: Phrase::parse(phrase).into_iter().collect(),
        play: playlist(name),
        ..Rule::default()
    }
}

/// Rules for a status, for a called number, for a text, and the general prompt.
fn rules() -> Rules {
    let suspended =
        Rule { service_status: vec!["suspenso_debito".into()], ..rule("suspenso", "fibra") };
    let sales =
        Rule { did: Did::new("3732001000").into_iter().collect(), ..rule("vendas", "fibra") };
    let cable = Rule { expose: true, ..rule("fibra", "fibra") };
    let general = General { play: playlist("geral"), expose: false };
    Rules::new(vec![suspended, sales, cable], Some(general))
}

fn alert(text: &str) -> Alert {
    Alert::new(AlertText::new(text).expect("a text"), Scope::Carrier)
}

fn customer(status: &str) -> FoundCustomer {
    FoundCustomer::new(ReportedCustomer {
        service_status: Some(status.into()),
        ..ReportedCustomer::default()
    })
}

fn played<'a>(choice: &Choice<'a>) -> (&'a str, &'a str) {
    let rule = choice.rule.map_or("", |rule| rule);
    (rule, choice.play.map_or("", |play| play.asterisk.as_str()))
}

#[test]
fn a_local_alert_takes_the_rules_like_any_other() {
    let rules = rules();
    let [cable, other] = ["Corte de fibra", "Queda"].map(alert);
    let customers = [customer("servico_habilitado"), customer("suspenso_debito")];
    let sales = Did::new("3732001000");
    for (alert, customers, did, expected) in [
        (Some(&cable), &[][..], None, "fibra"),
        (Some(&cable), &[], sales.as_ref(), "vendas"),
        (Some(&cable), &customers[..1], None, "fibra"),
        (Some(&cable), &customers[..], None, "suspenso"),
        (Some(&other), &customers[..], sales.as_ref(), ""),
        (None, &customers[..], None, ""),
    ] {
        let choice = rules.choose_local(alert, None, customers, did);
        let sound = if expected.is_empty() { "geral" } else { expected };
        assert_eq!(played(&choice), (expected, sound));
        assert_eq!((choice.alert, choice.chosen_by), (alert, ChosenBy::Local));
    }
}

#[test]
fn a_local_alert_may_name_its_rule() {
    let rules = rules();
    let other = alert("Queda");
    let named = |name| rules.choose_local(Some(&other), Some(name), &[], None);
    assert_eq!(played(&named("fibra")), ("fibra", "fibra"));
    assert_eq!(named("fibra").message, Some(&other), "the rule exposes it");
    assert_eq!(played(&named("suspenso")), ("suspenso", "suspenso"), "its conditions do not count");
    assert_eq!(played(&named("nenhuma")), ("", "geral"));
    let silent = Rules::new(Vec::new(), None);
    let choice = silent.choose_local(Some(&other), None, &[], None);
    assert_eq!((played(&choice), choice.chosen_by), (("", ""), ChosenBy::Local));
}

#[test]
fn a_choice_has_the_alert_that_it_was_made_from() {
    let rules = rules();
    let texts = ["Queda", "Corte de fibra"].map(|text| AlertText::new(text).expect("a text"));
    let reported = ReportedCustomer { alert: Some(texts.to_vec()), ..ReportedCustomer::default() };
    let customers = [FoundCustomer::new(reported)];
    let choice = rules.choose(&customers, None);
    let text = choice.alert.map(Alert::reveal);
    assert_eq!((text, choice.chosen_by), (Some("Corte de fibra"), ChosenBy::Customer));
    let hidden = Rules::new(Vec::new(), Some(General { play: playlist("geral"), expose: false }));
    let choice = hidden.choose(&customers, None);
    assert_eq!((choice.alert.map(Alert::reveal), choice.message), (Some("Queda"), None));
}
