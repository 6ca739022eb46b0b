//! The lines of `bina lookup --explain` about the running service: what it would answer from, and what would
//! change that.

use std::fmt::Display;

use crate::answering::explanation::{CallExplanation, ExpectedAnswer};
use crate::answering::lookup::{Outlook, OutlookClass, OutlookWay, StoredAge, StoredRecord};
use crate::app::config::Config;
use crate::cli::error_texts;
use crate::cli::operation::{Operation, encoded, read_answer};
use crate::cli::texts::{self, labelled};
use crate::domain::prompt::{JudgedRule, RuleVerdict};
use crate::domain::zone::Zone;
use crate::runtime::language::Language;
use crate::sources::alerts::{CallerAlert, CallerAlerts, CallerStanding, StratumLine};

/// A verdict rests on so many answers about customers of its set, unless they disagree.
const ANSWERS_WANTED: u32 = 10;

/// Who calls, and how.
pub(super) struct CallerArguments {
    pub(super) number: String,
    pub(super) did: Option<String>,
    /// The name of a trunk, or the address of its gateway.
    pub(super) trunk: Option<String>,
}

/// Requests the explanation of `caller` from the running service, and describes it or why there is none.
pub(super) async fn lines(
    config: &Config,
    caller: &CallerArguments,
    language: Language,
) -> Vec<String> {
    let explained = async {
        let service = Operation::of(config, error_texts::EXPLAIN_NO_LISTENER)?;
        let optional = |key: &str, value: Option<&str>| {
            value.map_or_else(String::new, |value| format!("&{key}={}", encoded(value)))
        };
        let did = optional("did", caller.did.as_deref());
        let trunk = optional("trunk", caller.trunk.as_deref());
        let body = format!("number={}{did}{trunk}", encoded(&caller.number));
        let answer = service.post("/v1/explain", &body).await?;
        read_answer::<CallExplanation>(&answer)
    };
    match explained.await {
        Ok(explanation) => described(&explanation, config.hubsoft.timezone, language),
        Err(failed) => {
            vec![labelled(texts::LABEL_SERVICE, language, failed.message().of(language))]
        }
    }
}

fn described(explanation: &CallExplanation, zone: Zone, language: Language) -> Vec<String> {
    let CallExplanation { no_number, outlook, caller, rules, answer, .. } = explanation;
    let line = |label, text: String| labelled(label, language, text);
    let mut lines = Vec::new();
    match outlook {
        Some(outlook) => {
            lines.push(line(texts::LABEL_SERVICE, way(outlook, language)));
            lines.push(line(texts::LABEL_DIRECTORY, customers(caller, language)));
        }
        None => {
            let reason = no_number.as_deref().unwrap_or("unknown");
            let text = texts::SERVICE_NO_NUMBER.filled(language, &[("reason", &reason)]);
            lines.push(line(texts::LABEL_SERVICE, text));
        }
    }
    if !caller.is_current {
        lines.push(line(texts::LABEL_ALERTS, texts::ALERTS_UNREAD.of(language).to_owned()));
    }
    if caller.alerts.is_empty() {
        lines.push(line(texts::LABEL_ALERTS, texts::ALERTS_NONE.of(language).to_owned()));
    }
    lines.extend(caller.alerts.iter().flat_map(|alert| alert_lines(alert, zone, language)));
    lines.extend(rules.iter().map(|judged| line(texts::LABEL_RULE, rule_text(judged, language))));
    let is_queried = outlook.as_ref().is_some_and(|outlook| outlook.way == OutlookWay::Hubsoft);
    let mut answer = answered(answer, language);
    if is_queried {
        answer = texts::ANSWER_WITHOUT_HUBSOFT.filled(language, &[("answer", &answer)]);
    }
    lines.push(line(texts::LABEL_ANSWER, answer));
    let change = outlook.as_ref().map_or_else(
        || texts::CHANGES_NUMBER.of(language).to_owned(),
        |outlook| change(outlook, caller, language),
    );
    lines.push(line(texts::LABEL_CHANGES, change));
    lines
}

/// Why a rule was chosen for the caller's alert, or was not.
fn rule_text(judged: &JudgedRule, language: Language) -> String {
    let by = |phrases: &[String]| match phrases {
        [] => texts::RULE_ANY_TEXT.of(language).to_owned(),
        some => {
            let phrases = some.join(&format!("`{}`", texts::AND.of(language)));
            texts::RULE_BY.filled(language, &[("phrases", &phrases)])
        }
    };
    let why = match &judged.verdict {
        RuleVerdict::Chosen(phrases) => {
            texts::RULE_CHOSEN.filled(language, &[("by", &by(phrases))])
        }
        RuleVerdict::Later(phrases) => texts::RULE_LATER.filled(language, &[("by", &by(phrases))]),
        RuleVerdict::Named => texts::RULE_NAMED.of(language).to_owned(),
        RuleVerdict::NeedsAlert => texts::RULE_NEEDS_ALERT.of(language).to_owned(),
        RuleVerdict::NeedsNone => texts::RULE_NEEDS_NONE.of(language).to_owned(),
        RuleVerdict::CalledNumber => texts::RULE_CALLED_NUMBER.of(language).to_owned(),
        RuleVerdict::Customer => texts::RULE_CUSTOMER.of(language).to_owned(),
        RuleVerdict::NoText => texts::RULE_NO_TEXT.of(language).to_owned(),
        RuleVerdict::NoAlso => texts::RULE_NO_ALSO.of(language).to_owned(),
        RuleVerdict::Except(phrase) => texts::RULE_EXCEPT.filled(language, &[("phrase", phrase)]),
        RuleVerdict::Over(phrase) => texts::RULE_OVER.filled(language, &[("phrase", phrase)]),
    };
    format!("{}: {why}", judged.rule)
}

/// What the dialplan receives, and what the caller hears.
fn answered(answer: &ExpectedAnswer, language: Language) -> String {
    let ExpectedAnswer { status, source, is_alerted, prompt, rule, alert, is_told } = answer;
    let found = if *is_alerted { texts::ANSWER_ALERTED } else { texts::ANSWER_NO_ALERT };
    let text = found.filled(language, &[("status", status), ("source", source)]);
    if prompt.is_empty() {
        let nothing = if *is_alerted { texts::ANSWER_NO_RULE } else { texts::ANSWER_NOTHING };
        return nothing.filled(language, &[("answer", &text)]);
    }
    let mut text = texts::ANSWER_PLAYS.filled(language, &[("answer", &text), ("prompt", prompt)]);
    if !rule.is_empty() {
        text += &texts::ANSWER_RULE.filled(language, &[("rule", rule)]);
    }
    if let Some((origin, id)) = alert.as_deref().and_then(|alert| alert.split_once(':')) {
        text += &match origin {
            "local" => texts::ANSWER_FOR_LOCAL.filled(language, &[("id", &id)]),
            "hubsoft" => texts::ANSWER_FOR_HUBSOFT.filled(language, &[("id", &id)]),
            _ => texts::ANSWER_FOR_UNLISTED.of(language).to_owned(),
        };
    }
    if *is_told {
        text += texts::ANSWER_TOLD.of(language);
    }
    text
}

/// What the next call would be answered from.
fn way(outlook: &Outlook, language: Language) -> String {
    let stored = outlook.stored.as_ref().map_or_else(
        || texts::STORED_NONE.of(language).to_owned(),
        |record| stored(record, language),
    );
    let text = match (outlook.way, outlook.class) {
        (OutlookWay::Evidence, _) => return texts::SERVICE_EVIDENCE.of(language).to_owned(),
        (OutlookWay::Cache, _) => texts::SERVICE_CACHE,
        (OutlookWay::Hubsoft, Some(OutlookClass::Expected)) => texts::SERVICE_LAST,
        (OutlookWay::Hubsoft, Some(OutlookClass::Undecided)) => texts::SERVICE_LATER,
        (OutlookWay::Hubsoft, _) => texts::SERVICE_FIRST,
    };
    text.filled(language, &[("stored", &stored)])
}

fn stored(record: &StoredRecord, language: Language) -> String {
    let what = match (record.is_found, record.is_alerted) {
        (true, true) => texts::STORED_ALERTED,
        (true, false) => texts::STORED_FOUND,
        (false, _) => texts::STORED_NOT_FOUND,
    };
    let (what, age) = (what.of(language), record.age_s);
    match record.age {
        StoredAge::Listed => texts::STORED_LISTED.filled(language, &[("what", &what)]),
        StoredAge::Incomplete => {
            texts::STORED_INCOMPLETE.filled(language, &[("what", &what), ("age", &age)])
        }
        StoredAge::Fresh | StoredAge::Stale | StoredAge::Old => {
            texts::STORED_RECENT.filled(language, &[("what", &what), ("age", &age)])
        }
    }
}

fn customers(caller: &CallerAlerts, language: Language) -> String {
    match caller.customers {
        0 => texts::CUSTOMERS_NONE.of(language).to_owned(),
        1 => texts::CUSTOMERS_ONE.of(language).to_owned(),
        many => texts::CUSTOMERS_MANY.filled(language, &[("count", &many)]),
    }
}

fn alert_lines(caller: &CallerAlert, zone: Zone, language: Language) -> Vec<String> {
    let alert = &caller.alert;
    let until = alert.ends_at_s.map_or_else(
        || texts::ALERT_OPEN.of(language).to_owned(),
        |end_s| texts::ALERT_UNTIL.filled(language, &[("time", &zone.local_time(end_s))]),
    );
    let standing = match caller.standing {
        CallerStanding::Alert => texts::CALLER_ALERTED,
        CallerStanding::NoAlert => texts::CALLER_NOT_ALERTED,
        CallerStanding::Unknown => texts::CALLER_UNDECIDED,
        CallerStanding::NotPlaced => texts::CALLER_NOT_PLACED,
    };
    let origin = if alert.origin == "local" { "local" } else { "HubSoft" };
    let text = if alert.is_held { texts::ALERT_HELD } else { texts::ALERT_SEEN };
    let parts: [(&str, &dyn Display); 5] = [
        ("id", &alert.id),
        ("origin", &origin),
        ("age", &alert.seen_s_ago),
        ("until", &until),
        ("standing", &standing.of(language)),
    ];
    let mut lines = vec![labelled(texts::LABEL_ALERT, language, text.filled(language, &parts))];
    lines.extend(
        alert.strata.iter().map(|line| {
            labelled(texts::LABEL_EVIDENCE, language, evidence(line, caller, language))
        }),
    );
    lines
}

/// The set of the caller's customer, and what rests on it.
fn evidence(line: &StratumLine, caller: &CallerAlert, language: Language) -> String {
    let set = if line.kinds.is_empty() {
        texts::EVIDENCE_NO_KIND.of(language).to_owned()
    } else {
        line.kinds.join(" + ")
    };
    let mut text = texts::EVIDENCE_SET.filled(
        language,
        &[
            ("set", &set),
            ("confirmed", &line.confirmed),
            ("answers", &line.answers),
            ("customers", &line.customers),
        ],
    );
    if line.live_answers > 0 {
        let parts: [(&str, &dyn Display); 2] =
            [("confirmed", &line.live_confirmed), ("answers", &line.live_answers)];
        text += &texts::EVIDENCE_CALLERS.filled(language, &parts);
    }
    if caller.rests_on_earlier {
        text += texts::EVIDENCE_EARLIER.of(language);
    }
    if caller.is_revoked {
        text += texts::EVIDENCE_REVOKED.of(language);
    }
    text
}

/// What would change the answer.
fn change(outlook: &Outlook, caller: &CallerAlerts, language: Language) -> String {
    let undecided = caller.alerts.iter().find(|alert| alert.standing == CallerStanding::Unknown);
    let text = match outlook.way {
        OutlookWay::Cache => {
            let age_s = outlook.stored.as_ref().map_or(0, |stored| stored.age_s);
            let left_s = outlook.fresh_s.saturating_sub(age_s);
            return texts::CHANGES_QUERY.filled(language, &[("left", &left_s)]);
        }
        OutlookWay::Hubsoft if undecided.is_some() => {
            let answers = undecided.and_then(|one| one.alert.strata.first());
            let answers = answers.map_or(0, |line| line.answers);
            let parts: [(&str, &dyn Display); 2] =
                [("answers", &answers), ("wanted", &ANSWERS_WANTED)];
            return texts::CHANGES_EVIDENCE.filled(language, &parts);
        }
        OutlookWay::Evidence => texts::CHANGES_CALLERS,
        OutlookWay::Hubsoft if caller.customers == 0 => texts::CHANGES_WALK,
        OutlookWay::Hubsoft => texts::CHANGES_ANSWER,
    };
    text.of(language).to_owned()
}

#[cfg(test)]
mod tests;
