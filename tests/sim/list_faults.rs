//! The mistakes of real bulk lists.

use std::time::{Duration, Instant};

use bina::simulator::{ListFault, Population, PopulationUpdate, Sim, customer};
use serde_json::{Value, json};

use crate::client::{Client, PHONE, Reply, below_api, page, token};

async fn seven_with(faults: Vec<ListFault>) -> (Sim, Client, String) {
    let customers = (1..=7).map(|id| customer(id, "ANA", PHONE)).collect();
    let sim = Sim::start(customers).await.unwrap();
    sim.set_list_faults(faults);
    let (token, client) = (token(&sim).await, Client::to(&sim).await);
    (sim, client, token)
}

/// The pages from 0 on, three customers each.
async fn pages_with(faults: Vec<ListFault>, count: u32) -> Vec<Reply> {
    let (_sim, mut client, token) = seven_with(faults).await;
    let mut pages = Vec::new();
    for number in 0..count {
        pages.push(client.exchange(&page(&token, number, 3, "")).await);
    }
    pages
}

fn ids(pages: &[Reply]) -> Vec<Vec<u64>> {
    pages.iter().map(Reply::ids).collect()
}

fn stated(pages: &[Reply], field: &str) -> Vec<Value> {
    pages.iter().map(|page| page.json()["paginacao"][field].clone()).collect()
}

// ------------ Rows and totals ------------------------------------------------------------------

#[tokio::test]
async fn a_list_that_begins_at_1_gives_its_first_page_twice() {
    let pages = pages_with(vec![ListFault::FirstPageOne], 4).await;
    assert_eq!(ids(&pages), [vec![1, 2, 3], vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
    assert_eq!(stated(&pages, "primeira_pagina"), [1, 1, 1, 1]);
    assert_eq!(stated(&pages, "ultima_pagina"), [3, 3, 3, 3]);
    assert_eq!(stated(&pages, "pagina_atual"), [1, 1, 2, 3]);
}

#[tokio::test]
async fn rows_are_missing_that_the_total_counts() {
    let pages = pages_with(vec![ListFault::MissingRows { page: 1, rows: 2 }], 3).await;
    assert_eq!(ids(&pages), [vec![1, 2, 3], vec![4], vec![7]]);
    assert_eq!(stated(&pages, "total_registros"), [7, 7, 7]);
}

#[tokio::test]
async fn a_customer_comes_twice_and_another_one_never() {
    let pages = pages_with(vec![ListFault::RepeatedCustomer { page: 1 }], 3).await;
    assert_eq!(ids(&pages), [vec![1, 2, 3], vec![3, 5, 6], vec![7]]);
}

#[tokio::test]
async fn the_total_moves_with_each_page() {
    for (rows_per_page, totals, lasts) in [(2, [7, 9, 11], [2, 2, 3]), (-1, [7, 6, 5], [2, 1, 1])] {
        let pages = pages_with(vec![ListFault::MovingTotal { rows_per_page }], 3).await;
        assert_eq!(stated(&pages, "total_registros"), totals);
        assert_eq!(stated(&pages, "ultima_pagina"), lasts);
        assert_eq!(ids(&pages), [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
    }
}

// ------------ Failures -------------------------------------------------------------------------

#[tokio::test]
async fn too_many_rows_are_a_gateway_timeout() {
    let (_sim, mut client, token) =
        seven_with(vec![ListFault::GatewayTimeout { rows_max: 5 }]).await;
    for (rows, status) in [(6, 504), (5, 200)] {
        assert_eq!(client.exchange(&page(&token, 0, rows, "")).await.status, status);
    }
}

#[tokio::test]
async fn a_page_fails_as_often_as_was_set() {
    let (_sim, mut client, token) =
        seven_with(vec![ListFault::FailingPage { page: 1, times: 2 }]).await;
    for (number, status) in [(0, "success"), (1, "error"), (1, "error"), (1, "success")] {
        let reply = client.exchange(&page(&token, number, 3, "")).await;
        assert_eq!((reply.status, &reply.json()["status"]), (200, &json!(status)));
    }
}

#[tokio::test]
async fn a_truncated_page_promises_more_than_it_sends() {
    let (_sim, mut client, token) = seven_with(vec![ListFault::TruncatedPage { page: 1 }]).await;
    assert_eq!(client.exchange(&page(&token, 0, 3, "")).await.status, 200);
    client.say(&page(&token, 1, 3, "")).await;
    let (status, head) = client.head().await;
    let promised = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
    let promised: usize = promised.parse().unwrap();
    assert_eq!((status, client.rest().await.0.len()), (200, promised * 2 / 3));
}

#[tokio::test]
async fn without_permission_list_and_tables_are_forbidden() {
    for (fault, list, table) in
        [(ListFault::ForbiddenList, 403, 200), (ListFault::ForbiddenTables, 200, 403)]
    {
        let (_sim, mut client, token) = seven_with(vec![fault]).await;
        assert_eq!(client.exchange(&page(&token, 0, 3, "")).await.status, list);
        assert_eq!(client.exchange(&below_api(&token, "rede/pop")).await.status, table);
    }
}

#[tokio::test]
async fn relations_and_rows_make_a_page_slower() {
    let wait = Duration::from_millis(60);
    let fault = ListFault::SlowPage { page: wait, relation: wait, row: Duration::from_millis(20) };
    let (_sim, mut client, token) = seven_with(vec![fault]).await;
    for (rows, relations, expected) in
        [(1, "", 80), (1, "&relacoes=interface,grupos", 200), (3, "", 120)]
    {
        let start = Instant::now();
        client.exchange(&page(&token, 0, rows, relations)).await;
        assert!(start.elapsed() >= Duration::from_millis(expected));
    }
}

// ------------ Contents -------------------------------------------------------------------------

#[tokio::test]
async fn a_filter_that_is_ignored_gives_the_whole_list() {
    let (sim, mut client, token) = seven_with(vec![ListFault::FilterIgnored]).await;
    let filter = "&tipo_data_cliente=data_atualizacao&data_inicio=2126-01-01";
    let request = page(&token, 0, 3, filter);
    let total = |reply: Reply| reply.json()["paginacao"]["total_registros"].clone();
    assert_eq!(total(client.exchange(&request).await), 7);
    sim.set_list_faults(Vec::new());
    assert_eq!(total(client.exchange(&request).await), 0);
}

#[tokio::test]
async fn flags_are_in_the_list_of_some_tenants() {
    let population = Population { customers: 96, seed: 7 };
    let sim = Sim::start_generated(population).await.unwrap();
    sim.set_list_faults(vec![ListFault::AlertFlags]);
    let message = "Fibra rompida".to_owned();
    sim.update_population(&PopulationUpdate::Alerted { interfaces: vec![1], message });
    let request = page(&token(&sim).await, 0, 96, "");
    let answer = Client::to(&sim).await.exchange(&request).await.json();
    for (customer, index) in answer["clientes"].as_array().unwrap().iter().zip(0..) {
        let is_on = population.interface(index) == Some(1);
        assert!(!is_on || customer["alerta"] == true, "{index}");
        let messages = customer["alerta_mensagens"].as_array().unwrap().len();
        assert_eq!(customer["alerta"], messages == 1);
    }
}

#[tokio::test]
async fn types_vary_and_values_do_not() {
    let (_sim, mut client, token) = seven_with(vec![ListFault::VariedTypes]).await;
    let request = page(&token, 0, 3, "&relacoes=endereco_instalacao");
    let answer = client.exchange(&request).await.json();
    assert_eq!(answer["paginacao"]["total_registros"], "7");
    let customer = &answer["clientes"]["0"];
    assert_eq!(
        (&customer["id_cliente"], &customer["codigo_cliente"]),
        (&json!("1"), &json!(1_001))
    );
    assert_eq!(customer["telefone_primario"], PHONE.parse::<u64>().unwrap());
    let service = &customer["servicos"]["0"];
    assert_eq!(service["id_cliente_servico"], "2001");
    assert_eq!(service["endereco_instalacao"]["estado"], "MINAS GERAIS");
}
