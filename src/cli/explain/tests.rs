//! How an explanation reads, in both languages.

use super::*;
use crate::sources::alerts::AlertStatus;

fn outlook(way: OutlookWay, class: Option<OutlookClass>) -> Outlook {
    let stored =
        StoredRecord { age: StoredAge::Listed, age_s: 90_000, is_found: true, is_alerted: false };
    Outlook { way, class, is_undecided: false, stored: Some(stored), fresh_s: 60 }
}

fn alert(standing: CallerStanding, confirmed: u32, answers: u32) -> CallerAlert {
    let line = StratumLine {
        kinds: vec!["interface".to_owned(), "pop".to_owned()],
        customers: 4_800,
        verdict: "unknown".to_owned(),
        confirmed,
        answers,
        live_confirmed: 3,
        live_answers: 4,
    };
    let alert = AlertStatus {
        origin: "hubsoft".to_owned(),
        id: "4711".to_owned(),
        ends_at_s: None,
        seen_s_ago: 132,
        is_held: false,
        strata: vec![line],
    };
    CallerAlert { standing, alert, rests_on_earlier: true, is_revoked: false }
}

fn answer(source: &str, alert: Option<&str>) -> ExpectedAnswer {
    let (prompt, rule) = alert.map_or(("", ""), |_| ("bina/rompimento-fibra", "fibra"));
    ExpectedAnswer {
        status: "found".to_owned(),
        source: source.to_owned(),
        is_alerted: alert.is_some(),
        prompt: prompt.to_owned(),
        rule: rule.to_owned(),
        alert: alert.map(str::to_owned),
        is_told: false,
    }
}

fn explained(outlook: Outlook, alerts: Vec<CallerAlert>, customers: u64) -> String {
    explained_in(Language::English, outlook, alerts, customers)
}

fn explained_in(
    language: Language,
    outlook: Outlook,
    alerts: Vec<CallerAlert>,
    customers: u64,
) -> String {
    let caller = CallerAlerts { customers, is_current: true, alerts };
    let local = caller.alerts.iter().find(|one| one.alert.origin == "local");
    let answer = match (local, outlook.way) {
        (Some(one), _) => answer("local", Some(&format!("local:{}", one.alert.id))),
        (None, OutlookWay::Evidence) => answer("directory", Some("hubsoft:4711")),
        (None, _) => answer("cache", None),
    };
    let explanation =
        CallExplanation { outlook: Some(outlook), caller, answer, ..CallExplanation::default() };
    described(&explanation, Zone::default(), language).join("\n")
}

#[test]
fn an_answer_by_the_evidence_names_alert_set_counts_and_age() {
    let way = outlook(OutlookWay::Evidence, None);
    let text = explained(way, vec![alert(CallerStanding::Alert, 12, 12)], 1);
    let expected = "service     answers at once, from the directory and the evidence below\n\
        directory   1 customer has this number\n\
        alert       4711 (HubSoft, 132 s ago, open): the caller has it\n\
        evidence    set interface + pop: 12/12 of 4800 customers asked have it, callers 3/4, and \
        earlier alerts count\n\
        answer      status=found source=directory with an alert, plays bina/rompimento-fibra (rule fibra) \
        for HubSoft's alert 4711\n\
        changes     the alert's end, or callers who turn out not to have it: fewer than 85 % of 10 or \
        more";
    assert_eq!(text, expected);
}

#[test]
fn an_undecided_alert_says_how_much_evidence_is_missing() {
    let way = outlook(OutlookWay::Hubsoft, Some(OutlookClass::Undecided));
    let text = explained(way, vec![alert(CallerStanding::Unknown, 2, 4)], 1);
    assert!(
        text.contains("without its answer: found without an alert, by the directory"),
        "{text}"
    );
    assert!(text.contains("not decided for this caller"), "{text}");
    assert!(text.contains("changes     4 of about 10 customers of the set were asked"), "{text}");
}

#[test]
fn a_local_alert_is_what_the_service_plays() {
    let mut own = alert(CallerStanding::Alert, 0, 0);
    own.alert.origin = "local".to_owned();
    own.alert.id = "a7k2".to_owned();
    own.alert.strata.clear();
    let text = explained(outlook(OutlookWay::Hubsoft, Some(OutlookClass::First)), vec![own], 1);
    let answer = "answer      without HubSoft's answer: status=found source=local with an alert, plays \
        bina/rompimento-fibra (rule fibra) for local alert a7k2\n";
    assert!(text.contains(answer), "{text}");
}

#[test]
fn a_hidden_number_gets_the_alert_for_everyone() {
    let mut heard = answer("local", Some("local:a7k2"));
    (heard.status, heard.is_told) = ("no_number".to_owned(), true);
    let explanation = CallExplanation {
        no_number: Some("anonymous".to_owned()),
        outlook: None,
        caller: CallerAlerts { is_current: true, ..CallerAlerts::default() },
        answer: heard,
        ..CallExplanation::default()
    };
    let text = described(&explanation, Zone::default(), Language::English).join("\n");
    let expected = "service     looks nothing up: there is no number (anonymous)\n\
        alerts      none is active\n\
        answer      status=no_number source=local with an alert, plays bina/rompimento-fibra (rule fibra) \
        for local alert a7k2, which the caller has heard already\n\
        changes     a number that can be looked up, or a local alert (`bina alert add`)";
    assert_eq!(text, expected);
}

#[test]
fn an_unknown_caller_is_queried_first_and_a_cached_one_for_a_while() {
    let first = Outlook { stored: None, ..outlook(OutlookWay::Hubsoft, Some(OutlookClass::First)) };
    let text = explained(first, vec![], 0);
    assert!(text.contains("queries HubSoft before all other callers"), "{text}");
    assert!(text.contains("without its answer: unavailable"), "{text}");
    assert!(text.contains("alerts      none is active"), "{text}");
    let mut cached = outlook(OutlookWay::Cache, None);
    cached.stored =
        Some(StoredRecord { age: StoredAge::Fresh, age_s: 12, is_found: true, is_alerted: true });
    let text = explained(cached, vec![], 1);
    assert!(text.contains("answers from its cache: found with an alert, 12 s ago"), "{text}");
    assert!(text.contains("in 48 s HubSoft is queried again"), "{text}");
}

#[test]
fn the_same_is_said_in_portuguese() {
    let way = outlook(OutlookWay::Evidence, None);
    let alerts = vec![alert(CallerStanding::Alert, 12, 12)];
    let text = explained_in(Language::Portuguese, way, alerts, 1);
    let expected = "serviço     responde na hora, pelo diretório e pelas evidências abaixo\n\
        diretório   1 cliente tem este número\n\
        alerta      4711 (HubSoft, há 132 s, sem fim marcado): vale para quem liga\n\
        evidências  conjunto interface + pop: 12/12 consultados o têm, de 4800 clientes, chamadas 3/4, e \
        alertas anteriores contam\n\
        resposta    status=found source=directory com alerta, toca bina/rompimento-fibra (regra fibra) \
        pelo alerta 4711 do HubSoft\n\
        mudaria     o fim do alerta, ou chamadas que mostrem que ele não vale: menos de 85 % de 10 ou mais";
    assert_eq!(text, expected);
}

#[test]
fn each_rule_and_each_way_is_explained_in_both_languages() {
    let phrase = || "obra".to_owned();
    for (verdict, english, portuguese) in [
        (RuleVerdict::Chosen(vec![]), "chosen for any text", "escolhida para qualquer texto"),
        (
            RuleVerdict::Later(vec![phrase(), "rede".to_owned()]),
            "fits by `obra` and `rede`, but comes later",
            "serviria por `obra` e `rede`, mas vem depois",
        ),
        (
            RuleVerdict::Over(phrase()),
            "`obra` of its `over` is in the alert",
            "`obra`, do seu `over`, está no alerta",
        ),
    ] {
        let judged = JudgedRule { rule: "fibra".to_owned(), verdict };
        assert_eq!(rule_text(&judged, Language::English), format!("fibra: {english}"));
        assert_eq!(rule_text(&judged, Language::Portuguese), format!("fibra: {portuguese}"));
    }
    for (class, portuguese) in [
        (
            OutlookClass::First,
            "antes de todas as outras chamadas; sem a resposta dele: encontrado sem",
        ),
        (OutlookClass::Undecided, "antes de quem tem resposta prevista; sem a resposta dele"),
        (OutlookClass::Expected, "se sobrar tempo; sem a resposta dele"),
    ] {
        let alerts = vec![alert(CallerStanding::Unknown, 2, 4)];
        let way = outlook(OutlookWay::Hubsoft, Some(class));
        let text = explained_in(Language::Portuguese, way, alerts, 0);
        assert!(text.contains(portuguese), "{text}");
        assert!(text.contains("mudaria     4 de cerca de 10 clientes"), "{text}");
    }
}
