//! Callers who are asked for a document or a code, through the shipped snippet.

use std::cell::RefCell;
use std::rc::Rc;

use bina::answering::render::{Format, Freeswitch as Settings, Play, render};
use bina::simulator::{Sim, customer, with_alert};

use super::answers::every_kind;
use super::app::TestApp;
use super::dice::Dice;
use super::fsmodel::{Call, Freeswitch, Reply, Request};
use super::{CALLED, Interface, alerted, fields, freeswitch, neutral, snippet};

const UNKNOWN: &str = "37999990003";
const DOCUMENT: &str = "52998224725";

/// FreeSWITCH with the snippet in its place.
fn asking(server: impl Fn(&Request) -> Reply + 'static) -> Freeswitch {
    let mut pbx = freeswitch(Interface::Curl, Play::Never, server);
    let all_others = "<extension name=\"all_others\"><condition>\n\
                      <action application=\"bridge\" data=\"user/1000\"/></condition></extension>";
    let names = ["bina-curl.xml", "bina-identify.xml", "public-example.xml"];
    let public = names.map(snippet).join("\n");
    pbx.replace_context(
        "public",
        &format!("<context name=\"public\">\n{public}\n{all_others}\n</context>"),
    );
    pbx
}

fn page(answer: &bina::domain::answer::Answer) -> Reply {
    let page = render(Format::Vars, answer, &Settings::default());
    Reply::page(page.content_type, &page.body)
}

/// bina: nobody has the number, `identified` is said of what was typed; each address is noted.
fn bina(
    first: &'static str,
    identified: impl Fn(&str) -> Reply + 'static,
) -> (impl Fn(&Request) -> Reply, Rc<RefCell<Vec<String>>>) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let addresses = Rc::clone(&seen);
    let server = move |request: &Request| {
        addresses.borrow_mut().push(request.target.clone());
        if request.target.contains("documento=") || request.target.contains("codigo=") {
            return identified(&request.target);
        }
        let (_, answer) = every_kind().into_iter().find(|(kind, _)| *kind == first).expect(first);
        page(&answer)
    };
    (server, seen)
}

fn invalid() -> Reply {
    let nobody = every_kind().remove(3).1;
    let body = render(Format::Vars, &nobody, &Settings::default()).body;
    Reply::page("text/plain", &body.replace("=not_found|", "=invalid|"))
}

fn call(pbx: &Freeswitch, caller: &str, typed: &[&str]) -> Call {
    let mut call = Call::new(caller, CALLED, "public");
    call.typed = typed.iter().map(|keys| (*keys).to_owned()).collect();
    pbx.route(&mut call);
    call
}

fn prompts(call: &Call) -> usize {
    call.executions("play_and_get_digits").len()
}

/// What of the call may not be there when it goes on.
fn is_clean(call: &Call, typed: &[&str]) {
    let own = |name: &&String| !name.starts_with("bina_");
    let left: Vec<_> = call.variables.keys().filter(own).collect();
    assert!(left.is_empty() || left == ["typed_tries"], "{typed:?}: {left:?}");
    assert!(call.ran.is_empty() && call.ended.is_none(), "{typed:?}: {call:?}");
    let texts = call.variables.values().chain(&call.app_log);
    let digits = typed.iter().map(|keys| keys.trim_matches('#')).filter(|keys| keys.len() > 9);
    for (digits, text) in digits.flat_map(|digits| texts.clone().map(move |text| (digits, text))) {
        assert!(!text.contains(digits), "{digits} in {text}");
    }
}

#[test]
fn what_is_typed_is_queried_as_document_or_code_and_the_answer_is_followed() {
    for (typed, sent) in [
        ("52998224725#", "&documento=52998224725"),
        ("11222333000181", "&documento=11222333000181"),
        ("421#", "&codigo=421"),
        ("529982247251", "&documento=529982247251"),
    ] {
        let (server, seen) = bina("nobody", |_| page(&alerted()));
        let call = call(&asking(server), UNKNOWN, &[typed]);
        // The answer that stands for "nobody" has this number.
        let first = format!("/freeswitch/vars?did={CALLED}&caller={UNKNOWN}");
        let caller = UNKNOWN;
        let second = format!("/freeswitch/vars?caller={caller}&did={CALLED}{sent}");
        assert_eq!(*seen.borrow(), [first, second], "{typed}");
        assert_eq!(call.executions("bridge"), ["user/9000"], "{typed}");
        assert_eq!((prompts(&call), call.executions("playback").len()), (1, 1), "{typed}");
        assert_eq!(call.value("bina_status").as_deref(), Some("found"), "{typed}");
        is_clean(&call, &[typed]);
    }
}

#[test]
fn what_is_invalid_is_asked_again_three_times_at_most() {
    for (typed, asked, status, requests) in [
        (&["52998224726#", "52998224725#"][..], 2, "found", 3),
        (&["*", "12A#", "52998224725#"], 3, "found", 2),
        (&["52998224726#", "52998224726#", "52998224726#", "52998224725#"], 3, "invalid", 4),
        (&["**", "**", "**", "52998224725#"], 3, "invalid", 1),
        (&["52998224726#", "#"], 2, "invalid", 2),
    ] {
        let (server, seen) =
            bina(
                "nobody",
                |target| {
                    if target.ends_with(DOCUMENT) { page(&alerted()) } else { invalid() }
                },
            );
        let call = call(&asking(server), UNKNOWN, typed);
        assert_eq!(prompts(&call), asked, "{typed:?}");
        assert_eq!(call.value("bina_status").as_deref(), Some(status), "{typed:?}");
        assert_eq!(seen.borrow().len(), requests, "{typed:?}");
        assert_eq!(call.executions("bridge").len(), 1, "{typed:?}");
        is_clean(&call, typed);
    }
}

#[test]
fn whoever_types_nothing_or_is_known_or_was_not_looked_up_goes_on_as_before() {
    for (first, caller, asked) in [
        ("nobody", UNKNOWN, 1),
        ("no number", UNKNOWN, 1),
        ("nobody", "anonymous", 1),
        ("an alert", UNKNOWN, 0),
        ("no alert", UNKNOWN, 0),
        ("unavailable", UNKNOWN, 0),
    ] {
        let (server, seen) = bina(first, |_| panic!("nothing was typed"));
        let pbx = asking(server);
        let plain = {
            let (server, _) = bina(first, |_| panic!("nobody is asked"));
            let pbx = freeswitch(Interface::Curl, Play::Never, server);
            fields(&call(&pbx, caller, &[]))
        };
        let call = call(&pbx, caller, &[]);
        assert_eq!(prompts(&call), asked, "{first} {caller}");
        assert_eq!(fields(&call), plain, "{first} {caller}");
        assert_eq!(seen.borrow().len(), usize::from(caller == UNKNOWN), "{first} {caller}");
        is_clean(&call, &[]);
    }
}

#[test]
fn a_withheld_number_is_asked_too_and_its_request_names_no_caller() {
    let (server, seen) = bina("nobody", |_| page(&alerted()));
    let pbx = asking(server);
    let mut call = Call::new(UNKNOWN, CALLED, "public");
    call.withheld = true;
    call.typed = vec!["52998224725#".to_owned()];
    pbx.route(&mut call);
    let only = format!("/freeswitch/vars?caller=&did={CALLED}&documento={DOCUMENT}");
    assert_eq!(*seen.borrow(), [only]);
    assert_eq!(call.executions("bridge"), ["user/9000"]);
}

#[test]
fn with_any_server_the_call_goes_on_within_the_limit() {
    for reply in [
        Reply::Refused,
        Reply::Silence,
        Reply::page("text/plain", "bina_status=found|execute_on_answer=system x|bina_end=1"),
        Reply::page("text/plain", "bina_status=found|bina_nome=$\\'{system(x)}|bina_end=1"),
        Reply::page("text/plain", "bina_status=found|bina_alerta=1"),
    ] {
        let case = format!("{reply:?}");
        let (server, _) = bina("nobody", move |_| reply.clone());
        let call = call(&asking(server), UNKNOWN, &["52998224725#"]);
        assert_eq!(fields(&call), neutral("unavailable"), "{case}");
        assert_eq!(call.executions("bridge"), ["user/1000"], "{case}");
        assert!(call.held_s <= 2, "{case}: {} s", call.held_s);
        is_clean(&call, &["52998224725#"]);
    }
}

#[test]
fn hostile_keys_and_numbers_reach_no_address_and_run_nothing() {
    let mut dice = Dice::new(17);
    for round in 0..2_000 {
        let keys = |dice: &mut Dice| -> String {
            let length = dice.below(45);
            (0..length).map(|_| char::from(b"0123456789*#ABCD"[dice.below(16)])).collect()
        };
        let typed = [keys(&mut dice), keys(&mut dice), keys(&mut dice)];
        let (server, seen) = bina("nobody", |_| invalid());
        let typed: Vec<_> = typed.iter().map(String::as_str).collect();
        let call = call(&asking(server), UNKNOWN, &typed);
        for target in seen.borrow().iter().skip(1) {
            let (_, digits) = target.rsplit_once('=').expect("a query");
            let plain = digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit());
            assert!(plain && !digits.is_empty(), "{round}: {target}");
        }
        assert!(prompts(&call) <= 3 && call.executions("bridge").len() == 1, "{typed:?}");
        is_clean(&call, &[]);
    }
    for called in super::hostile_texts::WHOLE {
        let (server, _) = bina("nobody", |_| page(&alerted()));
        let mut call = Call::new(UNKNOWN, called, "public");
        call.typed = vec!["52998224725#".to_owned()];
        asking(server).route(&mut call);
        assert_eq!((call.called.as_str(), prompts(&call)), (called, 0), "handed on as it is");
        is_clean(&call, &[]);
    }
}

#[tokio::test]
async fn the_real_endpoint_answers_what_the_snippet_asks() {
    let mut ana = with_alert(customer(1, "ANA", "37988240001"), &["Rompimento no Centro"]);
    ana["cpf_cnpj"] = serde_json::json!(DOCUMENT);
    let sim = Sim::start(vec![ana]).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let (server, seen) = bina("nobody", |_| Reply::Refused);
    call(&asking(server), UNKNOWN, &["52998224725#"]);
    let target = seen.borrow().last().expect("a request").clone();
    let reply = app.get(&target).await;
    assert!(reply.body.starts_with("bina_status=found|"), "{}", reply.body);
    let (server, _) = bina("nobody", move |_| Reply::page(&reply.head, &reply.body));
    let call = call(&asking(server), UNKNOWN, &["52998224725#"]);
    assert_eq!(call.value("bina_alerta").as_deref(), Some("1"));
    assert_eq!(call.value("bina_nome"), None, "a name is not returned");
}
