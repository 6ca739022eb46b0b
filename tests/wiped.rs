//! What HubSoft returns besides a call's answer does not stay in the memory of the program.

mod app;
#[path = "sim/certificates.rs"]
mod certificates;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bina::simulator::{CANARY_CPF, Fault, Sim, customer};
use certificates::SelfSigned;
use tokio::time::sleep;

const PHONE: &str = "37999990001";
/// How often memory is searched, 20 ms apart. The end of a long body may stay in the buffer of an idle
/// connection, which is closed after four seconds.
const CHECKS: usize = 300;
/// What was not requested, all of it invented.
const CPF: &str = "987.654.321-00";
const WIFI: &str = "senha-do-wifi-inventada-4711";
const ROUTER: &str = "senha-do-roteador-inventada-0815";

/// A customer as HubSoft returns one, with `filler` bytes of other services in front.
fn body(filler: usize) -> Vec<u8> {
    let filler = "x".repeat(filler);
    format!(
        r#"{{"status":"success","clientes":[{{"id_cliente":1,"obs":"{filler}","cpf_cnpj":"{CPF}",
        "nome_razaosocial":"ANA","telefone_primario":"{PHONE}","servicos":[{{"senha":"{ROUTER}",
        "wifi":{{"senha":"{WIFI}"}},"status_prefixo":"servico_habilitado"}}]}}]}}"#
    )
    .into_bytes()
}

/// `bina serve` in front of a simulator, ended with the test.
struct Running {
    program: Child,
    http: SocketAddr,
    folder: PathBuf,
}

impl Running {
    /// With the allocator as it is, or as the unit sets it.
    fn start(name: &str, configuration: &str, ca: Option<&str>, allocator: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("bina-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("bina.toml");
        fs::write(&file, configuration).expect("a file");
        if let Some(ca) = ca {
            fs::write(folder.join("own.pem"), ca).expect("a file");
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
        command.args(["serve", "-c"]).arg(&file).stdin(Stdio::null()).stderr(Stdio::piped());
        command.env("GLIBC_TUNABLES", allocator);
        let mut program = command.spawn().expect("it starts");
        let mut log = BufReader::new(program.stderr.take().expect("piped")).lines();
        let line = log.find_map(|line| line.ok().filter(|line| line.contains("answers calls")));
        let line = line.expect("it starts");
        let http = line.split("http=").nth(1).and_then(|rest| rest.split_whitespace().next());
        let http = http.expect("where").parse().expect("an address");
        // Or the pipe would fill.
        std::thread::spawn(move || log.for_each(drop));
        Self { program, http, folder }
    }

    async fn look_up(&self, phone: &str) -> String {
        let request = format!("GET /asterisk?caller={phone} HTTP/1.0\r\n\r\n");
        app::exchange(self.http, request.as_bytes()).await
    }

    /// How often each of `words` stands in what the program can write to.
    fn copies<const N: usize>(&self, words: [&str; N]) -> [usize; N] {
        let of = |what| PathBuf::from(format!("/proc/{}/{what}", self.program.id()));
        let maps = fs::read_to_string(of("maps")).expect("our own child");
        let mut memory = File::open(of("mem")).expect("our own child");
        let mut copies = [0; N];
        for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let (from, to) = range.expect("a range");
            let bound = |text| u64::from_str_radix(text, 16).expect("a number");
            let mut bytes = vec![0; (bound(to) - bound(from)) as usize];
            memory.seek(SeekFrom::Start(bound(from))).expect("it has begun there");
            // Some of it may be gone since.
            if memory.read_exact(&mut bytes).is_ok() {
                for (count, word) in copies.iter_mut().zip(words) {
                    *count += memchr::memmem::find_iter(&bytes, word).count();
                }
            }
        }
        copies
    }

    /// The same after a moment, in which other work of the program may end.
    async fn copies_left<const N: usize>(&self, words: [&str; N]) -> [usize; N] {
        for _ in 0..CHECKS {
            if self.copies(words) == [0; N] {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
        self.copies(words)
    }

    /// Has customers looked up whose bodies are short and long; returns the most copies there were.
    async fn looked_through(&self, sim: &Sim) -> usize {
        let mut most = 0;
        for (filler, last) in [(0, 1), (20_000, 2), (200_000, 3)] {
            let body = body(filler);
            sim.set_lookup_fault(Fault::Answer { status: 200, headers: vec![], body });
            let answer = self.look_up(&format!("3799999000{last}")).await;
            assert!(answer.contains("status="), "{answer}");
            let copies = self.copies_left([CPF, WIFI, ROUTER]).await;
            println!("break 22: {copies:?} copies of CPF, Wi-Fi and router after {filler} bytes");
            most = most.max(copies.into_iter().max().unwrap_or_default());
        }
        most
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// As the unit sets it: glibc overwrites what is freed.
fn allocator_of_the_unit() -> String {
    let unit = include_str!("../systemd/bina.service");
    let line = unit.lines().find_map(|line| line.strip_prefix("Environment=GLIBC_TUNABLES="));
    line.expect("it is set").to_owned()
}

#[tokio::test]
async fn nothing_of_a_body_stays_in_memory() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let running = Running::start("plain", &app::connection(&sim), None, &allocator_of_the_unit());
    let copies = running.looked_through(&sim).await;
    println!("break 22: required 0, measured {copies} (plain http)");
    assert_eq!(copies, 0);
    let who = sim.credentials();
    let secrets = running.copies([who.client_secret, who.password]);
    // In use: the configuration the program began with, the one that a reload compares, the client.
    println!("break 22: required <= 3 of each secret, as they are in use, measured {secrets:?}");
    assert!(secrets.into_iter().all(|copies| copies <= 3), "{secrets:?}");
}

#[tokio::test]
async fn nothing_of_the_list_of_customers_stays_in_memory() {
    let customers = (0..60).map(|id| customer(id + 1, "ANA", &format!("379999{id:05}")));
    let sim = Sim::start(customers.collect()).await.expect("loopback");
    let running = Running::start("list", &app::connection(&sim), None, &allocator_of_the_unit());
    let start = Instant::now();
    while sim.list_requests() == 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "no walk has begun");
        sleep(Duration::from_millis(20)).await;
    }
    let copies = running.copies_left([CANARY_CPF, "DO CANARIO", "canario-login"]).await;
    assert_eq!(copies, [0; 3]);
}

/// What the TLS library has decrypted lies in the buffer of the connection, for as long as that is open.
#[tokio::test]
async fn with_tls_a_body_stays_in_the_open_connection_until_it_closes() {
    let own = SelfSigned::local();
    let sim = Sim::start_tls(vec![], own.config()).await.expect("tls");
    let text = app::connection(&sim).replace("insecure_http = true\n", "");
    let text = text + "ca_file = \"own.pem\"\nconnect_ms = 5000\n";
    let allocator = allocator_of_the_unit();
    let running = Running::start("tls", &text, Some(own.pem()), &allocator);
    let copies = running.looked_through(&sim).await;
    if cfg!(not(target_env = "gnu")) {
        return println!("break 22: measured {copies}; the allocator's setting is glibc's");
    }
    let start = Instant::now();
    while running.copies([CPF, WIFI, ROUTER]) != [0; 3] {
        assert!(start.elapsed() < Duration::from_secs(20), "it is there for good");
        sleep(Duration::from_millis(100)).await;
    }
    let took = start.elapsed();
    println!("break 22: required <= 3, then 0, measured {copies}, then 0 after {took:?} (TLS)");
    // There may be a second connection, and what is being freed.
    assert!(copies <= 3, "{copies}");
}
