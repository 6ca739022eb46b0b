//! Spreads requests to HubSoft, so that it has no reason to limit them; the caller passes the time.
//!
//! A token bucket, kept as one moment: when the bucket would be full again. A request that could
//! not be answered within its call's deadline is refused at once, because waiting in vain would
//! take the slot of one that can be answered. HubSoft's own limits (429, `Retry-After`) slow
//! the bucket down; it recovers when they stop.
//!
//! ```text
//! feed, undecided probe   within its share --- the next slot, behind those already given
//! call                    ------------------- the next slot, if it is in time
//! second spelling, probe, bulk, and shares used up --- a slot now, if the bucket is (nearly) full
//! ```
//! All classes take from the one bucket, so that no span `t` sees more than burst + rate x `t`. A slot
//! that was given is never taken back: a share goes before the calls still to come.

mod urgency;

use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};

use crate::runtime::settings::Section;

use self::urgency::Shares;

pub use self::urgency::Urgency;

/// Longest pause HubSoft can ask for; a mistaken `Retry-After` must not stop requests for a day.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Slowest the bucket gets, so that it notices when HubSoft accepts more again.
const RATE_MIN: f64 = 0.5;
/// One 429 seldom comes alone; those of one second count once.
const HALVING_REST: Duration = Duration::from_secs(1);
/// How long the way back from half to full rate takes.
const RECOVERY: Duration = Duration::from_secs(30);
/// What a request is assumed to take before one was seen.
const FIRST_GUESS: Duration = Duration::from_millis(250);
/// What a call needs besides the request: to wake up in time for its slot, and to be answered after it.
/// Rehearsals without it gave one slot in fifty to a call that was too late by a millisecond,
/// and stumbles of a loaded machine take ten times as long. It costs no slot: whoever calls next
/// takes what is refused here.
const AROUND: Duration = Duration::from_millis(50);

/// How fast HubSoft may be queried.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Requests a second.
    pub rate: f64,
    /// Requests at once, after a quiet time.
    pub burst: u32,
}

impl Default for Settings {
    /// An integrator quotes 20 a second with bursts of 200; this leaves room for other programs.
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
    /// The next one would come too late for the request's deadline.
    Late,
    /// None can be spared before this moment; it is worth another try then.
    NotBefore(Instant),
    /// HubSoft asked for a pause, which is not over.
    Paused,
}

/// The bucket shared by all requests.
pub struct Limiter(Mutex<Bucket>);

struct Bucket {
    settings: Settings,
    /// Requests a second at present.
    rate: f64,
    /// When the bucket will be full; each request moves it by one interval.
    full_at: Option<Instant>,
    shares: Shares,
    paused_until: Option<Instant>,
    halved_at: Option<Instant>,
    /// When the rate was last raised.
    raised_at: Option<Instant>,
    /// Smoothed time of a request, and how much it varies.
    took: Duration,
    varies: Duration,
}

impl Limiter {
    /// A full bucket.
    pub fn new(settings: Settings) -> Self {
        Self(Mutex::new(Bucket {
            rate: settings.rate,
            settings,
            full_at: None,
            shares: Shares::default(),
            paused_until: None,
            halved_at: None,
            raised_at: None,
            took: FIRST_GUESS,
            varies: Duration::ZERO,
        }))
    }

    /// Takes a slot for a request of class `urgency` whose answer is of use until `deadline`, and
    /// returns when it comes.
    pub fn admit(
        &self,
        now: Instant,
        deadline: Instant,
        urgency: Urgency,
    ) -> Result<Instant, NoSlot> {
        let mut state = self.lock();
        if state.paused_until.is_some_and(|until| now < until) {
            return Err(NoSlot::Paused);
        }
        state.recover(now);
        let slot = state.free_at(now, urgency);
        match state.queues(now, urgency) {
            true if state.is_late(now, slot, deadline) => return Err(NoSlot::Late),
            false if slot > now => return Err(NoSlot::NotBefore(slot)),
            _ => {}
        }
        state.take(now, urgency);
        Ok(slot)
    }

    /// When a request of class `urgency` can have a slot, if no other takes one meanwhile.
    pub fn free_at(&self, now: Instant, urgency: Urgency) -> Instant {
        self.lock().free_at(now, urgency)
    }

    /// Goes on with other settings. A rate that HubSoft has lowered stays low, and recovers; slots
    /// that were taken stay taken.
    pub fn adjust(&self, settings: Settings, now: Instant) {
        let mut state = self.lock();
        let taken = state.full_at(now).duration_since(now).as_secs_f64() * state.rate;
        let given_until = state.given_until(now);
        let was_lowered = state.raised_at.is_some();
        state.rate = if was_lowered { state.rate.min(settings.rate) } else { settings.rate };
        state.raised_at = (state.rate < settings.rate).then_some(now);
        state.settings = settings;
        let refilled_at = now + Duration::from_secs_f64(taken / state.rate);
        let behind_given = if given_until > now { state.refilled_from(given_until) } else { now };
        state.full_at = Some(refilled_at.max(behind_given));
    }

    /// Learns how long an answered look-up took. Lists take longer, and are no measure for a call.
    pub fn took(&self, time: Duration) {
        let mut state = self.lock();
        let error = time.abs_diff(state.took);
        state.took = (state.took * 7 + time) / 8;
        state.varies = (state.varies * 3 + error) / 4;
    }

    /// HubSoft said that requests are too many: half the rate, and an empty bucket.
    pub fn throttled(&self, now: Instant) {
        let mut state = self.lock();
        if state.halved_at.is_some_and(|at| now < at + HALVING_REST) {
            return;
        }
        let given_until = state.given_until(now);
        state.rate = (state.rate / 2.0).max(RATE_MIN.min(state.settings.rate));
        state.halved_at = Some(now);
        state.raised_at = Some(now);
        state.full_at = Some(state.refilled_from(given_until));
    }

    /// HubSoft said when to come back: no request is made until then, a minute at most.
    pub fn pause(&self, now: Instant, wait: Duration) {
        let until = now + wait.min(PAUSE_MAX);
        let mut state = self.lock();
        state.paused_until = state.paused_until.max(Some(until));
    }

    /// Requests a second at present.
    pub fn rate(&self) -> f64 {
        self.lock().rate
    }

    fn lock(&self) -> MutexGuard<'_, Bucket> {
        self.0.lock()
    }
}

impl Bucket {
    /// Time between two requests at the present rate.
    fn interval(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.rate)
    }

    /// When the bucket is full, `now` if it is.
    fn full_at(&self, now: Instant) -> Instant {
        self.full_at.map_or(now, |at| at.max(now))
    }

    /// Tells whether a request may take a slot that is still to come: a call always may, and a class
    /// with a share when that is due.
    fn queues(&self, now: Instant, urgency: Urgency) -> bool {
        let due_at = self.shares.due_at(urgency, now);
        urgency == Urgency::Call || due_at.is_some_and(|at| at <= now)
    }

    /// When a request can have a slot, if no other takes one meanwhile.
    fn free_at(&self, now: Instant, urgency: Urgency) -> Instant {
        if self.queues(now, urgency) {
            return self.next_slot(now);
        }
        let spared = self.spared_at(now, urgency);
        self.shares.due_at(urgency, now).map_or(spared, |due_at| due_at.min(spared))
    }

    /// The slot behind all that were given.
    fn next_slot(&self, now: Instant) -> Instant {
        let slack = self.interval() * (self.settings.burst.max(1) - 1);
        self.full_at(now).checked_sub(slack).map_or(now, |slot| slot.max(now))
    }

    /// When the last slot comes that was given, `now` if none is still to come.
    fn given_until(&self, now: Instant) -> Instant {
        let last = self.next_slot(now).checked_sub(self.interval());
        last.map_or(now, |last| last.max(now))
    }

    /// When a bucket is full that is empty at `empty_at`.
    fn refilled_from(&self, empty_at: Instant) -> Instant {
        empty_at + self.interval() * self.settings.burst
    }

    /// When there is a slot that no request before `urgency` could use: the bucket is full but for one
    /// slot, which may just have been taken for the call that this one goes beside; full, if it holds
    /// only one.
    fn spared_at(&self, now: Instant, urgency: Urgency) -> Instant {
        let Some(full_at) = self.full_at else { return now };
        let taken = if self.settings.burst > 1 { self.interval() } else { Duration::ZERO };
        let spared = (full_at + urgency.behind(self.interval())).checked_sub(taken);
        spared.map_or(now, |at| at.max(now))
    }

    /// Tells whether the answer to a request in `slot` would come after `deadline`.
    fn is_late(&self, now: Instant, slot: Instant, deadline: Instant) -> bool {
        let needed = self.took + self.varies * 2 + AROUND;
        // A HubSoft slower than the deadline must still be requested, or its recovery would go
        // unnoticed, and no answer would be cached for the caller's next call. But no request waits
        // for a slot there: every one would go to a call that has waited too long.
        let hopeless = now + needed > deadline;
        slot + needed > deadline && !(hopeless && slot == now)
    }

    fn take(&mut self, now: Instant, urgency: Urgency) {
        if self.queues(now, urgency) {
            self.shares.used(urgency, now, self.rate);
        }
        self.full_at = Some(self.full_at(now) + self.interval());
    }

    /// Comes back evenly: half the full rate within `RECOVERY`.
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

    /// Whether a slot is spared for the second spelling of a number.
    fn spare(limiter: &Limiter, now: Instant) -> bool {
        limiter.admit(now, now + DEADLINE, Urgency::SecondSpelling) == Ok(now)
    }

    /// How many of `asked` requests at `now` are admitted, and when the last one's slot is.
    fn admitted(limiter: &Limiter, now: Instant, asked: usize) -> (usize, Duration) {
        let slots = (0..asked).filter_map(|_| admit(limiter, now, now + DEADLINE).ok());
        slots.fold((0, Duration::ZERO), |(count, _), slot| (count + 1, slot - now))
    }

    #[test]
    fn a_burst_goes_at_once_and_what_follows_is_spread() {
        let (limiter, now) = (limiter(10.0, 5), Instant::now());
        let far = now + 60 * SECOND;
        let slots: Vec<_> =
            (0..8).filter_map(|_| admit(&limiter, now, far).ok()).map(|slot| slot - now).collect();
        let ms: Vec<_> = slots.iter().map(Duration::as_millis).collect();
        assert_eq!(ms, [0, 0, 0, 0, 0, 100, 200, 300]);
    }

    #[test]
    fn no_second_sees_more_than_rate_and_burst() {
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
    fn a_slot_that_comes_too_late_is_refused_at_once_and_takes_nothing() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        // 250 ms are assumed for the request and 50 around it, so slots up to 500 ms are of use.
        assert_eq!(admitted(&limiter, now, 100), (6, Duration::from_millis(500)));
        let refusal = admit(&limiter, now, now + DEADLINE);
        assert_eq!(refusal, Err(NoSlot::Late));
        assert_eq!(admitted(&limiter, now + SECOND, 100).0, 6);
    }

    #[test]
    fn no_slot_is_given_that_leaves_no_time_around_the_request() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        (0..200).for_each(|_| limiter.took(Duration::from_millis(195)));
        // The answer to a slot after 600 ms would come after 795, and be written too late.
        assert_eq!(admitted(&limiter, now, 100), (6, Duration::from_millis(500)));
    }

    #[test]
    fn a_slot_is_spared_only_when_the_bucket_is_full() {
        let (limiter, now) = (limiter(10.0, 5), Instant::now());
        assert_eq!(admit(&limiter, now, now + DEADLINE), Ok(now));
        assert!(spare(&limiter, now), "beside the first");
        assert_eq!(admit(&limiter, now, now + DEADLINE), Ok(now));
        assert!(!spare(&limiter, now), "the others are for calls");
        assert!(spare(&limiter, now + SECOND / 2), "it is full again");
        limiter.pause(now, SECOND);
        assert!(!spare(&limiter, now + SECOND / 2));
    }

    #[test]
    fn a_bucket_of_one_spares_a_slot_only_when_nobody_takes_it() {
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
        assert!((limiter.rate() - 20.0).abs() < 0.01);
        limiter.throttled(now);
        limiter.adjust(Settings { rate: 16.0, burst: 4 }, now);
        assert!((limiter.rate() - 10.0).abs() < 0.01, "{}", limiter.rate());
        let later = now + 2 * RECOVERY;
        admit(&limiter, later, later + DEADLINE).expect("a slot");
        assert!((limiter.rate() - 16.0).abs() < 0.01, "{}", limiter.rate());
    }

    #[test]
    fn a_faster_hubsoft_lets_more_wait_and_a_slower_one_fewer() {
        let now = Instant::now();
        for (took_ms, count) in [(10, 8), (250, 6), (390, 4), (440, 4), (700, 1), (5_000, 1)] {
            let limiter = limiter(10.0, 1);
            (0..200).for_each(|_| limiter.took(Duration::from_millis(took_ms)));
            let (admitted, _) = admitted(&limiter, now, 100);
            assert_eq!(admitted, count, "{took_ms} ms");
        }
    }

    #[test]
    fn a_hubsoft_slower_than_the_deadline_is_still_asked() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        (0..200).for_each(|_| limiter.took(30 * SECOND));
        assert!(admit(&limiter, now, now + DEADLINE).is_ok());
    }

    #[test]
    fn being_throttled_halves_the_rate_once_a_second_and_it_recovers() {
        let (limiter, start) = (limiter(16.0, 4), Instant::now());
        limiter.throttled(start);
        limiter.throttled(start + SECOND / 2);
        assert!((limiter.rate() - 8.0).abs() < 0.01, "{}", limiter.rate());
        let far = start + 3_600 * SECOND;
        assert!(admit(&limiter, start, far).expect("a slot") > start, "the burst is gone");
        limiter.throttled(start + SECOND);
        assert!((limiter.rate() - 4.0).abs() < 0.5, "{}", limiter.rate());
        let later = start + 2 * RECOVERY;
        admit(&limiter, later, later + DEADLINE).expect("a slot");
        assert!((limiter.rate() - 16.0).abs() < 0.01, "{}", limiter.rate());
    }

    #[test]
    fn a_429_gives_no_slot_before_those_already_given() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        assert_eq!(admitted(&limiter, now, 100), (6, Duration::from_millis(500)));
        limiter.throttled(now);
        let next = admit(&limiter, now, now + 60 * SECOND).expect("a slot");
        assert_eq!(next - now, Duration::from_millis(700), "at half the rate");
    }

    #[test]
    fn a_reload_fills_no_bucket() {
        let (limiter, now) = (limiter(100.0, 50), Instant::now());
        assert_eq!(admitted(&limiter, now, 50), (50, Duration::ZERO));
        limiter.adjust(Settings { rate: 1.0, burst: 50 }, now);
        let next = admit(&limiter, now, now + 60 * SECOND).expect("a slot");
        assert_eq!(next - now, SECOND);
    }

    #[test]
    fn endless_throttling_leaves_a_trickle() {
        let (limiter, start) = (limiter(15.0, 50), Instant::now());
        (0..20).for_each(|second| limiter.throttled(start + second * SECOND));
        assert!(limiter.rate() >= RATE_MIN);
    }

    #[test]
    fn a_pause_is_kept_to_its_end_but_never_beyond_a_minute() {
        let (limiter, now) = (limiter(15.0, 50), Instant::now());
        limiter.pause(now, 7 * SECOND);
        limiter.pause(now, SECOND);
        assert_eq!(admit(&limiter, now + 6 * SECOND, now + 60 * SECOND), Err(NoSlot::Paused));
        assert!(admit(&limiter, now + 7 * SECOND, now + 60 * SECOND).is_ok());
        limiter.pause(now, 86_400 * SECOND);
        assert!(admit(&limiter, now + PAUSE_MAX, now + 2 * PAUSE_MAX).is_ok());
    }
}
