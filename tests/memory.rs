//! What a full memory costs: in a process of its own, as everything in it counts.

mod app;

use std::fs;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use app::{phone, soon};
use bina::finding::{Finding, Origin};
use bina::hubsoft::{Wanted, conclude};
use bina::lookup::{Fetch, Lookup, Settings, Source};
use bina::phone::Phone;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// So many customers are remembered unless the configuration says otherwise.
const CUSTOMERS: u32 = 100_000;
/// What FAULTS.md allows them together with the program, in kB as the kernel counts.
const RESIDENT_KB_MAX: u64 = 64_000;
/// So many calls come at once, as many as there are turns at HubSoft.
const CALLERS: u32 = 20;

/// Knows everybody: each has an alert of two texts, and beside it some of what HubSoft tells of
/// a customer that no call needs.
struct Everybody;

impl Source for Everybody {
    fn fetch<'a>(&'a self, phone: &'a Phone, _: Instant) -> Fetch<'a> {
        Box::pin(async {
            let body = BODY.replace("NUMBER", phone.reveal());
            // As between the parts of a body, so that several are under way at once.
            tokio::task::yield_now().await;
            conclude(body.as_bytes(), phone, &Wanted::default())
        })
    }
}

const BODY: &str = r#"{"status":"success","msg":"Dados consultados com sucesso","clientes":[
{"id_cliente":104210,"codigo_cliente":14210,"nome_razaosocial":"CLIENTE INVENTADO DA SILVA",
"nome_fantasia":null,"telefone_primario":"NUMBER","telefone_secundario":null,"alerta":true,
"email_principal":"cliente@example.com","data_cadastro":"2021-03-04 10:11:12","alerta_mensagens":
["Existe um rompimento de fibra no bairro Centro que está afetando esse cliente",
"A equipe técnica já está a caminho"],"servicos":[{"nome":"FIBRA 300M","valor":99.9,
"status_prefixo":"servico_habilitado","ultima_conexao":{"conectado":true,"ultimo_ipv4":"192.0.2.9",
"status_txt":"CONECTADO HÁ 0 MES(ES), 0 DIA(S), 1 HORA(S) e 2 MINUTO(S)"},"endereco_instalacao":
{"completo":"RUA INVENTADA, 12 - CENTRO, CIDADE FICTÍCIA/MG | CEP: 35000-000","uf":"MG"}}]}]}"#;

fn number(index: u32) -> Phone {
    phone(&format!("379{}", 80_000_000 + index))
}

async fn origin(lookup: &Lookup, index: u32) -> Option<Origin> {
    match lookup.find(&number(index), soon()).await {
        Finding::Found { origin, .. } => Some(origin),
        _ => None,
    }
}

/// Asks for every customer once, and says how many of them were found.
async fn fill(lookup: &Arc<Lookup>) -> u32 {
    let next = Arc::new(AtomicU32::new(0));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (lookup, next) = (Arc::clone(lookup), Arc::clone(&next));
        callers.spawn(async move {
            let mut found = 0;
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= CUSTOMERS {
                    return found;
                }
                found += u32::from(origin(&lookup, index).await == Some(Origin::Hubsoft));
            }
        });
    }
    callers.join_all().await.iter().sum()
}

fn resident_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells about its processes");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_customers_with_alerts_fit_into_64_megabytes() {
    let day = Duration::from_secs(24 * 60 * 60);
    let records_max = NonZeroUsize::new(CUSTOMERS as usize).expect("not zero");
    let settings = Settings { fresh: day, records_max, ..Settings::default() };
    let lookup = Arc::new(Lookup::new(Arc::new(Everybody), settings));
    let idle = resident_kb();
    assert_eq!(fill(&lookup).await, CUSTOMERS);
    let full = resident_kb();
    println!("row 32: required {RESIDENT_KB_MAX} kB at most, measured {idle} kB, then {full} kB");
    assert!(full <= RESIDENT_KB_MAX, "{full} kB");
    // The first would have been the first to make room.
    assert_eq!(origin(&lookup, 0).await, Some(Origin::Cache), "all of them are remembered");
}
