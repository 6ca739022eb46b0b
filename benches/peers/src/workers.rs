//! How many worker threads are best: the same bina with 1, 2 and 4 of them, round by round alternately.

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::bina::Bina;
use crate::http::{CACHED, Connection};
use crate::hubsoft;
use crate::load::{self, Way};
use crate::open::{self, Times};
use crate::table::{Progress, Table, thousands, time};

const THREADS: [usize; 3] = [1, 2, 4];
/// Closed loops: whether connections are kept, and how many there are.
const LOADS: [(Way, usize); 6] = [
    (Way::Keep, 1),
    (Way::Keep, 16),
    (Way::Keep, 64),
    (Way::New, 1),
    (Way::New, 16),
    (Way::New, 64),
];
const ROUND: Duration = Duration::from_millis(200);
/// Calls a second of the open loop, on new connections.
const PACE: u32 = 1_000;

/// What was measured with so many threads.
#[derive(Default)]
struct Workers {
    rates: [Vec<f64>; LOADS.len()],
    p99s: Vec<Duration>,
    all: Times,
}

/// Measures and prints; bina's files are written into `dir`.
pub fn run(bina: &Path, dir: &Path, quick: bool) -> io::Result<()> {
    let hubsoft = hubsoft::Running::start("0")?;
    let start = |threads| {
        let setting = format!("[service]\nworker_threads = {threads}\n");
        let bina = Bina::start(bina, dir, hubsoft.port, &setting)?;
        Connection::open(bina.http)?.query(CACHED).map(|()| bina)
    };
    let running = THREADS.into_iter().map(start).collect::<io::Result<Vec<_>>>()?;
    let mut measured = THREADS.map(|_| Workers::default());
    let rounds = if quick { 1 } else { 7 };
    let mut progress = Progress::new(rounds);
    for round in 0..rounds {
        progress.step("worker threads");
        for (column, (way, connections)) in LOADS.into_iter().enumerate() {
            for turn in 0..THREADS.len() {
                // Each comes first as often as the others.
                let at = (turn + round) % THREADS.len();
                let round = load::round(running[at].http, way, connections, ROUND)?;
                measured[at].rates[column].push(round.rate());
            }
        }
        for (bina, workers) in running.iter().zip(&mut measured) {
            let times = open::play(PACE, ROUND, 32, |_| {
                Connection::open(bina.http).and_then(|mut to| to.query(CACHED)).is_ok()
            });
            workers.p99s.push(times.percentile(99.0));
            workers.all = std::mem::take(&mut workers.all).and(times);
        }
    }
    progress.end();
    println!("bina's calls a second by worker threads; times at {PACE} a second (open loop)\n");
    let mut head = vec!["worker threads".to_owned()];
    head.extend(LOADS.map(|(way, connections)| format!("{} {connections}", way.short())));
    head.extend(["p50", "p99", "RSS KiB"].map(ToOwned::to_owned));
    let mut table = Table::new(&head.iter().map(String::as_str).collect::<Vec<_>>());
    for ((threads, workers), bina) in THREADS.iter().zip(&mut measured).zip(&running) {
        let mut row = vec![threads.to_string()];
        for rates in &mut workers.rates {
            rates.sort_by(f64::total_cmp);
            row.push(thousands(rates[rates.len() / 2]));
        }
        workers.p99s.sort_unstable();
        row.push(time(workers.all.percentile(50.0)));
        row.push(time(workers.p99s[workers.p99s.len() / 2]));
        row.push(thousands(bina.process.resident() as f64));
        table.row(row);
    }
    table.print();
    Ok(())
}
