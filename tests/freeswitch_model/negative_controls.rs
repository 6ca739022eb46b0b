//! Shows that the model is as unsafe as FreeSWITCH: what bina avoids does harm in it.

use bina::answering::render::Play;

use super::fsmodel::{Call, Freeswitch, Reply, Request};
use super::{
    CALLED, CALLER, Interface, alerted, call, fields, freeswitch, neutral, serving, snippet,
};

/// A dialplan of one extension in the context `public`, in front of a server.
fn one(actions: &str, server: impl Fn(&Request) -> Reply + 'static) -> Freeswitch {
    let mut pbx = Freeswitch::new(server);
    pbx.add_dialplan(&format!(
        "<context name=\"public\">\n<extension name=\"x\"><condition>\n{actions}\n</condition>\
         </extension></context>\n<context name=\"default\">\n<extension name=\"secret\">\
         <condition>\n<action application=\"log\" data=\"secret\"/></condition></extension></context>"
    ));
    pbx
}

fn routed(pbx: &Freeswitch, caller: &str, called: &str) -> Call {
    let mut call = Call::new(caller, called, "public");
    pbx.route(&mut call);
    call
}

/// A document for the entry context with these lines in it, as mod_xml_curl would be answered.
fn by_xml_curl(lines: &str) -> Call {
    let body = format!(
        "<document>\n<section name=\"dialplan\">\n<context name=\"bina\">\n<extension>\n<condition>\n\
         {lines}\n</condition>\n</extension>\n</context>\n</section>\n</document>\n"
    );
    let pbx = freeswitch(Interface::XmlCurl, Play::Never, move |_| Reply::page("text/xml", &body));
    call(&pbx, Interface::XmlCurl, CALLER, CALLED)
}

/// A document that mod_httapi is answered with, by the shipped profile.
fn by_httapi(inside: &str) -> Call {
    let body = format!("<document type=\"xml/freeswitch-httapi\">{inside}</document>");
    let pbx = freeswitch(Interface::Httapi, Play::Never, move |_| Reply::page("text/xml", &body));
    call(&pbx, Interface::Httapi, CALLER, CALLED)
}

#[test]
fn a_value_that_is_not_sanitised_is_executed() {
    for careless in [
        "${system(id)}",
        "$${system(id)}",
        "&#36;{system(id)}",
        "\\${system(id)}",
        "$\\'{system(id)}",
        "${x${system id}}",
    ] {
        let action = format!("<action application=\"set\" data=\"bina_nome={careless}\"/>");
        let uses = "<action application=\"set\" data=\"y=${bina_nome}\"/>\n\
                    <action application=\"set\" data=\"z=${y}\"/>";
        // The line reader itself empties `$${…}`, and an action with `\'` is not added: both cost a
        // field instead.
        let call = by_xml_curl(&format!("{action}\n{uses}"));
        let lost = !call.variables.contains_key("bina_nome");
        let ran = !call.ran.is_empty();
        assert!(ran || lost, "{careless}: {call:?}");
        let costs_a_field = careless.starts_with("$$") || careless.contains("\\'");
        assert_eq!(lost && !ran, costs_a_field, "{careless}: {call:?}");
    }
    let off = {
        let mut pbx =
            one("<action application=\"set\" data=\"x=${system(id)}\"/>", |_| Reply::Refused);
        pbx.functions = false;
        routed(&pbx, CALLER, CALLED)
    };
    assert!(off.ran.is_empty(), "api-expansion=false holds that back");
}

#[test]
fn a_line_of_the_pre_processor_runs_and_a_careless_line_is_lost() {
    let call = by_xml_curl("<X-PRE-PROCESS cmd=\"exec\" data=\"id\"/>");
    assert_eq!(call.ran.len(), 1);
    let call = by_xml_curl("<!--#exec id-->");
    assert_eq!(call.ran.len(), 1);
    for lost in ["X-Pre-Process", "<include>", "<?x?>"] {
        let line = format!("<action application=\"set\" data=\"bina_nome={lost}\"/>");
        let call = by_xml_curl(&format!("{line}\n<action application=\"log\" data=\"x\"/>"));
        assert_eq!(call.variables.get("bina_nome"), None, "{lost}");
        assert_eq!(call.executions("log"), ["x"], "{lost}");
    }
}

#[test]
fn a_number_that_is_transferred_to_unseen_chooses_a_context_or_runs() {
    let careless = "<action application=\"transfer\" data=\"${destination_number} XML default\"/>";
    let pbx = one(&careless.replace("default", "public"), |_| Reply::Refused);
    assert_eq!(routed(&pbx, CALLER, "1000 XML default").executions("log"), ["secret"]);
    let ran = routed(&pbx, CALLER, "'system:touch /tmp/x' inline x").ran;
    assert_eq!(ran, ["inline: system:touch /tmp/x"]);
    // And with the shipped fall-back, whose expression was loosened:
    let mut pbx = Freeswitch::new(|_| Reply::Refused);
    let guarded = snippet("bina.xml");
    let (before, rest) = guarded.split_once("expression=\"").expect("it is guarded");
    let (_, after) = rest.split_once('"').expect("it ends");
    pbx.add_dialplan(&format!("{before}expression=\".\"{after}"));
    pbx.add_dialplan("<context name=\"default\">\n<extension><condition>\n\
                      <action application=\"log\" data=\"secret\"/></condition></extension></context>");
    let mut call = Call::new(CALLER, "1000 XML default", "bina");
    pbx.route(&mut call);
    assert_eq!(call.executions("log"), ["secret"]);
}

#[test]
fn a_callers_text_runs_where_it_is_set_or_tested_by_reference() {
    let hostile = "${system(id)}";
    for action in [
        "<action application=\"set\" data=\"x=${caller_id_number}\"/>",
        "<action application=\"log\" data=\"${caller_id_name}\"/>",
    ] {
        let pbx = one(action, |_| Reply::Refused);
        let mut call = Call::new(hostile, CALLED, "public");
        call.caller_name = hostile.to_owned();
        pbx.route(&mut call);
        assert_eq!(call.ran, ["system id"], "{action}");
    }
    let mut pbx = Freeswitch::new(|_| Reply::Refused);
    pbx.add_dialplan(
        "<context name=\"public\">\n<extension><condition field=\"${caller_id_number}\" \
         expression=\"x\"/></extension></context>",
    );
    assert_eq!(routed(&pbx, hostile, CALLED).ran, ["system id"]);
}

#[test]
fn a_returned_dialplan_without_the_hunted_context_ends_the_call() {
    let body = "<document>\n<section name=\"dialplan\">\n<context name=\"other\"/>\n</section>\n</document>";
    let pbx = freeswitch(Interface::XmlCurl, Play::Never, move |_| Reply::page("text/xml", body));
    let call = call(&pbx, Interface::XmlCurl, CALLER, CALLED);
    assert_eq!(call.ended.as_deref(), Some("NO_ROUTE_DESTINATION"));
}

#[test]
fn answering_every_context_loops_the_call() {
    let body = "<document>\n<section name=\"dialplan\">\n<context name=\"global\">\n<extension><condition>\n\
                <action application=\"transfer\" data=\"1 XML public\"/>\n</condition></extension>\n\
                </context>\n</section>\n</document>";
    let pbx = freeswitch(Interface::XmlCurl, Play::Never, move |_| Reply::page("text/xml", body));
    let call = call(&pbx, Interface::XmlCurl, CALLER, CALLED);
    assert_eq!(call.ended.as_deref(), Some("EXCHANGE_ROUTING_ERROR"));
}

#[test]
fn without_a_limit_a_silent_server_holds_a_call_for_ever() {
    let mut pbx = freeswitch(Interface::XmlCurl, Play::Never, |_| Reply::Silence);
    pbx.xml_curl_timeout_s = Some(0);
    assert_eq!(
        call(&pbx, Interface::XmlCurl, CALLER, CALLED).ended.as_deref(),
        Some("held for ever")
    );
    let requesting =
        "<action application=\"curl\" data=\"http://127.0.0.1:8573/freeswitch/vars\"/>";
    let call = routed(&one(requesting, |_| Reply::Silence), CALLER, CALLED);
    assert_eq!(call.ended.as_deref(), Some("held for ever"));
    let mut pbx =
        one("<action application=\"httapi\" data=\"{httapi_profile=bina}\"/>", |_| Reply::Silence);
    let careless = snippet("autoload_configs/httapi.conf.xml").replace("\"2\"", "\"0.5\"");
    pbx.add_httapi(&careless);
    assert_eq!(routed(&pbx, CALLER, CALLED).ended.as_deref(), Some("held for ever"));
}

#[test]
fn successful_work_is_requested_again_and_a_forbidden_application_ends_the_call() {
    let call = by_httapi("<work><continue/></work>");
    assert_eq!(call.ended.as_deref(), Some("requests without end"));
    let call = by_httapi("<work><execute application=\"system\" data=\"id\"/></work>");
    assert_eq!(call.ended.as_deref(), Some("DESTINATION_OUT_OF_ORDER"));
    assert!(call.ran.is_empty());
    let call = by_httapi("<work><answer/><playback file=\"x.wav\"/></work>");
    assert_eq!(call.executions("playback").len(), 0, "nothing behind <answer/> is done");
    let call = by_httapi("<work><dial>1000</dial></work>");
    assert!(call.ran.is_empty(), "the shipped profile forbids dialling");
}

#[test]
fn a_profile_that_permits_too_much_or_too_little_shows() {
    let with = |from: &str, to: &str| {
        let shipped = snippet("autoload_configs/httapi.conf.xml");
        assert!(shipped.contains(from), "{from}");
        let mut pbx = freeswitch(Interface::Httapi, Play::Never, serving(alerted(), Play::Never));
        pbx.add_httapi(&shipped.replace(from, to));
        call(&pbx, Interface::Httapi, CALLER, CALLED)
    };
    let silent = with("name=\"set-vars\" value=\"true\"", "name=\"set-vars\" value=\"false\"");
    assert_eq!(fields(&silent), neutral("unavailable"));
    let fewer = with("<variable name=\"bina_nome\"/>", "");
    assert_eq!(fewer.variables.get("bina_nome"), None);
    assert_eq!(fewer.complaints, ["variable bina_nome permission denied"]);
    let refused = by_httapi("<variables><execute_on_answer>x</execute_on_answer></variables>");
    assert!(!refused.variables.contains_key("execute_on_answer"));
}

#[test]
fn httapi_uses_half_an_answer_and_a_refused_body_leaves_the_old_one() {
    let mut pbx = one("<action application=\"httapi\" data=\"{httapi_profile=bina}\"/>", |_| {
        Reply::page("text/xml", "<document><variables><bina_status>found</bina_status><bina_")
    });
    pbx.add_httapi(&snippet("autoload_configs/httapi.conf.xml"));
    let call = routed(&pbx, CALLER, CALLED);
    assert_eq!(call.variables.get("bina_status").map(String::as_str), Some("found"));
    let requesting = "<action application=\"set\" data=\"curl_response_data=old\"/>\n\
                <action application=\"set\" data=\"curl_timeout=1\"/>\n\
                <action application=\"curl\" data=\"http://127.0.0.1:8573/x\"/>";
    let pbx = one(requesting, |_| Reply::page("text/plain", "${x}"));
    let call = routed(&pbx, CALLER, CALLED);
    assert_eq!(call.variables.get("curl_response_data").map(String::as_str), Some("old"));
    assert_eq!(call.variables.get("curl_response_code").map(String::as_str), Some("200"));
}
