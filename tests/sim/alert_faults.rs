//! The mistakes of real lists of alerts.

use std::time::{Duration, Instant};

use bina::simulator::{
    AlertFault, Fault, ListenerMode, ScopeForm, SimAlert, SimDistrict, SimScope,
};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{Client, SILENCE, below_api};
use crate::noc::{Noc, TEXT, alert, ids, in_seconds, interfaces, local};

/// Five alerts with ids from 301 on, two a page.
async fn five_with(faults: Vec<AlertFault>) -> Noc {
    let noc = Noc::start().await;
    noc.sim.publish_alerts((0..5).map(|each| alert(interfaces(&[each]))).collect()).unwrap();
    noc.sim.set_alert_faults(faults);
    noc
}

async fn pages_with(fault: AlertFault) -> Vec<Value> {
    let mut noc = five_with(vec![fault]).await;
    let mut pages = Vec::new();
    for page in 1..=4 {
        pages.push(noc.page(2, page).await);
    }
    pages
}

fn stated(pages: &[Value], field: &str) -> Vec<u64> {
    pages.iter().map(|page| page[field].as_u64().unwrap()).collect()
}

fn listed(pages: &[Value]) -> Vec<Vec<u64>> {
    pages.iter().map(ids).collect()
}

// ------------ Pages ----------------------------------------------------------------------------

#[tokio::test]
async fn every_page_is_the_first_one_if_page_is_ignored() {
    let pages = pages_with(AlertFault::RepeatedPage).await;
    assert_eq!(listed(&pages), vec![vec![301, 302]; 4]);
    assert_eq!(stated(&pages, "current_page"), [1, 1, 1, 1]);
    assert_eq!(stated(&pages, "last_page"), [3, 3, 3, 3]);
}

#[tokio::test]
async fn the_last_page_is_another_one_than_stated() {
    for last_page in [1, 9] {
        let pages = pages_with(AlertFault::LastPage { last_page }).await;
        assert_eq!(stated(&pages, "last_page"), [u64::from(last_page); 4]);
        assert_eq!(listed(&pages)[2..], [vec![305], vec![]]);
        assert_eq!(stated(&pages, "total"), [5; 4]);
    }
}

#[tokio::test]
async fn a_page_is_missing_that_the_total_counts() {
    let pages = pages_with(AlertFault::MissingPage { page: 2 }).await;
    assert_eq!(listed(&pages), [vec![301, 302], vec![], vec![305], vec![]]);
    assert_eq!(stated(&pages, "total"), [5; 4]);
}

#[tokio::test]
async fn the_total_moves_from_page_to_page() {
    let pages = pages_with(AlertFault::MovingTotal { rows_per_page: -1 }).await;
    assert_eq!(stated(&pages, "total"), [5, 4, 3, 2]);
    assert_eq!(listed(&pages)[..3], [vec![301, 302], vec![303, 304], vec![305]]);
}

#[tokio::test]
async fn a_page_has_fewer_rows_than_requested() {
    let mut noc = five_with(vec![AlertFault::RowsMax { rows: 2 }]).await;
    let page = noc.page(100, 3).await;
    assert_eq!(
        (ids(&page), &page["per_page"], &page["last_page"]),
        (vec![305], &json!("2"), &json!(3))
    );
}

// ------------ Which alerts ---------------------------------------------------------------------

#[tokio::test]
async fn deleted_alerts_are_listed_with_the_time_of_their_deletion() {
    let mut noc = five_with(vec![AlertFault::DeletedIncluded]).await;
    noc.sim.end_alert(302).unwrap();
    let page = noc.page(100, 1).await;
    assert_eq!(ids(&page), [301, 302, 303, 304, 305]);
    let is_deleted = |alert: &Value| alert["deleted_at"].is_string();
    let deleted: Vec<_> = page["data"].as_array().unwrap().iter().map(is_deleted).collect();
    assert_eq!(deleted, [false, true, false, false, false]);
}

#[tokio::test]
async fn only_alerts_within_their_window_are_listed() {
    let mut noc = five_with(vec![AlertFault::CurrentOnly]).await;
    noc.publish(SimAlert { id: Some(302), starts: in_seconds(600), ..alert(interfaces(&[1])) });
    noc.publish(SimAlert { id: Some(303), ends: in_seconds(-600), ..alert(interfaces(&[2])) });
    assert_eq!(ids(&noc.page(100, 1).await), [301, 304, 305]);
}

#[tokio::test]
async fn an_end_at_midnight_may_be_that_of_the_whole_day() {
    let mut noc = Noc::start().await;
    let today = noc.sim.provider_time()[..10].to_owned();
    let id = noc
        .publish(SimAlert { ends: local(&format!("{today} 00:00:00")), ..alert(interfaces(&[0])) });
    let index = noc.affected(id);
    assert!(noc.messages(index).await.is_none());
    noc.sim.set_alert_faults(vec![AlertFault::WholeDays]);
    assert!(noc.messages(index).await.is_some());
    noc.sim.set_provider_clock(86_400, -3 * 3_600);
    assert!(noc.messages(index).await.is_none());
}

// ------------ Texts and scopes -----------------------------------------------------------------

#[tokio::test]
async fn signatures_are_in_the_messages_and_missing_in_the_list() {
    let mut noc = five_with(vec![AlertFault::SignedMessages, AlertFault::Unsigned]).await;
    let index = noc.affected(301);
    let message = noc.messages(index).await.unwrap().remove(0);
    assert!(message.starts_with(TEXT) && message.ends_with(" - NOC Plantão\n"), "{message}");
    assert_eq!(noc.first().await["texto_alerta"], TEXT);
}

#[tokio::test]
async fn scopes_are_written_in_any_form() {
    let mut noc = Noc::start().await;
    let districts = vec![SimDistrict::new(1_501, "CENTRO")];
    let pops = vec![501.into(), 502.into()];
    noc.publish(alert(SimScope { pops, districts, ..SimScope::default() }));
    let object = |id: u64, name: &str| json!({ "id_pop": id, "descricao": name });
    let (first, second) = (object(501, "POP 000"), object(502, "POP 001"));
    for (form, pops, districts) in [
        (
            ScopeForm::DistrictObjects,
            json!([first, second]),
            json!([{ "nome": "CENTRO", "id_cidade": 1_501 }]),
        ),
        (ScopeForm::Names, json!(["POP 000", "POP 001"]), json!(["CENTRO"])),
        (ScopeForm::Numbered, json!({ "0": first, "1": second }), json!({ "0": "CENTRO" })),
        (ScopeForm::Numbers, json!([501, 502]), json!(["CENTRO"])),
        (ScopeForm::Texts, json!(["501", "502"]), json!(["CENTRO"])),
    ] {
        noc.sim.set_alert_faults(vec![AlertFault::ScopeForm { form }]);
        let listed = noc.first().await;
        assert_eq!((&listed["pops"], &listed["bairros"]), (&pops, &districts));
        assert_eq!(listed["caixa_optica"], json!([]), "an empty list stays one");
    }
}

#[tokio::test]
async fn a_scope_may_be_of_an_unknown_kind() {
    let mut noc = five_with(vec![AlertFault::UnknownScope]).await;
    let listed = noc.first().await;
    assert_eq!(listed["zonas_atendimento"], json!([{ "id_zona_atendimento": 12 }]));
    assert_eq!(listed["interfaces_conexao"], json!([{ "id_interface_conexao": 70_001 }]));
}

// ------------ Whole answers --------------------------------------------------------------------

#[tokio::test]
async fn an_account_without_the_permission_is_refused_in_two_ways() {
    let mut noc = five_with(vec![AlertFault::Forbidden]).await;
    assert_eq!(noc.list(100, "ativo=sim&page=1").await.status, 403);
    noc.sim.set_alert_faults(vec![AlertFault::PermissionError]);
    let reply = noc.list(100, "ativo=sim&page=1").await;
    assert_eq!(reply.status, 200);
    let message = "Você não possui permissão para executar essa ação.";
    assert_eq!(reply.json(), json!({ "status": "error", "msg": message }));
}

#[tokio::test]
async fn a_page_fails_as_often_as_set() {
    let mut noc = five_with(vec![AlertFault::FailingPage { page: 2, times: 1 }]).await;
    assert_eq!(ids(&noc.page(2, 1).await), [301, 302]);
    assert_eq!(noc.list(2, "ativo=sim&page=2").await.json()["status"], "error");
    assert_eq!(ids(&noc.page(2, 2).await), [303, 304]);
}

#[tokio::test]
async fn the_list_has_a_fault_of_its_own() {
    let mut noc = five_with(Vec::new()).await;
    let index = noc.affected(301);
    for (fault, status) in [
        (Fault::Unauthorized, 401),
        (Fault::ServerError, 500),
        (Fault::Html, 200),
        (Fault::Empty, 200),
        (Fault::WrongTypes, 200),
    ] {
        noc.sim.set_alert_list_fault(fault.clone());
        let reply = noc.list(100, "ativo=sim&page=1").await;
        assert_eq!(reply.status, status, "{fault:?}");
        assert!(!String::from_utf8(reply.body).unwrap().contains("id_alerta"), "{fault:?}");
        assert!(noc.messages(index).await.is_some(), "lookups go on");
    }
    noc.sim.script_alerts(vec![Fault::ServerError, Fault::Normal]);
    assert_eq!(noc.list(100, "ativo=sim&page=1").await.status, 500);
    assert_eq!(ids(&noc.page(100, 1).await).len(), 5);
}

#[tokio::test]
async fn the_list_is_slow_or_ends_in_its_middle() {
    let mut noc = five_with(Vec::new()).await;
    noc.sim.set_alert_list_fault(Fault::Slow { first_byte: Duration::from_millis(200) });
    let start = Instant::now();
    assert_eq!(ids(&noc.page(100, 1).await).len(), 5);
    assert!(start.elapsed() >= Duration::from_millis(200));
    noc.sim.set_alert_list_fault(Fault::Truncated);
    let request = below_api(&noc.token, "configuracao/alerta/paginado/100?ativo=sim&page=1");
    noc.client.say(&request).await;
    let (body, end) = noc.client.rest().await;
    assert_eq!(end.unwrap(), body.len());
    let body = String::from_utf8(body).unwrap();
    let (head, body) = body.split_once("\r\n\r\n").unwrap();
    let promised = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
    assert_eq!(body.len(), promised.parse::<usize>().unwrap() * 2 / 3);
}

#[tokio::test]
async fn a_dead_hubsoft_answers_nothing_on_any_endpoint() {
    let mut noc = five_with(Vec::new()).await;
    noc.sim.set_listener(ListenerMode::Refuse).await.unwrap();
    noc.sim.close_connections().await;
    assert_eq!(noc.client.rest().await.1.unwrap(), 0);
    TcpStream::connect(noc.sim.addr()).await.unwrap_err();
    noc.sim.set_listener(ListenerMode::Open).await.unwrap();
    noc.sim.set_fault(Fault::Silent);
    for path in
        ["configuracao/alerta/paginado/100?ativo=sim", "cliente/todos", "cliente", "rede/pop"]
    {
        let mut client = Client::to(&noc.sim).await;
        client.say(&below_api(&noc.token, path)).await;
        timeout(SILENCE, client.rest()).await.unwrap_err();
    }
}
