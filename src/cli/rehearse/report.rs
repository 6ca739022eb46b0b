//! Writes how a rehearsal went, in plain words, and says whether the promise held.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::domain::failure::Failure;
use crate::simulator::LoggedRequest;

use super::caller::{Outcome, Told};
use super::{BURST, Plan};

/// What an answer may be late by on a loaded machine.
const GRACE: Duration = Duration::from_millis(20);
const SECOND: Duration = Duration::from_secs(1);

/// A rehearsal that has ended.
pub(super) struct Report<'r> {
    pub(super) plan: &'r Plan,
    /// One for each call that was made.
    pub(super) outcomes: &'r [Outcome],
    pub(super) asked: Asked,
    pub(super) memory: Memory,
}

/// What HubSoft was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Asked {
    requests: usize,
    /// The most requests within any second.
    most: usize,
    /// Requests a second between the first and the last.
    mean: f64,
    /// Requests that a HubSoft which counts every second would have answered with 429, and those
    /// this one did.
    refused: usize,
}

/// Bytes of the process: callers, bina and HubSoft together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memory {
    pub(super) before: Option<u64>,
    pub(super) after: Option<u64>,
    pub(super) peak: Option<u64>,
}

impl Asked {
    /// Counts the lookups among `requests`, of which `allowed` may fall within a second.
    pub(super) fn count(requests: &[LoggedRequest], allowed: u32) -> Self {
        let lookups: Vec<_> = requests.iter().filter(|request| request.method == "GET").collect();
        let refused = lookups.iter().filter(|request| request.status == Some(429)).count();
        let mut times: Vec<_> = lookups.iter().map(|request| request.at).collect();
        times.sort_unstable();
        let counted = Self::of(&times, allowed as usize);
        Self { refused: counted.refused.max(refused), ..counted }
    }

    fn of(times: &[Instant], allowed: usize) -> Self {
        let mut asked = Self { requests: times.len(), ..Self::default() };
        let mut oldest = 0;
        for (newest, at) in times.iter().enumerate() {
            while *at - times[oldest] >= SECOND {
                oldest += 1;
            }
            let within = newest + 1 - oldest;
            asked.most = asked.most.max(within);
            asked.refused += usize::from(within > allowed);
        }
        if let [first, .., last] = times {
            asked.mean = (times.len() - 1) as f64 / (*last - *first).as_secs_f64();
        }
        asked
    }
}

impl Report<'_> {
    /// The report, without a line break at its end.
    pub(super) fn text(&self) -> String {
        let Plan { callers, over, upstream, rate, known, deadline } = self.plan;
        let (calls, answered) = (self.outcomes.len(), self.count(|o| o.told != Told::Nothing));
        let (deadline, promised) = (deadline.as_millis(), (*deadline + GRACE).as_millis());
        let remembered = Told::Personalised { remembered: true };
        let mut text = format!(
            "The mass outage: {callers} different customers call within {over:?}, {:.0} % of them \
             known.\nHubSoft takes {upstream:?} and may be asked {rate} times a second.\n\n",
            known * 100.0
        );
        let mut line = |label: &str, count: usize, more: &str| {
            // Rounded down: 100 % are all.
            let permille = count * 1_000 / calls.max(1);
            let (percent, tenth) = (permille / 10, permille % 10);
            let full = format!("{label:<22}{count:>7}{percent:>6}.{tenth} %   {more}");
            text += full.trim_end();
            text.push('\n');
        };
        line("calls", calls, "");
        line("answered", answered, "");
        line(&format!("  within {deadline} ms"), self.within(Duration::ZERO), "the deadline");
        line(&format!("  within {promised} ms"), self.within(GRACE), "the promise");
        line("personalised", self.count(Outcome::is_personalised), "on the first call");
        line("  from memory", self.count(|o| o.told == remembered), "");
        let wrong = self.count(|o| o.told == Told::Wrong);
        if wrong > 0 {
            line("wrong", wrong, "please report this as a bug of bina");
        }
        let unavailable = self.count(|o| matches!(o.told, Told::Unavailable(_)));
        line("unavailable", unavailable, "the call goes on as if bina were not there");
        for (label, (count, why)) in self.reasons() {
            line(&format!("  {label}"), count, &why);
        }
        text + &self.measured()
    }

    /// A sentence on whether every call was answered, rightly and in time.
    pub(super) fn verdict(&self) -> Result<String, String> {
        let promised = (self.plan.deadline + GRACE).as_millis();
        let (calls, kept) = (self.outcomes.len(), self.within(GRACE));
        if kept == calls {
            Ok(format!(
                "The promise held: each of {calls} calls was answered within {promised} ms."
            ))
        } else {
            Err(format!(
                "the promise did not hold: {} of {calls} calls were not answered rightly within \
                 {promised} ms; is the machine busy with something else?",
                calls - kept
            ))
        }
    }

    /// Requests, times and memory.
    fn measured(&self) -> String {
        let Asked { requests, most, mean, refused } = self.asked;
        let allowed = self.plan.rate + BURST;
        let (at, megabytes) = (
            |share| self.took(share),
            |bytes: Option<u64>| {
                bytes.map_or_else(|| "?".to_owned(), |b| format!("{:.0}", b as f64 / 1_048_576.0))
            },
        );
        let mut text = String::new();
        let _ = writeln!(text, "\nasked of HubSoft      {requests:>7} requests");
        let _ = writeln!(
            text,
            "  each second         {mean:>7.1} on average, at most {most} ({allowed} allowed)"
        );
        let _ = writeln!(text, "  refused (429)       {refused:>7}");
        let _ = writeln!(
            text,
            "answer time, ms           p50 {}, p99 {}, p99.9 {}, max {}",
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0)
        );
        let Memory { before, after, peak } = self.memory;
        let _ = writeln!(
            text,
            "memory, MB                start {}, end {}, peak {} (with callers and HubSoft)",
            megabytes(before),
            megabytes(after),
            megabytes(peak)
        );
        text
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|outcome| which(outcome)).count()
    }

    /// How many calls had a right or harmless answer no later than `grace` after the deadline.
    fn within(&self, grace: Duration) -> usize {
        let limit = self.plan.deadline + grace;
        self.count(|o| o.took <= limit && !matches!(o.told, Told::Nothing | Told::Wrong))
    }

    /// How many calls went without for which reason.
    fn reasons(&self) -> BTreeMap<&'static str, (usize, String)> {
        let mut reasons = BTreeMap::new();
        for outcome in self.outcomes {
            if let Told::Unavailable(Some(failure)) = &outcome.told {
                let entry: &mut (usize, String) =
                    reasons.entry(failure.label()).or_insert_with(|| (0, plain(failure)));
                entry.0 += 1;
            }
        }
        reasons
    }

    /// The time, in milliseconds, within which that share of the calls was over.
    fn took(&self, share: f64) -> String {
        let mut times: Vec<_> = self.outcomes.iter().map(|outcome| outcome.took).collect();
        times.sort_unstable();
        let rank = (times.len() as f64 * share).ceil() as usize;
        let time = times.get(rank.saturating_sub(1)).copied();
        time.map_or_else(|| "?".to_owned(), |time| format!("{:.1}", time.as_secs_f64() * 1_000.0))
    }
}

/// The failure's own words up to the remedy, which a rehearsal has no use for.
fn plain(failure: &Failure) -> String {
    let text = failure.to_string();
    text.split(':').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use crate::sources::reasons;

    use super::*;

    fn plan() -> Plan {
        Plan {
            callers: 4,
            over: 60 * SECOND,
            upstream: SECOND / 5,
            rate: 10,
            known: 0.5,
            deadline: SECOND,
        }
    }

    fn outcome(took_ms: u64, told: Told) -> Outcome {
        Outcome { took: Duration::from_millis(took_ms), told }
    }

    fn report<'r>(plan: &'r Plan, outcomes: &'r [Outcome]) -> Report<'r> {
        Report { plan, outcomes, asked: Asked::default(), memory: Memory::default() }
    }

    #[test]
    fn a_report_tells_every_number_with_its_words() {
        let plan = plan();
        let outcomes = [
            outcome(1, Told::Personalised { remembered: true }),
            outcome(300, Told::Personalised { remembered: false }),
            outcome(2, Told::Unavailable(Some(reasons::SHED.failure()))),
            outcome(1_015, Told::Unavailable(Some(reasons::DEADLINE.failure()))),
        ];
        let report = report(&plan, &outcomes);
        let text = report.text();
        for line in [
            "The mass outage: 4 different customers call within 60s, 50 % of them known.",
            "HubSoft takes 200ms and may be asked 10 times a second.",
            "answered                    4   100.0 %",
            "  within 1000 ms            3    75.0 %   the deadline",
            "  within 1020 ms            4   100.0 %   the promise",
            "personalised                2    50.0 %   on the first call",
            "  from memory               1    25.0 %",
            "unavailable                 2    50.0 %   the call goes on as if bina were not there",
            "  deadline                  1    25.0 %   HubSoft did not answer within the call's deadline",
            "  shed                      1    25.0 %   more calls than limiter.rate allows to look up",
            "answer time, ms           p50 2.0, p99 1015.0, p99.9 1015.0, max 1015.0",
            "memory, MB                start ?, end ?, peak ? (with callers and HubSoft)",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
        assert!(report.verdict().is_ok());
    }

    #[test]
    fn the_promise_is_broken_by_one_late_missing_or_wrong_answer() {
        let plan = plan();
        for broken in [
            outcome(1_021, Told::Unavailable(None)),
            outcome(1, Told::Nothing),
            outcome(1, Told::Wrong),
        ] {
            let outcomes = [outcome(1, Told::Unavailable(None)), broken];
            let verdict = report(&plan, &outcomes).verdict().expect_err("broken");
            assert!(verdict.contains("1 of 2 calls"), "{verdict}");
        }
    }

    #[test]
    fn requests_are_counted_over_every_second_not_over_each_full_one() {
        let start = Instant::now();
        let times: Vec<_> = [0, 900, 950, 1_000, 1_850, 1_900, 2_000]
            .map(|ms| start + Duration::from_millis(ms))
            .to_vec();
        let asked = Asked::of(&times, 3);
        assert_eq!((asked.requests, asked.most, asked.refused), (7, 4, 2));
        assert!((asked.mean - 3.0).abs() < 1e-9);
        assert_eq!(Asked::of(&[], 1), Asked::default());
    }

    #[test]
    fn a_rehearsal_that_was_ended_at_once_has_a_report_too() {
        let plan = plan();
        assert!(report(&plan, &[]).text().contains("max ?"));
    }
}
