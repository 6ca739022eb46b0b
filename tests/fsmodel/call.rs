//! One call: who calls whom, its variables, and everything that was done to it.

use std::collections::BTreeMap;

use super::dialplan::Target;
use super::expand::holds_reference;

/// A call on its way through the dialplan.
#[derive(Clone, Debug, Default)]
pub struct Call {
    pub caller: String,
    pub caller_name: String,
    pub called: String,
    pub context: String,
    /// Where the call is: `XML`, or `XML:` and a file.
    pub dialplan: String,
    /// The caller withheld the number; FreeSWITCH has it all the same.
    pub withheld: bool,
    pub variables: BTreeMap<String, String>,
    /// Commands, API functions and unknown applications: nothing that bina causes belongs here.
    pub ran: Vec<String>,
    /// Applications in the order of their execution, with their data as they saw it.
    pub done: Vec<(String, String)>,
    /// What a CDR of all applications has of them.
    pub app_log: Vec<String>,
    /// What the caller will type, one prompt after the other.
    pub typed: Vec<String>,
    /// What FreeSWITCH complained about and went on.
    pub complaints: Vec<String>,
    /// Why the call was ended, if the dialplan did it.
    pub ended: Option<String>,
    /// How long its caller was held by servers.
    pub held_s: u32,
    pub(super) next: Option<Target>,
    /// The data of the application httapi, which sends one more request when the call has ended.
    pub(super) httapi: Option<String>,
}

impl Call {
    /// A call of `caller` to `called` that comes in at `context`.
    pub fn new(caller: &str, called: &str, context: &str) -> Self {
        Self {
            caller: caller.to_owned(),
            caller_name: caller.to_owned(),
            called: called.to_owned(),
            context: context.to_owned(),
            dialplan: "XML".to_owned(),
            ..Self::default()
        }
    }

    /// A field of the caller profile, as a condition names it. It is not evaluated.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let value = match name {
            "caller_id_number" | "ani" | "username" => &self.caller,
            "caller_id_name" => &self.caller_name,
            "destination_number" => &self.called,
            "context" => &self.context,
            "privacy_hide_number" => return Some(self.withheld.to_string()),
            "dialplan" => &self.dialplan,
            _ => return None,
        };
        Some(value.clone())
    }

    /// The value of a variable as it is stored; the caller profile stands behind the variables.
    pub fn value(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned().or_else(|| self.field(name))
    }

    /// Sets a variable as most of FreeSWITCH does: a value with a reference is refused, and the
    /// one before stays. An empty value removes the variable.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        if holds_reference(value) {
            self.complaints.push(format!("{name} contains a variable"));
        } else {
            self.set_unchecked(name, value);
        }
    }

    /// Sets a variable as the application `set` does.
    pub(super) fn set_unchecked(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            self.variables.remove(name);
        } else {
            self.variables.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Whether the dialplan has released the call: ended, or transferred.
    pub(super) fn is_leaving(&self) -> bool {
        self.ended.is_some() || self.next.is_some()
    }

    pub(super) fn end(&mut self, cause: &str) {
        self.ended.get_or_insert_with(|| cause.to_owned());
    }

    /// What the leg to which the call is bridged is given: the exported variables, by their names
    /// without the prefix that keeps them off the caller's own leg.
    pub fn exported(&self) -> BTreeMap<&str, &str> {
        let names = self.variables.get("export_vars").map_or("", String::as_str).split(',');
        let kept = names.filter_map(|name| Some((name, self.variables.get(name)?)));
        let bare = |name: &'_ str| name.len() - name.trim_start_matches("_nolocal_").len();
        kept.map(|(name, value)| (&name[bare(name)..], value.as_str())).collect()
    }

    /// Every data with which `application` was executed.
    pub fn executions(&self, application: &str) -> Vec<&str> {
        let same = self.done.iter().filter(|(name, _)| name == application);
        same.map(|(_, data)| data.as_str()).collect()
    }
}
