//! What memory bina takes: before the first call, and with as many customers as it caches at most.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use crate::bina::{Bina, number};
use crate::http::answer_contains;
use crate::hubsoft;
use crate::table::{Progress, thousands, word};

/// Numbers in the cache when memory is measured.
const REMEMBERED: u32 = 100_000;
/// Lookups that bina's limiter allows at once, and no more than 1,000 a second after them. A changed
/// limit, read by a reload, begins anew; so a minute and a half of waiting is saved.
const AT_ONCE: u32 = 9_500;
const BURSTS: [&str; 2] = ["burst = 10000", "burst = 9999"];
const CALLERS: usize = 16;

/// Measures and prints; bina's file is written into `dir`.
pub fn run(bina: &Path, dir: &Path, quick: bool) -> io::Result<()> {
    let hubsoft = hubsoft::Running::start("0")?;
    let bina = Bina::start(bina, dir, hubsoft.port, "")?;
    sleep(Duration::from_millis(500));
    let idle = bina.process.resident() as f64 / 1024.0;
    println!("S6 RSS idle: {idle:.1} MiB, goal 8: {}", word(idle <= 8.0));
    let wanted = if quick { REMEMBERED / 20 } else { REMEMBERED };
    let mut progress = Progress::new(wanted.div_ceil(AT_ONCE) as usize);
    let next = AtomicU32::new(0);
    let mut remembered = 0;
    while remembered < wanted && next.load(Ordering::Relaxed) < wanted * 2 {
        progress.step("memory");
        let most = (wanted - remembered).min(AT_ONCE);
        remembered += fill(&bina, &next, most);
        let text = fs::read_to_string(&bina.file)?;
        let (old, new) = if text.contains(BURSTS[0]) { (0, 1) } else { (1, 0) };
        fs::write(&bina.file, text.replace(BURSTS[old], BURSTS[new]))?;
        bina.process.signal("HUP")?;
        sleep(Duration::from_millis(200));
    }
    progress.end();
    let full = bina.process.resident() as f64 / 1024.0;
    println!(
        "S6 RSS with {} cached customers: {full:.1} MiB, goal 64: {}\n",
        thousands(f64::from(remembered)),
        word(full <= 64.0)
    );
    Ok(())
}

/// Requests `count` new numbers; returns how many HubSoft answered.
fn fill(bina: &Bina, next: &AtomicU32, count: u32) -> u32 {
    let (end, found) = (next.load(Ordering::Relaxed) + count, AtomicU32::new(0));
    let one = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= end {
                return;
            }
            if answer_contains(bina.http, &number(30, index), "source=hubsoft").unwrap_or(false) {
                found.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    scope(|scope| (0..CALLERS).for_each(|_| drop(scope.spawn(one))));
    // Each caller has taken a number beyond the end.
    next.store(end, Ordering::Relaxed);
    found.into_inner()
}
