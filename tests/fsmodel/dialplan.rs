//! Hunts in a dialplan: its document or the static one, context, extension, condition, actions.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

use regex_lite::Regex;

use super::call::Call;
use super::expand::expand;
use super::httapi::Profile;
use super::server::{Reply, Request, form};
use super::xml::{Element, parse};
use super::{applications, lines};

/// Where a call is to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub extension: String,
    pub dialplan: String,
    pub context: String,
}

/// A FreeSWITCH with its configuration.
pub struct Freeswitch {
    /// The static dialplan: contexts by name.
    contexts: Element,
    /// Files that `XML:/…` names.
    files: BTreeMap<String, String>,
    /// Whether mod_xml_curl is loaded; its limit in seconds, 0 for none.
    pub xml_curl_timeout_s: Option<u32>,
    pub(super) httapi: BTreeMap<String, Profile>,
    /// `api-expansion` in switch.conf.xml.
    pub functions: bool,
    pub globals: BTreeMap<String, String>,
    server: Box<dyn Fn(&Request) -> Reply>,
    /// Expressions that were compiled before; none does not compile.
    compiled: RefCell<BTreeMap<String, Option<Regex>>>,
}

/// More hunts than this are a loop, which FreeSWITCH ends.
const HUNTS_MAX: u32 = 70;

impl Freeswitch {
    /// One without configuration, in front of `server`.
    pub fn new(server: impl Fn(&Request) -> Reply + 'static) -> Self {
        Self {
            contexts: Element::default(),
            files: BTreeMap::new(),
            xml_curl_timeout_s: None,
            httapi: BTreeMap::new(),
            functions: true,
            globals: BTreeMap::new(),
            server: Box::new(server),
            compiled: RefCell::default(),
        }
    }

    /// Adds what stands in files of the folder `dialplan`.
    pub fn add_dialplan(&mut self, text: &str) {
        let lines = lines::read(text, &self.globals);
        let section = parse(&format!("<section>{}</section>", lines.text));
        assert_eq!(section.trouble, None, "{}", lines.text);
        self.contexts.children.extend(section.root.children);
    }

    /// Puts what stands in `text` in the place of the context `name`.
    pub fn replace_context(&mut self, name: &str, text: &str) {
        self.contexts.children.retain(|context| context.attribute("name") != Some(name));
        self.add_dialplan(text);
    }

    /// Adds a file that a transfer may name.
    pub fn add_file(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.to_owned());
    }

    /// Reads the profiles of a httapi.conf.xml.
    pub fn add_httapi(&mut self, text: &str) {
        self.httapi.extend(Profile::all(&parse(text).root));
    }

    /// Queries the server, for at most `timeout_s` seconds (0: for ever).
    pub(super) fn send(&self, call: &mut Call, request: &Request, timeout_s: u32) -> Reply {
        let reply = (self.server)(request);
        if matches!(reply, Reply::Silence) {
            if timeout_s == 0 {
                call.end("held for ever");
            }
            call.held_s += timeout_s;
        }
        reply
    }

    /// Takes `call` from where it comes in to where the dialplan leaves it.
    pub fn route(&self, call: &mut Call) {
        let target = Target {
            extension: call.called.clone(),
            dialplan: "XML".to_owned(),
            context: call.context.clone(),
        };
        self.follow(call, Some(target));
    }

    /// Takes `call` from `target` to where the dialplan leaves it.
    pub(super) fn follow(&self, call: &mut Call, mut target: Option<Target>) {
        let mut hunts = 0;
        while let Some(now) = target {
            hunts += 1;
            if hunts > HUNTS_MAX {
                return call.end("EXCHANGE_ROUTING_ERROR");
            }
            call.called.clone_from(&now.extension);
            call.context.clone_from(&now.context);
            call.dialplan.clone_from(&now.dialplan);
            let Some(actions) = self.hunt(call, &now) else {
                return call.end("NO_ROUTE_DESTINATION");
            };
            self.execute_all(call, actions);
            target = call.next.take();
        }
    }

    pub(super) fn execute_all(&self, call: &mut Call, actions: Vec<(String, String)>) {
        for (application, data) in actions {
            if !call.is_leaving() {
                applications::execute(self, call, &application, &data);
            }
        }
    }

    /// Chooses what is to be done; none when no extension has anything to do.
    pub(super) fn hunt(&self, call: &mut Call, target: &Target) -> Option<Vec<(String, String)>> {
        // Another dialplan than XML takes the number for a list of applications.
        if !target.dialplan.to_uppercase().starts_with("XML") {
            call.ran.push(format!("{}: {}", target.dialplan, target.extension));
            return None;
        }
        let section = self.section(call, target)?;
        let context = section
            .named("context", &target.context)
            .or_else(|| section.named("context", "global"))?;
        // Conditions of a nested hunt look at where it goes, not at where the call came in.
        let outer = std::mem::replace(&mut call.called, target.extension.clone());
        let mut actions = None;
        for extension in context.all("extension") {
            let proceed = self.extension(call, extension, &mut actions);
            if proceed && !is_true(extension.attribute("continue")) {
                break;
            }
        }
        call.called = outer;
        actions
    }

    fn section(&self, call: &mut Call, target: &Target) -> Option<Cow<'_, Element>> {
        if let Some((_, path)) = target.dialplan.split_once(':') {
            let file = self.files.get(path)?;
            let parsed = parse(file);
            let section = parsed.root.named("section", "dialplan").cloned();
            return section.filter(|_| parsed.trouble.is_none()).map(Cow::Owned);
        }
        let timeout_s = self.xml_curl_timeout_s;
        let fetched = timeout_s.and_then(|limit| self.fetch(call, target, limit));
        Some(fetched.map_or(Cow::Borrowed(&self.contexts), Cow::Owned))
    }

    /// Queries mod_xml_curl's server; none means that the static dialplan counts.
    fn fetch(&self, call: &mut Call, target: &Target, timeout_s: u32) -> Option<Element> {
        let form = form(&[
            ("hostname", "pbx-teste"),
            ("section", "dialplan"),
            ("Caller-Caller-ID-Number", &call.caller),
            ("Caller-Destination-Number", &call.called),
            ("Caller-Privacy-Hide-Number", &call.withheld.to_string()),
            ("Hunt-Destination-Number", &target.extension),
            ("Hunt-Context", &target.context),
        ]);
        let request = Request { target: "/freeswitch/dialplan".to_owned(), form };
        let Reply::Page { status: 200, body, .. } = self.send(call, &request, timeout_s) else {
            return None;
        };
        let lines = lines::read(&body, &self.globals);
        call.ran.extend(lines.ran);
        let parsed = parse(&lines.text);
        if let Some(trouble) = parsed.trouble {
            call.complaints.push(trouble);
            return None;
        }
        parsed.root.named("section", "dialplan").cloned()
    }

    /// Tests the conditions of an extension in order, and notes the actions of those that hold.
    fn extension(
        &self,
        call: &mut Call,
        extension: &Element,
        actions: &mut Option<Vec<(String, String)>>,
    ) -> bool {
        let mut proceed = false;
        for condition in extension.all("condition") {
            let captures = self.test(call, condition);
            proceed = captures.is_some();
            let kind = if proceed { "action" } else { "anti-action" };
            if let Some(captures) = captures.as_deref().filter(|captures| !captures.is_empty()) {
                call.set_unchecked("DP_MATCH", "");
                call.set("DP_MATCH", &captures.join("|:"));
            }
            for action in condition.all(kind) {
                let application = action.attribute("application").unwrap_or_default();
                let data = action.attribute("data").unwrap_or_default();
                let data = if action.text.trim().is_empty() { data } else { &action.text };
                let data = substituted(data, captures.as_deref().unwrap_or_default());
                let actions = actions.get_or_insert_default();
                if !is_true(action.attribute("inline")) {
                    if data.contains("\\'") {
                        call.complaints.push(format!("{application} not added: {data}"));
                    } else {
                        actions.push((application.to_owned(), data));
                    }
                } else if applications::MAY_BE_INLINE.contains(&application) {
                    applications::execute(self, call, application, &data);
                } else {
                    call.complaints.push(format!("{application} cannot be executed inline"));
                }
                proceed = true;
            }
            let holds = captures.is_some();
            let stops = match condition.attribute("break") {
                Some("never") => false,
                Some("always") => true,
                Some("on-true") => holds,
                _ => !holds,
            };
            if stops {
                break;
            }
        }
        proceed
    }

    /// The captures of a condition that holds: none at all when nothing is captured.
    fn test(&self, call: &mut Call, condition: &Element) -> Option<Vec<String>> {
        let Some(field) = condition.attribute("field") else { return Some(Vec::new()) };
        let expression = condition.attribute("expression").unwrap_or_default();
        let expression = expand(call, expression, self.functions);
        let value = if field.contains('$') {
            expand(call, field, self.functions)
        } else {
            call.field(field).unwrap_or_default()
        };
        let mut compiled = self.compiled.borrow_mut();
        let compile = || Regex::new(&as_pcre(&expression)).ok();
        let Some(regex) = compiled.entry(expression.clone()).or_insert_with(compile) else {
            call.complaints.push(format!("COMPILE ERROR: {expression}"));
            return None;
        };
        let found = regex.captures(&value)?;
        let captured = if expression.contains('(') { found.len() } else { 0 };
        let text = |at| found.get(at).map_or("", |group: regex_lite::Match<'_>| group.as_str());
        Some((0..captured).map(|at| text(at).to_owned()).collect())
    }
}

/// PCRE's `$` also stands before a newline at the end.
fn as_pcre(expression: &str) -> String {
    match expression.strip_suffix('$') {
        Some(front) if !front.ends_with('\\') => format!(r"{front}\n?\z"),
        _ => expression.to_owned(),
    }
}

/// Puts what was captured for `$1`; without captures `data` stays as it is.
fn substituted(data: &str, captures: &[String]) -> String {
    if captures.is_empty() {
        return data.to_owned();
    }
    let mut out = String::new();
    let mut rest = data;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, behind) = after.split_at(digits);
        match number.parse::<usize>() {
            Ok(number) => out.push_str(captures.get(number).map_or("", String::as_str)),
            Err(_) => out.push('$'),
        }
        rest = behind;
    }
    out + rest
}

pub(super) fn is_true(attribute: Option<&str>) -> bool {
    let yes = ["yes", "on", "true", "t", "enabled", "active", "allow", "1"];
    attribute.is_some_and(|text| yes.iter().any(|word| text.eq_ignore_ascii_case(word)))
}
