//! The latest calls, one by one.

use std::collections::VecDeque;
use std::time::Instant;

use crate::domain::answer::Told;

use super::call::{FiguredCall, RecentCall};

/// An operator scrolls no further, and they take 130 kB.
const CALLS_MAX: usize = 1_000;

/// The latest calls.
#[derive(Default)]
pub(super) struct Ring {
    calls: VecDeque<FiguredCall>,
    noted: u64,
}

impl Ring {
    pub(super) fn push(&mut self, call: FiguredCall) {
        if self.calls.len() == CALLS_MAX {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
        self.noted += 1;
    }

    /// How many calls there have been.
    pub(super) fn noted(&self) -> u64 {
        self.noted
    }

    /// The calls whose position is above `position`, the latest first, `limit` at most.
    pub(super) fn after(&self, position: u64, limit: usize, now: Instant) -> Vec<RecentCall> {
        let positions = (0..=self.noted).rev();
        let latest = self.calls.iter().rev().zip(positions);
        let newer = latest.take_while(|(_, at)| *at > position).take(limit);
        newer.map(|(call, at)| recent(call, at, now)).collect()
    }
}

fn recent(call: &FiguredCall, position: u64, now: Instant) -> RecentCall {
    let answered = call.accepted + call.took;
    let mut phone = String::new();
    if let Some(masked) = &call.phone {
        masked.write_to(&mut phone);
    }
    RecentCall {
        position,
        number: call.number,
        ago_ms: millis(now.saturating_duration_since(answered).as_millis()),
        took_us: millis(call.took.as_micros()),
        interface: call.interface.to_owned(),
        phone,
        status: call.status.word().to_owned(),
        source: call.source.word().to_owned(),
        rule: call.rule.as_deref().unwrap_or_default().to_owned(),
        prompt: call.prompt.as_ref().map(|play| play.asterisk.clone()).unwrap_or_default(),
        reason: call.reason.to_owned(),
        is_told: call.told == Told::Already,
    }
}

fn millis(count: u128) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
