//! What the examples add to a lookup: a name on the agent's phone, a queue, a second bina.

use std::time::Duration;

use bina::simulator::{customer, with_alert};

use crate::calls::Call;
use crate::other_server::{Behaviour, stand};
use crate::pbx::{Asterisk, asterisk, free_tcp_port};
use crate::program::{Program, hubsoft};
use crate::record::Problems;
use crate::snippets::{AGI, CURL, SNIPPETS, Speech, each};
use crate::{ALERT, BRISK_MAX, QUIET, SLACK, UNKNOWN, customers};

#[test]
fn the_agents_phone_shows_the_name_in_the_queue_that_the_route_names() {
    let Some(asterisk) = asterisk() else { return };
    let mut customers = customers();
    customers.push(with_alert(customer(3, "Eva", "37999990009"), &["Aviso do setor"]));
    let hubsoft = hubsoft(customers);
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let call = |user| Call::from(user, &CURL, bina.at(&CURL)).to("bina-fila");
    let calls = asterisk.place(&[
        call(ALERT).named("route with a queue"),
        call("37999990009").named("route without a queue"),
        call(QUIET).named("no route"),
        call(UNKNOWN).named("unknown caller"),
    ]);
    let agents = [
        "suporte 37999990001 JOÃO LUZ FILHOS",
        "atendimento 37999990009 Eva",
        "atendimento 37999990002 Ana Souza",
        "atendimento 37999990003 Tronco",
    ];
    let mut problems = Problems::default();
    for (call, agent) in calls.iter().zip(agents) {
        call.says_text("agent", agent, &mut problems);
    }
    problems.none();
}

#[test]
fn a_second_bina_is_queried_when_the_first_gives_no_answer_of_its_own() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let second = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let twos = [(&CURL, "bina-dois"), (&AGI, "bina-agi")];
    let calls = twos.iter().flat_map(|(snippet, two)| {
        let refused = refused(snippet.speech);
        let closes = stand(snippet.speech, Behaviour::Close);
        let silent = stand(snippet.speech, Behaviour::SayAndHold(vec![]));
        let call = |first: &str| Call::from(QUIET, snippet, first).or(second.at(snippet));
        [
            call(&refused).through(two).named("first refuses"),
            call(&closes).through(two).named("first breaks off"),
            call(&silent).through(two).named("first is silent"),
        ]
    });
    for calls in asterisk.place(&calls.collect::<Vec<_>>()).chunks(3) {
        for call in calls {
            call.has("status=found telefone=37999990002", &mut problems);
        }
        calls[0].took_at_most(BRISK_MAX, &mut problems);
        calls[1].took_at_most(BRISK_MAX, &mut problems);
    }
    problems.none();
}

#[test]
fn a_second_bina_is_not_queried_when_the_first_answers_unavailable() {
    let Some(asterisk) = asterisk() else { return };
    let first = Program::start(asterisk, &format!("http://127.0.0.1:{}", free_tcp_port()));
    let hubsoft = hubsoft(customers());
    let second = Program::start(asterisk, &hubsoft.base_url());
    let call = |snippet, user| Call::from(user, snippet, first.at(snippet));
    let calls = asterisk.place(&[
        call(&CURL, QUIET).or(second.at(&CURL)).through("bina-dois").named("first: unavailable"),
        call(&AGI, QUIET).or(second.at(&AGI)).named("first: unavailable"),
        call(&CURL, "2001").or(second.at(&CURL)).through("bina-dois").named("first: no number"),
    ]);
    let mut problems = Problems::default();
    calls[0].has("status=unavailable telefone=37999990002", &mut problems);
    calls[1].has("status=unavailable telefone=37999990002", &mut problems);
    calls[2].has("status=no_number telefone=", &mut problems);
    problems.check(hubsoft.lookups() == 0, || "the second bina was queried".to_owned());
    problems.none();
}

#[test]
fn two_binas_that_hang_hold_the_call_twice_as_long_and_no_longer() {
    let Some(asterisk) = asterisk() else { return };
    let silent = || stand(Speech::Hash, Behaviour::SayAndHold(vec![]));
    let call = |first: &str| Call::from(ALERT, &CURL, first).through("bina-dois");
    let agi_refused = refused(Speech::Agi);
    let calls = asterisk.place(&[
        call(&silent()).or(&silent()).named("both are silent"),
        call(&refused(Speech::Hash)).or(&refused(Speech::Hash)).named("both refuse"),
        call(&refused(Speech::Hash)).named("it refuses, and there is no second"),
        Call::from(ALERT, &AGI, &agi_refused).or(&agi_refused).named("both refuse"),
    ]);
    let mut problems = Problems::default();
    for call in &calls {
        call.is_neutral(&mut problems);
        call.went_on_untouched(&mut problems);
    }
    calls[0].took_at_most(Duration::from_millis(2_400) + SLACK, &mut problems);
    for call in &calls[1..] {
        call.took_at_most(BRISK_MAX, &mut problems);
    }
    problems.none();
}

/// An address without a listener.
fn refused(speech: Speech) -> String {
    let scheme = if speech == Speech::Agi { "agi" } else { "http" };
    format!("{scheme}://127.0.0.1:{}", free_tcp_port())
}

#[test]
fn a_module_that_is_missing_ends_no_call() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let mut missing = |modules: &[&str], neutral: &[&str]| {
        let poor: Asterisk = asterisk.without(modules);
        let name = format!("without {}", modules.join(" "));
        let calls = each(|snippet| [Call::from(QUIET, snippet, bina.at(snippet)).named(&name)]);
        for (call, snippet) in poor.place(&calls).iter().zip(&SNIPPETS) {
            call.went_on_untouched(&mut problems);
            if neutral.contains(&snippet.file) {
                call.is_neutral(&mut problems);
            } else {
                call.has("status=found", &mut problems);
            }
        }
    };
    missing(&["func_curl.so"], &["bina.conf", "bina-json.conf", "bina.ael", "bina.lua"]);
    missing(&["res_agi.so", "func_json.so"], &["bina-agi.conf", "bina-json.conf"]);
    missing(&["func_module.so"], &["bina-agi.conf"]);
    missing(&["func_uri.so"], &["bina.conf", "bina.ael"]);
    problems.none();
}

#[test]
fn the_address_of_bina_can_be_set_in_globals() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let _bina = Program::start_at(asterisk.globals_ports, asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let named = "its address in [globals]";
    let calls =
        asterisk.place(&each(|snippet| [Call::from(QUIET, snippet, "globals").named(named)]));
    for call in calls {
        call.has("status=found telefone=37999990002", &mut problems);
    }
    problems.none();
}

#[test]
fn a_dialplan_in_lua_works_without_extensions_conf() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let lua = SNIPPETS.iter().find(|snippet| snippet.file == "bina.lua").unwrap();
    let call = |user| Call::from(user, lua, bina.at(lua)).to("entrada-lua");
    let calls = asterisk.place(&[call(ALERT), call(QUIET), call(ALERT).to("lua-sem-bina")]);
    let mut problems = Problems::default();
    let sounds = "bina/rompimento-fibra(pt_BR) bina/equipe-a-caminho(pt_BR)";
    calls[0].plays(sounds, "atendimento", &mut problems);
    calls[0].has("status=found alerta=1 route=suporte", &mut problems);
    calls[1].went_on_untouched(&mut problems);
    calls[1].has("status=found alerta=0", &mut problems);
    // The file is missing.
    calls[2].went_on_untouched(&mut problems);
    calls[2].has("status= alerta= prompt=", &mut problems);
    problems.none();
}

/// For an Asterisk on another machine; here it is the same one with a folder of sounds it does not use.
#[test]
fn recordings_are_fetched_over_http_and_played_to_their_end() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start_serving_prompts(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    for name in ["fetched", "from Asterisk's own copy"] {
        let call = Call::from(ALERT, &CURL, bina.at(&CURL)).named(name);
        let call = &asterisk.place(&[call])[0];
        problems.check(call.played.len() == 2, || format!("{name}: played {:?}", call.played));
        call.has("playbackstatus=SUCCESS alerta=1 rule=rompimento", &mut problems);
    }
    problems.none();
}
