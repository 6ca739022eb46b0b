//! Times the parts of bina's work: `cargo bench --bench timed`, or with a part's name for it alone.

mod parts;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bina::answering::lookup::Lookup;
use criterion::Criterion;

use self::parts::{memory, number, parts, runtime, soon};

/// Numbers in the memory over which threads contend.
const REMEMBERED: u32 = 10_000;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
        .configure_from_args();
    for (name, ready) in parts() {
        // Prepared only when it is requested: some take seconds.
        let mut work = None;
        criterion.bench_function(&name, |bencher| {
            let work = work.get_or_insert_with(&ready);
            bencher.iter(work);
        });
    }
    for threads in [1, 2] {
        let mut lookup = None;
        criterion.bench_function(
            &format!("memory under contention, {threads} threads"),
            |bencher| {
                let lookup = lookup.get_or_insert_with(|| Arc::new(memory(REMEMBERED)));
                bencher.iter_custom(|calls| contend(lookup, threads, calls));
            },
        );
    }
    criterion.final_summary();
}

/// The time in which each thread makes so many lookups.
fn contend(lookup: &Arc<Lookup>, threads: u32, calls: u64) -> Duration {
    let start = Instant::now();
    thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                runtime().block_on(async {
                    for call in 0..calls {
                        let index = (call as u32 * 7 + thread) % REMEMBERED;
                        lookup.find(&number(index).into(), soon()).await;
                    }
                });
            });
        }
    });
    start.elapsed()
}
