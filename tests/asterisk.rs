//! Places real SIP calls to a real Asterisk that runs the shipped dialplan, and checks what it did.

#[path = "asterisk/callers.rs"]
mod callers;
#[path = "asterisk/calls.rs"]
mod calls;
#[path = "asterisk/cost.rs"]
mod cost;
#[path = "asterisk/digits.rs"]
mod digits;
#[path = "asterisk/examples.rs"]
mod examples;
#[path = "asterisk/frozen.rs"]
mod frozen;
#[path = "asterisk/guides.rs"]
mod guides;
#[path = "asterisk/hostile.rs"]
mod hostile;
#[path = "asterisk/hostile_texts.rs"]
mod hostile_texts;
#[path = "asterisk/identify.rs"]
mod identify;
#[path = "asterisk/identify_traces.rs"]
mod identify_traces;
#[path = "asterisk/language.rs"]
mod language;
#[path = "asterisk/leash.rs"]
mod leash;
#[path = "asterisk/one_line.rs"]
mod one_line;
#[path = "asterisk/other_server.rs"]
mod other_server;
#[path = "asterisk/other_servers.rs"]
mod other_servers;
#[path = "asterisk/outage.rs"]
mod outage;
#[path = "asterisk/pbx.rs"]
mod pbx;
#[path = "asterisk/program.rs"]
mod program;
#[path = "asterisk/record.rs"]
mod record;
#[path = "asterisk/screens.rs"]
mod screens;
#[path = "asterisk/screens_cost.rs"]
mod screens_cost;
#[path = "asterisk/snippets.rs"]
mod snippets;
#[path = "asterisk/spoken.rs"]
mod spoken;

use std::collections::BTreeSet;
use std::time::Duration;

use bina::simulator::{customer, with_alert};

use calls::Call;
use pbx::asterisk;
use program::{Program, hubsoft};
use record::Problems;
use snippets::{SNIPPETS, Speech, each};

/// A margin for a machine busy with other tests, beyond the snippet's limit.
const SLACK: Duration = Duration::from_millis(400);
/// bina's own deadline.
const DEADLINE: Duration = Duration::from_millis(800);
/// For calls that have nothing to wait for.
const BRISK_MAX: Duration = Duration::from_millis(700);
/// For hundreds of such calls at once: each starts a Lua interpreter or curl of its own. It stays
/// below the 1.2 s that a snippet waits for a bina that does not answer.
const CROWDED_MAX: Duration = Duration::from_millis(1150);

const ALERT: &str = "37999990001";
const QUIET: &str = "37999990002";
const UNKNOWN: &str = "37999990003";

/// A customer with an alert, and one without.
fn customers() -> Vec<serde_json::Value> {
    let alert = customer(1, "JOÃO LUZ & FILHOS", "(37) 99999-0001");
    vec![with_alert(alert, &["Rompimento de fibra na região."]), customer(2, "Ana Souza", QUIET)]
}

#[test]
fn a_customer_with_an_alert_gets_the_prompts_and_the_route_of_the_rule() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    for call in asterisk.place(&each(|snippet| {
        let call = |user| Call::from(user, snippet, bina.at(snippet));
        [call(ALERT).named("alert"), call("+5537999990001").named("alert, +55")]
    })) {
        let sounds = "bina/rompimento-fibra(pt_BR) bina/equipe-a-caminho(pt_BR)";
        call.plays(sounds, "suporte", &mut problems);
        call.has("status=found alerta=1 rule=rompimento route=suporte matches=1", &mut problems);
        call.has("prompt=bina/rompimento-fibra&bina/equipe-a-caminho", &mut problems);
        call.has("codigo_cliente=1001 id_cliente=1 telefone=37999990001", &mut problems);
        call.has("servico_status=servico_habilitado conectado=", &mut problems);
        call.says_text("nome", "JOÃO LUZ FILHOS", &mut problems);
        call.says_text("mensagem", "Rompimento de fibra na região.", &mut problems);
        let known = ["hubsoft", "cache"].contains(&call.get("source"));
        problems.check(known, || format!("{}: source is {:?}", call.name, call.get("source")));
    }
    problems.none();
}

#[test]
fn an_unknown_route_a_general_prompt_or_a_long_answer_take_the_default_route() {
    let Some(asterisk) = asterisk() else { return };
    let unknown_route = with_alert(customer(1, "Ana", ALERT), &["Aviso do setor"]);
    let no_rule = with_alert(customer(2, "Eva", QUIET), &["outra coisa"]);
    let longest = customer(3, &"ã".repeat(300), UNKNOWN);
    let longest = with_alert(longest, &[&format!("aviso {}", "õ".repeat(400))]);
    let hubsoft = hubsoft(vec![unknown_route, no_rule, longest]);
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let calls = asterisk.place(&each(|snippet| {
        let call = |user| Call::from(user, snippet, bina.at(snippet));
        [
            call(ALERT).named("rule with an unknown route"),
            call(QUIET).named("alert that no rule matches"),
            call(UNKNOWN).named("longest name and alert"),
        ]
    }));
    for calls in calls.chunks(3) {
        calls[0].plays("bina/equipe-a-caminho(pt_BR)", "atendimento", &mut problems);
        calls[0].has("route=rota-que-ninguem-conhece rule=aviso", &mut problems);
        calls[1].plays("bina/aviso-geral(pt_BR)", "atendimento", &mut problems);
        calls[1].has("alerta=1 rule= route= mensagem=", &mut problems);
        // Percent-encoded, this answer is thrice as long, and Asterisk reads 4,095 bytes of it.
        calls[2].plays("bina/equipe-a-caminho(pt_BR)", "atendimento", &mut problems);
        calls[2].says_text("nome", &"ã".repeat(128), &mut problems);
        calls[2].says_text("mensagem", &format!("aviso {}", "õ".repeat(250)), &mut problems);
        calls[2].has("matches=1 telefone=37999990003", &mut problems);
    }
    problems.none();
}

#[test]
fn a_rule_with_only_a_route_is_followed_without_a_prompt() {
    let Some(asterisk) = asterisk() else { return };
    let routed = with_alert(customer(1, "Ana", ALERT), &["Cliente com prioridade"]);
    let hubsoft = hubsoft(vec![routed]);
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let calls =
        each(|snippet| [Call::from(ALERT, snippet, bina.at(snippet)).named("only a route")]);
    for call in asterisk.place(&calls) {
        call.has("status=found alerta=1 prompt= rule=so-rota route=suporte", &mut problems);
        call.was_sent_on_silently("suporte", &mut problems);
    }
    problems.none();
}

#[test]
fn every_other_caller_goes_on_untouched() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let calls = asterisk.place(&each(|snippet| {
        let call = |user| Call::from(user, snippet, bina.at(snippet));
        [
            call(QUIET).named("customer without an alert"),
            call(UNKNOWN).named("unknown caller"),
            call("anonymous").named("anonymous"),
            call("2001").named("extension"),
            call(ALERT).private().named("alert customer, number withheld"),
        ]
    }));
    for call in &calls {
        call.went_on_untouched(&mut problems);
        call.took_at_most(BRISK_MAX, &mut problems);
        call.went_without_a_warning(&mut problems);
        call.has("alerta=0 prompt= rule= route= mensagem=", &mut problems);
    }
    for calls in calls.chunks(5) {
        calls[0].has("status=found matches=1 codigo_cliente=1002", &mut problems);
        calls[0].has("id_cliente=2 telefone=37999990002", &mut problems);
        calls[0].says_text("nome", "Ana Souza", &mut problems);
        calls[1].has("status=not_found matches=0 nome= telefone=37999990003", &mut problems);
        for unknown in &calls[2..] {
            unknown.has("status=no_number source=none matches=0 nome= telefone=", &mut problems);
        }
    }
    let requested: BTreeSet<_> = hubsoft.requests().iter().filter_map(requested_phone).collect();
    let requested_withheld = requested.iter().any(|phone| ALERT.ends_with(phone.as_str()));
    problems.check(!requested_withheld, || format!("HubSoft was queried for {requested:?}"));
    problems.none();
}

/// The phone that a request to HubSoft is for.
fn requested_phone(request: &bina::simulator::LoggedRequest) -> Option<String> {
    request.parameter("termo_busca").map(str::to_owned)
}

#[test]
fn a_lookup_leaves_nothing_behind_but_its_own_variables() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(vec![with_alert(customer(1, "Ana Souza", ALERT), &["Aviso do setor"])]);
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let calls = asterisk.place(&each(|snippet| {
        [Call::from(ALERT, snippet, bina.at(snippet)).to("twice").named("two lookups")]
    }));
    for (snippet, call) in SNIPPETS.iter().zip(&calls) {
        // That rule is for one called number, which the snippet finds by itself.
        call.says_text("first", "found aviso Ana Souza", &mut problems);
        // The second lookup fails, and must not show the first one's answer.
        call.is_neutral(&mut problems);
        // What was set is as it was; the other options are at their defaults.
        let left = if snippet.speech == Speech::Agi { " 7  mine no" } else { "0 7 no mine no" };
        call.says_text("left", left, &mut problems);
        let shown = asterisk.variables_shown(call.get("channel"));
        let [before, after] = &shown[..] else {
            panic!("the dialplan shows its variables twice");
        };
        let new = after.difference(before).filter(|name| !name.starts_with("BINA_"));
        let new: Vec<_> = new.collect();
        let expected = ["FIRST", "GOSUB_RETVAL", "LEFT"];
        let good = new == expected;
        problems.check(good, || format!("{snippet}: left {new:?}, not only {expected:?}"));
    }
    problems.none();
}
