//! Formats the report of a rehearsal, and decides whether every call was answered in time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::simulator::LoggedRequest;

use super::caller::{CallOutcome, Received};
use super::{BURST, RehearsalPlan};

/// Permitted lateness of an answer on a loaded machine.
const GRACE: Duration = Duration::from_millis(20);
const SECOND: Duration = Duration::from_secs(1);

/// A finished rehearsal.
pub(super) struct RehearsalReport<'r> {
    pub(super) plan: &'r RehearsalPlan,
    /// One for each call that was placed.
    pub(super) outcomes: &'r [CallOutcome],
    pub(super) load: UpstreamLoad,
    pub(super) memory: MemoryUsage,
}

/// The requests HubSoft received.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct UpstreamLoad {
    requests: usize,
    /// The most requests within any second.
    most: usize,
    /// Requests a second between the first and the last.
    mean: f64,
    /// Requests above the limit in any second, or answered with 429, whichever is more.
    refused: usize,
}

/// Bytes of the process: callers, bina and HubSoft together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MemoryUsage {
    pub(super) before: Option<u64>,
    pub(super) after: Option<u64>,
    pub(super) peak: Option<u64>,
}

impl UpstreamLoad {
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
        let mut load = Self { requests: times.len(), ..Self::default() };
        let mut oldest = 0;
        for (newest, at) in times.iter().enumerate() {
            while *at - times[oldest] >= SECOND {
                oldest += 1;
            }
            let within = newest + 1 - oldest;
            load.most = load.most.max(within);
            load.refused += usize::from(within > allowed);
        }
        if let [first, .., last] = times {
            load.mean = (times.len() - 1) as f64 / (*last - *first).as_secs_f64();
        }
        load
    }
}

impl RehearsalReport<'_> {
    /// The report, without a line break at its end.
    pub(super) fn text(&self) -> String {
        let RehearsalPlan { callers, over, cached, deadline, .. } = self.plan;
        let calls = self.outcomes.len();
        let answered = self.count(|outcome| outcome.received != Received::Nothing);
        let limit = (*deadline + GRACE).as_millis();
        let deadline = deadline.as_millis();
        let from_cache = Received::Personalised { is_cached: true };
        let mut text = format!(
            "The mass outage: {callers} different customers call within {over:?}, {:.0} % of them \
             cached.\n{}\n\n",
            cached * 100.0,
            self.plan.upstream(),
        );
        let mut line = |label: &str, count: usize, more: &str| {
            // Rounded down, so that 100 % means all.
            let permille = count * 1_000 / calls.max(1);
            let (percent, tenth) = (permille / 10, permille % 10);
            let full = format!("{label:<22}{count:>7}{percent:>6}.{tenth} %   {more}");
            text += full.trim_end();
            text.push('\n');
        };
        line("calls", calls, "");
        line("answered", answered, "");
        line(&format!("  within {deadline} ms"), self.within(Duration::ZERO), "the deadline");
        line(&format!("  within {limit} ms"), self.within(GRACE), "the guarantee");
        line("personalised", self.count(CallOutcome::is_personalised), "on the first call");
        line("  from the cache", self.count(|outcome| outcome.received == from_cache), "");
        if self.plan.directory {
            let recognised = self.count(|outcome| outcome.received == Received::Recognised);
            line("recognised", recognised, "from the directory, without the alert");
        }
        let wrong = self.count(|outcome| outcome.received == Received::Wrong);
        if wrong > 0 {
            line("wrong", wrong, "please report this as a bug of bina");
        }
        let unavailable =
            self.count(|outcome| matches!(outcome.received, Received::Unavailable(_)));
        line("unavailable", unavailable, "the call continues without an announcement");
        for (label, (count, why)) in self.reasons() {
            line(&format!("  {label}"), count, &why);
        }
        text + &self.measured()
    }

    /// A sentence that states whether every call was answered correctly and in time.
    pub(super) fn verdict(&self) -> Result<String, String> {
        let limit = (self.plan.deadline + GRACE).as_millis();
        let calls = self.outcomes.len();
        let in_time = self.within(GRACE);
        if in_time == calls {
            Ok(format!("Passed: all {calls} calls were answered within {limit} ms."))
        } else {
            Err(format!(
                "failed: {} of {calls} calls were not answered correctly within {limit} ms (check \
                 whether the machine is busy with something else)",
                calls - in_time
            ))
        }
    }

    /// Requests, times and memory.
    fn measured(&self) -> String {
        let UpstreamLoad { requests, most, mean, refused } = self.load;
        let allowed = self.plan.rate + BURST;
        let mut text = String::new();
        let _ = writeln!(text, "\nHubSoft requests      {requests:>7}");
        let _ = writeln!(
            text,
            "  each second         {mean:>7.1} on average, at most {most} ({allowed} allowed)"
        );
        let _ = writeln!(text, "  refused (429)       {refused:>7}");
        let _ = writeln!(
            text,
            "answer time, ms           p50 {}, p99 {}, p99.9 {}, max {}",
            self.took(0.5),
            self.took(0.99),
            self.took(0.999),
            self.took(1.0)
        );
        let MemoryUsage { before, after, peak } = self.memory;
        let _ = writeln!(
            text,
            "memory, MB                start {}, end {}, peak {} (with callers and HubSoft)",
            megabytes(before),
            megabytes(after),
            megabytes(peak)
        );
        text
    }

    fn count(&self, which: impl Fn(&CallOutcome) -> bool) -> usize {
        self.outcomes.iter().filter(|outcome| which(outcome)).count()
    }

    /// Number of calls with a correct or neutral answer no later than `grace` after the deadline.
    fn within(&self, grace: Duration) -> usize {
        let limit = self.plan.deadline + grace;
        self.count(|outcome| {
            let is_acceptable = !matches!(outcome.received, Received::Nothing | Received::Wrong);
            outcome.took <= limit && is_acceptable
        })
    }

    /// Number of unavailable calls by reason.
    fn reasons(&self) -> BTreeMap<&'static str, (usize, String)> {
        let mut reasons = BTreeMap::new();
        for outcome in self.outcomes {
            if let Received::Unavailable(Some(failure)) = &outcome.received {
                let entry: &mut (usize, String) = reasons
                    .entry(failure.label())
                    .or_insert_with(|| (0, failure.cause().into_owned()));
                entry.0 += 1;
            }
        }
        reasons
    }

    /// The time in milliseconds within which `share` of the calls had ended.
    fn took(&self, share: f64) -> String {
        let mut times: Vec<_> = self.outcomes.iter().map(|outcome| outcome.took).collect();
        times.sort_unstable();
        let rank = (times.len() as f64 * share).ceil() as usize;
        let time = times.get(rank.saturating_sub(1)).copied();
        time.map_or_else(|| "?".to_owned(), |time| format!("{:.1}", time.as_secs_f64() * 1_000.0))
    }
}

/// A number of bytes in MB; `?` where the kernel does not report it.
fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{:.0}", bytes as f64 / 1_048_576.0))
}

#[cfg(test)]
mod tests {
    use crate::sources::reasons;

    use super::*;

    fn plan() -> RehearsalPlan {
        RehearsalPlan {
            callers: 4,
            over: 60 * SECOND,
            upstream: SECOND / 5,
            rate: 10,
            cached: 0.5,
            deadline: SECOND,
            directory: false,
            upstream_dead: false,
        }
    }

    fn outcome(took_ms: u64, received: Received) -> CallOutcome {
        CallOutcome { took: Duration::from_millis(took_ms), received }
    }

    fn report<'r>(plan: &'r RehearsalPlan, outcomes: &'r [CallOutcome]) -> RehearsalReport<'r> {
        RehearsalReport {
            plan,
            outcomes,
            load: UpstreamLoad::default(),
            memory: MemoryUsage::default(),
        }
    }

    #[test]
    fn a_report_labels_every_number() {
        let plan = plan();
        let outcomes = [
            outcome(1, Received::Personalised { is_cached: true }),
            outcome(300, Received::Personalised { is_cached: false }),
            outcome(2, Received::Unavailable(Some(reasons::SHED.failure()))),
            outcome(1_015, Received::Unavailable(Some(reasons::DEADLINE.failure()))),
        ];
        let report = report(&plan, &outcomes);
        let text = report.text();
        for line in [
            "The mass outage: 4 different customers call within 60s, 50 % of them cached.",
            "HubSoft responds in 200ms and permits 10 requests a second.",
            "answered                    4   100.0 %",
            "  within 1000 ms            3    75.0 %   the deadline",
            "  within 1020 ms            4   100.0 %   the guarantee",
            "personalised                2    50.0 %   on the first call",
            "  from the cache            1    25.0 %",
            "unavailable                 2    50.0 %   the call continues without an announcement",
            "  deadline                  1    25.0 %   HubSoft did not answer within the call's deadline",
            "  shed                      1    25.0 %   lookup skipped: more calls than limiter.rate allows",
            "answer time, ms           p50 2.0, p99 1015.0, p99.9 1015.0, max 1015.0",
            "memory, MB                start ?, end ?, peak ? (with callers and HubSoft)",
        ] {
            assert!(text.lines().any(|printed| printed == line), "{line}\n{text}");
        }
        assert!(report.verdict().is_ok());
    }

    #[test]
    fn one_late_missing_or_wrong_answer_fails_the_rehearsal() {
        let plan = plan();
        for broken in [
            outcome(1_021, Received::Unavailable(None)),
            outcome(1, Received::Nothing),
            outcome(1, Received::Wrong),
        ] {
            let outcomes = [outcome(1, Received::Unavailable(None)), broken];
            let verdict = report(&plan, &outcomes).verdict().expect_err("broken");
            assert!(verdict.contains("1 of 2 calls"), "{verdict}");
        }
    }

    #[test]
    fn requests_are_counted_in_a_sliding_second() {
        let start = Instant::now();
        let times: Vec<_> = [0, 900, 950, 1_000, 1_850, 1_900, 2_000]
            .map(|ms| start + Duration::from_millis(ms))
            .to_vec();
        let load = UpstreamLoad::of(&times, 3);
        assert_eq!((load.requests, load.most, load.refused), (7, 4, 2));
        assert!((load.mean - 3.0).abs() < 1e-9);
        assert_eq!(UpstreamLoad::of(&[], 1), UpstreamLoad::default());
    }

    #[test]
    fn a_rehearsal_without_calls_has_a_report() {
        let plan = plan();
        assert!(report(&plan, &[]).text().contains("max ?"));
    }
}
