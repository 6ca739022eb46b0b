//! A call that is bridged to an agent, and the two requests that the agent's leg is given.

use super::fsmodel::{Call, Freeswitch, Reply};
use super::hostile_texts;
use super::{CALLER, Dice, snippet};

/// FreeSWITCH with the report in front of the extension that bridges to agents.
fn pbx() -> Freeswitch {
    let mut pbx = Freeswitch::new(|_| Reply::Refused);
    let bridge = "<extension name=\"agents\"><condition field=\"destination_number\" expression=\".\">\
                  <action application=\"bridge\" data=\"user/1001\"/></condition></extension>";
    let context = format!(
        "<context name=\"default\">\n{}\n{bridge}\n</context>",
        snippet("bina-screen-pop.xml")
    );
    pbx.replace_context("default", &context);
    pbx
}

/// A call to `called` whose lookup set these variables.
fn routed(called: &str, variables: [&str; 3]) -> Call {
    routed_by(&pbx(), called, variables)
}

fn routed_by(pbx: &Freeswitch, called: &str, variables: [&str; 3]) -> Call {
    let mut call = Call::new(CALLER, called, "default");
    let names = ["bina_telefone", "bina_codigo_cliente", "bina_id_cliente"];
    for (name, value) in names.into_iter().zip(variables) {
        call.variables.insert(name.to_owned(), value.to_owned());
    }
    pbx.route(&mut call);
    call
}

#[test]
fn an_agents_leg_reports_that_it_rings_and_that_it_has_ended_in_the_background() {
    let call = routed("1001", ["37988242968", "421", "11201"]);
    let exported = call.exported();
    for (hook, event) in [("api_on_ring", "ringing"), ("api_hangup_hook", "ended")] {
        let request = format!(
            "bgapi curl http://127.0.0.1:8573/v1/calls/{event}?ramal=1001&telefone=37988242968\
             &codigo_cliente=421&id_cliente=11201 connect-timeout 1 timeout 2"
        );
        assert_eq!(exported.get(hook).copied(), Some(request.as_str()));
        assert!(!call.variables.contains_key(hook), "{hook} is on the caller's leg");
    }
    assert_eq!(call.executions("bridge"), ["user/1001"]);
    assert!(call.ran.is_empty(), "{:?}", call.ran);
}

#[test]
fn other_numbers_and_callers_of_whom_nothing_is_known_go_on() {
    let call = routed("3732221234", ["37988242968", "421", "11201"]);
    assert!(call.exported().is_empty());
    assert_eq!(call.executions("bridge"), ["user/1001"]);
    let call = routed("1001", ["", "", ""]);
    assert!(call.exported()["api_on_ring"].contains("&telefone=&codigo_cliente=&id_cliente= "));
    assert_eq!(call.executions("bridge"), ["user/1001"]);
}

#[test]
fn no_text_of_others_reaches_the_requests_or_runs() {
    let (mut dice, pbx) = (Dice::new(17), pbx());
    for _ in 0..1_000 {
        let text = hostile_texts::text(&mut dice, 30);
        let call = routed_by(&pbx, &text, ["37988242968", "421", "11201"]);
        assert!(call.ran.is_empty(), "{text:?}: {:?}", call.ran);
        let is_agent = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        assert!(is_agent || call.exported().is_empty(), "{text:?}: {:?}", call.exported());
        // As if bina had answered it: what a condition names is evaluated, and no more of it is left than digits.
        let call = routed_by(&pbx, "1001", [&text, "421", "11201"]);
        for request in call.exported().values() {
            let phone = request.split("&telefone=").nth(1).and_then(|rest| rest.split('&').next());
            let is_number = |phone: &str| phone.bytes().all(|byte| byte.is_ascii_digit());
            assert!(phone.is_some_and(is_number), "{text:?}: {request}");
        }
    }
}
