//! Places real SIP calls to a real Asterisk that runs the shipped dialplan, and asks what it did.

#[path = "asterisk/calls.rs"]
mod calls;
#[path = "asterisk/leash.rs"]
mod leash;
#[path = "asterisk/nasty.rs"]
mod nasty;
#[path = "asterisk/pbx.rs"]
mod pbx;
#[path = "asterisk/program.rs"]
mod program;
#[path = "asterisk/record.rs"]
mod record;
#[path = "asterisk/stranger.rs"]
mod stranger;

use std::collections::BTreeSet;
use std::time::Duration;

use bina::sim::{Mood, customer, with_alert};

use calls::Call;
use pbx::{asterisk, free_tcp_port};
use program::{Program, hubsoft};
use record::Problems;
use stranger::{Manner, cut_page, page, stand};

/// What the snippet promises at the most, 1.2 s, and room for a machine busy with other tests.
const HOLD_MAX: Duration = Duration::from_millis(1_200 + 400);
/// For calls that have nothing to wait for; bina's own deadline is 800 ms.
const BRISK_MAX: Duration = Duration::from_millis(700);

const ALERT: &str = "37999990001";
const QUIET: &str = "37999990002";
const STRANGER: &str = "37999990003";

/// A customer with an alert, and one without.
fn customers() -> Vec<serde_json::Value> {
    let alert = customer(1, "JOÃO LUZ & FILHOS", "(37) 99999-0001");
    vec![with_alert(alert, &["Rompimento de fibra na região."]), customer(2, "Ana Souza", QUIET)]
}

#[test]
fn a_customer_with_an_alert_hears_the_prompts_and_goes_where_the_rule_says() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    for call in asterisk.place(&[
        Call::from(ALERT, &bina.url).named("alert customer"),
        Call::from("+5537999990001", &bina.url).named("alert customer, +55"),
    ]) {
        let sounds = "bina/rompimento-fibra(pt_BR) bina/equipe-a-caminho(pt_BR)";
        call.heard(sounds, "suporte", &mut problems);
        call.says("status=found alerta=1 rule=rompimento route=suporte matches=1", &mut problems);
        call.says("prompt=bina/rompimento-fibra&bina/equipe-a-caminho", &mut problems);
        call.says("codigo_cliente=1001 id_cliente=1 telefone=37999990001", &mut problems);
        call.says("servico_status=servico_habilitado conectado=", &mut problems);
        call.says_text("nome", "JOÃO LUZ FILHOS", &mut problems);
        call.says_text("mensagem", "Rompimento de fibra na região.", &mut problems);
    }
    problems.none();
}

#[test]
fn an_unknown_route_a_general_prompt_or_a_long_answer_lead_to_the_usual_place() {
    let Some(asterisk) = asterisk() else { return };
    let unknown_route = with_alert(customer(1, "Ana", ALERT), &["Aviso do setor"]);
    let no_rule = with_alert(customer(2, "Eva", QUIET), &["outra coisa"]);
    let longest = customer(3, &"ã".repeat(300), STRANGER);
    let longest = with_alert(longest, &[&format!("aviso {}", "õ".repeat(400))]);
    let hubsoft = hubsoft(vec![unknown_route, no_rule, longest]);
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let calls = asterisk.place(&[
        Call::from(ALERT, &bina.url).named("rule with an unknown route"),
        Call::from(QUIET, &bina.url).named("alert that no rule matches"),
        Call::from(STRANGER, &bina.url).named("longest name and alert"),
    ]);
    calls[0].heard("bina/equipe-a-caminho(pt_BR)", "atendimento", &mut problems);
    calls[0].says("route=rota-que-ninguem-conhece rule=aviso", &mut problems);
    calls[1].heard("bina/aviso-geral(pt_BR)", "atendimento", &mut problems);
    calls[1].says("alerta=1 rule= route= mensagem=", &mut problems);
    // Percent-encoded, this answer is thrice as long, and Asterisk reads 4,095 bytes of it.
    calls[2].heard("bina/equipe-a-caminho(pt_BR)", "atendimento", &mut problems);
    calls[2].says_text("nome", &"ã".repeat(128), &mut problems);
    calls[2].says_text("mensagem", &format!("aviso {}", "õ".repeat(250)), &mut problems);
    calls[2].says("matches=1 telefone=37999990003", &mut problems);
    problems.none();
}

#[test]
fn every_other_caller_goes_on_untouched() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let calls = asterisk.place(&[
        Call::from(QUIET, &bina.url).named("customer without an alert"),
        Call::from(STRANGER, &bina.url).named("stranger"),
        Call::from("anonymous", &bina.url).named("anonymous"),
        Call::from("2001", &bina.url).named("extension"),
        Call::from(ALERT, &bina.url).private().named("alert customer, number withheld"),
    ]);
    for call in &calls {
        call.went_on_untouched(&mut problems);
        call.took_at_most(BRISK_MAX, &mut problems);
        call.says("alerta=0 prompt= rule= route= mensagem=", &mut problems);
    }
    calls[0].says("status=found matches=1 codigo_cliente=1002 telefone=37999990002", &mut problems);
    calls[0].says_text("nome", "Ana Souza", &mut problems);
    calls[1].says("status=not_found matches=0 nome= telefone=37999990003", &mut problems);
    for nobody in &calls[2..] {
        nobody.says("status=no_number source=none matches=0 nome= telefone=", &mut problems);
    }
    let asked: BTreeSet<_> = hubsoft.requests().iter().filter_map(asked_phone).collect();
    let asked_for_withheld = asked.iter().any(|phone| ALERT.ends_with(phone.as_str()));
    problems.check(!asked_for_withheld, || format!("HubSoft was asked for {asked:?}"));
    problems.none();
}

/// The phone that a request asks HubSoft for.
fn asked_phone(request: &bina::sim::Request) -> Option<String> {
    request.parameter("termo_busca").map(str::to_owned)
}

#[test]
fn nothing_in_a_customers_name_or_alert_runs_or_hides_a_field() {
    let Some(asterisk) = asterisk() else { return };
    let canary = asterisk.run.join("canary-customer");
    let texts = nasty::texts(&canary);
    let phone = |index: usize| format!("379988{index:05}");
    let nasty_customers = texts.iter().enumerate().map(|(index, (raw, _))| {
        let person = customer(index as u64, raw, &phone(index));
        with_alert(person, &[&format!("aviso {raw} fim")])
    });
    let hubsoft = hubsoft(nasty_customers.collect());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let calls = texts.iter().enumerate();
    let calls = calls.map(|(index, (raw, _))| Call::from(&phone(index), &bina.url).named(raw));
    let calls = asterisk.place(&calls.collect::<Vec<_>>());

    let mut problems = Problems::default();
    for (index, (call, (_, safe))) in calls.iter().zip(&texts).enumerate() {
        call.heard("bina/equipe-a-caminho(pt_BR)", "atendimento", &mut problems);
        call.says("status=found source=hubsoft alerta=1 rule=aviso matches=1", &mut problems);
        call.says("prompt=bina/equipe-a-caminho conectado=", &mut problems);
        call.says("servico_status=servico_habilitado", &mut problems);
        call.says("route=rota-que-ninguem-conhece", &mut problems);
        let (code, phone) = (index + 1000, phone(index));
        call.says(&format!("id_cliente={index} codigo_cliente={code}"), &mut problems);
        call.says(&format!("telefone={phone}"), &mut problems);
        call.says_text("nome", safe, &mut problems);
        let message = format!("aviso {safe} fim").replace("  ", " ");
        call.says_text("mensagem", &message, &mut problems);
    }
    problems.check(!canary.exists(), || "a customer's text was run".to_owned());
    problems.none();
}

#[test]
fn nothing_in_a_callers_from_header_does_harm() {
    let Some(asterisk) = asterisk() else { return };
    // Squeezing the digits out of these would find this customer.
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let canary = asterisk.run.join("canary-caller");
    let users = nasty::callers(ALERT, &canary);
    let calls = users.iter().map(|user| Call::from(&nasty::escaped(user), &bina.url).named(user));
    let mut problems = Problems::default();
    for call in asterisk.place(&calls.collect::<Vec<_>>()) {
        call.went_on_untouched(&mut problems);
        call.took_at_most(BRISK_MAX, &mut problems);
        call.says("status=no_number source=none alerta=0 prompt= rule= route=", &mut problems);
        call.says("nome= codigo_cliente= id_cliente= mensagem= telefone=", &mut problems);
    }
    problems.check(hubsoft.lookups() == 0, || "HubSoft was asked for a nasty caller".to_owned());
    problems.check(!canary.exists(), || "a caller's text was run".to_owned());
    problems.none();
}

#[test]
fn a_careless_dialplan_would_have_made_a_canary() {
    let Some(asterisk) = asterisk() else { return };
    asterisk.place(&[Call::from(QUIET, "globals").to("careless").named("careless dialplan")]);
    assert!(asterisk.run.join("canary-careless").exists(), "the other tests would see nothing");
}

#[test]
fn a_hubsoft_that_refuses_or_says_nothing_does_not_hold_the_call() {
    let Some(asterisk) = asterisk() else { return };
    let refusing = Program::start(asterisk, &format!("http://127.0.0.1:{}", free_tcp_port()));
    let wrong_password = hubsoft(customers());
    wrong_password.set_token_mood(Mood::WrongPassword);
    let wrong_password = (Program::start(asterisk, &wrong_password.base_url()), wrong_password);
    let silent = hubsoft(customers());
    silent.set_token_mood(Mood::Normal);
    silent.set_mood(Mood::Silent);
    let silent = (Program::start(asterisk, &silent.base_url()), silent);
    let calls = asterisk.place(&[
        Call::from(ALERT, &refusing.url).named("HubSoft refuses the connection"),
        Call::from(ALERT, &wrong_password.0.url).named("HubSoft refuses the password"),
        Call::from(ALERT, &silent.0.url).named("HubSoft is silent"),
    ]);
    let mut problems = Problems::default();
    for call in &calls {
        call.went_on_untouched(&mut problems);
        call.took_at_most(HOLD_MAX, &mut problems);
        call.says("status=unavailable source=none alerta=0 prompt= matches=0", &mut problems);
    }
    problems.none();
}

#[test]
fn a_stopped_bina_does_not_hold_the_call() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let url = bina.url.clone();
    let mut problems = Problems::default();
    let before = asterisk.place(&[Call::from(QUIET, &url).named("bina runs")]);
    before[0].says("status=found", &mut problems);
    drop(bina);
    let after = asterisk.place(&[Call::from(ALERT, &url).named("bina was stopped")]);
    after[0].is_neutral(&mut problems);
    after[0].went_on_untouched(&mut problems);
    after[0].took_at_most(BRISK_MAX, &mut problems);
    problems.none();
}

#[test]
fn an_answer_that_is_not_binas_or_not_whole_counts_as_none() {
    let Some(asterisk) = asterisk() else { return };
    let canary = asterisk.run.join("canary-stranger");
    let answers = strangers();
    let calls =
        answers.iter().map(|(name, manner)| Call::from(ALERT, &stand(manner.clone())).named(name));
    let mut problems = Problems::default();
    for call in asterisk.place(&calls.collect::<Vec<_>>()) {
        call.is_neutral(&mut problems);
        call.went_on_untouched(&mut problems);
        call.took_at_most(HOLD_MAX, &mut problems);
    }
    // Well formed down to its end, and hostile: it is believed, but nothing in it is let through.
    let hostile = page("200 OK", &nasty::hostile_answer(&canary));
    let call = Call::from(ALERT, &stand(Manner::Say(hostile))).named("hostile answer");
    for (key, value) in &asterisk.place(&[call])[0].values {
        let bad = |c: char| "\"'\\()[]{}<>$|;,?`".contains(c) || c.is_control();
        let free = key != "channel" && value.contains(bad);
        problems.check(!free, || format!("hostile answer: {key} is {value:?}"));
    }
    problems.check(!canary.exists(), || "an answer's text was run".to_owned());
    problems.none();
}

/// What may stand at bina's address: each with an answer that would be heard if it were believed.
fn strangers() -> Vec<(&'static str, Manner)> {
    let whole = "status=found&source=hubsoft&alerta=1&prompt=bina/aviso-geral&rule=r&route=suporte\
        &nome=X&codigo_cliente=1&id_cliente=1&servico_status=x&conectado=1&mensagem=x&matches=1\
        &telefone=37999990001&end=1";
    let ok = |body: &str| Manner::Say(page("200 OK", body));
    let cut = |kept| cut_page("200 OK", whole, kept);
    let longer = format!("nome={}&{whole}", "A".repeat(4_000));
    let fields: Vec<_> = (0..300).map(|field| format!("field{field}=1")).collect();
    vec![
        ("silent", Manner::SayAndHold(vec![])),
        ("closes at once", Manner::Close),
        ("resets", Manner::Reset),
        ("speaks another protocol", Manner::Say(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())),
        ("cut body, closes", Manner::Say(cut(100))),
        ("cut body, holds", Manner::SayAndHold(cut(100))),
        ("cut by one byte", Manner::Say(cut(whole.len() - 1))),
        ("drips", Manner::Drip(page("200 OK", whole))),
        ("500 with a body", Manner::Say(page("500 No", "alerta=1&prompt=bina/aviso-geral"))),
        ("500 with a page", Manner::Say(page("500 No", "<a href=\"?x=1&end=1\">(oops</a>"))),
        ("404", Manner::Say(page("404 No", "not found"))),
        ("redirects", Manner::Say(b"HTTP/1.1 302 No\r\nLocation: /x\r\n\r\n".to_vec())),
        ("empty", ok("")),
        ("longer than Asterisk reads", ok(&longer)),
        ("a megabyte without a field", ok(&"A".repeat(1_000_000))),
        ("a megabyte of broken UTF-8", Manner::Say(broken_megabyte())),
        ("300 fields", ok(&format!("{}&{whole}", fields.join("&")))),
        ("end=0", ok(&whole.replace("end=1", "end=0"))),
        ("end=10", ok(&format!("{whole}0"))),
        ("end is 1 and more", ok(&format!("{whole}):0:1"))),
        ("end not last", ok(&format!("end=1&{}", whole.replace("&end=1", "")))),
        ("quotes in it", ok(&format!("x=\"a\"&{whole}"))),
    ]
}

fn broken_megabyte() -> Vec<u8> {
    let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n".to_vec();
    bytes.extend(vec![0xE9; 1_000_000]);
    bytes
}

#[test]
fn a_lookup_leaves_nothing_behind_but_its_own_variables() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(vec![with_alert(customer(1, "Ana Souza", ALERT), &["Aviso do setor"])]);
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let call = &asterisk.place(&[Call::from(ALERT, &bina.url).to("twice").named("two lookups")])[0];
    // That rule is for one called number, which the snippet knows without being told.
    call.says_text("first", "found aviso Ana Souza", &mut problems);
    // The second lookup fails, and must not show the first one's answer.
    call.is_neutral(&mut problems);
    // The one option that was set is as it was; the others are at their defaults.
    call.says_text("left", "0 7 no", &mut problems);
    let shown = asterisk.variables_shown(call.get("channel"));
    let [before, after] = &shown[..] else {
        panic!("the dialplan shows its variables twice");
    };
    let new: Vec<_> = after.difference(before).filter(|name| !name.starts_with("BINA_")).collect();
    let expected = ["FIRST", "GOSUB_RETVAL", "LEFT"];
    problems.check(new == expected, || format!("left behind: {new:?}, not only {expected:?}"));
    problems.none();
}

#[test]
fn the_address_of_bina_can_be_set_in_globals() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let _bina = Program::start_at(asterisk.globals_port, asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    let calls = asterisk.place(&[Call::from(QUIET, "globals").named("BINA_URL in [globals]")]);
    calls[0].says("status=found telefone=37999990002", &mut problems);
    problems.none();
}
