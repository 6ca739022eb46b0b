//! Tests of the queue of reports, in paused time, with stub screens.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::time::sleep;

use super::*;
use crate::domain::agent_call::Agent;
use crate::domain::phone::Phone;
use crate::sources::agent_screens::ScreenFuture;
use crate::sources::reasons;

const SECOND: Duration = Duration::from_secs(1);

/// Screens that take their time, and may fail.
#[derive(Default)]
struct StubScreens {
    took: Duration,
    fails: bool,
    panics: AtomicBool,
    shown: Mutex<Vec<(Agent, AgentEvent, Duration)>>,
    at_once: AtomicUsize,
    most: AtomicUsize,
    start: Option<Instant>,
}

impl AgentScreens for StubScreens {
    fn report<'a>(
        &'a self,
        call: &'a AgentCall,
        event: AgentEvent,
        _: Instant,
    ) -> ScreenFuture<'a> {
        Box::pin(async move {
            let at = self.start.map_or(Duration::ZERO, |start| start.elapsed());
            self.shown.lock().push((call.agent.clone(), event, at));
            self.most
                .fetch_max(self.at_once.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            sleep(self.took).await;
            self.at_once.fetch_sub(1, Ordering::Relaxed);
            assert!(!self.panics.swap(false, Ordering::Relaxed), "as a test wants it");
            if self.fails { Err(reasons::TIMEOUT.failure()) } else { Ok(()) }
        })
    }
}

fn call(agent: u32) -> AgentCall {
    AgentCall {
        agent: Agent::extension(&agent.to_string()).expect("an extension"),
        phone: Phone::parse("37988242968", None).ok(),
        code: None,
        id: None,
    }
}

/// Reports to screens that take `took`.
fn pops(took: Duration, fails: bool) -> (Arc<ScreenPops>, Arc<StubScreens>) {
    let start = Some(Instant::now());
    let screens = Arc::new(StubScreens { took, fails, start, ..StubScreens::default() });
    let reported = Arc::clone(&screens) as Arc<dyn AgentScreens>;
    let pops = Arc::new(ScreenPops::new(Some(reported), ScreenPopMetrics::default()));
    tokio::spawn(Arc::clone(&pops).keep());
    (pops, screens)
}

fn shown(screens: &StubScreens) -> Vec<(Agent, AgentEvent, Duration)> {
    screens.shown.lock().clone()
}

/// How many calls that began were counted so.
fn counted(pops: &ScreenPops, result: &'static str) -> u64 {
    pops.metrics.counted(AgentEvent::Ringing, result)
}

#[tokio::test(start_paused = true)]
async fn a_slow_hubsoft_receives_each_report_at_once() {
    let (pops, screens) = pops(SECOND, false);
    for agent in 1..=8 {
        assert_eq!(pops.take(call(agent), AgentEvent::Ringing), Accepted::Queued);
    }
    sleep(SECOND / 100).await;
    assert_eq!(shown(&screens).len(), 8);
    assert!(shown(&screens).iter().all(|(.., at)| at.is_zero()));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_call_never_overtakes_its_beginning() {
    let (pops, screens) = pops(SECOND, false);
    pops.take(call(1), AgentEvent::Ringing);
    sleep(SECOND / 10).await;
    assert_eq!(pops.take(call(1), AgentEvent::Ended), Accepted::Queued);
    sleep(3 * SECOND).await;
    let events: Vec<_> = shown(&screens).into_iter().map(|(_, event, at)| (event, at)).collect();
    assert_eq!(events, [(AgentEvent::Ringing, Duration::ZERO), (AgentEvent::Ended, SECOND)]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_ends_before_it_is_reported_is_not_reported() {
    let (pops, screens) = pops(SECOND, false);
    for agent in 1..=9 {
        pops.take(call(agent), AgentEvent::Ringing);
        sleep(SECOND / 100).await;
    }
    assert_eq!(pops.take(call(9), AgentEvent::Ended), Accepted::Skipped);
    sleep(5 * SECOND).await;
    assert_eq!(shown(&screens).len(), 8);
}

#[tokio::test(start_paused = true)]
async fn the_queue_and_the_requests_are_bounded_and_old_reports_are_dropped() {
    let (pops, screens) = pops(3 * SECOND, false);
    let taken: Vec<_> =
        (1..=1_000).map(|agent| pops.take(call(agent), AgentEvent::Ringing)).collect();
    let queued = taken.iter().filter(|taken| **taken == Accepted::Queued).count();
    assert_eq!(queued, 200);
    sleep(60 * SECOND).await;
    assert_eq!(screens.most.load(Ordering::Relaxed), SENDING_MAX);
    // Of four rounds of eight, the last one begins nine seconds later.
    assert_eq!(shown(&screens).len(), 32);
    assert_eq!(pops.queue.lock().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dead_hubsoft_is_left_alone() {
    let (pops, screens) = pops(SECOND, true);
    for agent in 1..=300 {
        pops.take(call(agent), AgentEvent::Ringing);
        sleep(SECOND / 10).await;
    }
    sleep(20 * SECOND).await;
    // Thirty seconds of calls: eight at a time at first, and some after each rest.
    let sent = shown(&screens).len();
    assert!((20..=90).contains(&sent), "{sent}");
    assert_eq!(pops.queue.lock().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn unknown_callers_and_no_screens_are_no_reports() {
    let (pops, screens) = pops(SECOND, false);
    let nobody = AgentCall { phone: None, ..call(1) };
    assert_eq!(pops.take(nobody, AgentEvent::Ringing), Accepted::Skipped);
    pops.adjust(None);
    assert_eq!(pops.take(call(1), AgentEvent::Ringing), Accepted::Dropped);
    sleep(SECOND).await;
    assert!(shown(&screens).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_panic_loses_one_report_and_no_agent() {
    let (pops, screens) = pops(SECOND, false);
    screens.panics.store(true, Ordering::Relaxed);
    pops.take(call(1), AgentEvent::Ringing);
    sleep(2 * SECOND).await;
    pops.take(call(1), AgentEvent::Ended);
    sleep(2 * SECOND).await;
    assert_eq!(shown(&screens).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_waits_while_hubsoft_is_taken_away_is_not_counted_as_sent() {
    let (pops, screens) = pops(SECOND, false);
    for agent in 1..=9 {
        pops.take(call(agent), AgentEvent::Ringing);
    }
    sleep(SECOND / 2).await;
    pops.adjust(None);
    sleep(2 * SECOND).await;
    assert_eq!(shown(&screens).len(), 8);
    assert_eq!((counted(&pops, "sent"), counted(&pops, "off")), (8, 1));
}

#[tokio::test(start_paused = true)]
async fn a_report_ends_when_it_is_of_no_use_any_more() {
    let (pops, screens) = pops(60 * SECOND, false);
    pops.take(call(1), AgentEvent::Ringing);
    sleep(11 * SECOND).await;
    pops.take(call(1), AgentEvent::Ended);
    sleep(SECOND).await;
    assert_eq!(shown(&screens).len(), 2);
    assert_eq!(counted(&pops, "late"), 1);
}

#[tokio::test(start_paused = true)]
async fn reports_end_with_their_task() {
    let screens = Arc::new(StubScreens { took: 5 * SECOND, ..StubScreens::default() });
    let reported = Arc::clone(&screens) as Arc<dyn AgentScreens>;
    let pops = Arc::new(ScreenPops::new(Some(reported), ScreenPopMetrics::default()));
    let kept = tokio::spawn(Arc::clone(&pops).keep());
    pops.take(call(1), AgentEvent::Ringing);
    sleep(SECOND).await;
    kept.abort();
    sleep(10 * SECOND).await;
    assert_eq!(screens.at_once.load(Ordering::Relaxed), 1, "the request was dropped in between");
    assert_eq!(counted(&pops, "sent"), 0);
}

#[test]
fn a_request_that_was_not_sent_does_not_end_the_rest() {
    let mut recent = RecentFailures::default();
    (0..3).for_each(|_| recent.note(Some(&reasons::TIMEOUT.failure())));
    recent.note(Some(&reasons::NO_TOKEN.failure()));
    assert!(recent.rests(Instant::now()));
    recent.note(None);
    assert!(!recent.rests(Instant::now()));
    (0..3).for_each(|_| recent.note(Some(&reasons::SCREENS_FORBIDDEN.failure())));
    assert!(
        recent.rests(Instant::now()),
        "a permission that is missing is missing for the next, too"
    );
}

#[test]
fn a_surge_of_calls_makes_reports_late_and_is_no_failure_of_hubsoft() {
    assert_eq!(result_word(Some(&reasons::SHED.failure())), "late");
    assert_eq!(result_word(Some(&reasons::TIMEOUT.failure())), "failed");
}
