//! Hits beside misses: whether lookups that HubSoft is slow at hold up those that the memory answers.
//!
//! Hits come in an open loop, alone and beside the misses, alternately; and in the same rounds to hyper's
//! hello-world, which has no misses. What that one is held up by, is the machine and the callers.

use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::bina::{Bina, number};
use crate::http::{CACHED, Connection, answer_contains};
use crate::hubsoft;
use crate::open::{self, Times};
use crate::process::{Process, free_port, wait_for};
use crate::table::{Progress, Table, time, word};

/// Hits a second, and misses beside them.
const HITS: u32 = 200;
const MISSES: u32 = 100;
/// Callers who wait for misses at once; each waits for the deadline.
const MISS_CALLERS: usize = 160;
const HIT_CALLERS: usize = 32;
/// HubSoft's time for a lookup, longer than a call waits for it.
const UPSTREAM: Duration = Duration::from_secs(1);

/// What is called, in which company; this many rounds of each, of two seconds.
const NAMES: [&str; 4] = [
    "bina alone",
    "bina beside 100 misses/s, 1 s each",
    "hyper hello alone",
    "hyper hello beside bina's misses",
];
const ROUNDS: usize = 5;

/// Calls for numbers not requested before, from `first` on, until it is ended.
pub fn misses(port: u16, first: u32) -> io::Result<()> {
    let miss =
        |index| Connection::open(port).and_then(|mut to| to.query(&number(10, first + index)));
    open::play(MISSES, Duration::from_secs(60), MISS_CALLERS, |index| miss(index).is_ok());
    Ok(())
}

/// Measures and prints; bina's file is written into `dir`.
pub fn run(bina: &Path, dir: &Path, quick: bool) -> io::Result<()> {
    let slow = hubsoft::Running::start(&UPSTREAM.as_millis().to_string())?;
    let bina = Bina::start(bina, dir, slow.port, "")?;
    let hello = free_port()?;
    let _hello = Process::own(&["hello", &hello.to_string(), "multi"])?;
    wait_for(hello)?;
    // The first answer comes too late for its own call, and is cached.
    let _ = Connection::open(bina.http)?.query(CACHED);
    sleep(UPSTREAM);
    let (rounds, length) = if quick { (1, 1) } else { (ROUNDS, 2) };
    let hits = |port: u16| {
        open::play(HITS, Duration::from_secs(length), HIT_CALLERS, |_| {
            Connection::open(port).and_then(|mut to| to.query(CACHED)).is_ok()
        })
    };
    let mut times = [const { Vec::new() }; NAMES.len()];
    let mut progress = Progress::new(rounds);
    for round in 0..rounds {
        progress.step("hits beside misses");
        let mut both = [(0, bina.http), (2, hello)];
        if round % 2 == 1 {
            both.reverse();
        }
        for (at, port) in both {
            times[at].push(hits(port));
        }
        let first = round as u32 * 10_000;
        let misses = Misses::start(bina.http, first)?;
        for (at, port) in both {
            times[at + 1].push(hits(port));
        }
        misses.end(bina.http, first)?;
    }
    progress.end();
    tell(times.map(Rounds));
    Ok(())
}

/// Callers in a process of their own, who leave the cores to all others: where they run is not
/// in question.
struct Misses(Process);

impl Misses {
    fn start(port: u16, first: u32) -> io::Result<Self> {
        let misses = Process::aside(&["misses", &port.to_string(), &first.to_string()])?;
        // From then on as many lookups are under way as there will be.
        sleep(UPSTREAM);
        Ok(Self(misses))
    }

    /// Sees to it that there were misses, and waits until none is under way.
    fn end(self, port: u16, first: u32) -> io::Result<()> {
        drop(self.0);
        sleep(UPSTREAM);
        if answer_contains(port, &number(10, first + MISSES), "source=cache")? {
            return Ok(());
        }
        Err(io::Error::other("HubSoft was not queried for the misses"))
    }
}

/// What came of one kind of calls.
struct Rounds(Vec<Times>);

impl Rounds {
    /// The middle one of the rounds' percentiles, and the least and the most.
    fn percentile(&self, percent: f64) -> [Duration; 3] {
        let mut all: Vec<_> = self.0.iter().map(|round| round.percentile(percent)).collect();
        all.sort_unstable();
        [all[all.len() / 2], all[0], all[all.len() - 1]]
    }

    fn together(&self) -> Times {
        self.0.iter().cloned().fold(Times::default(), Times::and)
    }
}

fn tell(times: [Rounds; NAMES.len()]) {
    let head =
        ["hits, 200 a second", "p50", "p99", "least", "most", "p99 of all", "p99.9", "failed"];
    let mut table = Table::new(&head);
    for (name, rounds) in NAMES.iter().zip(&times) {
        let (p99, all) = (rounds.percentile(99.0).map(time), rounds.together());
        let all_p99 = [99.0, 99.9].map(|percent| time(all.percentile(percent)));
        let name = vec![(*name).to_owned(), time(rounds.percentile(50.0)[0])];
        table.row([name, p99.to_vec(), all_p99.to_vec(), vec![all.failed.to_string()]].concat());
    }
    table.print();
    let p99 = times.each_ref().map(|rounds| rounds.percentile(99.0)[0].as_secs_f64() * 1e3);
    let [alone, beside, hello, control] = p99;
    println!(
        "p50 and p99: the middle one of {} rounds; least and most of the p99",
        times[0].0.len()
    );
    println!("S4 p99 {beside:.2} ms, goal 1 ms: {}", word(beside <= 1.0));
    let (own, other) = (beside / alone, control / hello);
    println!("S4 p99 {own:.2} x alone, goal 2: {}; hyper hello {other:.2} x", word(own <= 2.0));
    println!();
}
