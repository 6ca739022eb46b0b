//! Hostile texts through every snippet: names and alerts of customers, callers, answers of others.

use bina::simulator::{customer, with_alert};

use crate::calls::{CALLED, Call};
use crate::other_server::{Behaviour, page, stand, written};
use crate::pbx::asterisk;
use crate::program::{Program, hubsoft};
use crate::record::Problems;
use crate::snippets::{CURL, SNIPPETS, Speech, each};
use crate::{ALERT, CROWDED_MAX, QUIET, UNKNOWN, customers, hostile_texts};

#[test]
fn nothing_in_a_customers_name_or_alert_runs_or_hides_a_field() {
    let Some(asterisk) = asterisk() else { return };
    let canary = asterisk.run.join("canary-customer");
    let texts = hostile_texts::texts(&canary);
    let phone = |index: usize| format!("379988{index:05}");
    let nasty_customers = texts.iter().enumerate().map(|(index, (raw, _))| {
        let person = customer(index as u64, raw, &phone(index));
        with_alert(person, &[&format!("aviso {raw} fim")])
    });
    let hubsoft = hubsoft(nasty_customers.collect());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let calls = each(|snippet| {
        let call = |index: usize| Call::from(&phone(index), snippet, bina.at(snippet));
        let texts = texts.iter().enumerate();
        texts.map(|(index, (raw, _))| call(index).named(raw)).collect::<Vec<_>>()
    });
    let calls = asterisk.place(&calls);

    let mut problems = Problems::default();
    for (index, call) in calls.iter().enumerate() {
        let index = index % texts.len();
        let safe = &texts[index].1;
        call.plays("bina/equipe-a-caminho(pt_BR)", "atendimento", &mut problems);
        call.has("status=found alerta=1 rule=aviso matches=1 conectado=", &mut problems);
        call.has("prompt=bina/equipe-a-caminho servico_status=servico_habilitado", &mut problems);
        call.has("route=rota-que-ninguem-conhece", &mut problems);
        let (code, phone) = (index + 1000, phone(index));
        call.has(&format!("id_cliente={index} codigo_cliente={code}"), &mut problems);
        call.has(&format!("telefone={phone}"), &mut problems);
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
    let users = hostile_texts::callers(ALERT, &canary);
    let calls = each(|snippet| {
        let call =
            |user: &str| Call::from(&hostile_texts::escaped(user), snippet, bina.at(snippet));
        users.iter().map(|user| call(user).named(user)).collect::<Vec<_>>()
    });
    let mut problems = Problems::default();
    for call in asterisk.place(&calls) {
        call.went_on_untouched(&mut problems);
        call.took_at_most(CROWDED_MAX, &mut problems);
        call.has("status=no_number source=none alerta=0 prompt= rule= route=", &mut problems);
        call.has("nome= codigo_cliente= id_cliente= mensagem= telefone=", &mut problems);
    }
    problems
        .check(hubsoft.lookups() == 0, || "HubSoft was queried for a hostile caller".to_owned());
    problems.check(!canary.exists(), || "a caller's text was run".to_owned());
    problems.none();
}

#[test]
fn nothing_in_a_called_number_does_harm() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let canary = asterisk.run.join("canary-called");
    let mut called = hostile_texts::callers(CALLED, &canary);
    called.push(format!("{CALLED}\nagi_callerid: {ALERT}"));
    called.push(format!("{CALLED}\n\n200 result=1\n"));
    let calls = each(|snippet| {
        let call = || Call::from(UNKNOWN, snippet, bina.at(snippet));
        let calls = called.iter();
        calls
            .map(|text| call().calling(&hostile_texts::escaped(text)).named(text))
            .collect::<Vec<_>>()
    });
    let mut problems = Problems::default();
    for call in asterisk.place(&calls) {
        call.went_on_untouched(&mut problems);
        call.took_at_most(CROWDED_MAX, &mut problems);
        call.has("alerta=0 prompt= rule= route= nome= matches=0", &mut problems);
        // FastAGI has the called number in a line of its own: a line break makes all of it a lie.
        // (Set() has taken those at the ends away.)
        let (snippet, text) = call.name.split_once(": ").unwrap();
        let lie = snippet == "bina-agi" && text.trim().contains('\n');
        let status = if lie { "no_number" } else { "not_found" };
        call.says_text("status", status, &mut problems);
    }
    problems.check(!canary.exists(), || "a called number was run".to_owned());
    problems.none();
}

#[test]
fn nothing_in_a_hostile_answer_is_let_through() {
    let Some(asterisk) = asterisk() else { return };
    let canary = asterisk.run.join("canary-stranger");
    let fields = hostile_texts::hostile_fields(&canary);
    let fields: Vec<_> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let calls = each(|snippet| {
        let body = written(snippet.speech, &fields);
        let whole = if snippet.speech == Speech::Agi { body.into() } else { page("200 OK", &body) };
        let address = stand(snippet.speech, Behaviour::Say(whole));
        [Call::from(ALERT, snippet, &address).named("hostile answer")]
    });
    let calls = asterisk.place(&calls);
    let mut problems = Problems::default();
    assert_eq!(calls.len(), SNIPPETS.len());
    for call in &calls {
        // Well formed down to its end, it is accepted, so that the filters are what is tested.
        let believed = call.get("status").starts_with("found");
        problems.check(believed, || format!("{}: not believed", call.name));
        let values = call.values.iter().filter(|(key, _)| *key != "channel");
        for (key, value) in values {
            let bad = |c: char| "\"'\\()[]{}<>$|;,?`".contains(c) || c.is_control();
            problems.check(!value.contains(bad), || format!("{}: {key} is {value:?}", call.name));
        }
    }
    problems.check(!canary.exists(), || "an answer's text was run".to_owned());
    problems.none();
}

#[test]
fn a_careless_dialplan_would_have_made_a_canary() {
    let Some(asterisk) = asterisk() else { return };
    let call = Call::from(QUIET, &CURL, "globals").to("careless");
    asterisk.place(&[call.named("careless dialplan")]);
    assert!(asterisk.run.join("canary-careless").exists(), "the other tests would see nothing");
}
