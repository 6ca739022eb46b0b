//! All contestants in one run, round by round, so that other load affects all of them.

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::contestants::{BINA, Contestant, Contestants, HELLO, NGINX_CACHE, NODE, PYTHON};
use crate::fastagi;
use crate::http::{CACHED, Connection};
use crate::hubsoft;
use crate::load::{self, Round, Way};
use crate::open::{self, Times};
use crate::table::{Progress, Table, thousands, time, word};

const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// Calls a second at which times are taken; below what the slowest can do.
const PACE: u32 = 1_000;
/// Callers at that pace.
const PACE_CALLERS: usize = 32;

/// How much is measured.
struct Extent {
    rounds: usize,
    round: Duration,
    /// The length of an open loop, of which there is one a round.
    paced: Duration,
    /// Calls of PHP in a round, each of which takes some 20 ms.
    php_calls: usize,
}

impl Extent {
    fn new(quick: bool) -> Self {
        if quick {
            let (round, paced) = (Duration::from_millis(100), Duration::from_millis(100));
            return Self { rounds: 1, round, paced, php_calls: 3 };
        }
        let (round, paced) = (Duration::from_millis(250), Duration::from_millis(500));
        Self { rounds: 5, round, paced, php_calls: 8 }
    }
}

/// Measures all and prints tables; what was fetched is in `dir`.
pub fn run(bina: &Path, dir: &Path, quick: bool) -> io::Result<()> {
    let extent = Extent::new(quick);
    let hubsoft = hubsoft::Running::start("0")?;
    let all = Contestants::start(bina, dir, hubsoft.port)?;
    let kinds = CONNECTIONS.len() * Way::ALL.len() + 1;
    let agi_kinds = fastagi::CALLERS.len() + 1;
    let steps = extent.rounds * (all.http.len() * kinds + all.agi.len() * agi_kinds + 1);
    let mut progress = Progress::new(steps);
    let mut http: Vec<Http> = all.http.iter().map(|_| Http::default()).collect();
    let mut called: Vec<_> = all.agi.iter().map(|_| fastagi::Measured::default()).collect();
    let mut php = Vec::new();
    for _ in 0..extent.rounds {
        for way in Way::ALL {
            for connections in CONNECTIONS {
                for (contestant, measured) in all.http.iter().zip(&mut http) {
                    progress.step(contestant.name);
                    measured.add(&all, contestant, way, connections, extent.round)?;
                }
            }
        }
        for (contestant, measured) in all.http.iter().zip(&mut http) {
            progress.step(contestant.name);
            let times = std::mem::take(&mut measured.paced);
            measured.paced = times.and(paced(contestant.port, extent.paced));
        }
        for at in 0..fastagi::CALLERS.len() {
            for (contestant, measured) in all.agi.iter().zip(&mut called) {
                progress.step(contestant.name);
                measured.add(&all, contestant, at, extent.round)?;
            }
        }
        for (contestant, measured) in all.agi.iter().zip(&mut called) {
            progress.step(contestant.name);
            measured.pace(contestant, extent.paced);
        }
        progress.step("PHP");
        if let Some(runs) = &all.php {
            php.extend(fastagi::php_calls(runs, extent.php_calls)?);
        }
    }
    progress.end();
    tell_http(&all, &http);
    fastagi::tell(&all, &called, &php);
    for absent in &all.absent {
        println!("absent: {absent}");
    }
    Ok(())
}

/// What was measured of one HTTP server.
#[derive(Default)]
struct Http {
    rounds: Vec<(Way, usize, Round)>,
    /// CPU time of a call on a new connection, one after the other.
    cpu: Vec<Duration>,
    paced: Times,
}

impl Http {
    fn add(
        &mut self,
        all: &Contestants,
        contestant: &Contestant,
        way: Way,
        connections: usize,
        length: Duration,
    ) -> io::Result<()> {
        let cpu = || contestant.process.map(|process| all.processes[process].cpu());
        let before = cpu();
        let round = load::round(contestant.port, way, connections, length);
        let round =
            round.map_err(|error| io::Error::other(format!("{}: {error}", contestant.name)))?;
        if (way, connections) == (Way::New, 1)
            && let Some((before, after)) = before.zip(cpu())
        {
            self.cpu.push((after - before) / round.calls.max(1));
        }
        self.rounds.push((way, connections, round));
        Ok(())
    }

    fn medians(&self, way: Way, connections: usize) -> (f64, Duration) {
        let own = self.rounds.iter().filter(|(w, c, _)| (*w, *c) == (way, connections));
        let (mut rates, mut p50s): (Vec<_>, Vec<_>) =
            own.map(|(_, _, round)| (round.rate(), round.p50)).unzip();
        rates.sort_by(f64::total_cmp);
        p50s.sort_unstable();
        (rates[rates.len() / 2], p50s[p50s.len() / 2])
    }

    fn rate(&self, way: Way, connections: usize) -> f64 {
        self.medians(way, connections).0
    }
}

fn paced(port: u16, length: Duration) -> Times {
    open::play(PACE, length, PACE_CALLERS, |_| {
        Connection::open(port).and_then(|mut connection| connection.query(CACHED)).is_ok()
    })
}

fn ratio(own: f64, other: f64) -> String {
    format!("{:.2}", own / other)
}

fn tell_http(all: &Contestants, http: &[Http]) {
    println!("A cached answer over HTTP: calls a second (median of the rounds)\n");
    let mut table = Table::new(&[
        "contestant",
        "keep 1",
        "keep 16",
        "keep 64",
        "new 1",
        "new 16",
        "new 64",
        "p50 keep 1",
        "p50 new 1",
        "CPU us/call (new)",
    ]);
    for (contestant, measured) in all.http.iter().zip(http) {
        let mut row = vec![contestant.name.to_owned()];
        for way in Way::ALL {
            row.extend(CONNECTIONS.map(|c| thousands(measured.rate(way, c))));
        }
        row.extend(Way::ALL.map(|way| time(measured.medians(way, 1).1)));
        let mut cpu = measured.cpu.clone();
        cpu.sort_unstable();
        let cpu = cpu.get(cpu.len() / 2);
        row.push(cpu.map_or("-".to_owned(), |cpu| format!("{:.1}", cpu.as_secs_f64() * 1e6)));
        table.row(row);
    }
    table.print();
    println!("bina's calls a second as a multiple of the others'\n");
    let mut table =
        Table::new(&["than", "keep 1", "keep 16", "keep 64", "new 1", "new 16", "new 64"]);
    let named = |name: &str| all.http.iter().position(|one| one.name == name).map(|at| &http[at]);
    let Some(bina) = named(BINA) else { return };
    for (contestant, measured) in all.http.iter().zip(http) {
        let mut row = vec![contestant.name.to_owned()];
        for way in Way::ALL {
            row.extend(CONNECTIONS.map(|c| ratio(bina.rate(way, c), measured.rate(way, c))));
        }
        table.row(row);
    }
    table.print();
    println!("Times at {PACE} calls a second on new connections, from when each call was due\n");
    let names = all.http.iter().map(|contestant| contestant.name);
    open::tell(names.zip(http.iter().map(|measured| &measured.paced)));
    let goal = |name: &str, way: Way, least: f64| {
        let Some(other) = named(name) else { return println!("S2 {name}: absent") };
        for connections in CONNECTIONS {
            let ratio = bina.rate(way, connections) / other.rate(way, connections);
            let (way, word) = (way.word(), word(ratio >= least));
            println!("S2 {way}, {connections}: {ratio:.2} x {name}, goal {least:.2}: {word}");
        }
    };
    goal(HELLO, Way::Keep, 0.90);
    goal(HELLO, Way::New, 0.90);
    goal(NGINX_CACHE, Way::Keep, 1.5);
    goal(NGINX_CACHE, Way::New, 1.05);
    goal(NODE, Way::Keep, 1.8);
    goal(NODE, Way::New, 1.8);
    goal(PYTHON, Way::Keep, 10.0);
    goal(PYTHON, Way::New, 4.0);
    println!();
}
