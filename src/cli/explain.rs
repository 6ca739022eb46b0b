//! The lines of `bina lookup --explain` about the running service: what it would answer from, and what would
//! change that.

use crate::answering::explanation::{CallExplanation, ExpectedAnswer};
use crate::answering::lookup::{Outlook, OutlookClass, OutlookWay, StoredAge, StoredRecord};
use crate::app::config::Config;
use crate::cli::operation::{Operation, encoded, read_answer};
use crate::domain::prompt::{JudgedRule, RuleVerdict};
use crate::domain::zone::Zone;
use crate::sources::alerts::{CallerAlert, CallerAlerts, CallerStanding, StratumLine};

/// What to do without the listener that the request goes to.
const INSTEAD: &str = "the cache, the directory and the alerts of the service are not shown";
/// A verdict rests on so many answers about customers of its set, unless they disagree.
const ANSWERS_WANTED: u32 = 10;

/// Requests the explanation of `number` from the running service, and describes it or why there is none.
pub(super) async fn lines(config: &Config, number: &str, did: Option<&str>) -> Vec<String> {
    let explained = async {
        let service = Operation::of(config, INSTEAD)?;
        let did = did.map_or_else(String::new, |did| format!("&did={}", encoded(did)));
        let body = format!("number={}{did}", encoded(number));
        let answer = service.post("/v1/explain", &body).await?;
        read_answer::<CallExplanation>(&answer)
    };
    match explained.await {
        Ok(explanation) => described(&explanation, config.hubsoft.timezone),
        Err(failed) => vec![format!("service     {:#}", failed.cause())],
    }
}

fn described(explanation: &CallExplanation, zone: Zone) -> Vec<String> {
    let CallExplanation { no_number, outlook, caller, rules, answer, .. } = explanation;
    let mut lines = Vec::new();
    match outlook {
        Some(outlook) => {
            lines.push(format!("service     {}", way(outlook)));
            lines.push(format!("directory   {}", customers(caller)));
        }
        None => {
            let reason = no_number.as_deref().unwrap_or("unknown");
            lines.push(format!("service     looks nothing up: there is no number ({reason})"));
        }
    }
    if !caller.is_current {
        lines.push("alerts      HubSoft's list is off, or was not read lately".to_owned());
    }
    if caller.alerts.is_empty() {
        lines.push("alerts      none is active".to_owned());
    }
    lines.extend(caller.alerts.iter().flat_map(|alert| alert_lines(alert, zone)));
    lines.extend(rules.iter().map(rule_line));
    let is_queried = outlook.as_ref().is_some_and(|outlook| outlook.way == OutlookWay::Hubsoft);
    let until = if is_queried { "without HubSoft's answer: " } else { "" };
    lines.push(format!("answer      {until}{}", answered(answer)));
    let change = outlook.as_ref().map_or_else(
        || "a number that can be looked up, or a local alert (`bina alert add`)".to_owned(),
        |outlook| change(outlook, caller),
    );
    lines.push(format!("changes     {change}"));
    lines
}

/// Why a rule was chosen for the caller's alert, or was not.
fn rule_line(judged: &JudgedRule) -> String {
    let by = |phrases: &[String]| match phrases {
        [] => "for any text".to_owned(),
        some => format!("by `{}`", some.join("` and `")),
    };
    let why = match &judged.verdict {
        RuleVerdict::Chosen(phrases) => format!("chosen {}", by(phrases)),
        RuleVerdict::Named => "chosen: the alert names it".to_owned(),
        RuleVerdict::Later(phrases) => format!("fits {}, but comes later", by(phrases)),
        RuleVerdict::CalledNumber => "is for other called numbers".to_owned(),
        RuleVerdict::Customer => "its service_status or connected does not fit".to_owned(),
        RuleVerdict::NoText => "none of its `text` is in the alert".to_owned(),
        RuleVerdict::NoAlso => "none of its `also` is in the alert".to_owned(),
        RuleVerdict::Except(phrase) => format!("`{phrase}` of its `except` is in the alert"),
        RuleVerdict::Over(phrase) => format!("`{phrase}` of its `over` is in the alert"),
    };
    format!("rule        {}: {why}", judged.rule)
}

/// What the dialplan receives, and what the caller hears.
fn answered(answer: &ExpectedAnswer) -> String {
    let ExpectedAnswer { status, source, is_alerted, prompt, rule, alert, is_told } = answer;
    let alerted = if *is_alerted { "with an alert" } else { "without an alert" };
    let mut text = format!("status={status} source={source} {alerted}");
    if prompt.is_empty() {
        let why = if *is_alerted { ": no rule matches, and general.prompt is not set" } else { "" };
        return format!("{text}, nothing is played{why}");
    }
    text += &format!(", plays {prompt}");
    if !rule.is_empty() {
        text += &format!(" (rule {rule})");
    }
    if let Some((origin, id)) = alert.as_deref().and_then(|alert| alert.split_once(':')) {
        text += &match origin {
            "local" => format!(" for local alert {id}"),
            "hubsoft" => format!(" for HubSoft's alert {id}"),
            _ => " for an alert that HubSoft's list does not have".to_owned(),
        };
    }
    if *is_told {
        text += ", which the caller has heard already";
    }
    text
}

/// What the next call would be answered from.
fn way(outlook: &Outlook) -> String {
    let stored = outlook.stored.as_ref().map(stored);
    match (outlook.way, outlook.class) {
        (OutlookWay::Cache, _) => {
            format!("answers from its cache: {}", stored.unwrap_or_default())
        }
        (OutlookWay::Evidence, _) => {
            "answers at once, from the directory and the evidence below".to_owned()
        }
        (OutlookWay::Hubsoft, class) => {
            let when = match class {
                Some(OutlookClass::Expected) => "if HubSoft has time left",
                Some(OutlookClass::Undecided) => "before callers whose answer is foreseen",
                _ => "before all other callers",
            };
            let instead = stored.unwrap_or_else(|| "unavailable".to_owned());
            format!("queries HubSoft {when}; without its answer: {instead}")
        }
    }
}

fn stored(record: &StoredRecord) -> String {
    let what = match (record.is_found, record.is_alerted) {
        (true, true) => "found with an alert",
        (true, false) => "found without an alert",
        (false, _) => "not found",
    };
    let age = record.age_s;
    match record.age {
        StoredAge::Listed => format!("{what}, by the directory"),
        StoredAge::Incomplete => format!("{what}, {age} s ago, not searched completely"),
        StoredAge::Fresh | StoredAge::Stale | StoredAge::Old => format!("{what}, {age} s ago"),
    }
}

fn customers(caller: &CallerAlerts) -> String {
    match caller.customers {
        0 => "does not have this number, or is off (see `bina directory`)".to_owned(),
        1 => "1 customer has this number".to_owned(),
        many => format!("{many} customers have this number"),
    }
}

fn alert_lines(caller: &CallerAlert, zone: Zone) -> Vec<String> {
    let alert = &caller.alert;
    let until = alert
        .ends_at_s
        .map_or_else(|| "open".to_owned(), |end_s| format!("until {}", zone.local_time(end_s)));
    let held = if alert.is_held { ", kept without a readable list" } else { "" };
    let standing = match caller.standing {
        CallerStanding::Alert => "the caller has it",
        CallerStanding::NoAlert => "the caller does not have it",
        CallerStanding::Unknown => "not decided for this caller",
        CallerStanding::NotPlaced => "the caller cannot be placed",
    };
    let origin = if alert.origin == "local" { "local" } else { "HubSoft" };
    let mut lines = vec![format!(
        "alert       {} ({origin}, {} s ago, {until}{held}): {standing}",
        alert.id, alert.seen_s_ago
    )];
    lines.extend(alert.strata.iter().map(|line| format!("evidence    {}", evidence(line, caller))));
    lines
}

/// The set of the caller's customer, and what rests on it.
fn evidence(line: &StratumLine, caller: &CallerAlert) -> String {
    let set = if line.kinds.is_empty() { "no kind".to_owned() } else { line.kinds.join(" + ") };
    let mut text = format!(
        "set {set}: {}/{} of {} customers asked have it",
        line.confirmed, line.answers, line.customers
    );
    if line.live_answers > 0 {
        text += &format!(", callers {}/{}", line.live_confirmed, line.live_answers);
    }
    if caller.rests_on_earlier {
        text += ", and earlier alerts count";
    }
    if caller.is_revoked {
        text += ", revoked once by callers";
    }
    text
}

/// What would change the answer.
fn change(outlook: &Outlook, caller: &CallerAlerts) -> String {
    let undecided = caller.alerts.iter().find(|alert| alert.standing == CallerStanding::Unknown);
    match outlook.way {
        OutlookWay::Cache => {
            let age_s = outlook.stored.as_ref().map_or(0, |stored| stored.age_s);
            let left_s = outlook.fresh_s.saturating_sub(age_s);
            format!("in {left_s} s HubSoft is queried again")
        }
        OutlookWay::Evidence => {
            "the alert's end, or callers who turn out not to have it: fewer than \
                                 85 % of 10 or more"
                .to_owned()
        }
        OutlookWay::Hubsoft if undecided.is_some() => {
            let answers = undecided.and_then(|one| one.alert.strata.first());
            let answers = answers.map_or(0, |line| line.answers);
            format!(
                "{answers} of about {ANSWERS_WANTED} customers of the set were asked: the next decide it"
            )
        }
        OutlookWay::Hubsoft if caller.customers == 0 => {
            "HubSoft's answer, the next walk of the directory, or a local alert (`bina alert add`)"
                .to_owned()
        }
        OutlookWay::Hubsoft => {
            "HubSoft's answer, a new alert, or a local one (`bina alert add`)".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::alerts::AlertStatus;

    fn outlook(way: OutlookWay, class: Option<OutlookClass>) -> Outlook {
        let stored = StoredRecord {
            age: StoredAge::Listed,
            age_s: 90_000,
            is_found: true,
            is_alerted: false,
        };
        Outlook { way, class, is_undecided: false, stored: Some(stored), fresh_s: 60 }
    }

    fn alert(standing: CallerStanding, confirmed: u32, answers: u32) -> CallerAlert {
        let line = StratumLine {
            kinds: vec!["interface".to_owned(), "pop".to_owned()],
            customers: 4_800,
            verdict: "unknown".to_owned(),
            confirmed,
            answers,
            live_confirmed: 3,
            live_answers: 4,
        };
        let alert = AlertStatus {
            origin: "hubsoft".to_owned(),
            id: "4711".to_owned(),
            ends_at_s: None,
            seen_s_ago: 132,
            is_held: false,
            strata: vec![line],
        };
        CallerAlert { standing, alert, rests_on_earlier: true, is_revoked: false }
    }

    fn answer(source: &str, alert: Option<&str>) -> ExpectedAnswer {
        let (prompt, rule) = alert.map_or(("", ""), |_| ("bina/rompimento-fibra", "fibra"));
        ExpectedAnswer {
            status: "found".to_owned(),
            source: source.to_owned(),
            is_alerted: alert.is_some(),
            prompt: prompt.to_owned(),
            rule: rule.to_owned(),
            alert: alert.map(str::to_owned),
            is_told: false,
        }
    }

    fn explained(outlook: Outlook, alerts: Vec<CallerAlert>, customers: u64) -> String {
        let caller = CallerAlerts { customers, is_current: true, alerts };
        let local = caller.alerts.iter().find(|one| one.alert.origin == "local");
        let answer = match (local, outlook.way) {
            (Some(one), _) => answer("local", Some(&format!("local:{}", one.alert.id))),
            (None, OutlookWay::Evidence) => answer("directory", Some("hubsoft:4711")),
            (None, _) => answer("cache", None),
        };
        let explanation = CallExplanation {
            outlook: Some(outlook),
            caller,
            answer,
            ..CallExplanation::default()
        };
        described(&explanation, Zone::default()).join("\n")
    }

    #[test]
    fn an_answer_by_the_evidence_names_alert_set_counts_and_age() {
        let way = outlook(OutlookWay::Evidence, None);
        let text = explained(way, vec![alert(CallerStanding::Alert, 12, 12)], 1);
        let expected = "service     answers at once, from the directory and the evidence below\n\
            directory   1 customer has this number\n\
            alert       4711 (HubSoft, 132 s ago, open): the caller has it\n\
            evidence    set interface + pop: 12/12 of 4800 customers asked have it, callers 3/4, and \
            earlier alerts count\n\
            answer      status=found source=directory with an alert, plays bina/rompimento-fibra (rule fibra) \
            for HubSoft's alert 4711\n\
            changes     the alert's end, or callers who turn out not to have it: fewer than 85 % of 10 or \
            more";
        assert_eq!(text, expected);
    }

    #[test]
    fn an_undecided_alert_says_how_much_evidence_is_missing() {
        let way = outlook(OutlookWay::Hubsoft, Some(OutlookClass::Undecided));
        let text = explained(way, vec![alert(CallerStanding::Unknown, 2, 4)], 1);
        assert!(
            text.contains("without its answer: found without an alert, by the directory"),
            "{text}"
        );
        assert!(text.contains("not decided for this caller"), "{text}");
        assert!(
            text.contains("changes     4 of about 10 customers of the set were asked"),
            "{text}"
        );
    }

    #[test]
    fn a_local_alert_is_what_the_service_plays() {
        let mut own = alert(CallerStanding::Alert, 0, 0);
        own.alert.origin = "local".to_owned();
        own.alert.id = "a7k2".to_owned();
        own.alert.strata.clear();
        let text = explained(outlook(OutlookWay::Hubsoft, Some(OutlookClass::First)), vec![own], 1);
        let answer = "answer      without HubSoft's answer: status=found source=local with an alert, plays \
            bina/rompimento-fibra (rule fibra) for local alert a7k2\n";
        assert!(text.contains(answer), "{text}");
    }

    #[test]
    fn a_hidden_number_gets_the_alert_for_everyone() {
        let mut heard = answer("local", Some("local:a7k2"));
        (heard.status, heard.is_told) = ("no_number".to_owned(), true);
        let explanation = CallExplanation {
            no_number: Some("anonymous".to_owned()),
            outlook: None,
            caller: CallerAlerts { is_current: true, ..CallerAlerts::default() },
            answer: heard,
            ..CallExplanation::default()
        };
        let text = described(&explanation, Zone::default()).join("\n");
        let expected = "service     looks nothing up: there is no number (anonymous)\n\
            alerts      none is active\n\
            answer      status=no_number source=local with an alert, plays bina/rompimento-fibra (rule fibra) \
            for local alert a7k2, which the caller has heard already\n\
            changes     a number that can be looked up, or a local alert (`bina alert add`)";
        assert_eq!(text, expected);
    }

    #[test]
    fn an_unknown_caller_is_queried_first_and_a_cached_one_for_a_while() {
        let first =
            Outlook { stored: None, ..outlook(OutlookWay::Hubsoft, Some(OutlookClass::First)) };
        let text = explained(first, vec![], 0);
        assert!(text.contains("queries HubSoft before all other callers"), "{text}");
        assert!(text.contains("without its answer: unavailable"), "{text}");
        assert!(text.contains("alerts      none is active"), "{text}");
        let mut cached = outlook(OutlookWay::Cache, None);
        cached.stored = Some(StoredRecord {
            age: StoredAge::Fresh,
            age_s: 12,
            is_found: true,
            is_alerted: true,
        });
        let text = explained(cached, vec![], 1);
        assert!(text.contains("answers from its cache: found with an alert, 12 s ago"), "{text}");
        assert!(text.contains("in 48 s HubSoft is queried again"), "{text}");
    }
}
