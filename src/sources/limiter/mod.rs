//! Spreads requests to HubSoft so that it does not throttle them; the caller passes the time.
//!
//! A token bucket, stored as the time when it will be full. A request that cannot be answered within
//! the deadline of its call is rejected immediately, because it would take the slot of a request that
//! can be answered. HubSoft's limits (429, `Retry-After`) on a lookup slow the bucket down; it recovers
//! when they stop. Limits on background work pause background work only: they may be those of one
//! route, and if they are those of all, the next lookup finds out.
//!
//! ```text
//! feed, undecided probe   within its share --- the next slot, after those already assigned
//! call                    ------------------- the next slot, if it is in time
//! undecided, expected call ------------------ the next slot, if it is near
//! second spelling, probe, bulk, screen, and shares used up --- a slot now, if the bucket is (nearly) full
//! ```
//! All classes share one bucket, so that no span `t` has more than burst + rate x `t` requests. An
//! assigned slot is never revoked: a share takes precedence over later calls.

mod pauses;
mod urgency;

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::runtime::settings::Section;

use self::pauses::Pauses;
use self::urgency::Shares;

pub use self::urgency::Urgency;

/// Longest pause that HubSoft can request; a mistaken `Retry-After` must not stop requests for a day.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Minimum rate, so that the bucket notices when HubSoft accepts more again.
const RATE_MIN: f64 = 0.5;
/// Pause of background work after a 429 that requests none.
const BACKGROUND_REST: Duration = Duration::from_secs(5);
/// 429s come in groups; those within one second count once.
const HALVING_REST: Duration = Duration::from_secs(1);
/// Time to recover from half to full rate.
const RECOVERY: Duration = Duration::from_secs(30);
/// Assumed time of a request before the first measurement.
const FIRST_GUESS: Duration = Duration::from_millis(250);
/// Time that a call needs besides the request: to wake up for its slot, and to be answered after it.
/// Rehearsals without it assigned one slot in fifty to a call that was late by a millisecond, and
/// delays of a loaded machine are ten times as long. It costs no slot: the next call takes the slot
/// that is rejected here.
const OVERHEAD: Duration = Duration::from_millis(50);

/// The maximum request rate to HubSoft.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Requests per second.
    pub rate: f64,
    /// Requests at once after an idle period.
    pub burst: u32,
}

impl Default for Settings {
    /// An integrator quotes 20 per second with bursts of 200; the rest is for other programs.
    fn default() -> Self {
        Self { rate: 15.0, burst: 50 }
    }
}

impl Settings {
    /// Reads `[limiter]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let default = Self::default();
        let rate = section.number("rate", 1..=1_000, default.rate as u32);
        let burst = section.number("burst", 1..=10_000, default.burst);
        Self { rate: rate.into(), burst }
    }
}

/// Why there is no slot for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSlot {
    /// The next one would be too late for the deadline of the request.
    Late,
    /// None can be spared before this time; the request may try again then.
    NotBefore(Instant),
    /// HubSoft requested a pause that is not over.
    Paused,
}

/// The bucket shared by all requests.
pub struct Limiter(Mutex<Bucket>);

struct Bucket {
    settings: Settings,
    /// Current requests per second.
    rate: f64,
    /// When the bucket will be full; each request adds one interval.
    full_at: Option<Instant>,
    shares: Shares,
    pauses: Pauses,
    halved_at: Option<Instant>,
    /// When the rate was last raised.
    raised_at: Option<Instant>,
    /// Smoothed time of a request, and its smoothed deviation.
    took: Duration,
    deviation: Duration,
}

impl Limiter {
    /// A full bucket.
    pub fn new(settings: Settings) -> Self {
        Self(Mutex::new(Bucket {
            rate: settings.rate,
            settings,
            full_at: None,
            shares: Shares::default(),
            pauses: Pauses::default(),
            halved_at: None,
            raised_at: None,
            took: FIRST_GUESS,
            deviation: Duration::ZERO,
        }))
    }

    /// Assigns a slot to a request of class `urgency` whose answer is useful until `deadline`, and
    /// returns its time.
    pub fn admit(
        &self,
        now: Instant,
        deadline: Instant,
        urgency: Urgency,
    ) -> Result<Instant, NoSlot> {
        let mut state = self.0.lock();
        if state.pauses.hold(urgency, now) {
            return Err(NoSlot::Paused);
        }
        state.recover(now);
        let slot = state.free_at(now, urgency);
        match state.queues(now, urgency) {
            true if state.is_late(now, slot, deadline) => return Err(NoSlot::Late),
            true if !state.leaves_a_slot(now, deadline, urgency) => return Err(NoSlot::Late),
            false if slot > now => return Err(NoSlot::NotBefore(slot)),
            _ => {}
        }
        state.take(now, urgency);
        Ok(slot)
    }

    /// Returns when a request of class `urgency` can have a slot, unless another request takes it.
    pub fn free_at(&self, now: Instant, urgency: Urgency) -> Instant {
        self.0.lock().free_at(now, urgency)
    }

    /// Applies other settings. A rate lowered by HubSoft stays low and recovers; assigned slots stay
    /// assigned.
    pub fn adjust(&self, settings: Settings, now: Instant) {
        let mut state = self.0.lock();
        state.recover(now);
        let taken = state.full_at(now).duration_since(now).as_secs_f64() * state.rate;
        let assigned_until = state.assigned_until(now);
        let was_lowered = state.raised_at.is_some();
        state.rate = if was_lowered { state.rate.min(settings.rate) } else { settings.rate };
        state.raised_at = (state.rate < settings.rate).then_some(now);
        state.settings = settings;
        let refilled_at = now + Duration::from_secs_f64(taken / state.rate);
        let after_assigned =
            if assigned_until > now { state.refilled_from(assigned_until) } else { now };
        state.full_at = Some(refilled_at.max(after_assigned));
    }

    /// Records how long a lookup took. Lists take longer and must not be recorded.
    pub fn took(&self, time: Duration) {
        let mut state = self.0.lock();
        let error = time.abs_diff(state.took);
        state.took = (state.took * 7 + time) / 8;
        state.deviation = (state.deviation * 3 + error) / 4;
    }

    /// Handles a 429 of HubSoft to a request of class `urgency`: for a call, halves the rate and empties
    /// the bucket; else pauses background work.
    pub fn throttled(&self, now: Instant, urgency: Urgency) {
        if !urgency.is_for_call() {
            return self.pause(now, BACKGROUND_REST, urgency);
        }
        let mut state = self.0.lock();
        if state.halved_at.is_some_and(|at| now < at + HALVING_REST) {
            return;
        }
        let assigned_until = state.assigned_until(now);
        state.rate = (state.rate / 2.0).max(RATE_MIN.min(state.settings.rate));
        state.halved_at = Some(now);
        state.raised_at = Some(now);
        state.full_at = Some(state.refilled_from(assigned_until));
    }

    /// Suspends requests for `wait`, as HubSoft requested in its answer to one of class `urgency`, but for
    /// a minute at most: all requests if that was for a call, else it and less urgent background work.
    pub fn pause(&self, now: Instant, wait: Duration, urgency: Urgency) {
        self.0.lock().pauses.begin(urgency, now + wait.min(PAUSE_MAX));
    }

    /// Requests per second at `now`.
    pub fn rate(&self, now: Instant) -> f64 {
        let mut state = self.0.lock();
        state.recover(now);
        state.rate
    }
}

impl Bucket {
    /// Time between two requests at the current rate.
    fn interval(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.rate)
    }

    /// Returns when the bucket is full: `now` if it is full already.
    fn full_at(&self, now: Instant) -> Instant {
        self.full_at.map_or(now, |at| at.max(now))
    }

    /// Returns whether a request may take a future slot: a call always may, and a class with a share
    /// when its share is due.
    fn queues(&self, now: Instant, urgency: Urgency) -> bool {
        let due_at = self.shares.due_at(urgency, now);
        urgency.is_call() || due_at.is_some_and(|at| at <= now)
    }

    /// Returns when a request can have a slot, unless another request takes it.
    fn free_at(&self, now: Instant, urgency: Urgency) -> Instant {
        if self.queues(now, urgency) {
            return self.next_slot(now);
        }
        let spared = self.spared_at(now, urgency);
        self.shares.due_at(urgency, now).map_or(spared, |due_at| due_at.min(spared))
    }

    /// Returns the slot after all assigned ones.
    fn next_slot(&self, now: Instant) -> Instant {
        self.slot_after(now, Duration::ZERO)
    }

    /// Returns the slot after all assigned ones, and others that take so long together.
    fn slot_after(&self, now: Instant, others: Duration) -> Instant {
        let slack = self.interval() * (self.settings.burst.max(1) - 1);
        let slot = (self.full_at(now) + others).checked_sub(slack);
        slot.map_or(now, |slot| slot.max(now))
    }

    /// Returns whether the next slot is near enough for `urgency`, and the one after it still in time for
    /// a call of which nothing else is known.
    fn leaves_a_slot(&self, now: Instant, deadline: Instant, urgency: Urgency) -> bool {
        let Some(wait_max) = urgency.wait_max() else { return true };
        let after = self.slot_after(now, self.interval());
        self.next_slot(now) <= now + wait_max && !self.is_late(now, after, deadline)
    }

    /// Returns the time of the last assigned slot: `now` if all have passed.
    fn assigned_until(&self, now: Instant) -> Instant {
        let last = self.next_slot(now).checked_sub(self.interval());
        last.map_or(now, |last| last.max(now))
    }

    /// Returns when a bucket is full that is empty at `empty_at`.
    fn refilled_from(&self, empty_at: Instant) -> Instant {
        empty_at + self.interval() * self.settings.burst
    }

    /// Returns when there is a slot that no more urgent request could use: when the bucket is full except
    /// for one slot, which the call of this request may just have taken. A bucket of one must be full.
    fn spared_at(&self, now: Instant, urgency: Urgency) -> Instant {
        let Some(full_at) = self.full_at else { return now };
        let taken = if self.settings.burst > 1 { self.interval() } else { Duration::ZERO };
        let spared = (full_at + urgency.delay(self.interval())).checked_sub(taken);
        spared.map_or(now, |at| at.max(now))
    }

    /// Returns whether the answer to a request in `slot` would be later than `deadline`.
    fn is_late(&self, now: Instant, slot: Instant, deadline: Instant) -> bool {
        let needed = self.took + self.deviation * 2 + OVERHEAD;
        // A HubSoft that is slower than the deadline must still be queried, to detect its recovery and
        // to cache an answer for the next call. But then no request waits for a slot: each slot would
        // go to a call that has waited too long.
        let is_always_late = now + needed > deadline;
        slot + needed > deadline && !(is_always_late && slot == now)
    }

    /// Takes the next slot.
    fn take(&mut self, now: Instant, urgency: Urgency) {
        if self.queues(now, urgency) {
            self.shares.used(urgency, now, self.rate);
        }
        self.full_at = Some(self.full_at(now) + self.interval());
    }

    /// Raises the rate linearly, by half the full rate within `RECOVERY`.
    fn recover(&mut self, now: Instant) {
        let Some(since) = self.raised_at else { return };
        let full = self.settings.rate;
        let seconds = now.saturating_duration_since(since).as_secs_f64();
        self.rate = (self.rate + seconds * full / 2.0 / RECOVERY.as_secs_f64()).min(full);
        self.raised_at = (self.rate < full).then_some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const DEADLINE: Duration = Duration::from_millis(800);

    fn limiter(rate: f64, burst: u32) -> Limiter {
        Limiter::new(Settings { rate, burst })
    }

    fn admit(limiter: &Limiter, now: Instant, deadline: Instant) -> Result<Instant, NoSlot> {
        limiter.admit(now, deadline, Urgency::Call)
    }

    /// Returns whether a slot is spared for the second spelling of a number.
    fn spare(limiter: &Limiter, now: Instant) -> bool {
        limiter.admit(now, now + DEADLINE, Urgency::SecondSpelling) == Ok(now)
    }

    /// Returns how many of `count` requests at `now` are admitted, and the slot of the last one.
    fn admitted(limiter: &Limiter, now: Instant, count: usize) -> (usize, Duration) {
        let slots = (0..count).filter_map(|_| admit(limiter, now, now + DEADLINE).ok());
        slots.fold((0, Duration::ZERO), |(admitted, _), slot| (admitted + 1, slot - now))
    }

    #[test]
    fn a_burst_is_immediate_and_later_requests_are_spread() {
        let (limiter, now) = (limiter(10.0, 5), Instant::now());
        let far = now + 60 * SECOND;
        let slots: Vec<_> =
            (0..8).filter_map(|_| admit(&limiter, now, far).ok()).map(|slot| slot - now).collect();
        let ms: Vec<_> = slots.iter().map(Duration::as_millis).collect();
        assert_eq!(ms, [0, 0, 0, 0, 0, 100, 200, 300]);
    }

    #[test]
    fn no_second_has_more_than_rate_plus_burst() {
        let (limiter, start) = (limiter(10.0, 5), Instant::now());
        let mut slots = Vec::new();
        for ms in (0..5_000).step_by(7) {
            let now = start + Duration::from_millis(ms);
            slots.extend(admit(&limiter, now, now + DEADLINE));
        }
        for (first, slot) in slots.iter().enumerate() {
            let within = slots[first..].iter().take_while(|other| **other < *slot + SECOND).count();
            assert!(within <= 15, "{within} within a second");
        }
        assert!(slots.len() >= 50, "{}", slots.len());
    }

    #[test]
    fn a_late_slot_is_rejected_immediately_and_not_taken() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        // 250 ms are assumed for the request, plus 50 ms, so slots up to 500 ms are useful.
        assert_eq!(admitted(&limiter, now, 100), (6, Duration::from_millis(500)));
        assert_eq!(admit(&limiter, now, now + DEADLINE), Err(NoSlot::Late));
        assert_eq!(admitted(&limiter, now + SECOND, 100).0, 6);
    }

    #[test]
    fn a_slot_leaves_time_for_the_overhead_of_a_request() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        (0..200).for_each(|_| limiter.took(Duration::from_millis(195)));
        // The answer to a slot after 600 ms would arrive after 795 ms, which is too late to be written.
        assert_eq!(admitted(&limiter, now, 100), (6, Duration::from_millis(500)));
    }

    #[test]
    fn a_slot_is_spared_only_when_the_bucket_is_full() {
        let (limiter, now) = (limiter(10.0, 5), Instant::now());
        assert_eq!(admit(&limiter, now, now + DEADLINE), Ok(now));
        assert!(spare(&limiter, now), "beside the first");
        assert_eq!(admit(&limiter, now, now + DEADLINE), Ok(now));
        assert!(!spare(&limiter, now), "the others are for calls");
        assert!(spare(&limiter, now + SECOND / 2), "the bucket is full again");
        limiter.pause(now, SECOND, Urgency::Call);
        assert!(!spare(&limiter, now + SECOND / 2));
    }

    #[test]
    fn screens_leave_the_burst_to_calls() {
        let (limiter, now) = (limiter(10.0, 5), Instant::now());
        let later = now + 10 * SECOND;
        let screens = (0..8).filter(|_| limiter.admit(now, later, Urgency::Screen).is_ok()).count();
        assert_eq!(screens, 1);
        // In a surge of calls, no screen is in the way of any.
        let at_once = (0..20).filter_map(|_| admit(&limiter, now, later).ok());
        assert_eq!(at_once.filter(|slot| *slot == now).count(), 4);
        assert!(limiter.free_at(now, Urgency::Screen) > now + SECOND);
    }

    #[test]
    fn a_bucket_of_one_spares_a_slot_only_when_it_is_unused() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        assert_eq!(admit(&limiter, now, now + DEADLINE), Ok(now));
        assert!(!spare(&limiter, now));
        assert_eq!(limiter.free_at(now, Urgency::SecondSpelling), now + SECOND / 10);
        assert!(spare(&limiter, now + SECOND / 10));
        assert!(!spare(&limiter, now + SECOND / 10));
    }

    #[test]
    fn a_lowered_rate_stays_low_when_the_settings_change() {
        let (limiter, now) = (limiter(16.0, 4), Instant::now());
        limiter.adjust(Settings { rate: 20.0, burst: 4 }, now);
        assert!((limiter.rate(now) - 20.0).abs() < 0.01);
        limiter.throttled(now, Urgency::Call);
        limiter.adjust(Settings { rate: 16.0, burst: 4 }, now);
        assert!((limiter.rate(now) - 10.0).abs() < 0.01, "{}", limiter.rate(now));
        let later = now + 2 * RECOVERY;
        admit(&limiter, later, later + DEADLINE).expect("a slot");
        assert!((limiter.rate(later) - 16.0).abs() < 0.01, "{}", limiter.rate(later));
    }

    #[test]
    fn a_lowered_rate_recovers_without_traffic_and_through_reloads() {
        let (limiter, now) = (limiter(16.0, 4), Instant::now());
        limiter.throttled(now, Urgency::Call);
        let half_way = now + RECOVERY / 2;
        assert!((limiter.rate(half_way) - 12.0).abs() < 0.01, "{}", limiter.rate(half_way));
        limiter.adjust(Settings { rate: 16.0, burst: 4 }, now + RECOVERY);
        let after = now + RECOVERY;
        assert!((limiter.rate(after) - 16.0).abs() < 0.01, "{}", limiter.rate(after));
    }

    #[test]
    fn more_requests_wait_for_a_faster_hubsoft() {
        let now = Instant::now();
        for (took_ms, count) in [(10, 8), (250, 6), (390, 4), (440, 4), (700, 1), (5_000, 1)] {
            let limiter = limiter(10.0, 1);
            (0..200).for_each(|_| limiter.took(Duration::from_millis(took_ms)));
            let (admitted, _) = admitted(&limiter, now, 100);
            assert_eq!(admitted, count, "{took_ms} ms");
        }
    }

    #[test]
    fn a_hubsoft_slower_than_the_deadline_is_still_queried() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        (0..200).for_each(|_| limiter.took(30 * SECOND));
        assert!(admit(&limiter, now, now + DEADLINE).is_ok());
    }

    #[test]
    fn throttling_halves_the_rate_once_per_second_and_it_recovers() {
        let (limiter, start) = (limiter(16.0, 4), Instant::now());
        limiter.throttled(start, Urgency::Call);
        limiter.throttled(start + SECOND / 2, Urgency::Call);
        let half = start + SECOND / 2;
        assert!((limiter.rate(half) - 8.0).abs() < 0.2, "{}", limiter.rate(half));
        let far = start + 3_600 * SECOND;
        assert!(admit(&limiter, start, far).expect("a slot") > start, "the burst is used up");
        limiter.throttled(start + SECOND, Urgency::Call);
        let second = start + SECOND;
        assert!((limiter.rate(second) - 4.0).abs() < 0.5, "{}", limiter.rate(second));
        let later = start + 2 * RECOVERY;
        admit(&limiter, later, later + DEADLINE).expect("a slot");
        assert!((limiter.rate(later) - 16.0).abs() < 0.01, "{}", limiter.rate(later));
    }

    #[test]
    fn no_slot_after_a_429_precedes_an_assigned_one() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        assert_eq!(admitted(&limiter, now, 100), (6, Duration::from_millis(500)));
        limiter.throttled(now, Urgency::Call);
        let next = admit(&limiter, now, now + 60 * SECOND).expect("a slot");
        assert_eq!(next - now, Duration::from_millis(700), "at half the rate");
    }

    #[test]
    fn a_reload_does_not_refill_the_bucket() {
        let (limiter, now) = (limiter(100.0, 50), Instant::now());
        assert_eq!(admitted(&limiter, now, 50), (50, Duration::ZERO));
        limiter.adjust(Settings { rate: 1.0, burst: 50 }, now);
        let next = admit(&limiter, now, now + 60 * SECOND).expect("a slot");
        assert_eq!(next - now, SECOND);
    }

    #[test]
    fn endless_throttling_keeps_the_minimum_rate() {
        let (limiter, start) = (limiter(15.0, 50), Instant::now());
        (0..20).for_each(|second| limiter.throttled(start + second * SECOND, Urgency::Call));
        assert!(limiter.rate(start + 20 * SECOND) >= RATE_MIN);
    }

    #[test]
    fn a_pause_is_respected_for_a_minute_at_most() {
        let (limiter, now) = (limiter(15.0, 50), Instant::now());
        limiter.pause(now, 7 * SECOND, Urgency::Call);
        limiter.pause(now, SECOND, Urgency::Call);
        assert_eq!(admit(&limiter, now + 6 * SECOND, now + 60 * SECOND), Err(NoSlot::Paused));
        assert!(admit(&limiter, now + 7 * SECOND, now + 60 * SECOND).is_ok());
        limiter.pause(now, 86_400 * SECOND, Urgency::Call);
        assert!(admit(&limiter, now + PAUSE_MAX, now + 2 * PAUSE_MAX).is_ok());
    }

    #[test]
    fn a_429_of_background_work_leaves_calls_their_rate_and_their_burst() {
        use Urgency::{Bulk, Call, Feed, Probe, Screen, UndecidedProbe};
        for urgency in [Feed, UndecidedProbe, Probe, Bulk, Screen] {
            let (limiter, now) = (limiter(16.0, 4), Instant::now());
            (0..20).for_each(|second| limiter.throttled(now + second * SECOND, urgency));
            let later = now + 20 * SECOND;
            assert!((limiter.rate(later) - 16.0).abs() < 0.01, "{urgency:?}");
            assert_eq!(limiter.admit(later, later + SECOND, urgency), Err(NoSlot::Paused));
            assert_eq!(limiter.admit(later, later + SECOND, Call), Ok(later));
            let rested = now + 19 * SECOND + BACKGROUND_REST;
            assert_eq!(limiter.admit(rested, rested + SECOND, urgency), Ok(rested), "{urgency:?}");
        }
    }
}
