//! The bulk list and the tables of names, without faults.

use bina::simulator::{CANARY_PASSWORD, Fault, Population, Sim, customer};
use serde_json::{Value, json};

use crate::client::{Client, PHONE, Reply, below_api, get, page, start, token};

const FIVE: &str =
    "&relacoes=endereco_instalacao,interface,equipamento_conexao,grupos,porta_atendimento";
const TABLES: [(&str, &str); 6] = [
    ("configuracao/cidade", "cidades"),
    ("configuracao/grupo_cliente_servico", "grupo_cliente_servico"),
    ("configuracao/servico_status", "servico_status"),
    ("rede/caixa_optica", "caixas_opticas"),
    ("rede/equipamento", "equipamentos"),
    ("rede/pop", "pops"),
];

async fn seven() -> Sim {
    Sim::start((1..=7).map(|id| customer(id, "ANA", PHONE)).collect()).await.unwrap()
}

async fn request_page(sim: &Sim, number: u32, rows: u32, more: &str) -> Reply {
    Client::to(sim).await.exchange(&page(&token(sim).await, number, rows, more)).await
}

fn paging(first: u32, last: u32, current: u32, total: u32) -> Value {
    json!({
        "primeira_pagina": first,
        "ultima_pagina": last,
        "pagina_atual": current,
        "total_registros": total,
    })
}

// ------------ Pages ----------------------------------------------------------------------------

#[tokio::test]
async fn pages_begin_at_0_and_one_after_the_last_is_empty() {
    let sim = seven().await;
    for (number, ids) in [(0, vec![1, 2, 3]), (1, vec![4, 5, 6]), (2, vec![7]), (3, vec![])] {
        let reply = request_page(&sim, number, 3, "").await;
        assert_eq!((reply.status, reply.ids()), (200, ids));
        let answer = reply.json();
        assert_eq!(answer["status"], "success");
        assert_eq!(answer["paginacao"], paging(0, 2, number, 7));
    }
    assert_eq!((sim.list_requests(), sim.lookups()), (4, 0));
    sim.clear_requests();
    assert_eq!(sim.list_requests(), 0);
}

#[tokio::test]
async fn a_list_without_customers_has_one_page() {
    let sim = Sim::start(Vec::new()).await.unwrap();
    let answer = request_page(&sim, 0, 500, "").await.json();
    assert_eq!((&answer["clientes"], &answer["paginacao"]), (&json!([]), &paging(0, 0, 0, 0)));
}

#[tokio::test]
async fn only_requested_relations_are_there_and_logins_always() {
    let sim = seven().await;
    let service = async |more: &str| {
        let answer = request_page(&sim, 0, 1, more).await.json();
        assert!(answer["clientes"][0].get("alerta").is_none());
        answer["clientes"][0]["servicos"][0].as_object().unwrap().clone()
    };
    let bare = service("").await;
    assert_eq!(
        (&bare["login"], &bare["senha"]),
        (&json!("canario-login"), &json!(CANARY_PASSWORD))
    );
    let is_relation = |name: &&String| {
        name.starts_with("endereco") || name.contains("interface") || name.contains("senhas")
    };
    assert_eq!(bare.keys().find(is_relation), None);
    let five = service(FIVE).await;
    assert_eq!(five.len(), bare.len() + 5);
    assert_eq!(five["interface"]["nome"], "PON1");
    assert_eq!(five["grupos"], json!([]));
}

#[tokio::test]
async fn wrong_parameters_are_an_error_with_status_200() {
    let sim = seven().await;
    let (token, mut client) = (token(&sim).await, Client::to(&sim).await);
    let good = "pagina=0&itens_por_pagina=3";
    for query in [
        String::new(),
        "pagina=0".to_owned(),
        "itens_por_pagina=3".to_owned(),
        "pagina=-1&itens_por_pagina=3".to_owned(),
        "pagina=0&itens_por_pagina=0".to_owned(),
        "pagina=0&itens_por_pagina=501".to_owned(),
        format!("{good}&relacoes=endereco"),
        format!("{good}&cancelado=true"),
        format!("{good}&limit=3"),
        format!("{good}&data_inicio=30/11/2026"),
        format!("{good}&tipo_data_cliente=ontem"),
    ] {
        let reply = client.exchange(&below_api(&token, &format!("cliente/todos?{query}"))).await;
        assert_eq!((reply.status, &reply.json()["status"]), (200, &json!("error")), "{query}");
    }
}

#[tokio::test]
async fn list_and_tables_need_a_token_and_accept_json() {
    let sim = seven().await;
    let valid = token(&sim).await;
    for path in ["cliente/todos?pagina=0&itens_por_pagina=3", "rede/pop"] {
        let mut client = Client::to(&sim).await;
        assert_eq!(client.exchange(&below_api("unknown", path)).await.status, 401);
        let browser = below_api(&valid, path).replace("application/json", "text/html");
        assert_eq!(client.exchange(&browser).await.status, 302);
    }
}

// ------------ Filters --------------------------------------------------------------------------

#[tokio::test]
async fn a_filter_by_day_compares_the_date_it_names() {
    let mut customers: Vec<_> = (1..=3).map(|id| customer(id, "ANA", PHONE)).collect();
    customers[1]["data_atualizacao"] = json!("2026-11-29 08:00:00");
    let sim = Sim::start(customers).await.unwrap();
    let updated = "&tipo_data_cliente=data_atualizacao&data_inicio";
    let services = "&tipo_data_cliente_servico=data_atualizacao&data_inicio_cliente_servico";
    for (filter, ids) in [
        (format!("{updated}=2026-11-30"), vec![]),
        (format!("{updated}=2026-11-29"), vec![2]),
        (format!("{services}=2026-11-29"), vec![2]),
        (format!("{updated}=2021-01-01&data_fim=2026-11-28"), vec![1, 3]),
        ("&data_inicio=2021-03-04&data_fim=2021-03-04".to_owned(), vec![1, 2, 3]),
        ("&data_inicio=2021-03-05".to_owned(), vec![]),
    ] {
        let reply = request_page(&sim, 0, 3, &filter).await;
        assert_eq!(reply.json()["paginacao"]["total_registros"], ids.len(), "{filter}");
        assert_eq!(reply.ids(), ids, "{filter}");
        assert!(reply.json()["clientes"][0].get("data_atualizacao").is_none());
    }
}

#[tokio::test]
async fn states_filter_customers_and_cancelled_services_are_left_out() {
    let mut customers: Vec<_> = (1..=2).map(|id| customer(id, "ANA", PHONE)).collect();
    customers[0]["servicos"][0]["status_prefixo"] = json!("suspenso_debito");
    customers[1]["servicos"][0]["status_prefixo"] = json!("cancelado");
    let sim = Sim::start(customers).await.unwrap();
    let filter = "&servico_status=suspenso_debito,servico_habilitado";
    assert_eq!(request_page(&sim, 0, 3, filter).await.ids(), [1]);
    let count = async |more: &str| {
        let answer = request_page(&sim, 0, 3, more).await.json();
        answer["clientes"][1]["servicos"].as_array().unwrap().len()
    };
    assert_eq!((count("").await, count("&cancelado=sim").await), (0, 1));
}

// ------------ Tables and refusals --------------------------------------------------------------

#[tokio::test]
async fn the_tables_have_the_names_of_invented_customers() {
    let sim = start().await;
    let (token, mut client) = (token(&sim).await, Client::to(&sim).await);
    let answer = request_page(&sim, 0, 1, FIVE).await.json();
    let service = &answer["clientes"][0]["servicos"][0];
    for (path, key) in TABLES {
        let table = client.exchange(&below_api(&token, path)).await.json();
        assert_eq!(table["status"], "success");
        assert!(table[key].is_array(), "{path}");
        if path == "rede/equipamento" {
            assert_eq!(table[key][0]["ipv4"], service["equipamento_conexao"]["ipv4"]);
            assert_eq!(table[key][0]["interfaces"][0]["nome"], service["interface"]["nome"]);
        }
    }
    assert_eq!((sim.table_requests(), sim.list_requests()), (6, 1));
}

#[tokio::test]
async fn what_the_vendor_has_closed_or_keeps_for_others_is_forbidden() {
    let sim = start().await;
    let (token, mut client) = (token(&sim).await, Client::to(&sim).await);
    let reply = client.exchange(&below_api(&token, "cliente/all")).await;
    assert_eq!(reply.status, 403);
    let headers = format!("Accept: application/json\r\nAuthorization: Bearer {token}\r\n");
    let query = get("/graphql/v1", &headers).replacen("GET", "POST", 1);
    let reply = client.exchange(&query).await;
    assert_eq!((reply.status, reply.json()["message"].is_string()), (403, true));
    assert_eq!(client.exchange(&get("/graphql/v1", &headers)).await.status, 404);
}

#[tokio::test]
async fn faults_can_be_set_for_the_list_and_for_the_tables() {
    let sim = Sim::start_generated(Population { customers: 10, seed: 7 }).await.unwrap();
    let (token, mut client) = (token(&sim).await, Client::to(&sim).await);
    let (list, table) = (page(&token, 0, 3, ""), below_api(&token, "rede/pop"));
    let mut met =
        async || (client.exchange(&list).await.status, client.exchange(&table).await.status);
    sim.set_list_fault(Fault::ServerError);
    assert_eq!(met().await, (500, 200));
    sim.set_table_fault(Fault::Unauthorized);
    assert_eq!(met().await, (500, 401));
    sim.set_list_fault(Fault::Normal);
    sim.script_list(vec![Fault::Unavailable]);
    assert_eq!((met().await, met().await), ((503, 401), (200, 401)));
}
