//! The changes that operators make: an alert is added, extended or ended, and each is logged with who did it.

use tracing::info;

use super::alert::LocalAlert;
use super::end_time::{LENGTH_DEFAULT_S, read_end, shown_time};
use super::listing::{AlertChange, AlertEntry};
use super::request::{AlertRequest, ExtendRequest, LocalAlertError};
use super::scope::{read_name, read_rule, read_scope, read_text};
use super::{LocalAlertInputs, LocalAlerts, RequestContext, entry};

/// 2026-01-01, UTC: a clock before it was not set.
const CLOCK_MIN_S: u64 = 1_767_225_600;
const CLOCK_UNSET: &str = "the clock of this machine is not set (see `timedatectl`): once it is, \
                           this alert is over, and has to be added again";
/// Characters of a scope in the log; it may have 50 names.
const SCOPE_LOGGED: usize = 200;

impl LocalAlerts {
    /// Adds an alert. It waits for the disk, and folds the names of the directory.
    pub fn add(
        &self,
        request: &AlertRequest,
        context: &RequestContext,
    ) -> Result<AlertChange, LocalAlertError> {
        let LocalAlertInputs { zone, rules, .. } = self.inputs.read().clone();
        let now_s = context.now_s;
        let end_s = read_end(request.until.as_deref(), request.minutes, zone, now_s)?;
        let alert = LocalAlert {
            id: String::new(),
            text: read_text(&request.text)?,
            rule: read_rule(request.rule.as_deref(), &rules)?,
            scope: read_scope(request, context.view.as_ref())?,
            added_s: now_s,
            ends_s: end_s.unwrap_or(now_s + LENGTH_DEFAULT_S),
            is_end_given: end_s.is_some(),
            by: read_name(&request.by),
            from: context.from.to_string(),
        };
        let kept = self.change(now_s, |book| book.add(alert))?;
        let entry = entry(&kept, context.view.as_ref(), zone);
        info!(
            id = entry.id,
            by = entry.by,
            from = %context.from,
            until = entry.until,
            scope = logged_scope(&entry.scope),
            rule = entry.rule,
            customers = entry.customers,
            everyone = entry.everyone,
            "local alert added"
        );
        let until = shown_time(kept.alert.ends_s, zone);
        let default = if entry.is_end_default { " (default)" } else { "" };
        let (id, audience) = (&entry.id, audience(&entry));
        let message = format!("alert `{id}` added: {audience} until {until}{default}");
        let mut change = self.changed(entry, message);
        change.warnings.extend(clock_warning(now_s));
        Ok(change)
    }

    /// Sets another end. It waits for the disk.
    pub fn extend(
        &self,
        request: &ExtendRequest,
        context: &RequestContext,
    ) -> Result<AlertChange, LocalAlertError> {
        let zone = self.inputs.read().zone;
        let now_s = context.now_s;
        let end_s = read_end(request.until.as_deref(), request.minutes, zone, now_s)?;
        let ends_s = end_s.ok_or(LocalAlertError::EndMissing)?;
        let [before, after] = self.change(now_s, |book| book.extend(&request.id, ends_s))?;
        let entry = entry(&after, context.view.as_ref(), zone);
        let (by, from) = (read_name(&request.by), context.from);
        info!(id = entry.id, by, %from, until = entry.until, "local alert extended");
        let [before, after] = [before, after].map(|kept| shown_time(kept.alert.ends_s, zone));
        let message = format!("alert `{}` ends {after} (before: {before})", entry.id);
        let mut change = self.changed(entry, message);
        change.before = Some(before);
        change.warnings.extend(clock_warning(now_s));
        Ok(change)
    }

    /// Ends an alert now; `by` is who requests it. It waits for the disk.
    pub fn end(
        &self,
        id: &str,
        by: &str,
        context: &RequestContext,
    ) -> Result<AlertChange, LocalAlertError> {
        let zone = self.inputs.read().zone;
        let kept = self.change(context.now_s, |book| book.end(id))?;
        let entry = entry(&kept, context.view.as_ref(), zone);
        let (by, from) = (read_name(by), context.from);
        info!(id = entry.id, by, %from, "local alert ended");
        let message = format!("alert `{}` ended", entry.id);
        Ok(self.changed(entry, message))
    }

    /// The result of a change that was made.
    fn changed(&self, alert: AlertEntry, message: String) -> AlertChange {
        let mut warnings = Vec::new();
        if alert.customers == Some(0) {
            warnings.push("no customer is in this scope now".to_owned());
        }
        warnings.extend(self.disk.lock().problems());
        AlertChange { alert, message, before: None, warnings }
    }
}

/// A time by a clock that is not set means nothing later.
fn clock_warning(now_s: u64) -> Option<String> {
    (now_s < CLOCK_MIN_S).then(|| CLOCK_UNSET.to_owned())
}

/// Who hears an alert, in words.
fn audience(entry: &AlertEntry) -> String {
    match entry.customers {
        _ if entry.everyone => "every caller hears it".to_owned(),
        Some(1) => format!("1 customer in this scope ({})", entry.scope),
        Some(customers) => format!("{customers} customers in this scope ({})", entry.scope),
        None => format!("callers of {} hear it", entry.scope),
    }
}

fn logged_scope(scope: &str) -> &str {
    let end = scope.char_indices().nth(SCOPE_LOGGED).map_or(scope.len(), |(end, _)| end);
    &scope[..end]
}
