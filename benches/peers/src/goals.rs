//! What is measured of bina alone: the start and a miss here, the rest in files of their own.

use std::fs;
use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::beside;
use crate::bina::{Bina, number};
use crate::http::{CACHED, Connection, answer_contains};
use crate::hubsoft;
use crate::memory;
use crate::open::{self, Times};
use crate::process::{Process, free_port};
use crate::table::{Progress, thousands, time, word};
use crate::workers;

/// Callers at once, more than are ever needed.
const CALLERS: usize = 32;
/// Misses a second when each is looked at by itself.
const SINGLE_MISSES: u32 = 40;
/// HubSoft's time for a lookup then, in milliseconds.
const UPSTREAM_MS: &str = "80";

/// Measures and prints; bina's files are written into `dir`.
pub fn run(bina: &Path, dir: &Path, quick: bool) -> io::Result<()> {
    let all = Goals { bina, dir, quick };
    let mut progress = Progress::new(2);
    progress.step("start");
    all.start()?;
    progress.step("a miss");
    all.miss()?;
    progress.end();
    beside::run(bina, dir, quick)?;
    workers::run(bina, dir, quick)?;
    memory::run(bina, dir, quick)
}

struct Goals<'a> {
    bina: &'a Path,
    dir: &'a Path,
    quick: bool,
}

fn query(port: u16, caller: &str) -> io::Result<()> {
    Connection::open(port)?.query(caller)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

impl Goals<'_> {
    /// From the start of the program to the end of its first answer.
    fn start(&self) -> io::Result<()> {
        let hubsoft = hubsoft::Running::start("0")?;
        let starts = if self.quick { 5 } else { 21 };
        let mut times = Vec::new();
        for _ in 0..starts {
            let (http, agi) = (free_port()?, free_port()?);
            let file = self.dir.join(format!("bina-{http}.toml"));
            fs::write(&file, crate::bina::settings(http, agi, hubsoft.port))?;
            let start = Instant::now();
            let _process =
                Process::start(self.bina, &["serve", "-c", &file.to_string_lossy()], &[])?;
            while query(http, "").is_err() {
                sleep(Duration::from_micros(200));
                if start.elapsed() > Duration::from_secs(5) {
                    return Err(io::Error::other("no answer within 5 s of the start"));
                }
            }
            times.push(start.elapsed());
        }
        let times = Times::new(times, 0);
        let p50 = times.percentile(50.0);
        println!(
            "S6 start to first answer, {starts} starts: p50 {}, most {}, goal 10 ms: {}",
            time(p50),
            time(times.percentile(100.0)),
            word(millis(p50) <= 10.0),
        );
        let size = fs::metadata(self.bina)?.len() as f64;
        println!("S6 binary: {} bytes, goal 8,000,000: {}", thousands(size), word(size <= 8e6));
        Ok(())
    }

    /// What a miss takes more than HubSoft itself, queried alternately.
    fn miss(&self) -> io::Result<()> {
        let hubsoft = hubsoft::Running::start(UPSTREAM_MS)?;
        let bina = Bina::start(self.bina, self.dir, hubsoft.port, "")?;
        query(bina.http, CACHED)?;
        let (mut own, mut through) = (Times::default(), Times::default());
        let rounds = if self.quick { 1 } else { 6 };
        for round in 0..rounds {
            let length = Duration::from_secs(2);
            let path = |index| number(20, round * 1_000 + index);
            let direct = |index| query_hubsoft(hubsoft.port, &path(index)).is_ok();
            own = own.and(open::play(SINGLE_MISSES, length, CALLERS, direct));
            let found = |index| answer_contains(bina.http, &path(index), "source=hubsoft");
            let requested = |index| found(index).unwrap_or(false);
            through = through.and(open::play(SINGLE_MISSES, length, CALLERS, requested));
        }
        let added = |percent| millis(through.percentile(percent)) - millis(own.percentile(percent));
        println!(
            "S5 HubSoft itself ({UPSTREAM_MS} ms): p50 {:.2} ms, p99 {:.2} ms; a miss: p50 {:.2} ms, \
             p99 {:.2} ms ({} failed)",
            millis(own.percentile(50.0)),
            millis(own.percentile(99.0)),
            millis(through.percentile(50.0)),
            millis(through.percentile(99.0)),
            own.failed + through.failed,
        );
        for (percent, most) in [(50.0, 1.0), (99.0, 3.0)] {
            let added = added(percent);
            println!(
                "S5 added at p{percent}: {added:.2} ms, goal {most} ms: {}",
                word(added <= most)
            );
        }
        Ok(())
    }
}

/// Queries HubSoft itself, as bina does.
fn query_hubsoft(port: u16, number: &str) -> io::Result<()> {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    let path = format!("/api/v1/integracao/cliente?busca=telefone&termo_busca={number}&limit=20");
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    stream.read_to_end(&mut Vec::new()).map(|_| ())
}
