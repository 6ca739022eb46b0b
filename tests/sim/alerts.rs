//! The list of alerts, and the answers about the customers whom they concern.

use std::collections::BTreeSet;

use bina::simulator::{
    CombiningRule, PopulationShares, PopulationUpdate, Sim, SimAlert, SimDistrict, SimScope,
    customer,
};
use serde_json::json;

use crate::client::{PHONE, lookup};
use crate::noc::{Noc, POPULATION, TEXT, alert, ids, in_seconds, interfaces, local};

/// The customers of whom the answers show an alert, of the first thousand.
async fn alerted(noc: &mut Noc) -> BTreeSet<u32> {
    let mut alerted = BTreeSet::new();
    for index in 0..1_000 {
        if noc.messages(index).await.is_some() {
            alerted.insert(index);
        }
    }
    alerted
}

fn of_thousand(holds: impl Fn(u32) -> bool) -> BTreeSet<u32> {
    (0..1_000).filter(|index| holds(*index)).collect()
}

// ------------ The list -------------------------------------------------------------------------

#[tokio::test]
async fn an_alert_is_listed_as_the_vendor_writes_it() {
    let mut noc = Noc::start().await;
    let starts = local("2026-11-29 23:00:00");
    let scope = SimScope { pops: vec!["POP 000".into()], ..interfaces(&[0, 1]) };
    noc.publish(SimAlert { starts, ends: local("2026-11-30 05:00:00"), ..alert(scope) });
    let listed = noc.first().await;
    let created = listed["data_cadastro_br"].as_str().unwrap();
    assert_eq!(listed["texto_alerta"], format!("{TEXT}\n\n{created} - NOC Plantão\n"));
    for (field, value) in [
        ("id_alerta", json!(301)),
        ("descricao", json!(TEXT)),
        ("data_inicio", json!("2026-11-29 23:00:00")),
        ("data_fim", json!("2026-11-30 05:00:00")),
        ("deleted_at", json!(null)),
        ("visivel_via_api", json!(true)),
        ("parametros", json!([])),
        ("bairros", json!([])),
        ("cidades", json!([])),
        (
            "interfaces_conexao",
            json!([{ "id_interface_conexao": 70_001 }, { "id_interface_conexao": 70_002 }]),
        ),
        ("pops", json!([{ "id_pop": 501, "descricao": "POP 000" }])),
        ("usuario", json!({ "id": 12, "name": "NOC Plantão" })),
    ] {
        assert_eq!(listed[field], value, "{field}");
    }
    assert_eq!(listed["created_at"], listed["updated_at"]);
}

#[tokio::test]
async fn the_vendors_fields_are_all_there() {
    let mut noc = Noc::start().await;
    noc.publish(alert(interfaces(&[0])));
    let listed = noc.first().await;
    let fields = listed.as_object().unwrap().keys().map(String::as_str);
    let expected = "arquivo_remessa arquivo_retorno atendimento bairros caixa_optica cidades \
                    created_at data_cadastro_br data_fim data_inicio deleted_at descricao \
                    faturamento grupos_cliente grupos_cliente_servico id_alerta id_usuario \
                    interfaces_conexao nota_fiscal parametros pops servico_status texto_alerta \
                    updated_at usuario visivel_via_api";
    let fields: BTreeSet<_> = fields.collect();
    assert_eq!(fields, expected.split(' ').filter(|name| !name.is_empty()).collect());
}

#[tokio::test]
async fn districts_are_names_beside_the_ids_of_their_cities() {
    let mut noc = Noc::start().await;
    let (city, district) = POPULATION.district_of(20);
    let districts = vec![SimDistrict::new(&*city, &district), SimDistrict::new(1_501, "CENTRO")];
    noc.publish(alert(SimScope { districts, ..SimScope::default() }));
    let listed = noc.first().await;
    assert_eq!(listed["bairros"], json!([district, "CENTRO"]));
    assert_eq!(listed["cidades"], json!([{ "id_cidade": 1_501, "nome": city }]));
    let parameters =
        json!({ "bairros": [district, "CENTRO"], "id_cidade_bairros": [1_501, 1_501] });
    assert_eq!(listed["parametros"], parameters);
}

#[tokio::test]
async fn the_list_has_pages_as_laravel_writes_them() {
    let mut noc = Noc::start().await;
    noc.sim.publish_alerts((0..5).map(|each| alert(interfaces(&[each]))).collect()).unwrap();
    let second = noc.page(2, 2).await;
    assert_eq!(ids(&second), [303, 304]);
    for (field, value) in [
        ("current_page", json!(2)),
        ("last_page", json!(3)),
        ("per_page", json!("2")),
        ("total", json!(5)),
        ("from", json!(3)),
        ("to", json!(4)),
    ] {
        assert_eq!(second[field], value, "{field}");
    }
    let next = second["next_page_url"].as_str().unwrap();
    assert!(next.starts_with("http://api.provedor.example/") && next.ends_with("/2?page=3"));
    let (third, beyond) = (noc.page(2, 3).await, noc.page(2, 4).await);
    assert_eq!((ids(&third), &third["next_page_url"]), (vec![305], &json!(null)));
    assert_eq!(
        (ids(&beyond), &beyond["from"], &beyond["last_page"]),
        (vec![], &json!(null), &json!(3))
    );
}

#[tokio::test]
async fn pagina_is_ignored_and_an_unknown_parameter_an_error() {
    let mut noc = Noc::start().await;
    noc.sim.publish_alerts((0..3).map(|each| alert(interfaces(&[each]))).collect()).unwrap();
    let ignored = noc.list(1, "ativo=sim&pagina=2").await.json();
    assert_eq!(ids(&ignored["alertas"]), [301]);
    let error = noc.list(1, "ativo=sim&pages=2").await;
    assert_eq!((error.status, &error.json()["status"]), (200, &json!("error")));
    noc.token = "unknown".to_owned();
    assert_eq!(noc.list(1, "ativo=sim").await.status, 401);
}

#[tokio::test]
async fn an_empty_list_is_a_page_without_alerts() {
    let mut noc = Noc::start().await;
    let page = noc.page(100, 1).await;
    assert_eq!(
        (&page["data"], &page["total"], &page["last_page"]),
        (&json!([]), &json!(0), &json!(1))
    );
}

#[tokio::test]
async fn a_deleted_alert_is_listed_only_without_ativo() {
    let mut noc = Noc::start().await;
    let id = noc.publish(alert(interfaces(&[0])));
    noc.publish(SimAlert { visible: false, ..alert(interfaces(&[1])) });
    noc.sim.end_alert(id).unwrap();
    assert_eq!(ids(&noc.page(100, 1).await), [302]);
    assert_eq!(noc.first().await["visivel_via_api"], false);
    let all = noc.list(100, "page=1").await.json()["alertas"].clone();
    assert_eq!(ids(&all), [301, 302]);
    assert!(all["data"][0]["deleted_at"].is_string());
    assert!(noc.sim.end_alert(999).unwrap_err().contains("999"));
}

#[tokio::test]
async fn an_edited_alert_keeps_its_id_and_its_signature() {
    let mut noc = Noc::start().await;
    noc.sim.set_provider_clock(-3_600, 0);
    let id = noc.publish(alert(interfaces(&[0])));
    let before = noc.first().await;
    noc.sim.set_provider_clock(0, 0);
    noc.sim.edit_alert(id, |alert| alert.text = "Parte já voltou.".to_owned()).unwrap();
    let after = noc.first().await;
    assert_eq!(
        (&after["id_alerta"], &after["descricao"]),
        (&json!(id), &json!("Parte já voltou."))
    );
    assert_eq!(after["created_at"], before["created_at"]);
    assert_eq!(after["data_cadastro_br"], before["data_cadastro_br"]);
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
    assert_eq!(after["interfaces_conexao"], before["interfaces_conexao"]);
}

#[tokio::test]
async fn a_name_in_no_table_and_a_wrong_time_are_errors() {
    let noc = Noc::start().await;
    let nowhere = SimScope { pops: vec!["POP 999".into()], ..SimScope::default() };
    let problem = noc.sim.publish_alerts(vec![alert(nowhere)]).unwrap_err();
    assert!(problem.contains("POP 999"), "{problem}");
    let wrong = SimAlert { ends: local("2026-02-30 00:00:00"), ..alert(interfaces(&[0])) };
    assert!(noc.sim.publish_alerts(vec![wrong]).unwrap_err().contains("2026-02-30"));
}

// ------------ Whom an alert concerns -----------------------------------------------------------

#[tokio::test]
async fn each_search_for_an_affected_customer_shows_the_text() {
    let mut noc = Noc::start().await;
    let id = noc.publish(alert(interfaces(&[3, 4])));
    let caller = noc.sim.affected_callers(id, 1, 0).remove(0);
    let customer_id = POPULATION.id(caller.index).to_string();
    for (by, term) in [
        ("telefone", &caller.phone),
        ("codigo_cliente", &caller.code.to_string()),
        ("id_cliente", &customer_id),
    ] {
        let found = noc.found(by, term).await;
        assert_eq!(found["codigo_cliente"], caller.code);
        assert_eq!((&found["alerta"], &found["alerta_mensagens"]), (&json!(true), &json!([TEXT])));
    }
    let other = noc.sim.unaffected_callers(&[id], 1, 0).remove(0);
    let found = noc.found("telefone", &other.phone).await;
    assert_eq!((&found["alerta"], &found["alerta_mensagens"]), (&json!(false), &json!([])));
}

#[tokio::test]
async fn each_kind_concerns_those_who_have_it_and_nobody_else() {
    let (city, district) = POPULATION.district_of(40);
    let none = SimScope::default();
    for (scope, at_least, at_most) in [
        (SimScope { boxes: vec![POPULATION.box_id(7).into()], ..none.clone() }, 4, 24),
        (interfaces(&[5]), 40, 60),
        (
            SimScope { interfaces: vec!["OLT 000-1|10.20.0.2|GPON1/1/1".into()], ..none.clone() },
            40,
            60,
        ),
        (SimScope { pops: vec![POPULATION.pop_id(0).into()], ..none.clone() }, 11_000, 13_500),
        (
            SimScope { districts: vec![SimDistrict::new(&*city, &district)], ..none.clone() },
            450,
            850,
        ),
        (SimScope { cities: vec![(&*city).into()], ..none.clone() }, 19_000, 20_000),
        (SimScope { statuses: vec!["suspenso_debito".into()], ..none.clone() }, 800, 1_200),
        (SimScope { groups_of_service: vec!["corporativo".into()], ..none.clone() }, 2_700, 3_700),
        (SimScope { groups_of_customer: vec![41.into()], ..none.clone() }, 5_500, 6_500),
        (SimScope { interfaces: vec![9.into()], ..none.clone() }, 0, 0),
    ] {
        let noc = Noc::start().await;
        let id = noc.publish(alert(scope.clone()));
        let affected =
            (0..POPULATION.customers).filter(|index| noc.sim.is_affected(id, *index) == Some(true));
        let affected = affected.count();
        assert!((at_least..=at_most).contains(&affected), "{scope:?}: {affected}");
    }
}

#[tokio::test]
async fn a_rule_combines_the_kinds_of_one_service() {
    let pop = || SimScope { pops: vec![POPULATION.pop_id(0).into()], ..SimScope::default() };
    let status = || SimScope { statuses: vec![9.into()], ..SimScope::default() };
    let both = || SimScope { statuses: status().statuses, ..pop() };
    let mut noc = Noc::start().await;
    let of_pop = noc.publish(alert(pop()));
    let suspended = noc.publish(alert(status()));
    let groups_of_customer = vec![41.into()];
    let grouped = noc.publish(alert(SimScope { groups_of_customer, ..SimScope::default() }));
    let [of_pop, suspended, grouped] = [of_pop, suspended, grouped]
        .map(|id| of_thousand(|index| noc.sim.is_affected(id, index) == Some(true)));
    noc.sim.clear_alerts();
    let mut rule = async |rule| {
        noc.publish(SimAlert { rule, id: Some(400), ..alert(both()) });
        alerted(&mut noc).await
    };
    let (and, or) = (rule(CombiningRule::And).await, rule(CombiningRule::Or).await);
    assert_eq!(or, &of_pop | &suspended);
    // A customer with one service in the POP and another one that is suspended meets `and` with neither.
    let apart = &(&of_pop & &suspended) - &and;
    assert!(and.is_subset(&(&of_pop & &suspended)) && and.len() > 10 && apart.len() < 5);
    assert_eq!(rule(CombiningRule::Hidden).await, &and & &grouped);
}

#[tokio::test]
async fn a_scope_without_a_kind_concerns_all_or_none() {
    let noc = Noc::start().await;
    let all = noc.publish(alert(SimScope::default()));
    let none = noc.publish(SimAlert { rule: CombiningRule::Or, ..alert(SimScope::default()) });
    assert_eq!(of_thousand(|index| noc.sim.is_affected(all, index) == Some(true)).len(), 1_000);
    assert!(of_thousand(|index| noc.sim.is_affected(none, index) == Some(true)).is_empty());
    assert_eq!(noc.sim.is_affected(999, 0), None);
}

#[tokio::test]
async fn the_answers_show_an_alert_exactly_within_its_window() {
    let mut noc = Noc::start().await;
    let window =
        SimAlert { starts: in_seconds(600), ends: in_seconds(1_200), ..alert(interfaces(&[0])) };
    let id = noc.publish(window);
    let index = noc.affected(id);
    for (ahead_s, is_shown) in
        [(0, false), (590, false), (610, true), (1_190, true), (1_210, false)]
    {
        noc.sim.set_provider_clock(ahead_s, -3 * 3_600);
        assert_eq!(noc.messages(index).await.is_some(), is_shown, "{ahead_s}");
        assert_eq!(ids(&noc.page(100, 1).await), [id], "the list has it all the time");
    }
}

#[tokio::test]
async fn an_invisible_and_an_ended_alert_concern_nobody() {
    let mut noc = Noc::start().await;
    let id = noc.publish(alert(interfaces(&[0])));
    let index = noc.affected(id);
    assert!(noc.messages(index).await.is_some());
    noc.sim.edit_alert(id, |alert| alert.visible = false).unwrap();
    assert!(noc.messages(index).await.is_none());
    noc.sim.edit_alert(id, |alert| alert.visible = true).unwrap();
    noc.sim.end_alert(id).unwrap();
    assert!(noc.messages(index).await.is_none());
}

#[tokio::test]
async fn several_alerts_give_several_texts_and_one_without_text_none() {
    let mut noc = Noc::start().await;
    let id = noc.publish(SimAlert { text: String::new(), ..alert(interfaces(&[0])) });
    let index = noc.affected(id);
    assert_eq!(noc.messages(index).await, Some(vec![]));
    noc.publish(alert(interfaces(&[0])));
    noc.publish(SimAlert { text: "Manutenção hoje.".to_owned(), ..alert(interfaces(&[0])) });
    assert_eq!(noc.messages(index).await.unwrap(), [TEXT, "Manutenção hoje."]);
}

#[tokio::test]
async fn customers_who_are_not_generated_stay_as_they_are() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.unwrap();
    let mut noc = Noc::of(sim).await;
    noc.publish(alert(SimScope::default()));
    let query = format!("busca=telefone&termo_busca={PHONE}");
    let reply = noc.client.exchange(&lookup(&noc.token, &query)).await.json();
    assert_eq!(reply["clientes"][0]["alerta"], false);
    assert_eq!(noc.sim.affected_callers(301, 9, 0), []);
}

// ------------ Callers --------------------------------------------------------------------------

#[tokio::test]
async fn callers_are_different_customers_on_the_right_side() {
    let mut noc = Noc::start().await;
    noc.sim.update_population(&PopulationUpdate::Shares(PopulationShares::BEHIND));
    let id = noc.publish(alert(interfaces(&(0..20).collect::<Vec<_>>())));
    let affected = noc.sim.affected_callers(id, 800, 5);
    let others = noc.sim.unaffected_callers(&[id], 600, 5);
    assert_eq!((affected.len(), others.len()), (800, 600));
    assert_eq!(affected, noc.sim.affected_callers(id, 800, 5));
    assert_ne!(affected, noc.sim.affected_callers(id, 800, 6));
    let numbers: BTreeSet<_> = affected.iter().chain(&others).map(|caller| &caller.phone).collect();
    assert_eq!(numbers.len(), 1_400);
    for (caller, is_affected) in [(&affected, true), (&others, false)]
        .into_iter()
        .flat_map(|(callers, side)| callers.iter().step_by(20).map(move |one| (one, side)))
    {
        let found = noc.found("telefone", &caller.phone).await;
        assert_eq!(
            (&found["codigo_cliente"], &found["alerta"]),
            (&json!(caller.code), &json!(is_affected))
        );
    }
}
