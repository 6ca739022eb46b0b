//! Formats the report of a rehearsal, and decides whether every call was answered in time.

use std::fmt::{Display, Write as _};
use std::time::Duration;

use crate::runtime::language::{Language, Text};

use super::advice::Advice;
use super::caller::{CallOutcome, Received};
use super::load::UpstreamLoad;
use super::memory;
use super::plan::RehearsalPlan;
use super::setup::BURST;
use super::tally::{CallTally, Day, DayTally};
use super::texts;

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
    pub(super) language: Language,
}

/// A table of counts, each with its share of the calls.
struct CountTable {
    text: String,
    calls: CallTally,
    language: Language,
}

impl CountTable {
    fn new(calls: CallTally, language: Language) -> Self {
        Self { text: String::new(), calls, language }
    }

    fn line(&mut self, label: &str, count: usize, more: &str) {
        let percent = percent(self.calls.permille(count), self.language);
        let full = format!("{label:<24}{count:>7}{percent:>8} %   {more}");
        self.text += full.trim_end();
        self.text.push('\n');
    }

    /// The line if there is something to count.
    fn line_if_any(&mut self, label: Text, count: usize, more: Option<Text>) {
        if count > 0 {
            self.row(label, count, more);
        }
    }

    fn row(&mut self, label: Text, count: usize, more: Option<Text>) {
        let more = more.map_or("", |more| more.of(self.language));
        self.line(label.of(self.language), count, more);
    }
}

impl RehearsalReport<'_> {
    /// The report, without a line break at its end.
    pub(super) fn text(&self) -> String {
        let tally = self.day.tally();
        let mut text = wrapped(&self.plan.words(self.language), "", "");
        text += "\n\n";
        text += &self.counts(&tally);
        text += &self.alert();
        text += &self.measured();
        text += &self.advice(&tally);
        text.trim_end().to_owned()
    }

    fn counts(&self, tally: &DayTally) -> String {
        let language = self.language;
        let all = tally.all;
        let mut table = CountTable::new(all, language);
        let answered = self.count(|outcome| outcome.received != Received::Nothing);
        let limit = self.plan.deadline + GRACE;
        table.row(texts::TOTAL_CALLS, all.calls, None);
        table.row(texts::TOTAL_ANSWERED, answered, None);
        for (time, grace, more) in [
            (self.plan.deadline, Duration::ZERO, texts::TOTAL_WITHIN_DEADLINE),
            (limit, GRACE, texts::TOTAL_WITHIN_LIMIT),
        ] {
            let within = texts::TOTAL_WITHIN.filled(language, &[("ms", &time.as_millis())]);
            table.line(&within, self.within(grace), more.of(language));
        }
        table.row(texts::TOTAL_RIGHT, all.right, Some(texts::TOTAL_RIGHT_AS));
        if self.plan.has_directory {
            let placed = tally.placed;
            let more = texts::TOTAL_PLACED_OF.filled(language, &[("count", &placed.calls)]);
            table.calls = placed;
            table.line(texts::TOTAL_PLACED.of(language), placed.right, &more);
            table.calls = all;
        }
        table.text += &self.against();
        let wrong = tally.wrong_plays();
        table.row(texts::TOTAL_WRONG_PLAYS, wrong, Some(texts::TOTAL_WRONG_PLAYS_WHAT));
        let why = Some(texts::TOTAL_WRONG_ANSWERS_WHY);
        table.line_if_any(texts::TOTAL_WRONG_ANSWERS, all.broken - self.missing(), why);
        if let Some(wrong) = self.first_wrong() {
            let shown: String = wrong.chars().take(COLUMNS - 2).collect();
            let _ = writeln!(table.text, "  {shown}");
        }
        groups(&mut table.text, tally, language);
        table.text + &self.reasons(tally)
    }

    /// The same calls without directory and alert feed.
    fn against(&self) -> String {
        let Some(compared) = self.compared else { return String::new() };
        let percent = percent(compared.all.permille(compared.all.right), self.language);
        let label = texts::TOTAL_AGAINST.of(self.language);
        let more = texts::TOTAL_AGAINST_WHAT.filled(self.language, &[("percent", &percent)]);
        format!("  {label:<22}{:>7}   {more}\n", compared.all.right)
    }

    /// Why calls were unavailable.
    fn reasons(&self, tally: &DayTally) -> String {
        let unavailable = tally.all.unavailable;
        if unavailable == 0 {
            return String::new();
        }
        let mut table = CountTable::new(tally.all, self.language);
        table.text.push('\n');
        let then = Some(texts::TOTAL_UNAVAILABLE_THEN);
        table.row(texts::TOTAL_UNAVAILABLE, unavailable, then);
        for (label, (count, why)) in &tally.reasons {
            let why = texts::cause(label, why, self.language);
            table.line(&format!("  {label}"), *count, &shortened(why));
        }
        table.text
    }

    /// When the alert was noticed and judged.
    fn alert(&self) -> String {
        let (progress, language) = (&self.day.progress, self.language);
        if !self.plan.has_directory {
            return String::new();
        }
        let after = |time: Option<Duration>| match time {
            None => texts::ALERT_NEVER.of(language).to_owned(),
            Some(time) => texts::decimal(format_args!("{:.1}", time.as_secs_f64()), language),
        };
        let line = |label: Text, time| format!("\n{:<24}{:>7}", label.of(language), after(time));
        let mut text = line(texts::ALERT_NOTICED, progress.noticed);
        text += &format!("   {}", texts::ALERT_SINCE.of(language));
        text += &line(texts::ALERT_JUDGED, progress.judged);
        text.push('\n');
        for stratum in progress.strata.iter().filter(|stratum| stratum.customers > 0) {
            let verdict = texts::verdict(&stratum.verdict, language);
            let asked: [(&str, &dyn Display); 3] = [
                ("verdict", &verdict),
                ("confirmed", &stratum.confirmed),
                ("answers", &stratum.answers),
            ];
            let asked = texts::STRATUM_ASKED.filled(language, &asked);
            let fits = texts::fits(&stratum.kinds, language);
            let who: [(&str, &dyn Display); 2] =
                [("customers", &stratum.customers), ("fits", &fits)];
            let who = texts::STRATUM_FITS.filled(language, &who);
            let _ = writeln!(text, "{}", wrapped(&asked, &format!("{who}: "), "    "));
        }
        text
    }

    /// A sentence that states whether every call was answered correctly and in time.
    pub(super) fn verdict(&self) -> Result<String, String> {
        let limit = (self.plan.deadline + GRACE).as_millis();
        let calls = self.day.outcomes.len();
        let broken = calls - self.within(GRACE);
        let parts: [(&str, &dyn Display); 3] =
            [("broken", &broken), ("calls", &calls), ("limit", &limit)];
        if broken == 0 {
            Ok(texts::VERDICT_PASSED.filled(self.language, &parts))
        } else {
            Err(texts::VERDICT_FAILED.filled(self.language, &parts))
        }
    }

    /// Requests, times and memory.
    fn measured(&self) -> String {
        let (load, language) = (&self.load, self.language);
        let mut text = format!("\n{:<24}{:>7}\n", texts::LOAD.of(language), load.total());
        for (label, count, why) in [
            (texts::LOAD_LOOKUPS, load.lookups, Some(texts::LOAD_LOOKUPS_OF)),
            (texts::LOAD_PROBES, load.probes, Some(texts::LOAD_PROBES_OF)),
            (texts::LOAD_ALERTS, load.feed, None),
            (texts::LOAD_OTHERS, load.others, None),
        ] {
            if count > 0 {
                let why = why.map_or("", |why| why.of(language));
                let line = format!("  {:<22}{count:>7}   {why}", label.of(language));
                text += line.trim_end();
                text.push('\n');
            }
        }
        let parts: [(&str, &dyn Display); 2] =
            [("most", &load.most), ("allowed", &(self.plan.rate + BURST))];
        let mean = texts::decimal(format_args!("{:.1}", load.mean), language);
        let _ = writeln!(
            text,
            "  {:<20}{mean:>9} {}",
            texts::LOAD_EACH_SECOND.of(language),
            texts::LOAD_RATE.filled(language, &parts)
        );
        let refused = texts::LOAD_REFUSED.of(language);
        let _ = writeln!(text, "  {refused:<22}{:>7}", load.refused);
        text + &self.times() + &self.memory()
    }

    fn times(&self) -> String {
        let times = [0.5, 0.99, 0.999, 1.0].map(|share| self.took(share));
        let [p50, p99, p999, max] = &times;
        let parts: [(&str, &dyn Display); 4] =
            [("p50", p50), ("p99", p99), ("p999", p999), ("max", max)];
        let label = texts::TIMES.of(self.language);
        format!("{label:<26}{}\n", texts::TIMES_PARTS.filled(self.language, &parts))
    }

    fn memory(&self) -> String {
        let sizes = [self.memory_before, memory::resident(), memory::peak()].map(megabytes);
        let [before, end, peak] = &sizes;
        let parts: [(&str, &dyn Display); 3] = [("before", before), ("end", end), ("peak", peak)];
        let label = texts::MEMORY.of(self.language);
        format!("{label:<26}{}\n", texts::MEMORY_PARTS.filled(self.language, &parts))
    }

    fn advice(&self, tally: &DayTally) -> String {
        let Self { plan, day, load, language, .. } = self;
        let advice = Advice { plan, day, tally, load, language: *language };
        let paragraphs = advice.paragraphs();
        if paragraphs.is_empty() {
            return String::new();
        }
        let lines = paragraphs.iter().map(|text| wrapped(text, "- ", "  ") + "\n");
        format!("\n{}\n{}", texts::ADVICE.of(self.language), lines.collect::<String>())
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
        time.map_or_else(
            || "?".to_owned(),
            |time| {
                let ms = time.as_secs_f64() * 1_000.0;
                texts::decimal(format_args!("{ms:.1}"), self.language)
            },
        )
    }
}

/// What each group of callers heard.
fn groups(text: &mut String, tally: &DayTally, language: Language) {
    for (name, group, is_told_right) in [
        (texts::TOTAL_AFFECTED, tally.affected, true),
        (texts::TOTAL_BEFORE, tally.before, false),
        (texts::TOTAL_AFTER, tally.after, false),
        (texts::TOTAL_OTHERS, tally.others, false),
    ] {
        if group.calls == 0 {
            continue;
        }
        let (told, untold) = if is_told_right {
            (texts::TOLD_RIGHT, texts::TOLD_NOT_AFFECTED)
        } else {
            (texts::TOLD_WRONG, texts::TOLD_NOT_OTHERS)
        };
        let mut table = CountTable::new(group, language);
        table.row(name, group.calls, None);
        table.row(texts::TOLD, group.told, Some(told));
        let how = Some(texts::TOLD_FROM_DIRECTORY_HOW);
        table.line_if_any(texts::TOLD_FROM_DIRECTORY, group.told_from_directory, how);
        table.line_if_any(texts::TOLD_NOT, group.untold, Some(untold));
        table.line_if_any(texts::TOLD_OTHER_PROMPT, group.other_prompt, Some(texts::TOLD_WRONG));
        table.line_if_any(texts::TOLD_UNAVAILABLE, group.unavailable, None);
        table.line_if_any(texts::TOLD_NOT_FOUND, group.not_found, None);
        text.push('\n');
        text.push_str(&table.text);
    }
}

/// A share in percent.
fn percent(permille: usize, language: Language) -> String {
    texts::decimal(format_args!("{}.{}", permille / 10, permille % 10), language)
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
        RehearsalReport {
            plan,
            day,
            load,
            memory_before: None,
            compared: None,
            language: Language::English,
        }
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
