//! Calls through a model of FreeSWITCH that runs the shipped snippets, in front of every answer.
//!
//! `tests/fsmodel` evaluates text as FreeSWITCH does; the negative controls show that it detects harm.

#[path = "freeswitch_model/answers.rs"]
mod answers;
mod app;
#[allow(dead_code, reason = "the dice of tests/chaos.rs have more faces")]
#[path = "chaos/dice.rs"]
mod dice;
mod formats;
mod fsmodel;
#[path = "freeswitch_model/hostile_texts.rs"]
mod hostile_texts;
#[path = "freeswitch_model/identify.rs"]
mod identify;
#[path = "freeswitch_model/interfaces.rs"]
mod interfaces;
#[path = "freeswitch_model/negative_controls.rs"]
mod negative_controls;
#[path = "freeswitch_model/numbers.rs"]
mod numbers;
#[path = "freeswitch_model/onwards.rs"]
mod onwards;
#[path = "freeswitch_model/screens.rs"]
mod screens;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use bina::answering::render::{Format, Freeswitch as Settings, Play, render};
use bina::domain::answer::{Answer, FIELDS, Pbx};
use bina::simulator::{Sim, printed_example};

use answers::{StoredCustomer, about, every_kind};
use app::TestApp;
use dice::Dice;
use fsmodel::{Call, Freeswitch, Reply, Request};
use interfaces::{Interface, freeswitch, serving, serving_cut, serving_the, snippet};

const CALLER: &str = "5537988242968";
const CALLED: &str = "553732001000";

/// A call that comes in where `interface` expects it, routed to its end.
fn call(freeswitch: &Freeswitch, interface: Interface, caller: &str, called: &str) -> Call {
    let mut call = Call::new(caller, called, interface.context());
    freeswitch.route(&mut call);
    call
}

/// The fields as the call got them: a prompt that was played is no longer in its variable.
fn fields(call: &Call) -> Vec<String> {
    let played = || call.executions("playback").first().map(|file| (*file).to_owned());
    let value = |key| {
        let stored = call.variables.get(&format!("bina_{key}")).cloned();
        stored.or_else(|| played().filter(|_| key == "prompt")).unwrap_or_default()
    };
    FIELDS.iter().map(|field| value(field.key)).collect()
}

fn contract(answer: &Answer) -> Vec<String> {
    FIELDS.iter().map(|field| field.value(answer, Pbx::Freeswitch).to_owned()).collect()
}

/// The fields when bina could not be queried, and when there was no number.
fn neutral(status: &str) -> Vec<String> {
    let value = |key: &str| match key {
        "status" => status.to_owned(),
        "source" => "none".to_owned(),
        "alerta" | "matches" => "0".to_owned(),
        "end" => "1".to_owned(),
        _ => String::new(),
    };
    FIELDS.iter().map(|field| value(field.key)).collect()
}

fn of(answer: &Answer, key: &str) -> String {
    let field = FIELDS.iter().find(|field| field.key == key).expect("a field");
    field.value(answer, Pbx::Freeswitch).to_owned()
}

/// An answer that has every field and a prompt.
fn alerted() -> Answer {
    every_kind().remove(0).1
}

#[test]
fn every_kind_of_answer_is_read_to_the_fields_of_the_contract_and_the_call_goes_on() {
    for interface in Interface::ALL {
        for (_, play) in Play::VALUES {
            for (kind, answer) in every_kind() {
                let case = format!("{interface:?} {play:?}: {kind}");
                let (fields_wanted, prompt) = (contract(&answer), of(&answer, "prompt"));
                let goes_to =
                    if of(&answer, "route") == "suporte" { "user/9000" } else { "user/1000" };
                // Only mod_xml_curl and mod_httapi can play by themselves.
                let play = if interface == Interface::Curl { Play::Never } else { play };
                let pbx = freeswitch(interface, play, serving(answer, play));
                let call = call(&pbx, interface, CALLER, CALLED);
                assert_eq!(fields(&call), fields_wanted, "{case}");
                assert_eq!(call.executions("bridge"), [goes_to], "{case}");
                assert_eq!(call.executions("playback").concat(), prompt, "{case}");
                let answers = usize::from(play != Play::Early && !prompt.is_empty());
                assert_eq!(call.executions("answer").len(), answers, "{case}");
                assert_eq!((call.ran, call.ended), (vec![], None), "{case}");
            }
        }
    }
}

#[tokio::test]
async fn the_answers_of_the_real_endpoints_reach_the_call() {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let form = format!("section=dialplan&Caller-Caller-ID-Number={CALLER}&Hunt-Context=bina");
    let elsewhere = app.post(Interface::XmlCurl.path(), &form.replace("=bina", "=public")).await;
    let vars = app.get(&format!("/freeswitch/vars?did={CALLED}&caller={CALLER}")).await;
    let httapi = app.post(Interface::Httapi.path(), &form).await;
    let dialplan = app.post(Interface::XmlCurl.path(), &form).await;
    for (interface, reply) in
        [(Interface::Curl, vars), (Interface::Httapi, httapi), (Interface::XmlCurl, dialplan)]
    {
        let elsewhere = elsewhere.body.clone();
        let pbx = freeswitch(interface, Play::Never, move |sent| {
            let other = interface == Interface::XmlCurl && !sent.form.ends_with("=bina");
            Reply::page(&reply.head, if other { &elsewhere } else { &reply.body })
        });
        let call = call(&pbx, interface, CALLER, CALLED);
        let value = |key| call.value(key).unwrap_or_default();
        assert_eq!(value("bina_nome"), "GUILHERME SILVA", "{interface:?}");
        assert_eq!(value("bina_telefone"), "37988242968", "{interface:?}");
        assert_eq!(
            (value("bina_alerta"), value("bina_end")),
            ("1".into(), "1".into()),
            "{interface:?}"
        );
        assert_eq!(call.executions("playback").len(), 1, "{interface:?}");
        assert_eq!(call.executions("bridge"), ["user/9000"], "{interface:?}");
    }
}

#[test]
fn the_call_goes_on_in_a_file_and_bina_is_queried_once() {
    let sent = Rc::new(RefCell::new(0));
    let count = Rc::clone(&sent);
    let path = "/etc/freeswitch/bina-ura.xml";
    let handback =
        bina::answering::render::Handback { context: "public".into(), file: Some(path.into()) };
    let settings = Settings { handback, ..Settings::default() };
    let body = render(Format::Dialplan, &alerted(), &settings).body;
    let mut pbx = freeswitch(Interface::XmlCurl, Play::Never, move |_| {
        *count.borrow_mut() += 1;
        Reply::page("text/xml", &body)
    });
    pbx.add_file(path, &snippet("bina-ura.xml"));
    pbx.globals.insert("domain_name".into(), "pbx.example".into());
    let call = call(&pbx, Interface::XmlCurl, CALLER, CALLED);
    assert_eq!(fields(&call), contract(&alerted()));
    assert_eq!(call.executions("playback").len(), 1);
    assert_eq!(call.executions("bridge"), ["user/1001@"]);
    assert_eq!(*sent.borrow(), 1);
}

#[test]
fn nothing_in_a_customers_data_runs_or_costs_a_field_in_twenty_thousand_documents() {
    let mut dice = Dice::new(20_261_125);
    let now = Rc::new(RefCell::new(alerted()));
    let pbxs = Interface::ALL
        .map(|interface| freeswitch(interface, Play::Never, serving_the(Rc::clone(&now))));
    for round in 0..20_000 {
        let texts = [
            hostile_texts::text(&mut dice, 30),
            hostile_texts::text(&mut dice, 30),
            hostile_texts::text(&mut dice, 6),
        ];
        let [name, text, other] = &texts;
        let answer =
            about(&StoredCustomer { name, text: Some(text), id: other, service_status: other });
        let (interface, pbx) = (Interface::ALL[round % 3], &pbxs[round % 3]);
        let wanted = contract(&answer);
        now.replace(answer);
        let mut call = call(pbx, interface, CALLER, CALLED);
        assert_eq!(fields(&call), wanted, "{interface:?} {texts:?}");
        assert_eq!(call.executions("bridge").len(), 1, "{interface:?} {texts:?}");
        use_every_field(pbx, &mut call);
        assert!(call.ran.is_empty(), "{interface:?} {texts:?}: {:?}", call.ran);
        assert_eq!(fields(&call), wanted, "used: {interface:?} {texts:?}");
    }
}

/// What a dialplan may do with the variables: each use evaluates them anew.
fn use_every_field(pbx: &Freeswitch, call: &mut Call) {
    let value = |field: &bina::domain::answer::Field| format!("${{bina_{}}}", field.key);
    let all: Vec<_> = FIELDS.iter().map(value).collect();
    pbx.execute(call, "log", &all.join(" "));
    let pairs = FIELDS.iter().zip(&all).map(|(field, value)| format!("bina_{}={value}", field.key));
    pbx.execute(call, "multiset", &format!("^^|{}", pairs.collect::<Vec<_>>().join("|")));
    pbx.execute(call, "set", "effective_caller_id_name=${bina_nome}");
    pbx.execute(call, "log", "${effective_caller_id_name}");
}

#[test]
fn a_hostile_caller_or_called_number_runs_nothing_and_chooses_no_context() {
    let mut dice = Dice::new(7);
    let whole = hostile_texts::WHOLE.map(str::to_owned).into_iter();
    let thrown = (0..3_000).map(|_| hostile_texts::text(&mut dice, 8));
    let quiet = || every_kind().remove(1).1;
    let pbxs = Interface::ALL.map(|interface| {
        (interface, freeswitch(interface, Play::Never, serving(quiet(), Play::Never)))
    });
    for text in whole.chain(thrown) {
        for (interface, pbx) in &pbxs {
            let interface = *interface;
            let mut called = Call::new(CALLER, &text, interface.context());
            let mut caller = Call::new(&text, CALLED, interface.context());
            caller.caller_name.clone_from(&text);
            for call in [&mut called, &mut caller] {
                pbx.route(call);
                assert!(call.ran.is_empty(), "{interface:?} {text:?}: {:?}", call.ran);
                assert_eq!(
                    call.context.as_str(),
                    if call.ended.is_some() { "bina" } else { "public" }
                );
                let refused = call.ended.as_deref() == Some("NO_ROUTE_DESTINATION");
                let goes_on = call.executions("bridge") == ["user/1000"];
                assert!(
                    goes_on || refused && interface == Interface::XmlCurl,
                    "{interface:?} {text:?}"
                );
            }
            assert_eq!(caller.ended, None, "a caller's number never ends a call: {text:?}");
            // Where the number is not handed on, it stays what was dialled.
            assert_eq!(called.called, text, "{interface:?}");
        }
    }
}

#[test]
fn untrusted_text_never_reaches_an_address() {
    for text in hostile_texts::WHOLE {
        let targets = Rc::new(RefCell::new(BTreeSet::new()));
        let seen = Rc::clone(&targets);
        let pbx = freeswitch(Interface::Curl, Play::Never, move |sent: &Request| {
            seen.borrow_mut().insert(sent.target.clone());
            Reply::Refused
        });
        call(&pbx, Interface::Curl, text, text);
        call(&pbx, Interface::Curl, CALLER, text);
        for target in targets.borrow().iter() {
            let plain = format!("/freeswitch/vars?did=&caller={CALLER}");
            assert_eq!(*target, plain, "{text}");
        }
    }
}

#[test]
fn a_withheld_number_is_no_number_on_every_interface() {
    for interface in Interface::ALL {
        let server = move |sent: &Request| {
            assert_ne!(interface, Interface::Curl, "bina is not queried: {}", sent.target);
            assert!(sent.form.contains("Caller-Privacy-Hide-Number=true"), "{}", sent.form);
            let number = every_kind().remove(4).1;
            serving(number, Play::Never)(sent)
        };
        let pbx = freeswitch(interface, Play::Never, server);
        let mut call = Call::new(CALLER, CALLED, interface.context());
        call.withheld = true;
        pbx.route(&mut call);
        assert_eq!(fields(&call), neutral("no_number"), "{interface:?}");
    }
}

#[test]
fn with_any_server_on_the_port_the_call_goes_on_within_the_limit() {
    let page = |status, body: &str| Reply::Page {
        status,
        content_type: "text/xml".into(),
        body: body.into(),
    };
    let whole = |interface: Interface| {
        let sent = Request { target: interface.path().into(), form: "Hunt-Context=bina".into() };
        match serving(alerted(), Play::Never)(&sent) {
            Reply::Page { body, .. } => body,
            other => panic!("{other:?}"),
        }
    };
    for interface in Interface::ALL {
        let replies = [
            Reply::Refused,
            Reply::Silence,
            page(500, &whole(interface)),
            page(204, ""),
            page(200, ""),
            page(200, "<html>"),
            page(200, "${system(touch /tmp/x)}"),
            page(200, "\u{0}\u{1} bina_status=found|bina_end=1"),
            page(200, "bina_status=found|execute_on_answer=system touch /tmp/x|bina_end=1"),
            page(200, "bina_status=found|bina_nome=$\\'{system(x)}|bina_end=1"),
        ];
        for reply in replies {
            let case = format!("{interface:?} {reply:?}");
            let pbx = freeswitch(interface, Play::Never, move |_| reply.clone());
            let call = call(&pbx, interface, CALLER, CALLED);
            assert_eq!(fields(&call), neutral("unavailable"), "{case}");
            assert_eq!(call.executions("bridge"), ["user/1000"], "{case}");
            assert!(call.ran.is_empty() && call.ended.is_none(), "{case}: {call:?}");
            assert!(call.held_s <= interface.limit_s(), "{case}: {} s", call.held_s);
            assert!(!call.variables.contains_key("execute_on_answer"), "{case}");
        }
    }
}

#[test]
fn an_answer_truncated_anywhere_counts_whole_or_not_at_all() {
    for interface in Interface::ALL {
        let mut whole = 0;
        let length = Rc::new(Cell::new(0));
        let pbx = freeswitch(interface, Play::Never, serving_cut(alerted(), Rc::clone(&length)));
        for bytes in 0..2_200 {
            length.set(bytes);
            let call = call(&pbx, interface, CALLER, CALLED);
            let read = fields(&call);
            whole += u32::from(read == contract(&alerted()));
            let counts = read == contract(&alerted()) || read == neutral("unavailable");
            assert!(counts, "{interface:?} {bytes}: {read:?}");
            assert!(call.ran.is_empty() && call.ended.is_none(), "{interface:?} {bytes}");
            assert_eq!(call.executions("bridge").len(), 1, "{interface:?} {bytes}");
        }
        assert!(whole > 0, "{interface:?}: the whole answer was among them");
    }
}

#[test]
fn bina_is_queried_once_however_often_the_call_comes_through() {
    for interface in [Interface::Curl, Interface::Httapi] {
        let sent = Rc::new(RefCell::new(0));
        let count = Rc::clone(&sent);
        let pbx = freeswitch(interface, Play::Never, move |request| {
            *count.borrow_mut() += 1;
            serving(every_kind().remove(1).1, Play::Never)(request)
        });
        let mut call = Call::new(CALLER, CALLED, interface.context());
        pbx.route(&mut call);
        pbx.route(&mut call);
        assert_eq!(*sent.borrow(), 1, "{interface:?}");
        assert_eq!(call.executions("bridge").len(), 2, "{interface:?}");
    }
}

#[test]
fn httapi_sends_the_fields_bina_reads_and_marks_the_end_of_a_call() {
    let sent = Rc::new(RefCell::new(String::new()));
    let seen = Rc::clone(&sent);
    let pbx = freeswitch(Interface::Httapi, Play::Never, move |request: &Request| {
        seen.borrow_mut().clone_from(&request.form);
        serving(alerted(), Play::Never)(request)
    });
    let mut call = Call::new(CALLER, CALLED, "public");
    pbx.route(&mut call);
    let wire = |name: &str| {
        let text = fixture(name);
        text.rsplit("\r\n").next().unwrap_or_default().to_owned()
    };
    assert_eq!(*sent.borrow(), wire("httapi_post_var"));
    let last = pbx.request_at_hangup(&call).expect("it sends a request at hangup");
    assert!(wire("httapi_post_var_exiting").ends_with("&exiting=true"));
    assert!(last.form.ends_with("&exiting=true"), "{}", last.form);
}

fn fixture(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/freeswitch");
    std::fs::read_to_string(folder.join(format!("{name}.http"))).expect("the fixture is there")
}
