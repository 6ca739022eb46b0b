//! What becomes of a call after it was marked: passed on, transferred, played to, shown to an agent.

use std::cell::RefCell;
use std::rc::Rc;

use bina::answering::render::{Format, Freeswitch as Settings, Handback, Play, render};

use super::answers::{StoredCustomer, about};
use super::dice::Dice;
use super::fsmodel::{Call, Freeswitch, Reply, Request};
use super::{
    CALLED, CALLER, Interface, alerted, every_kind, freeswitch, hostile_texts, of, serving,
    serving_the, snippet,
};

fn routed(pbx: &Freeswitch, interface: Interface) -> Call {
    let mut call = Call::new(CALLER, CALLED, interface.context());
    pbx.route(&mut call);
    call
}

#[test]
fn a_prompt_is_played_once_however_often_the_call_passes_public() {
    for interface in Interface::ALL {
        let pbx = freeswitch(interface, Play::Never, serving(alerted(), Play::Never));
        let mut call = routed(&pbx, interface);
        for _ in 0..2 {
            pbx.pass(&mut call, "public");
        }
        assert_eq!(call.executions("playback").len(), 1, "{interface:?}");
        assert_eq!(call.value("bina_rule").as_deref(), Some("rompimento"), "{interface:?}");
        assert_eq!(call.executions("bridge").len(), 3, "{interface:?}");
    }
    let mut call = in_the_file();
    pbx_with_the_file().pass(&mut call, "public");
    assert_eq!(call.executions("playback").len(), 1, "and in a file of its own");
}

const FILE: &str = "/etc/freeswitch/bina-ura.xml";

/// FreeSWITCH whose calls go on in the shipped file.
fn pbx_with_the_file() -> Freeswitch {
    let handback = Handback { context: "public".into(), file: Some(FILE.into()) };
    let settings = Settings { handback, ..Settings::default() };
    let body = render(Format::Dialplan, &alerted(), &settings).body;
    let mut pbx = freeswitch(Interface::XmlCurl, Play::Never, move |request: &Request| {
        let other = !request.form.ends_with("Hunt-Context=bina");
        Reply::page("text/xml", if other { "" } else { &body })
    });
    pbx.add_file(FILE, &snippet("bina-ura.xml"));
    pbx
}

fn in_the_file() -> Call {
    routed(&pbx_with_the_file(), Interface::XmlCurl)
}

#[test]
fn an_agents_transfer_arrives_by_every_way() {
    for interface in Interface::ALL {
        let pbx =
            freeswitch(interface, Play::Never, serving(every_kind().remove(1).1, Play::Never));
        let mut call = routed(&pbx, interface);
        // The agents of these ways are in the context of the call.
        pbx.blind_transfer(&mut call, "9000");
        assert_eq!(call.called, "9000", "{interface:?}");
    }
    let pbx = pbx_with_the_file();
    let mut call = in_the_file();
    assert_eq!(call.dialplan, format!("XML:{FILE}"));
    pbx.blind_transfer(&mut call, "9000");
    assert_eq!(call.executions("bridge"), ["user/9000"], "the context default");
    assert_eq!(call.ended, None);
}

#[test]
fn without_the_two_variables_a_transfer_stays_in_the_file() {
    let pbx = pbx_with_the_file();
    let mut call = in_the_file();
    call.variables.retain(|name, _| !name.starts_with("force_transfer_"));
    pbx.blind_transfer(&mut call, "9000");
    assert_eq!(call.executions("bridge"), ["user/1001@"], "the same agents ring again");
}

/// As many lines as the documents state.
#[test]
fn an_unknown_caller_leaves_six_variables_and_an_alert_without_route_twelve() {
    let lines = |answer: &str, fewer: &[&str]| {
        let (_, answer) = every_kind().into_iter().find(|(kind, _)| *kind == answer).expect(answer);
        let pbx = freeswitch(Interface::Curl, Play::Never, serving(answer, Play::Never));
        let call = routed(&pbx, Interface::Curl);
        let kept = call.variables.keys().filter(|name| name.starts_with("bina_"));
        kept.filter(|name| !fewer.contains(&name.as_str())).count()
    };
    assert_eq!(lines("nobody", &[]), 6);
    // What the shipped configuration leaves off; and the prompt was played.
    let off = ["bina_conectado", "bina_mensagem", "bina_previsao"];
    assert_eq!(lines("no alert", &off), 11);
    assert_eq!(lines("an alert", &[&off[..], &["bina_route"]].concat()), 13 - 1);
}

type Server = Box<dyn Fn(&Request) -> Reply>;

#[test]
fn the_curl_applications_variables_are_as_before() {
    let kinds = || every_kind().into_iter().map(|(_, answer)| serving(answer, Play::Never));
    let mut servers: Vec<Server> = Vec::new();
    servers.extend(kinds().map(|server| Box::new(server) as _));
    servers.push(Box::new(|_| Reply::Refused));
    servers.push(Box::new(|_| Reply::Silence));
    servers.push(Box::new(|_| Reply::page("text/plain", "another program")));
    for server in servers {
        let pbx = freeswitch(Interface::Curl, Play::Never, server);
        for caller in [CALLER, "anonymous", "4722334455;phone-context=+47"] {
            for own in [&[][..], &[("curl_timeout", "10"), ("curl_connect_timeout", "5")]] {
                let mut call = Call::new(caller, CALLED, "public");
                call.variables.extend(own.iter().map(|(n, v)| ((*n).into(), (*v).into())));
                pbx.route(&mut call);
                let left = call.variables.iter().filter(|(name, _)| !name.starts_with("bina_"));
                let left: Vec<_> =
                    left.map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let mut own = own.to_vec();
                own.sort_unstable();
                assert_eq!(left, own, "{caller}");
                assert!(call.held_s <= 2, "{caller}");
            }
        }
    }
}

#[test]
fn a_missing_recording_holds_the_call_no_longer_than_the_profiles_limit() {
    let prompts = "http://127.0.0.1:8573/prompts/rompimento-fibra.wav";
    let frozen = |request: &Request| match request.target.split('?').next() {
        Some("/freeswitch/vars") => Reply::page("text/plain", &vars_with(prompts)),
        _ => Reply::Silence,
    };
    let mut pbx = freeswitch(Interface::Curl, Play::Never, frozen);
    let profiles = snippet("autoload_configs/httapi.conf.xml");
    assert_eq!(routed(&pbx, Interface::Curl).ended.as_deref(), Some("held for ever"));
    pbx.add_httapi(&profiles);
    let call = routed(&pbx, Interface::Curl);
    assert_eq!((call.held_s, call.ended.as_deref()), (2, None));
    assert_eq!(call.executions("bridge"), ["user/9000"]);
}

/// The pairs of an alert, with another prompt.
fn vars_with(prompt: &str) -> String {
    let whole = render(Format::Vars, &alerted(), &Settings::default()).body;
    whole.replace(&of(&alerted(), "prompt"), prompt)
}

#[test]
fn a_call_that_bina_answers_waits_before_the_prompt() {
    for interface in [Interface::Httapi, Interface::XmlCurl] {
        let pbx = freeswitch(interface, Play::Answer, serving(alerted(), Play::Answer));
        let call = routed(&pbx, interface);
        let done: Vec<_> = call.done.iter().map(|(name, _)| name.as_str()).collect();
        let media: Vec<_> = done
            .into_iter()
            .filter(|name| ["answer", "sleep", "playback"].contains(name))
            .collect();
        assert_eq!(media, ["answer", "sleep", "playback"], "{interface:?}");
        assert_eq!(call.executions("sleep"), ["500"], "{interface:?}");
        let early = freeswitch(interface, Play::Early, serving(alerted(), Play::Early));
        assert!(routed(&early, interface).executions("sleep").is_empty(), "{interface:?}");
    }
}

/// FreeSWITCH with the recipe for the agent's telephone in its place.
fn pbx_with_the_screen(server: impl Fn(&Request) -> Reply + 'static) -> Freeswitch {
    let mut pbx = freeswitch(Interface::Curl, Play::Never, server);
    let context = format!(
        "<context name=\"public\">\n{}\n{}\n{}\n</context>",
        snippet("bina-curl.xml"),
        snippet("bina-screen.xml"),
        snippet("public-example.xml")
    );
    pbx.replace_context("public", &context);
    pbx
}

#[test]
fn nothing_of_a_customer_runs_on_its_way_to_the_agent() {
    let mut dice = Dice::new(11);
    let now = Rc::new(RefCell::new(alerted()));
    let pbx = pbx_with_the_screen(serving_the(Rc::clone(&now)));
    for _ in 0..1_000 {
        let texts = [hostile_texts::text(&mut dice, 30), hostile_texts::text(&mut dice, 30)];
        let [name, text] = &texts;
        let case = StoredCustomer { name, text: Some(text), id: "421", service_status: "x" };
        let answer = about(&case);
        let [name, message] = ["nome", "mensagem"].map(|key| of(&answer, key));
        now.replace(answer);
        let mut call = Call::new(CALLER, CALLED, "public");
        pbx.route(&mut call);
        pbx.execute(&mut call, "log", "${effective_caller_id_name}");
        assert!(call.ran.is_empty(), "{texts:?}: {:?}", call.ran);
        let shown = call.value("effective_caller_id_name").unwrap_or_default();
        let header = call.exported().get("sip_h_X-Bina-Mensagem").copied().map(str::to_owned);
        assert_eq!((shown, header.unwrap_or_default()), (name, message), "{texts:?}");
    }
}

#[test]
fn the_agents_telephone_gets_the_customer_and_the_callers_leg_does_not() {
    let pbx = pbx_with_the_screen(serving(alerted(), Play::Never));
    let call = routed(&pbx, Interface::Curl);
    let exported = call.exported();
    assert_eq!(exported.get("sip_h_X-Bina-Codigo").copied(), Some("421"));
    let message = of(&alerted(), "mensagem");
    assert_eq!(exported.get("sip_h_X-Bina-Mensagem").copied(), Some(message.as_str()));
    assert_eq!(call.value("effective_caller_id_name"), call.value("bina_nome"));
    assert!(!call.variables.contains_key("sip_h_X-Bina-Mensagem"));
    assert_eq!(call.executions("bridge"), ["user/9000"]);
}
