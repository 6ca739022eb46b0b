//! Tests of the choice of a rule.

use super::*;
use crate::domain::alert_text::AlertText;
use crate::domain::reported::ReportedCustomer;

fn form(prefix: &str, suffix: &str) -> SoundForm {
    SoundForm { prefix: prefix.into(), suffix: suffix.into() }
}

fn playlist(sounds: &[&str]) -> Option<Playlist> {
    Playlist::new(sounds, &form("bina/", ""), &form("bina/", ".wav"))
}

fn read(phrases: &[&str]) -> Vec<Phrase> {
    phrases.iter().map(|phrase| Phrase::parse(phrase).expect(phrase)).collect()
}

fn rule(name: &str, phrases: &[&str]) -> Rule {
    Rule {
        name: name.into(),
        text: read(phrases),
        play: Arc::new(playlist(&[name]).expect("one short sound")),
        ..Rule::default()
    }
}

fn customer(texts: &[&str]) -> FoundCustomer {
    let alert = texts.iter().filter_map(|text| AlertText::new(text)).collect();
    FoundCustomer::new(ReportedCustomer { alert: Some(alert), ..ReportedCustomer::default() })
}

fn quiet() -> FoundCustomer {
    FoundCustomer::new(ReportedCustomer::default())
}

fn rules(list: Vec<Rule>) -> Rules {
    let play = Arc::new(playlist(&["geral"]).expect("one short sound"));
    Rules::new(list, Some(General { play, expose: false }))
}

fn chosen<'a>(rules: &'a Rules, customers: &'a [FoundCustomer]) -> (Option<&'a str>, &'a str) {
    let choice = rules.choose(customers, None);
    (choice.rule.map(|rule| &**rule), choice.play.map_or("", |play| play.asterisk.as_str()))
}

#[test]
fn the_first_rule_that_matches_wins() {
    let rules = rules(vec![rule("fibra", &["rompimento", "fibra"]), rule("todos", &["*"])]);
    assert_eq!(chosen(&rules, &[customer(&["ROMPIMENTO na rua"])]).0, Some("fibra"));
    assert_eq!(chosen(&rules, &[customer(&["outra coisa"])]).0, Some("todos"));
    assert_eq!(chosen(&rules, &[customer(&[])]).0, Some("todos"));
}

#[test]
fn an_unmatched_alert_plays_the_general_prompt_unless_disabled() {
    let mut rules = rules(vec![rule("fibra", &["fibra"])]);
    assert_eq!(chosen(&rules, &[customer(&["débito"])]), (None, "bina/geral"));
    assert_eq!(chosen(&rules, &[customer(&[])]), (None, "bina/geral"));
    rules.general = None;
    assert_eq!(rules.choose(&[customer(&["débito"])], None), Choice::default());
}

#[test]
fn a_customer_without_an_alert_matches_no_rule() {
    let rules = rules(vec![rule("todos", &["*"]), rule("sempre", &[])]);
    assert_eq!(rules.choose(&[quiet()], None), Choice::default());
}

#[test]
fn any_alert_of_several_customers_counts() {
    let rules = rules(vec![rule("fibra", &["fibra"])]);
    let customers = [quiet(), customer(&["corte de FIBRA"])];
    assert_eq!(chosen(&rules, &customers).0, Some("fibra"));
}

#[test]
fn all_conditions_of_a_rule_must_hold() {
    let mut suspended = rule("suspenso", &["aviso"]);
    suspended.service_status = vec!["suspenso_debito".into()];
    suspended.connected = Some(false);
    suspended.did = Did::new("3732221234").into_iter().collect();
    let rules = Rules::new(vec![suspended], None);
    let alert = AlertText::new("aviso").map(|text| vec![text]);
    let mut caller = ReportedCustomer { alert, ..ReportedCustomer::default() };
    let did = Did::new("+553732221234");
    let chosen = |caller: &ReportedCustomer, did: Option<&Did>| {
        rules.choose(&[FoundCustomer::new(caller.clone())], did).rule.is_some()
    };
    assert!(!chosen(&caller, did.as_ref()));
    caller.service_status = Some("suspenso_debito".into());
    caller.connected = Some(false);
    assert!(chosen(&caller, did.as_ref()));
    assert!(!chosen(&caller, None));
    caller.connected = None;
    assert!(!chosen(&caller, did.as_ref()));
}

#[test]
fn one_customer_must_meet_all_conditions_of_a_rule() {
    let mut suspended = rule("fibra-suspenso", &["fibra"]);
    suspended.service_status = vec!["suspenso_debito".into()];
    suspended.route = Some("financeiro".into());
    let rules = Rules::new(vec![suspended, rule("fibra", &["fibra"])], None);
    let with = |texts: &[&str], status: &str| {
        let alert = texts.iter().filter_map(|text| AlertText::new(text)).collect();
        let statuses = vec!["aguardando_migracao".into(), status.into()];
        ReportedCustomer {
            alert: Some(alert),
            service_statuses: statuses,
            ..ReportedCustomer::default()
        }
    };
    let outage = FoundCustomer::new(with(&["corte de fibra"], "servico_habilitado"));
    let debt = FoundCustomer::new(with(&["boleto"], "suspenso_debito"));
    let quiet = ReportedCustomer { alert: None, ..with(&[], "suspenso_debito") };
    assert_eq!(chosen(&rules, &[outage.clone(), debt]).0, Some("fibra"));
    assert_eq!(chosen(&rules, &[outage.clone(), FoundCustomer::new(quiet)]).0, Some("fibra"));
    let both = FoundCustomer::new(with(&["boleto", "corte de fibra"], "suspenso_debito"));
    assert_eq!(chosen(&rules, &[outage, both]).0, Some("fibra-suspenso"), "rules go first");
}

#[test]
fn any_service_of_the_customer_may_have_the_status() {
    let mut suspended = rule("suspenso", &[]);
    suspended.service_status = vec!["suspenso_debito".into()];
    let rules = Rules::new(vec![suspended], None);
    let statuses = vec!["aguardando_migracao".into(), "suspenso_debito".into()];
    let caller = ReportedCustomer {
        alert: Some(vec![]),
        service_status: Some("aguardando_migracao".into()),
        service_statuses: statuses,
        ..ReportedCustomer::default()
    };
    assert_eq!(chosen(&rules, &[FoundCustomer::new(caller)]).0, Some("suspenso"));
}

#[test]
fn an_exception_excludes_its_own_text_only() {
    let mut outage = rule("rompimento", &["rompimento", "cabo"]);
    outage.except = read(&["resolvid*", "sem rompimento"]);
    outage.expose = true;
    let rules = Rules::new(vec![outage], None);
    for (texts, message) in [
        (&["Rompimento no Centro"][..], Some("Rompimento no Centro")),
        (&["Rompimento RESOLVIDO"], None),
        (&["Sem rompimento na região"], None),
        (&["Resolvido", "Rompimento no Norte"], Some("Rompimento no Norte")),
        (&["Rompimento resolvido", "Cabo no Norte"], Some("Cabo no Norte")),
        (&["Cabo no Norte", "Rompimento resolvido"], Some("Cabo no Norte")),
        (&["Rompimento resolvido", "outra coisa"], None),
        (&[], None),
    ] {
        let customers = [customer(texts)];
        let found = rules.choose(&customers, None);
        assert_eq!(found.rule.is_some(), message.is_some(), "{texts:?}");
        assert_eq!(found.message.map(Alert::reveal), message, "{texts:?}");
    }
}

#[test]
fn an_end_that_is_denied_or_announced_does_not_count() {
    let mut outage = rule("rompimento", &["rompimento"]);
    outage.over = read(&["normalizad*", "resolvid*", "ontem"]);
    let rules = Rules::new(vec![outage], None);
    for (text, fits) in [
        ("Rompimento normalizado", false),
        ("Rompimento AINDA NÃO NORMALIZADO", true),
        ("Rompimento, deve ser normalizado até 18h", true),
        ("Rompimento Sul será resolvido, Norte já resolvido", false),
        ("Resolvido o rompimento, cliente será normalizado", false),
        ("Rompimento? Não, normalizado", false),
        ("Rompimento desde ontem", true),
        ("Rompimento ontem", false),
    ] {
        let fitting = rules.choose(&[customer(&[text])], None).rule.is_some();
        assert_eq!(fitting, fits, "{text}");
    }
}

#[test]
fn a_phrase_of_also_must_be_in_the_same_text() {
    let mut area = rule("regiao", &["sem internet"]);
    area.also = read(&["bairro", "PON 1*"]);
    let rules = Rules::new(vec![area], None);
    let fits = |texts: &[&str]| rules.choose(&[customer(texts)], None).rule.is_some();
    assert!(fits(&["Bairro Santa Cruz sem internet"]) && fits(&["Sem internet na PON 12"]));
    assert!(!fits(&["sem internet"]) && !fits(&["sem internet", "bairro"]) && !fits(&[]));
    let mut any = rule("todos", &[]);
    any.also = read(&["bairro"]);
    let rules = Rules::new(vec![any], None);
    assert!(rules.choose(&[customer(&["Bairro"])], None).rule.is_some());
    assert!(rules.choose(&[customer(&[])], None).rule.is_none());
}

#[test]
fn a_rule_for_all_with_exceptions_needs_a_text_without_one_or_no_text() {
    for text in [&["*"][..], &[]] {
        let mut others = rule("outros", text);
        others.except = read(&["debito"]);
        let rules = Rules::new(vec![others], None);
        let fits = |texts: &[&str]| rules.choose(&[customer(texts)], None).rule.is_some();
        assert!(fits(&["aviso"]) && fits(&["débito", "aviso"]) && fits(&[]));
        assert!(!fits(&["débito"]) && !fits(&["débito", "Débito em aberto"]));
    }
}

#[test]
fn the_matched_text_is_sent_only_if_the_rule_exposes_it() {
    let mut open = rule("fibra", &["fibra"]);
    open.expose = true;
    let customers = [customer(&["primeiro", "corte de fibra"])];
    let exposed = rules(vec![open]);
    let message = exposed.choose(&customers, None).message;
    assert_eq!(message.map(Alert::reveal), Some("corte de fibra"));
    let kept = rules(vec![rule("fibra", &["fibra"])]);
    assert_eq!(kept.choose(&customers, None).message, None);
}
