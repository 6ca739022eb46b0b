//! Generated customers: in the list, in the tables and in lookups.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use bina::simulator::{
    CANARY_CPF, CANARY_PASSWORD, CANARY_SURNAME, Population, PopulationChange, PopulationShares,
    PopulationUpdate, Sim,
};
use serde_json::{Value, json};

use crate::client::{Client, Reply, below_api, lookup, page, token};

const SMALL: Population = Population { customers: 2_000, seed: 7 };
const FIVE: &str =
    "&relacoes=endereco_instalacao,interface,equipamento_conexao,grupos,porta_atendimento";

struct Requests {
    sim: Sim,
    client: Client,
    token: String,
}

impl Requests {
    async fn to(population: Population) -> Self {
        let sim = Sim::start_generated(population).await.unwrap();
        let (token, client) = (token(&sim).await, Client::to(&sim).await);
        Self { sim, client, token }
    }

    async fn page(&mut self, number: u32, rows: u32, more: &str) -> Reply {
        self.client.exchange(&page(&self.token, number, rows, more)).await
    }

    async fn all(&mut self, more: &str) -> Vec<Value> {
        let mut all = Vec::new();
        for number in 0.. {
            let answer = self.page(number, 500, more).await.json();
            let customers = answer["clientes"].as_array().unwrap();
            if customers.is_empty() {
                break;
            }
            all.extend(customers.iter().cloned());
        }
        all
    }

    async fn found(&mut self, by: &str, term: &str) -> Vec<Value> {
        let query = format!("busca={by}&termo_busca={term}&limit=20");
        let reply = self.client.exchange(&lookup(&self.token, &query)).await;
        reply.json()["clientes"].as_array().unwrap().clone()
    }

    async fn table(&mut self, path: &str, key: &str) -> Vec<Value> {
        let reply = self.client.exchange(&below_api(&self.token, path)).await;
        reply.json()[key].as_array().unwrap().clone()
    }
}

/// The texts of two fields, in one.
fn pair(one: &Value, other: &Value) -> String {
    format!("{one} {other}")
}

// ------------ The list -------------------------------------------------------------------------

#[tokio::test]
async fn one_seed_is_one_list_and_every_customer_is_in_it_once() {
    let mut requests = Requests::to(SMALL).await;
    let all = requests.all(FIVE).await;
    assert_eq!(all, Requests::to(SMALL).await.all(FIVE).await);
    assert_ne!(all, Requests::to(Population { seed: 8, ..SMALL }).await.all(FIVE).await);
    for (index, customer) in (0..SMALL.customers).zip(&all) {
        assert_eq!(customer["id_cliente"], SMALL.id(index));
        assert_eq!(customer["codigo_cliente"], SMALL.code(index));
        assert_eq!(customer["nome_razaosocial"], SMALL.name(index));
        assert_eq!(customer["servicos"].as_array().unwrap().len(), SMALL.services(index));
    }
    assert_eq!(all.len(), 2_000);
}

#[tokio::test]
async fn every_generated_customer_has_the_canaries() {
    let listed = Requests::to(SMALL).await.all(FIVE).await;
    for customer in listed.iter().filter(|customer| customer["servicos"] != json!([])) {
        let written = customer.to_string();
        for canary in [
            CANARY_CPF,
            CANARY_PASSWORD,
            CANARY_SURNAME,
            "canario-login",
            "canario.cliente@example.com",
            "RUA DO CANARIO",
        ] {
            assert!(written.contains(canary), "{canary}");
        }
    }
}

#[tokio::test]
async fn changes_are_what_the_filter_by_update_date_finds() {
    let mut requests = Requests::to(SMALL).await;
    let indexes = vec![5, 9];
    let change = PopulationChange::Phones;
    let update = PopulationUpdate::Changed { indexes, change, day: 20_261_129 };
    requests.sim.update_population(&update);
    let ids = |customers: &[Value]| -> Vec<_> {
        customers.iter().map(|customer| customer["id_cliente"].as_u64().unwrap()).collect()
    };
    let since = "&tipo_data_cliente=data_atualizacao&data_inicio=";
    let changed = requests.all(&format!("{since}2026-11-29")).await;
    assert_eq!(ids(&changed), [SMALL.id(5), SMALL.id(9)]);
    assert!(requests.all(&format!("{since}2026-11-30")).await.is_empty());
    let older = requests.all(&format!("{since}2020-01-01")).await.len();
    assert!((100..1_999).contains(&older), "{older}");
    requests.sim.update_population(&PopulationUpdate::Removed { indexes: vec![5] });
    let answer = requests.page(0, 9, "").await;
    assert_eq!(answer.json()["paginacao"]["total_registros"], 1_999);
    assert!(!answer.ids().contains(&SMALL.id(5)) && answer.ids().contains(&SMALL.id(9)));
}

// ------------ The tables -----------------------------------------------------------------------

#[tokio::test]
async fn three_percent_of_the_places_are_in_no_table_and_all_others_in_one() {
    let mut requests = Requests::to(SMALL).await;
    let mut interfaces = BTreeMap::new();
    for equipment in requests.table("rede/equipamento", "equipamentos").await {
        for interface in equipment["interfaces"].as_array().unwrap() {
            let place = pair(&equipment["nome"], &equipment["ipv4"]);
            let id = interface["id_interface_conexao"].as_u64().unwrap();
            assert_eq!(interfaces.insert((place, interface["nome"].to_string()), id), None);
        }
    }
    let mut unknown = 0;
    for (index, customer) in (0..).zip(requests.all(FIVE).await) {
        for (number, service) in customer["servicos"].as_array().unwrap().iter().enumerate() {
            let equipment = &service["equipamento_conexao"];
            let place = pair(&equipment["nome"], &equipment["ipv4"]);
            let found = interfaces.get(&(place, service["interface"]["nome"].to_string()));
            unknown += usize::from(found.is_none());
            assert!(found.is_some() || !SMALL.has_named_places(index));
            if let Some(id) = found.filter(|_| number == 0) {
                assert_eq!(SMALL.interface(index).map(|one| SMALL.interface_id(one)), Some(*id));
            }
        }
    }
    assert!((30..110).contains(&unknown), "{unknown}");
}

#[tokio::test]
async fn pops_boxes_states_and_groups_of_the_list_are_in_their_tables() {
    let mut requests = Requests::to(SMALL).await;
    let pops = requests.table("rede/pop", "pops").await;
    let equipment: BTreeSet<_> = pops
        .iter()
        .flat_map(|pop| pop["equipamentos"].as_array().unwrap())
        .map(|equipment| pair(&equipment["nome"], &equipment["ipv4"]))
        .collect();
    let texts = |rows: Vec<Value>, key: &str| -> Vec<_> {
        rows.iter().map(|row| row[key].to_string()).collect()
    };
    let boxes = texts(requests.table("rede/caixa_optica", "caixas_opticas").await, "nome");
    let doubles = boxes.len() - boxes.iter().collect::<BTreeSet<_>>().len();
    assert!((4..10).contains(&doubles), "{doubles}");
    let path = "configuracao/servico_status";
    let states = texts(requests.table(path, "servico_status").await, "prefixo");
    let path = "configuracao/grupo_cliente_servico";
    let groups = texts(requests.table(path, "grupo_cliente_servico").await, "id");
    for (index, customer) in (0..).zip(requests.all(FIVE).await) {
        for service in customer["servicos"].as_array().unwrap() {
            assert!(states.contains(&service["status_prefixo"].to_string()));
            assert!(
                service["grupos"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|group| { groups.contains(&group["id"].to_string()) })
            );
            if SMALL.has_named_places(index) {
                assert!(boxes.contains(&service["porta_atendimento"]["equipamento"].to_string()));
                let place = &service["equipamento_conexao"];
                assert!(equipment.contains(&pair(&place["nome"], &place["ipv4"])));
            }
        }
    }
}

#[tokio::test]
async fn districts_are_in_the_table_of_their_city_but_for_a_few() {
    let mut requests = Requests::to(SMALL).await;
    let mut districts = BTreeSet::new();
    for city in requests.table("configuracao/cidade", "cidades").await {
        for district in city["bairros"].as_array().unwrap() {
            districts.insert(pair(&city["nome"], &district["nome"]));
        }
    }
    let customers = requests.all(FIVE).await;
    let addresses = customers
        .iter()
        .flat_map(|customer| customer["servicos"].as_array().unwrap())
        .map(|service| &service["endereco_instalacao"]);
    let named = addresses
        .clone()
        .filter(|address| districts.contains(&pair(&address["cidade"], &address["bairro"])));
    let (named, all) = (named.count(), addresses.count());
    // Some are typed without accents, in small letters or with two blanks.
    assert!((all * 80 / 100..all * 95 / 100).contains(&named), "{named} of {all}");
}

// ------------ Lookups --------------------------------------------------------------------------

#[tokio::test]
async fn every_number_finds_its_customers_and_nobody_else() {
    let mut requests = Requests::to(SMALL).await;
    let mut owners: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for index in 0..SMALL.customers {
        for phone in SMALL.phones(index) {
            owners.entry(phone).or_default().push(SMALL.id(index));
        }
    }
    assert_eq!(owners.len(), SMALL.numbers());
    assert!(owners.values().any(|ids| ids.len() == 2));
    for (phone, expected) in owners.into_iter().step_by(5) {
        let found = requests.found("telefone", &phone).await;
        let ids = found.iter().map(|customer| customer["id_cliente"].as_u64().unwrap());
        assert_eq!(ids.collect::<Vec<_>>(), expected);
    }
    assert!(requests.found("telefone", "99990001").await.is_empty());
    assert!(requests.found("telefone", "0001").await.is_empty());
}

#[tokio::test]
async fn a_code_finds_its_customer_as_often_as_he_is_there() {
    let mut requests = Requests::to(SMALL).await;
    let code = SMALL.code(77).to_string();
    let found = requests.found("codigo_cliente", &code).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["nome_razaosocial"], SMALL.name(77));
    assert_eq!(found[0]["telefone_primario"], SMALL.customer(77)["telefone_primario"]);
    requests.sim.update_population(&PopulationUpdate::Removed { indexes: vec![77] });
    assert!(requests.found("codigo_cliente", &code).await.is_empty());
}

#[tokio::test]
async fn a_changed_number_finds_its_customer_and_the_old_one_nobody() {
    let mut requests = Requests::to(SMALL).await;
    let has_own =
        |index: &u32| SMALL.phone(*index).is_some() && SMALL.shares_phone_with(*index).is_none();
    let index = (0..SMALL.customers).find(has_own).unwrap();
    let (indexes, change) = (vec![index], PopulationChange::Phones);
    let update = PopulationUpdate::Changed { indexes, change, day: 20_261_129 };
    requests.sim.update_population(&update);
    let new = requests.sim.generated_phones(index).remove(0);
    assert_eq!(requests.found("telefone", &new).await[0]["id_cliente"], SMALL.id(index));
    assert!(requests.found("telefone", &SMALL.phone(index).unwrap()).await.is_empty());
}

#[tokio::test]
async fn an_alerted_interface_shows_in_the_lookups_of_its_customers() {
    let mut requests = Requests::to(SMALL).await;
    let message = "Fibra rompida".to_owned();
    requests.sim.update_population(&PopulationUpdate::Alerted { interfaces: vec![3], message });
    let affected = SMALL.customers_on(3);
    assert_eq!(affected.len(), 48);
    for index in affected.into_iter().filter(|index| SMALL.services(*index) > 0) {
        let found = requests.found("codigo_cliente", &SMALL.code(index).to_string()).await;
        assert_eq!(found[0]["alerta_mensagens"], json!(["Fibra rompida"]));
    }
}

// ------------ A list that is behind ------------------------------------------------------------

/// A population of which the list is behind, and the indexes of the customers it has.
async fn behind(shares: PopulationShares) -> (Requests, Vec<Value>, BTreeSet<u32>) {
    let mut requests = Requests::to(SMALL).await;
    requests.sim.update_population(&PopulationUpdate::Shares(shares));
    let listed = requests.all(FIVE).await;
    let index = |customer: &Value| customer["id_cliente"].as_u64().unwrap() - SMALL.id(0);
    let indexes = listed.iter().map(|customer| index(customer) as u32).collect();
    (requests, listed, indexes)
}

#[tokio::test]
async fn missing_customers_are_in_lookups_only_and_the_total_counts_none_of_them() {
    let shares = PopulationShares { missing_permille: 20, ..PopulationShares::default() };
    let (mut requests, listed, indexes) = behind(shares).await;
    assert!((20..70).contains(&(2_000 - listed.len())), "{}", listed.len());
    let total = requests.page(0, 1, "").await.json()["paginacao"]["total_registros"].clone();
    assert_eq!((indexes.len(), total), (listed.len(), json!(listed.len())));
    for index in (0..2_000).filter(|index| !indexes.contains(index)) {
        let code = SMALL.code(index).to_string();
        assert_eq!(requests.found("codigo_cliente", &code).await.len(), 1);
    }
    requests.sim.update_population(&PopulationUpdate::Removed { indexes: (0..2_000).collect() });
    assert!(requests.all("").await.is_empty());
}

#[tokio::test]
async fn moved_and_renumbered_customers_are_right_in_lookups_only() {
    let shares = PopulationShares {
        moved_permille: 50,
        renumbered_permille: 100,
        ..PopulationShares::default()
    };
    let (mut requests, listed, _) = behind(shares).await;
    let (mut moved, mut renumbered) = (0, 0);
    for (index, old) in (0..).zip(&listed) {
        let code = SMALL.code(index).to_string();
        let found = requests.found("codigo_cliente", &code).await.remove(0);
        let port = |customer: &Value| customer["servicos"][0]["porta_atendimento"].clone();
        moved += usize::from(port(old) != port(&found));
        if found["telefone_primario"] != old["telefone_primario"] {
            renumbered += 1;
            let new = requests.sim.generated_phones(index).remove(0);
            assert_eq!(
                requests.found("telefone", &new).await[0]["codigo_cliente"],
                SMALL.code(index)
            );
            assert_ne!(SMALL.phones(index)[0], new);
        }
    }
    assert!((70..130).contains(&moved), "{moved}");
    assert!((150..250).contains(&renumbered), "{renumbered}");
}

#[tokio::test]
async fn places_that_join_nothing_are_so_in_the_list_and_in_lookups() {
    let shares = PopulationShares { unjoined_permille: 300, ..PopulationShares::default() };
    let (mut requests, listed, indexes) = behind(shares).await;
    let is_generic = |customer: &Value| {
        customer["servicos"][0]["interface"]["nome"] == "Interface Conexão Genérica"
    };
    let generic = listed.iter().filter(|customer| is_generic(customer)).count();
    assert!((480..780).contains(&generic), "{generic}");
    for (index, listed) in indexes.into_iter().zip(&listed).take(200) {
        let code = SMALL.code(index).to_string();
        let found = requests.found("codigo_cliente", &code).await.remove(0);
        assert_eq!(is_generic(listed), is_generic(&found), "{index}");
    }
}

// ------------ A million ------------------------------------------------------------------------

#[cfg(target_os = "linux")]
fn resident_bytes() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4_096
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_million_customers_cost_neither_memory_nor_time() {
    let million = Population { customers: 1_000_000, seed: 7 };
    let before = resident_bytes();
    let mut requests = Requests::to(million).await;
    let mut taken = Duration::ZERO;
    for number in (0..2_000).step_by(100) {
        let start = Instant::now();
        let reply = requests.page(number, 500, FIVE).await;
        taken += start.elapsed();
        assert_eq!(reply.ids()[0], million.id(number * 500));
        assert!(reply.body.len() < 1 << 20, "{}", reply.body.len());
    }
    let phone = (0..).find_map(|index| million.phone(999_000 + index)).unwrap();
    assert!(!requests.found("telefone", &phone).await.is_empty());
    // Far above what is measured, for a busy machine; a list of a million written down has 900 MB.
    assert!(taken < Duration::from_secs(20), "{taken:?}");
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 200 << 20, "{grown}");
    println!("20 pages in {taken:?}, {} MiB more", grown >> 20);
}
