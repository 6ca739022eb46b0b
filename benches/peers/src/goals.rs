//! What is measured of bina alone: hits beside misses, a miss, the start, memory and worker threads.

use std::fs;
use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bina::Bina;
use crate::http::{CACHED, Connection, says};
use crate::load::{self, Way};
use crate::open::{self, Times};
use crate::process::{Process, free_port, wait_for};
use crate::table::{Progress, Table, thousands, time};

/// Hits a second, and misses beside them.
const HITS: u32 = 200;
const MISSES: u32 = 100;
/// Callers who wait for misses at once; each waits for the deadline.
const MISS_CALLERS: usize = 160;
const HIT_CALLERS: usize = 32;
/// Misses a second when each is looked at by itself.
const SINGLE_MISSES: u32 = 40;
/// HubSoft's time for a lookup then, in milliseconds.
const UPSTREAM_MS: &str = "80";
/// Numbers remembered when memory is looked at.
const REMEMBERED: u32 = 100_000;
/// Lookups a second to fill the memory; bina's limiter allows as many.
const FILLING: u32 = 1_000;

/// Measures and prints; bina's files are written into `dir`.
pub fn run(bina: &Path, dir: &Path, quick: bool) -> io::Result<()> {
    let all = Goals { bina, dir, quick };
    let mut progress = Progress::new(5);
    progress.step("start");
    all.start()?;
    progress.step("a miss");
    all.miss()?;
    progress.step("hits beside misses");
    all.beside()?;
    progress.step("worker threads");
    all.threads()?;
    progress.step("memory");
    all.memory()?;
    progress.end();
    Ok(())
}

struct Goals<'a> {
    bina: &'a Path,
    dir: &'a Path,
    quick: bool,
}

/// A HubSoft of our own that takes so long.
struct HubSoft {
    port: u16,
    _process: Process,
}

impl HubSoft {
    fn start(delay_ms: &str) -> io::Result<Self> {
        let port = free_port()?;
        let process = Process::own(&["hubsoft", &port.to_string(), delay_ms])?;
        wait_for(port)?;
        Ok(Self { port, _process: process })
    }
}

/// The number of caller `index`, another one for each; `series` keeps measurements apart.
fn number(series: u32, index: u32) -> String {
    format!("{}9{:08}", 31 + series, 80_000_000 + index)
}

fn ask(port: u16, caller: &str) -> io::Result<()> {
    Connection::open(port)?.ask(caller)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn word(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

impl Goals<'_> {
    fn shorter(&self, seconds: u64) -> Duration {
        Duration::from_secs(if self.quick { seconds.div_ceil(5) } else { seconds })
    }

    fn bina(&self, hubsoft: &HubSoft, set: &[(&str, &str)]) -> io::Result<Bina> {
        Bina::start(self.bina, self.dir, hubsoft.port, set)
    }

    /// From the start of the program to the end of its first answer.
    fn start(&self) -> io::Result<()> {
        let hubsoft = HubSoft::start("0")?;
        let starts = if self.quick { 5 } else { 21 };
        let mut times = Vec::new();
        for _ in 0..starts {
            let (http, agi) = (free_port()?, free_port()?);
            let file = self.dir.join(format!("bina-{http}.toml"));
            fs::write(&file, crate::bina::settings(http, agi, hubsoft.port))?;
            let start = Instant::now();
            let _process =
                Process::start(self.bina, &["serve", "-c", &file.to_string_lossy()], &[])?;
            while ask(http, "").is_err() {
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

    /// What a miss takes more than HubSoft itself, asked in turn.
    fn miss(&self) -> io::Result<()> {
        let hubsoft = HubSoft::start(UPSTREAM_MS)?;
        let bina = self.bina(&hubsoft, &[])?;
        ask(bina.http, CACHED)?;
        let (mut own, mut through) = (Times::default(), Times::default());
        let rounds = if self.quick { 1 } else { 6 };
        for round in 0..rounds {
            let length = Duration::from_secs(2);
            let path = |index| number(20, round * 1_000 + index);
            let direct = |index| ask_hubsoft(hubsoft.port, &path(index)).is_ok();
            own = own.and(open::play(SINGLE_MISSES, length, HIT_CALLERS, direct));
            let found = |index| says(bina.http, &path(index), "source=hubsoft");
            let asked = |index| found(index).unwrap_or(false);
            through = through.and(open::play(SINGLE_MISSES, length, HIT_CALLERS, asked));
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

    /// Hits alone, then beside lookups that take longer than the deadline.
    fn beside(&self) -> io::Result<()> {
        let hubsoft = HubSoft::start("1000")?;
        let bina = self.bina(&hubsoft, &[])?;
        // The first answer comes too late for its own call, and is remembered.
        let _ = ask(bina.http, CACHED);
        sleep(Duration::from_millis(500));
        let length = self.shorter(10);
        let hit = |_| ask(bina.http, CACHED).is_ok();
        let alone = open::play(HITS, length, HIT_CALLERS, hit);
        let miss = |index| ask(bina.http, &number(10, index)).is_ok();
        let (both, misses) = std::thread::scope(|scope| {
            let misses = scope
                .spawn(|| open::play(MISSES, length + Duration::from_secs(1), MISS_CALLERS, miss));
            sleep(Duration::from_secs(1));
            let both = open::play(HITS, length, HIT_CALLERS, hit);
            (both, misses.join().unwrap_or_default())
        });
        let mut table = Table::new(&["hits, 200 a second", "p50", "p99", "p99.9", "failed"]);
        for (name, times) in [("alone", &alone), ("beside 100 misses/s, 1 s each", &both)] {
            let of = |percent| time(times.percentile(percent));
            let failed = times.failed.to_string();
            table.row(vec![name.to_owned(), of(50.0), of(99.0), of(99.9), failed]);
        }
        table.print();
        println!(
            "the misses themselves: p50 {}, p99 {} (the deadline is 800 ms)",
            time(misses.percentile(50.0)),
            time(misses.percentile(99.0))
        );
        let (own, other) = (both.percentile(99.0), alone.percentile(99.0));
        println!(
            "S4 p99 {}, goal 1 ms: {}; {:.2} x alone, goal 2: {}",
            time(own),
            word(millis(own) <= 1.0),
            millis(own) / millis(other),
            word(own <= other * 2),
        );
        Ok(())
    }

    /// Calls a second with 1, 2 and 4 worker threads, by turns.
    fn threads(&self) -> io::Result<()> {
        const THREADS: [&str; 3] = ["1", "2", "4"];
        const LOADS: [(Way, usize); 4] =
            [(Way::Keep, 1), (Way::Keep, 64), (Way::New, 1), (Way::New, 64)];
        let hubsoft = HubSoft::start("0")?;
        let started =
            THREADS.map(|threads| self.bina(&hubsoft, &[("TOKIO_WORKER_THREADS", threads)]));
        let mut running = Vec::new();
        for bina in started {
            let bina = bina?;
            ask(bina.http, CACHED)?;
            running.push(bina);
        }
        let rounds = if self.quick { 1 } else { 5 };
        let mut rates = vec![vec![Vec::new(); LOADS.len()]; running.len()];
        for _ in 0..rounds {
            for (column, (way, connections)) in LOADS.into_iter().enumerate() {
                for (row, bina) in running.iter().enumerate() {
                    let round =
                        load::round(bina.http, way, connections, Duration::from_millis(300))?;
                    rates[row][column].push((round.rate(), round.p50));
                }
            }
        }
        println!();
        let mut table =
            Table::new(&["worker threads", "keep 1", "keep 64", "new 1", "new 64", "RSS KiB"]);
        for ((threads, rates), bina) in THREADS.iter().zip(&mut rates).zip(&running) {
            let mut row = vec![(*threads).to_owned()];
            for column in rates {
                column.sort_by(|one, other| one.0.total_cmp(&other.0));
                row.push(thousands(column[column.len() / 2].0));
            }
            row.push(thousands(bina.process.resident() as f64));
            table.row(row);
        }
        table.print();
        Ok(())
    }

    /// Memory before the first call, and with as many customers as are remembered at most.
    fn memory(&self) -> io::Result<()> {
        let hubsoft = HubSoft::start("0")?;
        let bina = self.bina(&hubsoft, &[])?;
        sleep(Duration::from_millis(500));
        let idle = bina.process.resident() as f64 / 1024.0;
        println!("S6 RSS idle: {idle:.1} MiB, goal 8: {}", word(idle <= 8.0));
        let length = Duration::from_secs(u64::from(REMEMBERED / FILLING)).mul_f64(1.02);
        let length = if self.quick { length / 20 } else { length };
        let filled =
            open::play(FILLING, length, 64, |index| ask(bina.http, &number(30, index)).is_ok());
        let full = bina.process.resident() as f64 / 1024.0;
        let calls = (length.as_secs_f64() * f64::from(FILLING)) as u32 - filled.failed;
        println!(
            "S6 RSS with {} cached customers: {full:.1} MiB, goal 64: {}",
            thousands(f64::from(calls.min(REMEMBERED))),
            word(full <= 64.0)
        );
        println!(
            "   filled at {FILLING} a second; a miss then: p50 {}",
            time(filled.percentile(50.0))
        );
        Ok(())
    }
}

/// Asks HubSoft itself, as bina does.
fn ask_hubsoft(port: u16, number: &str) -> io::Result<()> {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    let path = format!("/api/v1/integracao/cliente?busca=telefone&termo_busca={number}&limit=20");
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    stream.read_to_end(&mut Vec::new()).map(|_| ())
}
