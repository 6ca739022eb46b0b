//! Callers who are asked for a document or a code, and type it as RFC 4733 events.

use std::time::Duration;

use bina::simulator::{Fault, Sim, customer, with_alert};
use serde_json::{Value, json};

use crate::calls::Call;
use crate::pbx::{Asterisk, asterisk, free_tcp_port};
use crate::program::{Program, hubsoft};
use crate::record::Problems;
use crate::snippets::CURL;
use crate::{DEADLINE, QUIET, SLACK, UNKNOWN};

pub(crate) const ANA: &str = "52998224725";
const FIRM: &str = "11222333000181";
/// The CPF of nobody here.
const NOBODY: &str = "11144477735";
const PROMPT: &str = "bina/digite-seu-cpf(pt_BR)";
const ALERT_PROMPTS: &str = "bina/rompimento-fibra(pt_BR) bina/equipe-a-caminho(pt_BR)";
/// The prompt with the time for the first digit, and what Asterisk takes to answer a call.
const NOTHING_TYPED: Duration = Duration::from_millis(9_000 + 550);

fn owner(id: u64, document: &str, phone: &str) -> Value {
    let mut owner = customer(id, "Ana Documentada", phone);
    owner["cpf_cnpj"] = json!(document);
    owner
}

pub(crate) fn owners() -> Vec<Value> {
    let ana = owner(1, ANA, "37999990001");
    vec![with_alert(ana, &["Rompimento de fibra na região."]), owner(2, FIRM, QUIET)]
}

/// A caller without a customer, who is asked.
fn asked(bina: &Program, name: &str, keys: &str) -> Call {
    Call::from(UNKNOWN, &CURL, bina.at(&CURL)).typing(keys).named(name)
}

/// How often HubSoft was asked by document or code.
fn identifications(hubsoft: &Sim) -> Vec<String> {
    let requests = hubsoft.requests().into_iter();
    let asked = requests.filter(|request| {
        request.parameter("busca").is_some_and(|by| ["cpf_cnpj", "codigo_cliente"].contains(&by))
    });
    asked.filter_map(|request| request.parameter("termo_busca").map(str::to_owned)).collect()
}

#[test]
fn an_unknown_caller_types_a_cpf_or_a_code_and_hears_the_alert() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let withheld = asked(&bina, "a withheld number", "52998224725#");
    let calls = asterisk.place_and_type(&[
        asked(&bina, "a CPF and #", "52998224725#"),
        asked(&bina, "a CPF, then nothing more", ANA),
        asked(&bina, "a code", "1001#"),
        asked(&bina, "typed after the prompt", "wwwwwww52998224725#"),
        asked(&bina, "wrong check digits, then right ones", "52998224726#wwww52998224725#"),
        asked(&bina, "a CNPJ that is none and #, then a CPF", "11222333000182#wwww52998224725#"),
        asked(&bina, "wrong ones, and ahead of the second prompt", "52998224726#52998224725#"),
        withheld.by("anonymous"),
    ]);
    let mut problems = Problems::default();
    for (call, times) in calls.iter().zip([1, 1, 1, 1, 2, 2, 2, 1]) {
        let prompts = [PROMPT].repeat(times).join(" ");
        call.plays(&format!("{prompts} {ALERT_PROMPTS}"), "suporte", &mut problems);
        call.has("status=found alerta=1 route=suporte matches=1 typed=", &mut problems);
        call.has("nome= codigo_cliente=1001", &mut problems);
        call.says_text("left", "10.000 5.000", &mut problems);
        call.went_without_a_warning(&mut problems);
    }
    problems.none();
}

#[test]
fn whoever_is_recognised_by_the_number_is_not_asked() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let quiet = asked(&bina, "a customer", "").by(QUIET);
    let mut problems = Problems::default();
    asterisk.place_and_type(&[quiet])[0].went_on_untouched(&mut problems);
    problems.none();
}

#[test]
fn a_document_without_an_alert_or_without_a_customer_lets_the_call_go_on() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let calls = asterisk.place_and_type(&[
        asked(&bina, "a CNPJ", FIRM),
        asked(&bina, "nobody's CPF", &format!("{NOBODY}#")),
        asked(&bina, "a digit is missing", "5299822472#"),
    ]);
    let mut problems = Problems::default();
    for (call, status) in calls.iter().zip(["found", "not_found", "not_found"]) {
        call.played_exactly(PROMPT, &mut problems);
        call.arrived_at("atendimento", &mut problems);
        call.has(&format!("status={status} alerta=0 nome= prompt= typed="), &mut problems);
    }
    problems.none();
}

#[test]
fn whoever_types_nothing_goes_on_as_before_within_ten_seconds() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let calls = asterisk.place_and_type(&[
        asked(&bina, "no digits", ""),
        asked(&bina, "# alone", "#"),
        asked(&bina, "# first", "#52998224725"),
    ]);
    let mut problems = Problems::default();
    for call in &calls {
        call.played_exactly(PROMPT, &mut problems);
        call.arrived_at("atendimento", &mut problems);
        call.has("status=not_found telefone=37999990003 language=en typed=", &mut problems);
        call.says_text("left", "10.000 5.000", &mut problems);
    }
    println!("  no digits: {:?} from the call's arrival", calls[0].took());
    calls[0].took_at_most(NOTHING_TYPED + SLACK, &mut problems);
    let waits = calls[0].took() > Duration::from_secs(8);
    problems.check(waits, || format!("not as long as the guide says: {:?}", calls[0].took()));
    calls[1].took_at_most(Duration::from_secs(2), &mut problems);
    problems.check(identifications(&hubsoft).is_empty(), || "HubSoft was asked".to_owned());
    problems.none();
}

#[test]
fn hostile_keys_are_no_request_and_no_end_of_the_call() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let ones = "1".repeat(40);
    let calls = asterisk.place_and_type(&[
        asked(&bina, "stars", "***"),
        asked(&bina, "letters", "5A29D#B"),
        asked(&bina, "forty digits", &ones),
        asked(&bina, "twelve digits thrice", &"529982247251#".repeat(3)),
        asked(&bina, "begins anew", "5299*52998224725#"),
    ]);
    let mut problems = Problems::default();
    for call in &calls[..4] {
        call.played_exactly(&[PROMPT; 3].join(" "), &mut problems);
        call.arrived_at("atendimento", &mut problems);
        call.has("alerta=0 prompt= nome= matches=0 typed=", &mut problems);
    }
    for (call, status) in calls.iter().zip(["invalid", "invalid", "not_found", "invalid"]) {
        call.has(&format!("status={status}"), &mut problems);
    }
    calls[4].has("status=found alerta=1", &mut problems);
    let mut asked = identifications(&hubsoft);
    asked.sort();
    // The last ten of the forty digits could be a code.
    problems.check(asked == ["1111111111", ANA], || format!("HubSoft was asked for {asked:?}"));
    problems.none();
}

/// One who types the next digit when the time for it is nearly over.
#[test]
fn a_slow_caller_is_let_go_within_a_minute() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let slow = "1wwww".repeat(18);
    let calls = asterisk.place_and_type(&[asked(&bina, "a digit every 2.2 s", &slow)]);
    let mut problems = Problems::default();
    println!("  a slow caller: {:?}", calls[0].took());
    calls[0].took_at_most(Duration::from_secs(60), &mut problems);
    calls[0].arrived_at("atendimento", &mut problems);
    problems.none();
}

#[test]
fn a_dead_hubsoft_or_a_frozen_bina_lets_the_call_go_on_in_time() {
    let Some(asterisk) = asterisk() else { return };
    let silent = hubsoft(owners());
    silent.set_fault(Fault::Silent);
    let bina = Program::start(asterisk, &silent.base_url());
    let alive = hubsoft(owners());
    let frozen = Program::start(asterisk, &alive.base_url());
    frozen.freeze();
    let every = |bina: &Program, name| {
        asked(bina, name, "52998224725#").to("identifica-todos").by("anonymous")
    };
    let calls = asterisk.place_and_type(&[
        asked(&bina, "HubSoft is silent", "52998224725#").by("anonymous"),
        every(&bina, "HubSoft is silent, everybody is asked"),
        every(&frozen, "bina is frozen"),
        asked(&frozen, "bina is frozen, and the number's status says so", "52998224725#"),
    ]);
    // Answered, 0.9 s later typed within 1.7 s.
    let typed = Duration::from_millis(550 + 900 + 12 * 180);
    let mut problems = Problems::default();
    for call in &calls[..3] {
        call.played_exactly(PROMPT, &mut problems);
        call.arrived_at("atendimento", &mut problems);
        call.has("status=unavailable source=none alerta=0 prompt= typed=", &mut problems);
    }
    calls[0].took_at_most(typed + DEADLINE + SLACK, &mut problems);
    calls[1].took_at_most(typed + DEADLINE + SLACK, &mut problems);
    calls[2].took_at_most(typed + Duration::from_millis(2 * 1_200) + SLACK, &mut problems);
    calls[3].went_on_untouched(&mut problems);
    problems.none();
}

#[test]
fn a_caller_who_tries_thirty_is_limited_and_another_is_not() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let tries = |code| asked(&bina, &format!("code {code}"), &format!("{code}#"));
    let mut calls: Vec<_> = (5_000..5_030).map(tries).collect();
    calls.push(asked(&bina, "another caller", "52998224725#").by("37999990004"));
    let records = asterisk.place_and_type(&calls);
    let (other, tries) = records.split_last().unwrap();
    let mut problems = Problems::default();
    for call in tries {
        call.arrived_at("atendimento", &mut problems);
    }
    let count = |status| tries.iter().filter(|call| call.get("status") == status).count();
    let counts = [count("not_found"), count("unavailable")];
    problems.check(counts == [6, 24], || format!("not_found, unavailable: {counts:?}"));
    other.plays(&format!("{PROMPT} {ALERT_PROMPTS}"), "suporte", &mut problems);
    problems.none();
}

#[test]
fn without_its_recording_or_its_modules_the_call_goes_on() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let mut problems = Problems::default();
    for module in ["app_readexten.so", "func_timeout.so", "func_module.so"] {
        let poor: Asterisk = asterisk.without(&[module]);
        let call = asked(&bina, &format!("without {module}"), "");
        for call in poor.place_and_type(&[call]) {
            call.went_on_untouched(&mut problems);
            call.has("status=not_found", &mut problems);
        }
    }
    let mute = asterisk.with(&|run| std::fs::remove_file(run.join("data/sounds/pt_BR")).unwrap());
    for call in mute.place_and_type(&[asked(&bina, "no recording", "")]) {
        call.played_exactly("", &mut problems);
        call.arrived_at("atendimento", &mut problems);
        call.has("status=not_found", &mut problems);
    }
    problems.none();
}

/// Most PBXs have neither a second bina nor the example that queries it.
#[test]
fn a_second_bina_is_queried_where_there_is_one() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let dead = format!("http://127.0.0.1:{}", free_tcp_port());
    let call = Call::from(UNKNOWN, &CURL, &dead).typing("52998224725#").named("the first is dead");
    let calls = asterisk.place_and_type(&[call.to("identifica-todos").or(bina.at(&CURL))]);
    let mut problems = Problems::default();
    calls[0].has("status=found alerta=1", &mut problems);
    let alone = asterisk.with(&|run| {
        let file = run.join("etc/extensions.conf");
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().filter(|line| !line.ends_with("/extensions-example-queue.conf"));
        std::fs::write(&file, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    });
    let calls = alone.place_and_type(&[asked(&bina, "one bina", "52998224725#")]);
    calls[0].plays(&format!("{PROMPT} {ALERT_PROMPTS}"), "suporte", &mut problems);
    problems.none();
}

#[test]
fn nothing_is_left_behind_but_the_fields() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(owners());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let call = asked(&bina, "asked first of all", "52998224725#").to("identifica-todos");
    let calls = asterisk.place_and_type(&[call]);
    let mut problems = Problems::default();
    calls[0].has("status=found alerta=1 typed=", &mut problems);
    let shown = asterisk.variables_shown(calls[0].get("channel"));
    let [before, after] = &shown[..] else { panic!("the dialplan shows its variables twice") };
    let new: Vec<_> = after.difference(before).filter(|name| !name.starts_with("BINA_")).collect();
    let own: Vec<_> = after.iter().filter(|name| name.starts_with("BINA_")).collect();
    problems.check(new == ["GOSUB_RETVAL"], || format!("left {new:?}"));
    let typed = own.iter().any(|name| ["BINA_TYPED", "BINA_WITH"].contains(&name.as_str()));
    problems.check(!typed, || format!("left {own:?}"));
    problems.none();
}
