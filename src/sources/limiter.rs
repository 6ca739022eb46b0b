//! Spreads requests to HubSoft so that it never has a reason to limit us; it is told the time.
//!
//! A token bucket, kept as one moment: when the bucket would be full again. A request that could
//! not be answered within its call's deadline is refused at once, because waiting in vain would
//! take the place of one that can be answered. HubSoft's own limits (429, `Retry-After`) slow
//! the bucket down; it recovers when they stop.

use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};

/// Longest pause HubSoft can ask for; a mistaken `Retry-After` must not silence us for a day.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Slowest the bucket gets, so that it notices when HubSoft accepts more again.
const RATE_MIN: f64 = 0.5;
/// One 429 seldom comes alone; those of one second count once.
const HALVING_REST: Duration = Duration::from_secs(1);
/// How long the way back from half to full rate takes.
const RECOVERY: Duration = Duration::from_secs(30);
/// What a request is assumed to take before one was seen.
const FIRST_GUESS: Duration = Duration::from_millis(250);
/// What a call needs besides the request: to wake up at its turn, and to be answered after it.
/// Rehearsals without it gave one turn in fifty to a call that was too late by a millisecond,
/// and stumbles of a loaded machine take ten times as long. It costs no turn: whoever calls next
/// takes what is refused here.
const AROUND: Duration = Duration::from_millis(50);

/// How fast HubSoft may be asked.
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

/// Why a request is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// HubSoft asked us to wait, and the wait is not over.
    Paused,
    /// Its turn would come too late for the call.
    Predicted,
}

/// The bucket shared by all requests.
pub struct Limiter(Mutex<State>);

struct State {
    settings: Settings,
    /// Requests a second at present.
    rate: f64,
    /// When the bucket will be full; each request moves it by one interval.
    full_at: Option<Instant>,
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
        Self(Mutex::new(State {
            rate: settings.rate,
            settings,
            full_at: None,
            paused_until: None,
            halved_at: None,
            raised_at: None,
            took: FIRST_GUESS,
            varies: Duration::ZERO,
        }))
    }

    /// Takes a turn for a request whose call ends at `deadline`, and says when it comes.
    pub fn admit(&self, now: Instant, deadline: Instant) -> Result<Instant, Refusal> {
        let mut state = self.lock();
        if state.paused_until.is_some_and(|until| now < until) {
            return Err(Refusal::Paused);
        }
        state.recover(now);
        let (interval, full_at) = (state.interval(), state.full_at(now));
        let slack = interval * (state.settings.burst.max(1) - 1);
        let turn = full_at.checked_sub(slack).map_or(now, |turn| turn.max(now));
        let needed = state.took + state.varies * 2 + AROUND;
        // A HubSoft slower than the deadline must still be asked, or nobody would notice that it
        // recovered, and no answer would be there for the caller's next call. But nobody waits
        // for a turn there: every one would go to a call that has waited too long.
        let hopeless = now + needed > deadline;
        if turn + needed > deadline && !(hopeless && turn == now) {
            return Err(Refusal::Predicted);
        }
        state.full_at = Some(full_at + interval);
        Ok(turn)
    }

    /// Takes a slot that no other request could use, if there is one: one of a full bucket, from
    /// which the request it goes beside may just have taken its own.
    pub fn spare(&self, now: Instant) -> bool {
        let mut state = self.lock();
        if state.paused_until.is_some_and(|until| now < until) {
            return false;
        }
        state.recover(now);
        let is_spared = state.spared_at(now) == now;
        if is_spared {
            state.full_at = Some(state.full_at(now) + state.interval());
        }
        is_spared
    }

    /// When a slot can be spared, if no request takes one meanwhile.
    pub fn spared_at(&self, now: Instant) -> Instant {
        self.lock().spared_at(now)
    }

    /// Goes on with other settings. A rate that HubSoft has lowered stays low, and recovers.
    pub fn adjust(&self, settings: Settings, now: Instant) {
        let mut state = self.lock();
        let was_lowered = state.raised_at.is_some();
        state.rate = if was_lowered { state.rate.min(settings.rate) } else { settings.rate };
        state.raised_at = (state.rate < settings.rate).then_some(now);
        state.settings = settings;
    }

    /// Learns how long an answered request took.
    pub fn took(&self, time: Duration) {
        let mut state = self.lock();
        let error = time.abs_diff(state.took);
        state.took = (state.took * 7 + time) / 8;
        state.varies = (state.varies * 3 + error) / 4;
    }

    /// HubSoft said that we ask too often: half the rate, and an empty bucket.
    pub fn throttled(&self, now: Instant) {
        let mut state = self.lock();
        if state.halved_at.is_some_and(|at| now < at + HALVING_REST) {
            return;
        }
        state.rate = (state.rate / 2.0).max(RATE_MIN.min(state.settings.rate));
        state.halved_at = Some(now);
        state.raised_at = Some(now);
        state.full_at = Some(now + state.interval() * state.settings.burst);
    }

    /// HubSoft said when to come back: nothing is asked until then, a minute at most.
    pub fn pause(&self, now: Instant, wait: Duration) {
        let until = now + wait.min(PAUSE_MAX);
        let mut state = self.lock();
        state.paused_until = state.paused_until.max(Some(until));
    }

    /// Requests a second at present.
    pub fn rate(&self) -> f64 {
        self.lock().rate
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

impl State {
    /// Time between two requests at the present rate.
    fn interval(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.rate)
    }

    /// When the bucket is full, `now` if it is.
    fn full_at(&self, now: Instant) -> Instant {
        self.full_at.map_or(now, |at| at.max(now))
    }

    /// When the bucket is full but for one slot, which may just have been taken; full, if it has one.
    fn spared_at(&self, now: Instant) -> Instant {
        let taken = if self.settings.burst > 1 { self.interval() } else { Duration::ZERO };
        self.full_at(now).checked_sub(taken).map_or(now, |at| at.max(now))
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

    /// How many of `asked` requests at `now` are admitted, and when the last one's turn is.
    fn admitted(limiter: &Limiter, now: Instant, asked: usize) -> (usize, Duration) {
        let turns = (0..asked).filter_map(|_| limiter.admit(now, now + DEADLINE).ok());
        turns.fold((0, Duration::ZERO), |(count, _), turn| (count + 1, turn - now))
    }

    #[test]
    fn a_burst_goes_at_once_and_what_follows_is_spread() {
        let (limiter, now) = (limiter(10.0, 5), Instant::now());
        let far = now + 60 * SECOND;
        let turns: Vec<_> =
            (0..8).filter_map(|_| limiter.admit(now, far).ok()).map(|turn| turn - now).collect();
        let ms: Vec<_> = turns.iter().map(Duration::as_millis).collect();
        assert_eq!(ms, [0, 0, 0, 0, 0, 100, 200, 300]);
    }

    #[test]
    fn no_second_sees_more_than_rate_and_burst() {
        let (limiter, start) = (limiter(10.0, 5), Instant::now());
        let mut turns = Vec::new();
        for ms in (0..5_000).step_by(7) {
            let now = start + Duration::from_millis(ms);
            turns.extend(limiter.admit(now, now + DEADLINE));
        }
        for (first, turn) in turns.iter().enumerate() {
            let within = turns[first..].iter().take_while(|other| **other < *turn + SECOND).count();
            assert!(within <= 15, "{within} within a second");
        }
        assert!(turns.len() >= 50, "{}", turns.len());
    }

    #[test]
    fn a_turn_that_comes_too_late_is_refused_at_once_and_takes_nothing() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        // 250 ms are assumed for the request and 50 around it, so turns up to 500 ms are of use.
        assert_eq!(admitted(&limiter, now, 100), (6, Duration::from_millis(500)));
        let refusal = limiter.admit(now, now + DEADLINE);
        assert_eq!(refusal, Err(Refusal::Predicted));
        assert_eq!(admitted(&limiter, now + SECOND, 100).0, 6);
    }

    #[test]
    fn no_turn_is_given_that_leaves_no_time_around_the_request() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        (0..200).for_each(|_| limiter.took(Duration::from_millis(195)));
        // The answer to a turn after 600 ms would come after 795, and be written too late.
        assert_eq!(admitted(&limiter, now, 100), (6, Duration::from_millis(500)));
    }

    #[test]
    fn a_slot_is_spared_only_when_the_bucket_is_full() {
        let (limiter, now) = (limiter(10.0, 5), Instant::now());
        assert_eq!(limiter.admit(now, now + DEADLINE), Ok(now));
        assert!(limiter.spare(now), "beside the first");
        assert_eq!(limiter.admit(now, now + DEADLINE), Ok(now));
        assert!(!limiter.spare(now), "the others are for calls");
        assert!(limiter.spare(now + SECOND / 2), "it is full again");
        limiter.pause(now, SECOND);
        assert!(!limiter.spare(now + SECOND / 2));
    }

    #[test]
    fn a_bucket_of_one_spares_a_slot_only_when_nobody_takes_it() {
        let (limiter, now) = (limiter(10.0, 1), Instant::now());
        assert_eq!(limiter.admit(now, now + DEADLINE), Ok(now));
        assert!(!limiter.spare(now));
        assert_eq!(limiter.spared_at(now), now + SECOND / 10);
        assert!(limiter.spare(now + SECOND / 10));
        assert!(!limiter.spare(now + SECOND / 10));
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
        limiter.admit(later, later + DEADLINE).expect("a turn");
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
        assert!(limiter.admit(now, now + DEADLINE).is_ok());
    }

    #[test]
    fn being_throttled_halves_the_rate_once_a_second_and_it_recovers() {
        let (limiter, start) = (limiter(16.0, 4), Instant::now());
        limiter.throttled(start);
        limiter.throttled(start + SECOND / 2);
        assert!((limiter.rate() - 8.0).abs() < 0.01, "{}", limiter.rate());
        let far = start + 3_600 * SECOND;
        assert!(limiter.admit(start, far).expect("a turn") > start, "the burst is gone");
        limiter.throttled(start + SECOND);
        assert!((limiter.rate() - 4.0).abs() < 0.5, "{}", limiter.rate());
        let later = start + 2 * RECOVERY;
        limiter.admit(later, later + DEADLINE).expect("a turn");
        assert!((limiter.rate() - 16.0).abs() < 0.01, "{}", limiter.rate());
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
        assert_eq!(limiter.admit(now + 6 * SECOND, now + 60 * SECOND), Err(Refusal::Paused));
        assert!(limiter.admit(now + 7 * SECOND, now + 60 * SECOND).is_ok());
        limiter.pause(now, 86_400 * SECOND);
        assert!(limiter.admit(now + PAUSE_MAX, now + 2 * PAUSE_MAX).is_ok());
    }
}
