//! The one line that looks up and plays; prompts before the answer; calls by a trunk of bina.toml.

use bina::simulator::{customer, with_alert};

use crate::calls::Call;
use crate::language::runs_the_h_at_a_hangup;
use crate::pbx::asterisk;
use crate::program::{Program, hubsoft};
use crate::record::Problems;
use crate::snippets::{each, with_contexts};
use crate::{ALERT, QUIET, UNKNOWN, customers};

const PROMPTS: &str = "bina/rompimento-fibra(pt_BR) bina/equipe-a-caminho(pt_BR)";
/// A trunk that puts the digit of the subscriber's category before the number.
const TRUNK: &str = "[[trunk]]\nname = \"e1\"\ncategory_digit = \"first\"\n";

#[test]
fn one_line_looks_up_and_plays() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let calls: Vec<_> = with_contexts()
        .flat_map(|snippet| {
            let call = |user| Call::from(user, snippet, bina.at(snippet)).to("uma-linha");
            let (host, _) = bina.at(snippet).rsplit_once(':').unwrap();
            let stopped = format!("{host}:1");
            [
                call(ALERT).named("alert"),
                call(ALERT).to("uma-linha-antes").named("alert, within a subroutine"),
                call(QUIET).named("no alert"),
                call(UNKNOWN).named("unknown"),
                Call::from(ALERT, snippet, &stopped).to("uma-linha").named("bina is stopped"),
            ]
        })
        .collect();
    let mut problems = Problems::default();
    for calls in asterisk.place(&calls).chunks(5) {
        for call in &calls[..2] {
            call.has("status=found alerta=1 route=suporte", &mut problems);
            call.plays(PROMPTS, "atendimento", &mut problems);
        }
        for call in &calls[2..] {
            call.went_on_untouched(&mut problems);
        }
        calls[2].has("status=found alerta=0", &mut problems);
        calls[3].has("status=not_found", &mut problems);
        calls[4].is_neutral(&mut problems);
    }
    problems.none();
}

/// `s` and what it jumps to have one return address: the `h` of the context before is found all the same.
#[test]
fn a_hangup_during_the_one_lines_prompt_runs_the_h_of_the_calling_context() {
    runs_the_h_at_a_hangup(["uma-linha", "uma-linha-antes"]);
}

/// A rule on the called number holds, which FreePBX has in FROM_DID alone after its inbound route.
#[test]
fn the_called_number_is_what_freepbx_says() {
    let Some(asterisk) = asterisk() else { return };
    let customers = vec![with_alert(customer(1, "Eva", "37999990009"), &["Aviso do setor"])];
    let hubsoft = hubsoft(customers);
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let call = |snippet| Call::from("37999990009", snippet, bina.at(snippet));
    let calls: Vec<_> =
        with_contexts().map(|snippet| call(snippet).to("uma-linha-antes")).collect();
    let mut problems = Problems::default();
    for call in asterisk.place(&calls) {
        call.has("rule=aviso route=rota-que-ninguem-conhece", &mut problems);
    }
    problems.none();
}

#[test]
fn a_prompt_can_be_played_before_the_answer() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let call = |snippet| [Call::from(ALERT, snippet, bina.at(snippet)).to("cedo")];
    let mut problems = Problems::default();
    for call in asterisk.place(&each(call)) {
        call.played_exactly(PROMPTS, &mut problems);
        call.has("playbackstatus=SUCCESS language=en", &mut problems);
        call.was_not_answered_before("atendimento", &mut problems);
    }
    problems.none();
}

#[test]
fn the_trunk_of_a_call_decides_how_its_number_is_read() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start_with(asterisk, &hubsoft.base_url(), TRUNK);
    let mut problems = Problems::default();
    let presented = "137999990001";
    let calls = asterisk.place(&each(|snippet| {
        let call = || Call::from(presented, snippet, bina.at(snippet));
        [call().to("pelo-tronco").named("by the trunk"), call().named("by another one")]
    }));
    for calls in calls.chunks(2) {
        calls[0].has("status=found telefone=37999990001", &mut problems);
        calls[1].has("telefone=", &mut problems);
    }
    problems.none();
}
