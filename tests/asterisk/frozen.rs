//! A bina that is stopped, refuses or is frozen, and a caller who does not wait for it.

use std::time::Duration;

use bina::simulator::Fault;

use crate::calls::Call;
use crate::pbx::{asterisk, free_tcp_port};
use crate::program::{Program, hubsoft};
use crate::record::Problems;
use crate::snippets::{AGI, SNIPPETS, each};
use crate::{ALERT, BRISK_MAX, DEADLINE, QUIET, SLACK, customers};

/// When a caller of `place_and_give_up` hangs up.
const PATIENCE: Duration = Duration::from_millis(2_500);

#[test]
fn a_hubsoft_that_refuses_or_is_silent_does_not_hold_the_call() {
    let Some(asterisk) = asterisk() else { return };
    let refusing = Program::start(asterisk, &format!("http://127.0.0.1:{}", free_tcp_port()));
    let wrong_password = hubsoft(customers());
    wrong_password.set_token_fault(Fault::WrongPassword);
    let wrong_password = (Program::start(asterisk, &wrong_password.base_url()), wrong_password);
    let silent = hubsoft(customers());
    silent.set_token_fault(Fault::Normal);
    silent.set_fault(Fault::Silent);
    let silent = (Program::start(asterisk, &silent.base_url()), silent);
    let calls = asterisk.place(&each(|snippet| {
        let call = |bina: &Program| Call::from(ALERT, snippet, bina.at(snippet));
        [
            call(&refusing).named("HubSoft refuses the connection"),
            call(&wrong_password.0).named("HubSoft refuses the password"),
            call(&silent.0).named("HubSoft is silent"),
        ]
    }));
    let mut problems = Problems::default();
    for call in &calls {
        call.went_on_untouched(&mut problems);
        call.took_at_most(DEADLINE + SLACK, &mut problems);
        call.has("status=unavailable source=none alerta=0 prompt= matches=0", &mut problems);
        // This is bina's own answer, by which a dialplan recognises it.
        call.has("telefone=37999990001", &mut problems);
    }
    problems.none();
}

#[test]
fn a_stopped_bina_does_not_hold_the_call() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let addresses: Vec<_> = SNIPPETS.iter().map(|snippet| bina.at(snippet).to_owned()).collect();
    let place = |user: &str, name: &str| {
        let pairs = SNIPPETS.iter().zip(&addresses);
        let calls = pairs.map(|(snippet, address)| Call::from(user, snippet, address).named(name));
        asterisk.place(&calls.collect::<Vec<_>>())
    };
    let mut problems = Problems::default();
    for call in place(QUIET, "bina runs") {
        call.has("status=found", &mut problems);
    }
    drop(bina);
    for call in place(ALERT, "bina was stopped") {
        call.is_neutral(&mut problems);
        call.went_on_untouched(&mut problems);
        call.took_at_most(BRISK_MAX, &mut problems);
    }
    problems.none();
}

#[test]
fn a_frozen_bina_holds_a_call_no_longer_than_the_snippets_limit() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    bina.freeze();
    let limited = SNIPPETS.iter().filter(|snippet| snippet.hold_max.is_some());
    let calls: Vec<_> = limited
        .map(|snippet| Call::from(ALERT, snippet, bina.at(snippet)).named("bina is frozen"))
        .collect();
    let mut problems = Problems::default();
    for call in asterisk.place(&calls) {
        call.is_neutral(&mut problems);
        call.went_on_untouched(&mut problems);
        call.took_at_most(Duration::from_millis(1_200) + SLACK, &mut problems);
    }
    problems.none();
}

#[test]
fn a_caller_who_hangs_up_on_a_frozen_bina_leaves_no_channel_behind() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    bina.freeze();
    let call = Call::from(ALERT, &AGI, bina.at(&AGI)).named("bina is frozen");
    // This waits until the channel is gone, while bina is still frozen.
    let calls = asterisk.place_and_give_up(&[call]);
    let lasted = calls[0].lasted();
    println!("{}: ended after {lasted:?}, of which {PATIENCE:?} are the caller's", AGI.file);
    let mut problems = Problems::default();
    calls[0].has("status=unavailable alerta=0 arrived=", &mut problems);
    let freed = lasted >= PATIENCE.mul_f32(0.9) && lasted < PATIENCE + Duration::from_secs(1);
    problems.check(freed, || format!("{}: lasted {lasted:?}", calls[0].name));
    problems.none();
}

#[test]
fn without_agiexitonhangup_the_channel_would_stay() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    bina.freeze();
    std::thread::scope(|scope| {
        let call = Call::from(ALERT, &AGI, bina.at(&AGI)).to("careless-agi");
        let calls = scope.spawn(move || asterisk.place_and_give_up(&[call])[0].lasted());
        std::thread::sleep(PATIENCE + Duration::from_secs(2));
        drop(bina);
        let lasted = calls.join().unwrap();
        println!("FastAGI without AGIEXITONHANGUP: lasted {lasted:?}, until bina ended");
        assert!(lasted > PATIENCE + Duration::from_secs(1), "the option is not needed: {lasted:?}");
    });
}
