//! Formats the report of a rehearsal, and decides whether every call was answered in time.

use std::fmt::Write as _;
use std::time::Duration;

use super::advice::{Advice, fits};
use super::caller::{CallOutcome, Received};
use super::load::UpstreamLoad;
use super::memory;
use super::plan::RehearsalPlan;
use super::setup::BURST;
use super::tally::{CallTally, Day, DayTally};

/// Permitted lateness of an answer on a loaded machine.
const GRACE: Duration = Duration::from_millis(20);
const COLUMNS: usize = 80;

/// A finished rehearsal.
pub(super) struct RehearsalReport<'r> {
    pub(super) plan: &'r RehearsalPlan,
    pub(super) day: &'r Day,
    pub(super) load: UpstreamLoad,
    /// Resident bytes before the first call.
    pub(super) memory_before: Option<u64>,
    /// The same calls without directory and alert feed.
    pub(super) compared: Option<&'r DayTally>,
}

/// A table of counts, each with its share of the calls.
struct CountTable {
    text: String,
    calls: CallTally,
}

impl CountTable {
    fn line(&mut self, label: &str, count: usize, more: &str) {
        let permille = self.calls.permille(count);
        let (percent, tenth) = (permille / 10, permille % 10);
        let full = format!("{label:<24}{count:>7}{percent:>6}.{tenth} %   {more}");
        self.text += full.trim_end();
        self.text.push('\n');
    }

    /// The line if there is something to count.
    fn line_if_any(&mut self, label: &str, count: usize, more: &str) {
        if count > 0 {
            self.line(label, count, more);
        }
    }
}

impl RehearsalReport<'_> {
    /// The report, without a line break at its end.
    pub(super) fn text(&self) -> String {
        let tally = self.day.tally();
        let mut text = wrapped(&self.plan.words(), "", "");
        text += "\n\n";
        text += &self.counts(&tally);
        text += &self.alert();
        text += &self.measured();
        text += &self.advice(&tally);
        text.trim_end().to_owned()
    }

    fn counts(&self, tally: &DayTally) -> String {
        let all = tally.all;
        let calls = all.calls;
        let mut table = CountTable { text: String::new(), calls: all };
        let answered = self.count(|outcome| outcome.received != Received::Nothing);
        let (deadline, limit) = (self.plan.deadline, self.plan.deadline + GRACE);
        table.line("calls", calls, "");
        table.line("answered", answered, "");
        let within = |time: Duration| format!("  within {} ms", time.as_millis());
        table.line(&within(deadline), self.within(Duration::ZERO), "the deadline");
        table.line(&within(limit), self.within(GRACE), "the guarantee");
        table.line("right", all.right, "as HubSoft would have answered");
        if self.plan.has_directory {
            let placed = tally.placed;
            let more = format!("of {} that can be placed", placed.calls);
            table.calls = placed;
            table.line("  of the placed", placed.right, &more);
            table.calls = all;
        }
        if let Some(compared) = self.compared {
            let permille = compared.all.permille(compared.all.right);
            let more =
                format!("({}.{} %) without directory and feed", permille / 10, permille % 10);
            let _ = writeln!(table.text, "  {:<22}{:>7}   {more}", "against", compared.all.right);
        }
        table.line("wrong plays", tally.wrong_plays(), "what does not concern the caller");
        table.line_if_any(
            "wrong answers",
            all.broken - self.missing(),
            "a bug of bina: please report it",
        );
        if let Some(wrong) = self.first_wrong() {
            let shown: String = wrong.chars().take(COLUMNS - 2).collect();
            let _ = writeln!(table.text, "  {shown}");
        }
        groups(&mut table.text, tally);
        if all.unavailable > 0 {
            table.text.push('\n');
            table.calls = all;
            let more = "the call goes on without a prompt";
            table.line("unavailable", all.unavailable, more);
            for (label, (count, why)) in &tally.reasons {
                table.line(&format!("  {label}"), *count, &shortened(why));
            }
        }
        table.text
    }

    /// When the alert was noticed and judged.
    fn alert(&self) -> String {
        let progress = &self.day.progress;
        if !self.plan.has_directory {
            return String::new();
        }
        let after = |time: Option<Duration>| {
            time.map_or_else(|| "never".to_owned(), |time| format!("{:.1}", time.as_secs_f64()))
        };
        let mut text = format!(
            "\nalert noticed after, s  {:>7}   from its publication on\nalert judged after, s   {:>7}\n",
            after(progress.noticed),
            after(progress.judged),
        );
        for stratum in progress.strata.iter().filter(|stratum| stratum.customers > 0) {
            let verdict = stratum.verdict.replace('_', " ");
            let asked = format!("{} of {} asked have it", stratum.confirmed, stratum.answers);
            let who = format!("  {} customers fit {}", stratum.customers, fits(&stratum.kinds));
            let _ = writeln!(
                text,
                "{}",
                wrapped(&format!("{verdict}, {asked}"), &format!("{who}: "), "    ")
            );
        }
        text
    }

    /// A sentence that states whether every call was answered correctly and in time.
    pub(super) fn verdict(&self) -> Result<String, String> {
        let limit = (self.plan.deadline + GRACE).as_millis();
        let calls = self.day.outcomes.len();
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
        let load = &self.load;
        let allowed = self.plan.rate + BURST;
        let mut text = format!("\nHubSoft requests        {:>7}\n", load.total());
        for (label, count, why) in [
            ("lookups", load.lookups, "of callers"),
            ("probes", load.probes, "random customers, whether they have the alert"),
            ("alert list", load.feed, ""),
            ("others", load.others, ""),
        ] {
            if count > 0 {
                let line = format!("  {label:<22}{count:>7}   {why}");
                text += line.trim_end();
                text.push('\n');
            }
        }
        let _ = writeln!(
            text,
            "  each second         {:>9.1} on average, at most {} ({allowed} allowed)",
            load.mean, load.most
        );
        let _ = writeln!(text, "  refused (429)         {:>7}", load.refused);
        let _ = writeln!(
            text,
            "answer time, ms           p50 {}, p99 {}, p99.9 {}, max {}",
            self.took(0.5),
            self.took(0.99),
            self.took(0.999),
            self.took(1.0)
        );
        let _ = writeln!(
            text,
            "memory, MB                start {}, end {}, peak {} (with callers and HubSoft)",
            megabytes(self.memory_before),
            megabytes(memory::resident()),
            megabytes(memory::peak())
        );
        text
    }

    fn advice(&self, tally: &DayTally) -> String {
        let advice = Advice { plan: self.plan, day: self.day, tally, load: &self.load };
        let paragraphs = advice.paragraphs();
        if paragraphs.is_empty() {
            return String::new();
        }
        let lines = paragraphs.iter().map(|text| wrapped(text, "- ", "  ") + "\n");
        format!("\nWhat would help:\n{}", lines.collect::<String>())
    }

    fn count(&self, which: impl Fn(&CallOutcome) -> bool) -> usize {
        self.day.outcomes.iter().filter(|outcome| which(outcome)).count()
    }

    fn first_wrong(&self) -> Option<&str> {
        self.day.outcomes.iter().find_map(|outcome| match &outcome.received {
            Received::Wrong(answer) => Some(&**answer),
            _ => None,
        })
    }

    fn missing(&self) -> usize {
        self.count(|outcome| outcome.received == Received::Nothing)
    }

    /// Number of calls with an own or neutral answer no later than `grace` after the deadline.
    fn within(&self, grace: Duration) -> usize {
        let limit = self.plan.deadline + grace;
        self.count(|outcome| {
            let is_acceptable = !matches!(outcome.received, Received::Nothing | Received::Wrong(_));
            outcome.took <= limit && is_acceptable
        })
    }

    /// The time in milliseconds within which `share` of the calls had ended.
    fn took(&self, share: f64) -> String {
        let mut times: Vec<_> = self.day.outcomes.iter().map(|outcome| outcome.took).collect();
        times.sort_unstable();
        let rank = (times.len() as f64 * share).ceil() as usize;
        let time = times.get(rank.saturating_sub(1)).copied();
        time.map_or_else(|| "?".to_owned(), |time| format!("{:.1}", time.as_secs_f64() * 1_000.0))
    }
}

/// What each group of callers heard.
fn groups(text: &mut String, tally: &DayTally) {
    for (name, group, is_told_right) in [
        ("affected callers", tally.affected, true),
        ("before the alert", tally.before, false),
        ("after its end", tally.after, false),
        ("other callers", tally.others, false),
    ] {
        if group.calls == 0 {
            continue;
        }
        let mut table = CountTable { text: String::new(), calls: group };
        let told = if is_told_right { "hear that there is a fault" } else { "a wrong play" };
        table.line(name, group.calls, "");
        table.line("  told", group.told, told);
        table.line_if_any("    from the directory", group.told_from_directory, "without a request");
        let untold = if is_told_right { "recognised, without the alert" } else { "recognised" };
        table.line_if_any("  not told", group.untold, untold);
        table.line_if_any("  another prompt", group.other_prompt, "a wrong play");
        table.line_if_any("  unavailable", group.unavailable, "");
        table.line_if_any("  not found", group.not_found, "");
        text.push('\n');
        text.push_str(&table.text);
    }
}

/// The first words of a cause.
fn shortened(cause: &str) -> String {
    let mut text = String::new();
    for word in cause.split_whitespace() {
        if text.chars().count() + word.chars().count() >= 36 {
            return text.trim_end_matches([',', ';', ':']).to_owned();
        }
        text += if text.is_empty() { "" } else { " " };
        text += word;
    }
    text
}

/// The text in lines of 80 columns at most.
fn wrapped(text: &str, first: &str, next: &str) -> String {
    let mut lines = String::from(first);
    let mut column = first.chars().count();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let width = word.chars().count();
        let is_begun = !lines.ends_with(' ') && column > next.len();
        if column + width + usize::from(is_begun) > COLUMNS {
            lines = lines.trim_end().to_owned() + "\n" + next;
            column = next.chars().count();
        } else if is_begun {
            lines.push(' ');
            column += 1;
        }
        lines += word;
        column += width;
    }
    lines
}

/// A number of bytes in MB; `?` where the kernel does not report it.
fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{:.0}", bytes as f64 / 1_048_576.0))
}

#[cfg(test)]
mod tests {
    use crate::cli::rehearse::caller::Hears;
    use crate::cli::rehearse::judged::AlertProgress;
    use crate::sources::reasons;

    use super::*;

    fn plan() -> RehearsalPlan {
        RehearsalPlan::example()
    }

    fn outcome(took_ms: u64, received: Received) -> CallOutcome {
        let took = Duration::from_millis(took_ms);
        let due = Duration::from_secs(1);
        CallOutcome { is_affected: true, due, took, received, is_placed: true }
    }

    fn day(outcomes: Vec<CallOutcome>) -> Day {
        let progress = AlertProgress::default();
        Day { outcomes, published: Some(Duration::ZERO), ended: None, progress }
    }

    fn report<'r>(plan: &'r RehearsalPlan, day: &'r Day) -> RehearsalReport<'r> {
        let load = UpstreamLoad::default();
        RehearsalReport { plan, day, load, memory_before: None, compared: None }
    }

    #[test]
    fn lines_have_eighty_columns_at_most_and_shares_are_rounded_down() {
        let plan = plan();
        let told = Received::Found { hears: Hears::Alert, is_from_directory: true };
        let mut outcomes = vec![outcome(1, told); 1_999];
        outcomes.push(outcome(900, Received::Unavailable(Some(reasons::DEADLINE.failure()))));
        let day = day(outcomes);
        let text = report(&plan, &day).text();
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS), "{text}");
        for line in [
            "right                      1999    99.9 %",
            "  told                     1999    99.9 %",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(text.contains("  deadline                    1     0.0 %"), "{text}");
    }

    #[test]
    fn the_verdict_counts_late_missing_and_wrong_answers() {
        let plan = plan();
        let calm = outcome(1, Received::Unavailable(None));
        assert!(report(&plan, &day(vec![calm.clone()])).verdict().is_ok());
        for broken in [
            outcome(1_021, Received::Unavailable(None)),
            outcome(1, Received::Nothing),
            outcome(1, Received::Wrong("status=found&end=1".into())),
        ] {
            let day = day(vec![calm.clone(), broken]);
            let verdict = report(&plan, &day).verdict().expect_err("broken");
            assert!(verdict.contains("1 of 2 calls"), "{verdict}");
        }
        assert!(report(&plan, &day(Vec::new())).text().contains("max ?"));
    }

    #[test]
    fn text_is_wrapped_at_eighty_columns() {
        let text = "fibra ".repeat(40);
        let lines = wrapped(&text, "- ", "  ");
        assert!(lines.lines().all(|line| line.len() <= COLUMNS));
        assert!(lines.lines().skip(1).all(|line| line.starts_with("  fibra")));
        assert_eq!(lines.split_whitespace().count(), 41);
    }
}
