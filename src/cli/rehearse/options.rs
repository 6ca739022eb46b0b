//! The options of `bina rehearse`.

use std::time::Duration;

use clap::Args;

use crate::answering::lookup::DEADLINE_DEFAULT;
use crate::runtime::language::Text;

use super::plan::RehearsalPlan;
use super::scope::ScopeChoice;
use super::{span, texts};

const CUSTOMERS_HEADING: &str = "Customers and their calls";
const ALERT_HEADING: &str = "The alert";
const HUBSOFT_HEADING: &str = "HubSoft";
const BINA_HEADING: &str = "bina";

/// The options of a rehearsal.
#[derive(Args)]
pub(in crate::cli) struct RehearsalOptions {
    /// Customers of the provider, all of them in HubSoft's list
    #[arg(long, value_name = "NUMBER", default_value = "50000", value_parser = span::customers)]
    #[arg(help_heading = CUSTOMERS_HEADING)]
    customers: u32,
    /// Different customers whom the alert concerns and who call, once each
    #[arg(long, alias = "callers", value_name = "NUMBER", default_value = "5000")]
    #[arg(value_parser = span::callers, help_heading = CUSTOMERS_HEADING)]
    affected: u32,
    /// Other customers who call meanwhile, and must hear nothing of it
    #[arg(long, value_name = "NUMBER", default_value = "600", value_parser = span::others)]
    #[arg(help_heading = CUSTOMERS_HEADING)]
    unaffected: u32,
    /// Time span of the calls, most of which come after a fifth of it
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = span::over)]
    #[arg(help_heading = CUSTOMERS_HEADING)]
    over: Duration,
    /// Share of the callers that are in the cache beforehand, 0 to 1
    #[arg(long, alias = "known", value_name = "SHARE", default_value = "0.0")]
    #[arg(value_parser = span::share, help_heading = CUSTOMERS_HEADING)]
    cached: f64,
    /// Another number brings other customers, times and places
    #[arg(long, value_name = "NUMBER", default_value = "1", help_heading = CUSTOMERS_HEADING)]
    seed: u64,
    /// What its scope names
    #[arg(long, value_enum, default_value = "interfaces", help_heading = ALERT_HEADING)]
    scope: ScopeChoice,
    /// Time before the first call at which it is published in HubSoft, e.g. 60s [default: 0s]
    #[arg(long, value_name = "TIME", value_parser = span::time, help_heading = ALERT_HEADING)]
    lead: Option<Duration>,
    /// Time after the first call at which it is published instead
    #[arg(long, value_name = "TIME", value_parser = span::time, help_heading = ALERT_HEADING)]
    late: Option<Duration>,
    /// Time after the first call at which it is ended
    #[arg(long, value_name = "TIME", value_parser = span::time, help_heading = ALERT_HEADING)]
    ends_after: Option<Duration>,
    /// Its end is entered in HubSoft beforehand
    #[arg(long, help_heading = ALERT_HEADING)]
    window: bool,
    /// Alerts of the same kind that bina has judged beforehand: two of them count as a record
    #[arg(long, value_name = "NUMBER", default_value = "0", value_parser = span::earlier)]
    #[arg(help_heading = ALERT_HEADING)]
    earlier: u32,
    /// HubSoft's median response time in milliseconds; a few answers take much longer
    #[arg(long, alias = "upstream-ms", value_name = "MS", default_value = "200")]
    #[arg(value_parser = span::median, help_heading = HUBSOFT_HEADING)]
    hubsoft_ms: Duration,
    /// Requests per second that HubSoft allows, as in limiter.rate
    #[arg(long, alias = "upstream-rps", value_name = "NUMBER", default_value = "10")]
    #[arg(value_parser = span::rate, help_heading = HUBSOFT_HEADING)]
    hubsoft_rps: u32,
    /// Time after the first call from which HubSoft accepts connections and never answers
    #[arg(long, value_name = "TIME", value_parser = span::time, help_heading = HUBSOFT_HEADING)]
    dies_after: Option<Duration>,
    /// Share of the places in HubSoft that join its tables, 0 to 0.97
    #[arg(long, value_name = "SHARE", default_value = "0.97", value_parser = span::joining)]
    #[arg(help_heading = HUBSOFT_HEADING)]
    joining: f64,
    /// Seconds between two readings of the list of alerts, as alerts.poll_s
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = span::poll)]
    #[arg(help_heading = BINA_HEADING)]
    poll_s: u32,
    /// Deadline of a call in milliseconds, as lookup.deadline_ms [default: 800]
    #[arg(long, value_name = "MS", value_parser = span::deadline, help_heading = BINA_HEADING)]
    deadline_ms: Option<Duration>,
    /// Neither directory nor alert feed: each caller is looked up in HubSoft
    #[arg(long, help_heading = BINA_HEADING)]
    without_directory: bool,
    /// Rehearse the same calls a second time, without directory and alert feed
    #[arg(long, help_heading = BINA_HEADING)]
    compare: bool,
}

impl RehearsalOptions {
    /// The plan; the error says which options contradict each other, with the remedy.
    pub(super) fn plan(self) -> Result<RehearsalPlan, Text> {
        self.check()?;
        Ok(RehearsalPlan {
            customers: self.customers,
            affected: self.affected,
            unaffected: self.unaffected,
            over: self.over,
            cached: self.cached,
            seed: self.seed,
            scope: self.scope,
            lead: self.lead.unwrap_or_default(),
            late: self.late,
            ends_after: self.ends_after,
            is_end_known: self.window,
            earlier: self.earlier,
            median: self.hubsoft_ms,
            rate: self.hubsoft_rps,
            dies_after: self.dies_after,
            joining: self.joining,
            poll_s: self.poll_s,
            deadline: self.deadline_ms.unwrap_or(DEADLINE_DEFAULT),
            has_directory: !self.without_directory,
            is_compared: self.compare,
        })
    }

    fn check(&self) -> Result<(), Text> {
        let span = self.over;
        let is_beyond = |time: Option<Duration>| time.is_some_and(|time| time >= span);
        let wrong = [
            (self.affected + self.unaffected > self.customers, texts::OPTION_MANY),
            (self.lead.is_some() && self.late.is_some(), texts::OPTION_LEAD),
            (is_beyond(self.late), texts::OPTION_LATE),
            (is_beyond(self.ends_after), texts::OPTION_ENDS),
            (is_beyond(self.dies_after), texts::OPTION_DIES),
            (self.ends_after.is_some() && self.ends_after <= self.late, texts::OPTION_ENDS_EARLY),
            (self.window && self.ends_after.is_none(), texts::OPTION_WINDOW),
            (self.compare && self.without_directory, texts::OPTION_COMPARE),
            (self.earlier > 0 && self.without_directory, texts::OPTION_EARLIER),
            (
                self.late.is_some() && self.late >= self.dies_after && self.dies_after.is_some(),
                texts::OPTION_LATE_DEAD,
            ),
        ];
        let found = wrong.iter().find(|(is_wrong, _)| *is_wrong);
        found.map_or(Ok(()), |(_, text)| Err(*text))
    }
}
