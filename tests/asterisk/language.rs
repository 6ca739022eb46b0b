//! What a call is like after a prompt: its own language, and what its dialplan does at a hang-up.

use std::fs;
use std::path::Path;

use bina::simulator::{customer, with_alert};

use crate::calls::Call;
use crate::pbx::{Asterisk, asterisk, silence};
use crate::program::{Program, hubsoft};
use crate::record::Problems;
use crate::snippets::{AGI, CURL, each, with_contexts};
use crate::{ALERT, QUIET, customers};

/// An announcement of the PBX's own, in each language.
const QUEUE: &str = "fila-posicao";

/// An Asterisk whose trunk has `language`, and whose queue plays an announcement of its own.
fn speaking(asterisk: &Asterisk, language: &str, change: &dyn Fn(&Path)) -> Asterisk {
    asterisk.with(&|run| {
        edit(&run.join("etc/pjsip.conf"), "context = test-entry\n", |line| {
            format!("{line}language = {language}\n")
        });
        edit(&run.join("etc/extensions.conf"), " same => n,Answer(,i)\n", |line| {
            format!("{line} same => n,Playback({QUEUE})\n")
        });
        for language in ["br", "en", "pt"] {
            silence(&run.join(format!("data/sounds/{language}/{QUEUE}.wav")));
        }
        change(run);
    })
}

fn edit(file: &Path, part: &str, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(part), "{}: no {part:?}", file.display());
    fs::write(file, text.replace(part, &change(part))).unwrap();
}

#[test]
fn after_a_prompt_the_call_has_the_language_it_had() {
    let Some(asterisk) = asterisk() else { return };
    let asterisk = speaking(asterisk, "br", &|_| ());
    let mut customers = customers();
    customers.push(with_alert(customer(3, "Eva", "37999990009"), &["outra coisa"]));
    let hubsoft = hubsoft(customers);
    let bina = Program::start(&asterisk, &hubsoft.base_url());
    let calls = asterisk.place(&each(|snippet| {
        let call = |user| Call::from(user, snippet, bina.at(snippet));
        [
            call(ALERT).named("alert, by a route"),
            call("37999990009").named("alert, on the usual way"),
            call(QUIET).named("no alert"),
        ]
    }));
    let mut problems = Problems::default();
    for calls in calls.chunks(3) {
        let prompts = [
            "bina/rompimento-fibra(pt_BR) bina/equipe-a-caminho(pt_BR) ",
            "bina/aviso-geral(pt_BR) ",
            "",
        ];
        for (call, prompts) in calls.iter().zip(prompts) {
            call.played_exactly(&format!("{prompts}{QUEUE}(br)"), &mut problems);
            call.has("language=br playbackstatus=SUCCESS", &mut problems);
        }
    }
    problems.none();
}

#[test]
fn a_recording_that_is_missing_costs_the_call_nothing_but_itself() {
    let Some(asterisk) = asterisk() else { return };
    let asterisk = speaking(asterisk, "pt", &|run| {
        fs::remove_file(run.join("data/sounds/pt_BR")).unwrap();
    });
    let hubsoft = hubsoft(customers());
    let bina = Program::start(&asterisk, &hubsoft.base_url());
    let call = |snippet| [Call::from(ALERT, snippet, bina.at(snippet)).named("no recordings")];
    let mut problems = Problems::default();
    for call in asterisk.place(&each(call)) {
        call.played_exactly(&format!("{QUEUE}(pt)"), &mut problems);
        call.has("language=pt status=found alerta=1", &mut problems);
    }
    problems.none();
}

#[test]
fn recordings_may_be_in_the_language_of_the_pbx() {
    let Some(asterisk) = asterisk() else { return };
    let asterisk = speaking(asterisk, "br", &|run| {
        fs::rename(run.join("data/sounds/pt_BR"), run.join("data/sounds/old")).unwrap();
        for sound in ["rompimento-fibra", "equipe-a-caminho"] {
            silence(&run.join(format!("data/sounds/br/bina/{sound}.wav")));
        }
        edit(&run.join("etc/extensions.conf"), "[globals]\n", |line| {
            format!("{line}BINA_LANGUAGE = br\n")
        });
    });
    let hubsoft = hubsoft(customers());
    let bina = Program::start(&asterisk, &hubsoft.base_url());
    let call = |snippet| [Call::from(ALERT, snippet, bina.at(snippet)).named("BINA_LANGUAGE=br")];
    let mut problems = Problems::default();
    for call in asterisk.place(&each(call)) {
        let prompts = "bina/rompimento-fibra(br) bina/equipe-a-caminho(br)";
        call.played_exactly(&format!("{prompts} {QUEUE}(br)"), &mut problems);
        call.has("language=br playbackstatus=SUCCESS", &mut problems);
    }
    problems.none();
}

/// Asterisk itself would run the `h` of the subroutine's context only.
#[test]
fn a_hangup_during_a_prompt_runs_the_h_of_the_calling_context() {
    runs_the_h_at_a_hangup(["com-h", "com-h-antes"]);
}

/// Calls each snippet from these contexts, hangs up during the prompt, and sees that their `h` is run.
pub(crate) fn runs_the_h_at_a_hangup(contexts: [&'static str; 2]) {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let call = |snippet| Call::from(ALERT, snippet, bina.at(snippet));
    let calls: Vec<_> = with_contexts()
        .flat_map(|snippet| contexts.map(|context| call(snippet).to(context)))
        .collect();
    let mut problems = Problems::default();
    for call in asterisk.place_and_leave(&calls) {
        call.played_exactly("bina/rompimento-fibra(pt_BR)", &mut problems);
        call.arrived_at("h", &mut problems);
    }
    problems.none();
}

#[test]
fn a_hangup_during_a_lookup_runs_it_too() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    bina.freeze();
    let call = Call::from(ALERT, &AGI, bina.at(&AGI)).to("com-h").named("bina is frozen");
    let mut problems = Problems::default();
    asterisk.place_and_give_up(&[call])[0].arrived_at("h", &mut problems);
    problems.none();
}

#[test]
fn play_without_a_lookup_does_nothing() {
    let Some(asterisk) = asterisk() else { return };
    let call = Call::from(ALERT, &CURL, "globals").to("so-toca").named("only play");
    let mut problems = Problems::default();
    asterisk.place(&[call])[0].went_on_untouched(&mut problems);
    problems.none();
}

#[test]
fn an_answered_call_gets_the_prompt_as_well() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let call = |snippet| [Call::from(ALERT, snippet, bina.at(snippet)).to("atendida")];
    let mut problems = Problems::default();
    for call in asterisk.place(&each(call)) {
        let sounds = "bina/rompimento-fibra(pt_BR) bina/equipe-a-caminho(pt_BR)";
        call.plays(sounds, "atendimento", &mut problems);
        call.went_without_a_warning(&mut problems);
    }
    problems.none();
}
