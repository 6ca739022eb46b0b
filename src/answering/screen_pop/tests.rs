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
    fails: AtomicBool,
    /// The failure, where it is another than a time-out.
    failure: Mutex<Option<Failure>>,
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
            if !self.fails.load(Ordering::Relaxed) {
                return Ok(());
            }
            Err(self.failure.lock().clone().unwrap_or_else(|| reasons::TIMEOUT.failure()))
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
    let fails = AtomicBool::new(fails);
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

/// What was shown of an agent.
fn shown_to(screens: &StubScreens, agent: u32) -> Vec<AgentEvent> {
    let own = shown(screens).into_iter().filter(|(shown, ..)| *shown == call(agent).agent);
    own.map(|(_, event, _)| event).collect()
}

const OPENED_AND_CLOSED: [AgentEvent; 2] = [AgentEvent::Ringing, AgentEvent::Ended];

/// Lets three reports of other agents fail, after which HubSoft is left alone.
async fn fail_others(pops: &ScreenPops, screens: &StubScreens, failure: Failure) {
    *screens.failure.lock() = Some(failure);
    screens.fails.store(true, Ordering::Relaxed);
    for agent in 101..=103 {
        pops.take(call(agent), AgentEvent::Ringing);
    }
    sleep(SECOND / 2).await;
    screens.fails.store(false, Ordering::Relaxed);
}

#[tokio::test(start_paused = true)]
async fn a_page_is_closed_after_hubsoft_has_rested() {
    let throttled = reasons::THROTTLED.retry_after(Some(30 * SECOND));
    for (failure, rest) in [(reasons::of_status(500), 5 * SECOND), (throttled, 30 * SECOND)] {
        let (pops, screens) = pops(SECOND / 10, false);
        pops.take(call(1), AgentEvent::Ringing);
        sleep(SECOND).await;
        fail_others(&pops, &screens, failure).await;
        assert_eq!(pops.take(call(1), AgentEvent::Ended), Accepted::Queued);
        assert_eq!(pops.take(call(2), AgentEvent::Ringing), Accepted::Queued);
        sleep(rest - SECOND).await;
        assert_eq!(shown_to(&screens, 1), [AgentEvent::Ringing], "HubSoft is left alone");
        sleep(2 * SECOND).await;
        assert_eq!(shown_to(&screens, 1), OPENED_AND_CLOSED);
        assert_eq!((shown_to(&screens, 2), counted(&pops, "resting")), (vec![], 1));
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_that_fails_is_sent_again_for_two_minutes_at_most() {
    let (pops, screens) = pops(SECOND / 10, false);
    pops.take(call(1), AgentEvent::Ringing);
    sleep(SECOND).await;
    screens.fails.store(true, Ordering::Relaxed);
    pops.take(call(1), AgentEvent::Ended);
    sleep(20 * SECOND).await;
    let tries = shown_to(&screens, 1).len() - 1;
    assert!((3..=5).contains(&tries), "{tries}");
    screens.fails.store(false, Ordering::Relaxed);
    sleep(10 * SECOND).await;
    assert_eq!(shown_to(&screens, 1).len(), tries + 2);
    assert_eq!(pops.metrics.counted(AgentEvent::Ended, "sent"), 1);
    pops.take(call(2), AgentEvent::Ringing);
    sleep(SECOND).await;
    screens.fails.store(true, Ordering::Relaxed);
    pops.take(call(2), AgentEvent::Ended);
    sleep(180 * SECOND).await;
    let tries = shown_to(&screens, 2).len() - 1;
    assert!((15..=25).contains(&tries), "{tries}");
    assert_eq!(pops.metrics.counted(AgentEvent::Ended, "late"), 1);
    assert_eq!(pops.queue.lock().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refused_end_is_not_sent_again() {
    let (pops, screens) = pops(SECOND / 10, false);
    pops.take(call(1), AgentEvent::Ringing);
    sleep(SECOND).await;
    *screens.failure.lock() = Some(reasons::SCREEN_REFUSED.failure());
    screens.fails.store(true, Ordering::Relaxed);
    pops.take(call(1), AgentEvent::Ended);
    sleep(60 * SECOND).await;
    assert_eq!(shown_to(&screens, 1), OPENED_AND_CLOSED);
    assert_eq!(pops.metrics.counted(AgentEvent::Ended, "failed"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_surge_closes_the_pages_that_it_opened_and_no_others() {
    let (pops, screens) = pops(SECOND, false);
    for agent in 1..=500 {
        pops.take(call(agent), AgentEvent::Ringing);
    }
    sleep(15 * SECOND).await;
    let opened = shown(&screens).len();
    // Eight a second, for ten seconds.
    assert_eq!(opened, 80);
    let ended = (1..=500).map(|agent| pops.take(call(agent), AgentEvent::Ended));
    assert_eq!(ended.filter(|taken| *taken == Accepted::Queued).count(), opened);
    sleep(15 * SECOND).await;
    let shown = shown(&screens);
    assert_eq!(shown.len(), 2 * opened);
    assert_eq!(pops.metrics.counted(AgentEvent::Ended, "not_open"), 420);
}

#[tokio::test(start_paused = true)]
async fn pages_are_closed_before_others_are_opened_though_the_queue_is_full() {
    let (pops, screens) = pops(SECOND, false);
    pops.take(call(1), AgentEvent::Ringing);
    sleep(2 * SECOND).await;
    for agent in 2..=400 {
        pops.take(call(agent), AgentEvent::Ringing);
    }
    assert_eq!(counted(&pops, "queue_full"), 199);
    sleep(SECOND / 2).await;
    assert_eq!(pops.take(call(1), AgentEvent::Ended), Accepted::Queued);
    sleep(SECOND).await;
    assert_eq!(shown_to(&screens, 1), OPENED_AND_CLOSED);
}

#[tokio::test(start_paused = true)]
async fn an_end_that_arrives_before_its_beginning_settles_both() {
    let (pops, screens) = pops(SECOND / 10, false);
    assert_eq!(pops.take(call(1), AgentEvent::Ended), Accepted::Queued);
    sleep(SECOND).await;
    assert_eq!(pops.take(call(1), AgentEvent::Ringing), Accepted::Skipped);
    sleep(5 * SECOND).await;
    assert!(shown(&screens).is_empty());
    assert_eq!(counted(&pops, "ended_before"), 1);
    assert_eq!(pops.metrics.counted(AgentEvent::Ended, "ended_before"), 1);
    // The next call of the same caller opens the page again.
    assert_eq!(pops.take(call(1), AgentEvent::Ringing), Accepted::Queued);
    sleep(SECOND).await;
    assert_eq!(shown_to(&screens, 1), [AgentEvent::Ringing]);
}

#[tokio::test(start_paused = true)]
async fn an_end_of_which_nothing_is_known_is_sent_only_soon_after_the_start() {
    let (pops, screens) = pops(SECOND / 10, false);
    pops.take(call(1), AgentEvent::Ended);
    sleep(SECOND).await;
    assert!(shown(&screens).is_empty(), "its beginning may be behind it");
    sleep(2 * SECOND).await;
    assert_eq!(shown_to(&screens, 1), [AgentEvent::Ended], "its page may be from before the start");
    sleep(3_600 * SECOND).await;
    assert_eq!(pops.take(call(2), AgentEvent::Ended), Accepted::Queued);
    sleep(5 * SECOND).await;
    assert_eq!(shown(&screens).len(), 1);
    assert_eq!(pops.metrics.counted(AgentEvent::Ended, "not_open"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_hubsoft_refused_is_not_closed() {
    for (failure, is_closed) in [
        (reasons::SCREEN_REFUSED.failure(), false),
        (reasons::CONNECT.failure(), false),
        (reasons::TIMEOUT.failure(), true),
        (reasons::INVALID_ANSWER.because("no status"), true),
    ] {
        let (pops, screens) = pops(SECOND, true);
        *screens.failure.lock() = Some(failure.clone());
        pops.take(call(1), AgentEvent::Ringing);
        sleep(SECOND / 2).await;
        // It is not known yet.
        assert_eq!(pops.take(call(1), AgentEvent::Ended), Accepted::Queued);
        sleep(SECOND).await;
        screens.fails.store(false, Ordering::Relaxed);
        sleep(10 * SECOND).await;
        assert_eq!(shown_to(&screens, 1).len() > 1, is_closed, "{failure}");
        let not_open = pops.metrics.counted(AgentEvent::Ended, "not_open");
        assert_eq!(not_open, u64::from(!is_closed), "{failure}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_wanted_again_is_not_closed_late() {
    let (pops, screens) = pops(SECOND / 10, false);
    pops.take(call(1), AgentEvent::Ringing);
    sleep(SECOND).await;
    screens.fails.store(true, Ordering::Relaxed);
    pops.take(call(1), AgentEvent::Ended);
    sleep(SECOND).await;
    screens.fails.store(false, Ordering::Relaxed);
    // The queue rings the same agent again, before the end is sent again.
    pops.take(call(1), AgentEvent::Ringing);
    sleep(10 * SECOND).await;
    let expected = [AgentEvent::Ringing, AgentEvent::Ended, AgentEvent::Ringing];
    assert_eq!(shown_to(&screens, 1), expected);
    assert_eq!(pops.metrics.counted(AgentEvent::Ended, "reopened"), 1);
    pops.take(call(1), AgentEvent::Ended);
    sleep(SECOND).await;
    assert_eq!(shown_to(&screens, 1).len(), 4);
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
    assert_eq!(result_word(Some(&reasons::PAUSED.failure())), "resting");
    assert_eq!(result_word(Some(&reasons::TIMEOUT.failure())), "failed");
}
