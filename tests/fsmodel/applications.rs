//! Executes applications: those a lookup uses, and a note of everything else.

use super::call::Call;
use super::dialplan::{Freeswitch, Target};
use super::expand::expand;
use super::httapi;
use super::server::{Reply, Request};
use super::words::split;

/// Applications FreeSWITCH executes while it is still choosing.
pub(super) const MAY_BE_INLINE: [&str; 5] = ["curl", "log", "multiset", "set", "unset"];

/// Longest body the application `curl` reads; what it makes of a longer one is of no interest.
const CURL_BYTES_MAX: usize = 64_000;

/// Executes `application`; its data is evaluated first, whatever it is.
pub(super) fn execute(freeswitch: &Freeswitch, call: &mut Call, application: &str, data: &str) {
    let data = expand(call, data, freeswitch.functions);
    call.done.push((application.to_owned(), data.clone()));
    if call.variables.get("disable_app_log").is_none_or(|value| value != "true") {
        call.app_log.push(format!("{application}({data})"));
    }
    match application {
        "answer" | "bridge" | "info" | "log" | "pre_answer" | "sleep" => {}
        "curl" => curl(freeswitch, call, &data),
        "execute_extension" => execute_extension(freeswitch, call, &data),
        "export" => export(call, &data),
        "hangup" => call.end(&data),
        "httapi" => httapi::execute(freeswitch, call, &data),
        "play_and_get_digits" => digits(call, &data),
        "playback" => playback(freeswitch, call, &data),
        "multiset" => multiset(freeswitch, call, &data),
        "set" => set(freeswitch, call, &data),
        "transfer" => call.next = transfer(call, &data),
        "unset" => call.set_unchecked(&data, ""),
        other => call.ran.push(format!("{other} {data}")),
    }
}

/// `name=value`, the value evaluated a second time and stored unchecked.
fn set(freeswitch: &Freeswitch, call: &mut Call, data: &str) {
    let (name, value) = data.split_once('=').or_else(|| data.split_once(',')).unwrap_or((data, ""));
    let value = expand(call, value, freeswitch.functions);
    call.set_unchecked(name, &value);
}

fn multiset(freeswitch: &Freeswitch, call: &mut Call, data: &str) {
    let (delimiter, pairs) = match data.strip_prefix("^^") {
        Some(rest) => {
            let delimiter = rest.chars().next().unwrap_or(' ');
            (delimiter, rest.get(delimiter.len_utf8()..).unwrap_or_default())
        }
        None => (' ', data),
    };
    for pair in split(pairs, delimiter, 256) {
        set(freeswitch, call, &pair);
    }
}

/// `name=value` for this leg and the one it is bridged to; stored unchecked.
fn export(call: &mut Call, data: &str) {
    let (name, value) = data.split_once('=').unwrap_or((data, ""));
    call.set_unchecked(name, value);
    let names = call.variables.get("export_vars").map(|names| format!("{names},{name}"));
    call.set("export_vars", &names.unwrap_or_else(|| name.to_owned()));
}

/// Reads what the caller types, up to a terminator, into a variable.
fn digits(call: &mut Call, data: &str) {
    let words = split(data, ' ', 11);
    let [_, max, _, _, ends, _, _, variable, ..] = &words[..] else { return };
    let keys = if call.typed.is_empty() { String::new() } else { call.typed.remove(0) };
    let keys = keys.split(|key| ends.contains(key)).next().unwrap_or_default();
    let keys: String = keys.chars().take(max.parse().unwrap_or(0)).collect();
    call.set("read_result", if keys.is_empty() { "timeout" } else { "success" });
    call.set_unchecked(variable, "");
    call.set(variable, &keys);
}

/// Plays files; those with an address are fetched by mod_httapi's profile `default`.
pub(super) fn playback(freeswitch: &Freeswitch, call: &mut Call, data: &str) {
    for file in data.trim_start_matches("file_string://").split('!') {
        let host = file.strip_prefix("http://");
        let Some(path) = host.and_then(|host| host.find('/').map(|at| &host[at..])) else {
            continue;
        };
        let limit_s = freeswitch.httapi.get("default").map_or(0, |profile| profile.timeout_s);
        let request = Request { target: path.to_owned(), form: String::new() };
        freeswitch.send(call, &request, limit_s);
    }
}

/// Where `extension dialplan context` leads; what is omitted stays.
fn target(call: &Call, data: &str) -> Option<Target> {
    let mut words = split(data, ' ', 4).into_iter();
    let extension = words.next()?;
    let dialplan = words.next().unwrap_or_else(|| call.dialplan.clone());
    let context = words.next().unwrap_or_else(|| call.context.clone());
    Some(Target { extension, dialplan, context })
}

/// Where a transfer leads: what it omits, two variables may set.
fn transfer(call: &Call, data: &str) -> Option<Target> {
    let case = split(data, ' ', 4).len();
    let mut target = target(call, data)?;
    if case < 2 {
        target.dialplan = call.value("force_transfer_dialplan").unwrap_or(target.dialplan);
    }
    if case < 3 {
        target.context = call.value("force_transfer_context").unwrap_or(target.context);
    }
    Some(target)
}

fn execute_extension(freeswitch: &Freeswitch, call: &mut Call, data: &str) {
    let Some(target) = target(call, data) else { return };
    match freeswitch.hunt(call, &target) {
        Some(actions) => freeswitch.execute_all(call, actions),
        None => call.complaints.push(format!("no extension for {data}")),
    }
}

/// The application `curl`: splits at blanks, sets two variables, and keeps an old body when it
/// refuses the new one.
fn curl(freeswitch: &Freeswitch, call: &mut Call, data: &str) {
    let url = split(data, ' ', 16).into_iter().next().unwrap_or_default();
    let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let Some(path) = path else { return call.complaints.push(format!("no URL: {url}")) };
    let limit = call.value("curl_timeout").and_then(|text| text.parse().ok()).unwrap_or(0);
    let request = Request { target: path.to_owned(), form: String::new() };
    let (status, body) = match freeswitch.send(call, &request, limit) {
        Reply::Page { status, body, .. } => (status, body),
        Reply::Refused | Reply::Silence => (0, String::new()),
    };
    let body = if body.len() > CURL_BYTES_MAX { String::new() } else { body };
    call.set("curl_response_data", &body);
    call.set("curl_response_code", &status.to_string());
    call.set("curl_method", "get");
}

impl Freeswitch {
    /// Executes one application more, as an extension further on would.
    pub fn execute(&self, call: &mut Call, application: &str, data: &str) {
        execute(self, call, application, data);
    }

    /// A menu or an overflow sends the call through `context` again, where it is now.
    pub fn pass(&self, call: &mut Call, context: &str) {
        let target = target(call, &call.called.clone());
        self.follow(call, target.map(|target| Target { context: context.to_owned(), ..target }));
    }

    /// An agent who has the call sends it on to `extension` from the telephone (SIP REFER).
    pub fn blind_transfer(&self, call: &mut Call, extension: &str) {
        call.done.clear();
        let target = transfer(call, extension);
        self.follow(call, target);
    }
}
