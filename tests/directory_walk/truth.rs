//! Whatever goes wrong, a walk is called whole only if it is.

use std::collections::BTreeMap;
use std::time::Duration;

use bina::sources::directory::WalkEnd;
use bina::sources::reasons;
use proptest::prelude::*;
use tokio::runtime::Builder;

use crate::bench::{Bench, Ids};
use crate::server::{Counting, Mistake, Server};
use crate::truncated;

/// Rows of the smallest page that a walk requests.
const ROWS_LEAST: u64 = 10;

/// Mistakes after which another answer is right.
fn mistake() -> impl Strategy<Value = Mistake> {
    prop_oneof![
        Just(Mistake::Double),
        Just(Mistake::Empty),
        Just(Mistake::Fail(truncated())),
        Just(Mistake::Fail(reasons::of_status(504))),
        Just(Mistake::Fail(reasons::TIMEOUT.failure())),
        Just(Mistake::Fail(reasons::SHED.failure())),
        Just(Mistake::Fail(reasons::of_status(403))),
        (1_usize..300).prop_map(Mistake::Lack),
        Just(Mistake::NoTotal),
        Just(Mistake::Other),
        Just(Mistake::Unreadable),
    ]
}

/// At most one change of the list: two that cancel each other are invisible to any client.
fn mistakes() -> impl Strategy<Value = BTreeMap<usize, Mistake>> {
    let moved = prop_oneof![Just(Mistake::Insert), Just(Mistake::Remove)];
    let moved = proptest::option::of((1_usize..20, moved));
    (proptest::collection::btree_map(0_usize..30, mistake(), 0..12), moved).prop_map(
        |(mut mistakes, moved)| {
            mistakes.extend(moved);
            mistakes
        },
    )
}

fn counting() -> impl Strategy<Value = Counting> {
    let number = || prop_oneof![Just(None), Just(Some(0)), Just(Some(1))];
    (0_u32..2, any::<bool>(), number(), number(), any::<bool>()).prop_map(
        |(first, is_page_0_empty, stated_first, last_first, repeats_last)| Counting {
            first,
            is_page_0_empty: is_page_0_empty && first == 1,
            stated_first,
            last_first,
            repeats_last,
        },
    )
}

/// Walks, and continues twice after failures.
async fn walk(server: Server) -> (Bench, Ids, WalkEnd) {
    let bench = Bench::new(server);
    let (mut outcome, mut ids) = bench.walk().await;
    for _ in 0..2 {
        if matches!(outcome.end, WalkEnd::Failed(_)) {
            let (mut restored, progress) = ids.restored();
            outcome = bench.whole(&mut restored, progress).await;
            ids = restored;
        }
    }
    (bench, ids, outcome.end)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_walk_is_called_whole_only_if_it_is(
        customers in 1_u64..3_000,
        counting in counting(),
        mistakes in mistakes(),
        rows_max in prop_oneof![Just(500_u32), 20_u32..300],
        rows_good in prop_oneof![Just(500_u32), 20_u32..300],
    ) {
        let times = (Duration::from_millis(100), Duration::ZERO);
        let server = Server { counting, mistakes, rows_max, rows_good, times, ..Server::new(customers) };
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        let (bench, ids, end) = runtime.expect("a runtime").block_on(walk(server));
        prop_assert!(end != WalkEnd::Whole || bench.has_all(&ids));
        // Three walks with the smallest pages, and what the mistakes cost.
        let pages = customers.div_ceil(ROWS_LEAST);
        let most = usize::try_from(3 * pages).expect("few") + 100;
        prop_assert!(bench.server.requests() <= most, "{} of {most}", bench.server.requests());
    }
}
