//! What a full cache costs: each measured in a process of its own, as everything in it counts.

mod app;

use std::fs;
use std::io::BufRead;
use std::num::NonZeroUsize;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use app::{config, key, soon};
use bina::answering::lookup::{Lookup, LookupMetrics, Settings};
use bina::domain::finding::{AnswerSource, Finding};
use bina::sources::hubsoft::{HubSoft, PhoneMatch};
use bina::sources::limiter;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// So many customers are remembered unless the configuration says otherwise.
const CUSTOMERS: u32 = 100_000;
/// 64 MB, what they may take together with the program; the kernel's kB have 1,024 bytes.
const RESIDENT_KB_MAX: u64 = 62_500;
/// 40 MiB, what they may take when they share ten texts.
const SHARED_KB_MAX: u64 = 40 * 1_024;
/// What the program may take by itself. As released it takes 7.2 MiB; what this test takes, which is
/// not built for speed and size, is no part of it.
const IDLE_KB_MAX: u64 = 8 * 1_024;
/// A request may fail where the machine is busy; the number is asked for again.
const TRIES: u32 = 5;
/// So many calls come at once, as many as may be under way.
const CALLERS: u32 = 20;

const TOKEN: &str = r#"{"token_type":"Bearer","expires_in":2592000,"access_token":"invented"}"#;

/// Says in the environment of a process which alerts the customers have.
const ALERTS: &str = "BINA_TEST_ALERTS";

/// A customer with an alert, and some of what else HubSoft tells that no call needs.
const CUSTOMER: &str = r#"{"status":"success","msg":"Dados consultados com sucesso","clientes":[
{"id_cliente":104210,"codigo_cliente":14210,"nome_razaosocial":"NAME","nome_fantasia":null,
"telefone_primario":"NUMBER","telefone_secundario":null,"email_principal":"cliente@example.com",
"data_cadastro":"2021-03-04 10:11:12","alerta":true,"alerta_mensagens":[TEXTS],
"servicos":[{"nome":"FIBRA 300M","valor":99.9,
"status_prefixo":"servico_habilitado","ultima_conexao":{"conectado":true,"ultimo_ipv4":"192.0.2.9",
"status_txt":"CONECTADO HÁ 0 MES(ES), 0 DIA(S), 1 HORA(S) e 2 MINUTO(S)"},"endereco_instalacao":
{"completo":"RUA INVENTADA, 12 - CENTRO, CIDADE FICTÍCIA/MG | CEP: 35000-000","uf":"MG"}}]}]}"#;

/// What HubSoft says of the customer with `number`. Names and places are of many lengths, as else
/// it would be chance how they fit into what the allocator has.
fn customer(number: &str) -> String {
    let index: usize = number.parse().expect("digits");
    let name = &"CLIENTE INVENTADO DA SILVA E OLIVEIRA DOS SANTOS"[..12 + 4 * (index % 8)];
    let texts = match std::env::var(ALERTS).expect("a kind").as_str() {
        "ten" => vec![outage(index % 5), team(index / 5 % 5)],
        "one" => vec![outage(index)],
        "two" => vec![outage(index), team(index)],
        other => panic!("no kind of alerts: {other}"),
    };
    let texts = format!("\"{}\"", texts.join("\",\""));
    CUSTOMER.replace("NUMBER", number).replace("NAME", name).replace("TEXTS", &texts)
}

fn outage(number: usize) -> String {
    let place = &"Nossa Senhora da Gloria do Sul"[..8 + 2 * (number / 10 % 8)];
    format!(
        "Existe um rompimento de fibra no bairro {place} {number} que está afetando esse cliente"
    )
}

fn team(number: usize) -> String {
    format!("A equipe técnica {number} já está a caminho")
}

/// A HubSoft in a process of its own, as its memory is none of bina's; it ends when it is dropped.
struct Apart {
    child: Child,
    port: u16,
}

impl Apart {
    fn start(alerts: &str) -> Self {
        let mut program = Command::new(std::env::current_exe().expect("this test"));
        program.args(["--exact", "a_hubsoft_that_knows_everybody", "--ignored", "--nocapture"]);
        program.env(ALERTS, alerts);
        let child = program.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("it starts");
        let said = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
        let mut lines = said.lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.strip_prefix("port ")?.parse().ok());
        Self { child, port: port.expect("it says where it is") }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
#[ignore = "the tests below run it in a process of its own, as its memory would be counted"]
async fn a_hubsoft_that_knows_everybody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    println!("\nport {}", listener.local_addr().expect("an address").port());
    let serving = async {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    };
    // Should nobody end it.
    let _ = tokio::time::timeout(Duration::from_secs(300), serving).await;
}

/// Answers request after request, until the connection is closed.
async fn answer(stream: TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut stream = BufReader::new(stream);
    loop {
        let (mut term, mut length, mut line) = (None, 0, String::new());
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
            let searched = line.split_once("termo_busca=").map(|(_, rest)| rest.get(..11));
            term = searched.flatten().map(str::to_owned).or(term);
            let told = line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned);
            length = told.map_or(length, |told| told.trim().parse().expect("a number"));
        }
        stream.read_exact(&mut vec![0; length]).await.ok()?;
        let body = term.map_or_else(|| TOKEN.to_owned(), |number| customer(&number));
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).await.ok()?;
    }
}

/// The memory as `bina serve` has it, in front of a HubSoft that may be asked as fast as it can.
fn lookup(hubsoft: &Apart) -> Lookup {
    let who = "client_id = \"3\"\nclient_secret = \"x\"\nusername = \"x\"\npassword = \"x\"";
    let text = format!(
        "[hubsoft]\nbase_url = \"http://127.0.0.1:{}\"\ninsecure_http = true\n{who}\n",
        hubsoft.port
    );
    let mut settings = config(&text).hubsoft;
    settings.limiter = limiter::Settings { rate: 1e6, burst: CUSTOMERS };
    // The stub reads one spelling only.
    settings.phone_match = PhoneMatch::Suffix;
    let source = Arc::new(HubSoft::new(settings).expect("a client"));
    let day = Duration::from_secs(24 * 60 * 60);
    let records_max = NonZeroUsize::new(CUSTOMERS as usize).expect("not zero");
    Lookup::new(source, Settings { fresh: day, records_max, ..Settings::default() })
}

async fn origin(lookup: &Lookup, index: u32) -> Option<AnswerSource> {
    let number = key(&format!("379{}", 80_000_000 + index));
    match lookup.find(&number, soon().deadline).await {
        Finding::Found { source, .. } => Some(source),
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
                for _ in 0..TRIES {
                    if origin(&lookup, index).await.is_some() {
                        found += 1;
                        break;
                    }
                }
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
#[ignore = "the tests below run it in a process of its own, as memory once taken is not given back"]
async fn a_full_cache() {
    let hubsoft = Apart::start(&std::env::var(ALERTS).expect("a kind"));
    let metrics = LookupMetrics::default();
    let lookup = Arc::new(lookup(&hubsoft).counting(metrics.clone()));
    let (idle, start) = (resident_kb(), Instant::now());
    assert_eq!(fill(&lookup).await, CUSTOMERS);
    let (full, took) = (resident_kb(), start.elapsed());
    eprintln!("from {idle} to {full} kB in {took:?}");
    lookup.measure();
    println!("\nmeasured {} {}", full - idle, metrics.cache.records.get());
    assert_eq!(origin(&lookup, CUSTOMERS - 1).await, Some(AnswerSource::Cache));
}

/// Fills a cache with customers who have such alerts. Returns by how many kB the process grew, and
/// how many customers are cached.
fn measured(alerts: &str) -> (u64, u32) {
    let mut program = Command::new(std::env::current_exe().expect("this test"));
    program.args(["--exact", "a_full_cache", "--ignored", "--nocapture"]).env(ALERTS, alerts);
    let output = program.stdin(Stdio::null()).output().expect("it starts");
    let (stdout, stderr) = (output.stdout, String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    let stdout = String::from_utf8(stdout).expect("UTF-8");
    let line = stdout.lines().find_map(|line| line.strip_prefix("measured "));
    let (grown, cached) = line.and_then(|line| line.split_once(' ')).expect("two numbers");
    let (grown, cached) = (grown.parse().expect("a number"), cached.parse().expect("a number"));
    println!("row 32, alerts `{alerts}`: {cached} customers took {grown} kB");
    (grown, cached)
}

/// One after the other, as each fills two processors.
#[test]
fn a_hundred_thousand_customers_with_alerts_fit_into_64_megabytes() {
    let (grown, cached) = measured("ten");
    assert!(grown <= SHARED_KB_MAX - IDLE_KB_MAX, "{grown} kB of texts that are shared");
    assert_eq!(cached, CUSTOMERS);
    let (grown, cached) = measured("one");
    assert!(grown <= RESIDENT_KB_MAX - IDLE_KB_MAX, "{grown} kB with a text of one's own");
    assert_eq!(cached, CUSTOMERS);
    let (grown, _) = measured("two");
    assert!(grown <= RESIDENT_KB_MAX - IDLE_KB_MAX, "{grown} kB with two texts of one's own");
}
