//! FastAGI by all that implement it, in the same rounds as HTTP; and PHP, which is no server.

use std::io;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::agi;
use crate::contestants::{
    BARE_AGI, BINA, Contestant, Contestants, NODE_AGI, PYTHON_AGI, Php, variables,
};
use crate::open::{self, Times};
use crate::table::{Table, thousands, time, word};

/// Calls at a time, each on a connection of its own, as FastAGI has it.
pub const CALLERS: [usize; 3] = [1, 16, 64];
/// Calls a second at which times are taken; below what the slowest server can do.
const PACE: u32 = 500;
const PHP: &str = "PHP";

/// What was measured of one server.
#[derive(Default)]
pub struct Measured {
    rates: [Vec<f64>; CALLERS.len()],
    /// Of one call at a time.
    p50s: Vec<Duration>,
    cpus: Vec<Duration>,
    paced: Times,
}

impl Measured {
    /// Calls for `length`, `CALLERS[at]` at a time, each calling again as soon as it is answered.
    pub fn add(
        &mut self,
        all: &Contestants,
        contestant: &Contestant,
        at: usize,
        length: Duration,
    ) -> io::Result<()> {
        let cpu = || contestant.process.map(|process| all.processes[process].cpu());
        let (before, start) = (cpu(), Instant::now());
        let one = || {
            let mut times = Vec::new();
            while start.elapsed() < length {
                let called = Instant::now();
                agi::call(contestant.port)?;
                times.push(called.elapsed());
            }
            Ok(times)
        };
        let times: io::Result<Vec<_>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..CALLERS[at]).map(|_| scope.spawn(one)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Ok(vec![]))).collect()
        });
        let wrong = |error| io::Error::other(format!("{}: {error}", contestant.name));
        let mut times = times.map_err(wrong)?.concat();
        self.rates[at].push(times.len() as f64 / start.elapsed().as_secs_f64());
        if at == 0 {
            times.sort_unstable();
            self.p50s.push(times[times.len() / 2]);
            let spent = cpu().zip(before).map(|(after, before)| after - before);
            self.cpus.push(spent.unwrap_or_default() / times.len() as u32);
        }
        Ok(())
    }

    /// Calls when each is due.
    pub fn pace(&mut self, contestant: &Contestant, length: Duration) {
        let more = open::play(PACE, length, 32, |_| agi::call(contestant.port).is_ok());
        self.paced = std::mem::take(&mut self.paced).and(more);
    }

    fn rate(&self, at: usize) -> f64 {
        let mut rates = self.rates[at].clone();
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    }
}

/// Calls by a process each, as Asterisk's `AGI(agi.php)` makes them.
pub fn php_calls(php: &Php, calls: usize) -> io::Result<Vec<Duration>> {
    let one = || {
        let start = Instant::now();
        let mut command = Command::new(&php.program);
        command.arg(&php.script).arg(variables());
        command.envs(php.set.iter().map(|(name, value)| (*name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
            return Err(io::Error::other("PHP has no pipes"));
        };
        agi::converse(stdout, &mut stdin)?;
        child.wait()?;
        Ok(start.elapsed())
    };
    (0..calls).map(|_| one()).collect()
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Prints what came out; `php` are the times of PHP's calls.
pub fn tell(all: &Contestants, measured: &[Measured], php: &[Duration]) {
    println!(
        "FastAGI, 17 variables: calls a second, so many calls at a time (median of the rounds)\n"
    );
    let head = [
        "contestant",
        "1",
        "16",
        "64",
        "bina is x (1)",
        "x (16)",
        "x (64)",
        "p50 (1)",
        "CPU us/call",
    ];
    let mut table = Table::new(&head);
    let named = |name: &str| all.agi.iter().position(|one| one.name == name);
    let Some(bina) = named(BINA).map(|at| &measured[at]) else { return };
    let php_rate = php.len() as f64 / php.iter().sum::<Duration>().as_secs_f64();
    for (contestant, own) in all.agi.iter().zip(measured) {
        let mut row = vec![contestant.name.to_owned()];
        row.extend((0..CALLERS.len()).map(|at| thousands(own.rate(at))));
        row.extend((0..CALLERS.len()).map(|at| format!("{:.2}", bina.rate(at) / own.rate(at))));
        row.push(time(median(&own.p50s)));
        row.push(format!("{:.0}", median(&own.cpus).as_secs_f64() * 1e6));
        table.row(row);
    }
    if !php.is_empty() {
        let (rate, ratio) = (thousands(php_rate), format!("{:.0}", bina.rate(0) / php_rate));
        let row = ["PHP, a process for each call", &rate, "-", "-", &ratio, "-", "-"];
        let row = row.map(ToOwned::to_owned).to_vec();
        table.row([row, vec![time(median(php)), "-".to_owned()]].concat());
    }
    table.print();
    println!("Times at {PACE} calls a second, from when each call was due\n");
    let names = all.agi.iter().map(|contestant| contestant.name);
    open::tell(names.zip(measured.iter().map(|own| &own.paced)));
    let Some(bare) = named(BARE_AGI).map(|at| &measured[at]) else { return };
    let share = median(&bina.p50s).as_secs_f64() / median(&bare.p50s).as_secs_f64();
    println!("S3 p50: {share:.2} x {BARE_AGI}, goal 0.70: {}", word(share <= 0.70));
    for name in [PYTHON_AGI, NODE_AGI] {
        goal(name, named(name).map(|at| measured[at].rate(0)), bina, 2.5);
    }
    goal(PHP, (!php.is_empty()).then_some(php_rate), bina, 150.0);
    println!();
}

fn goal(name: &str, other: Option<f64>, bina: &Measured, least: f64) {
    let Some(other) = other else { return println!("S3 {name}: absent") };
    let own = bina.rate(0) / other;
    println!("S3 calls a second: {own:.2} x {name}, goal {least}: {}", word(own >= least));
}
