//! mod_httapi: its profiles, and the documents it works through.

use std::collections::BTreeMap;

use super::applications;
use super::call::Call;
use super::dialplan::{Freeswitch, is_true};
use super::server::{Reply, Request, form};
use super::xml::{Element, parse};

/// More requests than this in one go are a loop.
const REQUESTS_MAX: u32 = 200;

/// A profile, with what it permits.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    url: String,
    /// In seconds; 0 is none.
    pub(super) timeout_s: u32,
    /// The fields that are sent; none means all.
    post_vars: Option<Vec<String>>,
    set_vars: bool,
    /// The variables that may be set; none means all.
    variables: Option<Vec<String>>,
    execute_apps: bool,
    applications: Option<Vec<String>>,
    expand_vars: bool,
    dial: bool,
}

impl Profile {
    /// The profiles of a configuration by name.
    pub(super) fn all(configuration: &Element) -> BTreeMap<String, Self> {
        let profiles = configuration.all("profiles").flat_map(|list| list.all("profile"));
        profiles
            .map(|profile| {
                let name = profile.attribute("name").unwrap_or_default();
                (name.to_owned(), Self::read(profile))
            })
            .collect()
    }

    fn read(profile: &Element) -> Self {
        let mut read = Self { dial: true, ..Self::default() };
        for param in profile.all("params").flat_map(|list| list.all("param")) {
            let value = param.attribute("value").unwrap_or_default().to_owned();
            match param.attribute("name").unwrap_or_default() {
                "gateway-url" => read.url = value,
                // Digits at the beginning count, as with atoi: 0.5 is 0, and 0 is no limit.
                "timeout" => {
                    let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
                    read.timeout_s = value[..digits].parse().unwrap_or(0);
                }
                "enable-post-var" => read.post_vars.get_or_insert_default().push(value),
                _ => {}
            }
        }
        for permission in profile.all("permissions").flat_map(|list| list.all("permission")) {
            let on = is_true(permission.attribute("value"));
            match permission.attribute("name").unwrap_or_default() {
                "all" | "none" => {
                    read.set_vars = on;
                    read.execute_apps = on;
                    read.expand_vars = on;
                    read.dial = on;
                }
                "set-vars" => {
                    read.set_vars = on;
                    read.variables = names(permission, "variable-list", "variable");
                }
                "execute-apps" => {
                    read.execute_apps = on;
                    read.applications = names(permission, "application-list", "application");
                }
                "expand-vars" => read.expand_vars = on,
                "dial" => read.dial = on,
                _ => {}
            }
        }
        read
    }
}

/// The names of a list. What is not in it is denied, as `default="allow"` would have to stand in
/// the permission itself.
fn names(permission: &Element, list: &str, item: &str) -> Option<Vec<String>> {
    let list = permission.all(list).next()?;
    Some(list.all(item).filter_map(|item| item.attribute("name")).map(str::to_owned).collect())
}

fn is_listed(list: Option<&Vec<String>>, name: &str) -> bool {
    list.is_none_or(|list| list.iter().any(|known| known == name))
}

/// The application `httapi`: sends requests as long as `<work>` ends well.
pub(super) fn execute(freeswitch: &Freeswitch, call: &mut Call, data: &str) {
    let Some(profile) = profile(freeswitch, data) else {
        return call.complaints.push(format!("cannot find the profile of {data}"));
    };
    call.httapi = Some(data.to_owned());
    for _ in 0..REQUESTS_MAX {
        let request = request(profile, call, false);
        let reply = freeswitch.send(call, &request, profile.timeout_s);
        let Reply::Page { status: 200, content_type, body } = reply else {
            return call.complaints.push("no answer with status 200".to_owned());
        };
        if !content_type.contains("text/xml") {
            return call.complaints.push(format!("unsupported content type {content_type}"));
        }
        if !document(freeswitch, profile, call, &body) || call.is_leaving() {
            return;
        }
    }
    call.end("requests without end");
}

impl Freeswitch {
    /// The request mod_httapi makes when a call that used it has ended: the same once more, and
    /// the answer is ignored.
    pub fn request_at_hangup(&self, call: &Call) -> Option<Request> {
        let profile = profile(self, call.httapi.as_deref()?)?;
        Some(request(profile, call, true))
    }
}

fn profile<'f>(freeswitch: &'f Freeswitch, data: &str) -> Option<&'f Profile> {
    let named =
        data.strip_prefix("{httapi_profile=").and_then(|rest| rest.split(['}', ',']).next());
    freeswitch.httapi.get(named.unwrap_or("default"))
}

fn request(profile: &Profile, call: &Call, exiting: bool) -> Request {
    let withheld = call.withheld.to_string();
    let mut fields = vec![
        ("session_id", "0b1f6a52-0a8e-4c57-9a55-3f0f6f1d2c01"),
        ("hostname", "pbx-teste"),
        ("Caller-Caller-ID-Name", &call.caller_name),
        ("Caller-Caller-ID-Number", &call.caller),
        ("Caller-Destination-Number", &call.called),
        ("Caller-Context", &call.context),
        ("Caller-Privacy-Hide-Number", &withheld),
    ];
    if exiting {
        fields.push(("exiting", "true"));
    }
    fields.retain(|(name, _)| is_listed(profile.post_vars.as_ref(), name));
    let path =
        profile.url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    Request { target: path.unwrap_or("/").to_owned(), form: form(&fields) }
}

/// Works through a document, as far as it could be parsed; returns whether to send another request.
fn document(freeswitch: &Freeswitch, profile: &Profile, call: &mut Call, body: &str) -> bool {
    let parsed = parse(body);
    call.complaints.extend(parsed.trouble);
    if profile.set_vars {
        for variable in parsed.root.all("variables").take(1).flat_map(|list| &list.children) {
            if is_listed(profile.variables.as_ref(), &variable.name) {
                call.set(&variable.name, &variable.text);
            } else {
                call.complaints.push(format!("variable {} permission denied", variable.name));
            }
        }
    }
    let work: Vec<_> = parsed.root.all("work").take(1).flat_map(|work| &work.children).collect();
    let mut well = !work.is_empty();
    for item in work {
        well = well && one(freeswitch, profile, call, item);
    }
    well
}

/// Does one item of `<work>`; returns whether the next one is done.
fn one(freeswitch: &Freeswitch, profile: &Profile, call: &mut Call, item: &Element) -> bool {
    match item.name.as_str() {
        "break" => false,
        "continue" | "log" => true,
        "pause" => {
            let wait = item.attribute("milliseconds").unwrap_or("1000");
            call.done.push(("sleep".to_owned(), wait.to_owned()));
            true
        }
        "playback" => match item.attribute("file").filter(|file| !file.is_empty()) {
            Some(file) => {
                call.done.push(("playback".to_owned(), file.to_owned()));
                applications::playback(freeswitch, call, file);
                true
            }
            None => {
                call.end("DESTINATION_OUT_OF_ORDER");
                false
            }
        },
        // It answers the call, and ends the document all the same.
        "answer" => {
            call.done.push(("answer".to_owned(), String::new()));
            false
        }
        "execute" => application(freeswitch, profile, call, item),
        "hangup" => {
            call.end(item.attribute("cause").unwrap_or("NORMAL_CLEARING"));
            false
        }
        "dial" if profile.dial => {
            call.ran.push(format!("dial {}", item.text));
            false
        }
        other => {
            call.complaints.push(format!("unsupported tag {other}"));
            false
        }
    }
}

fn application(
    freeswitch: &Freeswitch,
    profile: &Profile,
    call: &mut Call,
    item: &Element,
) -> bool {
    let name = item.attribute("application").unwrap_or_default();
    let data = item.attribute("data").unwrap_or(&item.text);
    let permitted = profile.execute_apps && is_listed(profile.applications.as_ref(), name);
    if name.is_empty() || !permitted || !profile.expand_vars && data.contains('$') {
        call.end("DESTINATION_OUT_OF_ORDER");
        return false;
    }
    applications::execute(freeswitch, call, name, data);
    true
}
