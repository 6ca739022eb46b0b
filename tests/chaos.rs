//! Plays random faults under load and asserts only the promise: every answer is right or neutral,
//! complete and in time, and the log has no personal data.
//!
//! Fifteen seconds, or sixty with CI=true or BINA_LONG_TESTS; BINA_SEED repeats a run.

mod app;
#[path = "chaos/dice.rs"]
mod dice;
#[path = "chaos/expected.rs"]
mod expected;
#[path = "chaos/faults.rs"]
mod faults;
#[path = "chaos/machine.rs"]
mod machine;
#[path = "chaos/program.rs"]
mod program;

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bina::simulator::{CANARIES, Fault, Sim};
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

use self::dice::Dice;
use self::expected::{Interface, Number, Verdict};
use self::faults::{FaultPlayer, Played};
use self::machine::Metronome;
use self::program::Program;

const DEADLINE: Duration = Duration::from_millis(800);
/// What a loaded machine may add.
const GRACE: Duration = Duration::from_millis(20);
/// When Asterisk's dialplan gives up.
const DIALPLAN: Duration = Duration::from_millis(1_200);
/// When this test gives up.
const PATIENCE: Duration = Duration::from_secs(10);
const CALLS_A_SECOND: u32 = 60;
/// So many numbers get half of the calls.
const HOT: usize = 12;

/// Short times, so that a run sees every age of a record; a limiter that lets the faults be seen.
const SETTINGS: &str = "[limiter]\nrate = 200\nburst = 200\n[lookup]\nfresh_s = 1\nnobody_s = 1\n\
                        stale_s = 4\n";

/// One call that was made.
struct Made {
    took: Duration,
    verdict: Verdict,
}

/// Prints it even when the test harness captures what tests print.
fn loudly(text: &str) {
    let _ = writeln!(std::io::stderr(), "\n{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_hubsoft_does_every_answer_is_right_or_neutral_and_in_time() {
    let set = |name| std::env::var_os(name).is_some();
    let long = set("CI") || set("BINA_LONG_TESTS");
    let span = Duration::from_secs(if long { 60 } else { 15 });
    let seed = Dice::seed();
    loudly(&format!("chaos: BINA_SEED={seed} repeats this run of {} s", span.as_secs()));
    let mut dice = Dice::new(seed);
    let numbers = expected::numbers();
    let customers = expected::customers(&numbers);
    let sim = Sim::start(customers.clone()).await.expect("loopback");
    let config = format!("{}{}{SETTINGS}", app::connection(&sim), app::RULES);
    let mut program = Program::start(&config);
    calm_answers_are_right(program.address, &numbers).await;

    let fault_player = FaultPlayer::new(sim, customers, dice.clone());
    let metronome = Metronome::start();
    let start = Instant::now();
    let playing = tokio::spawn(fault_player.run(start, start + span));
    let made = call(program.address, &numbers, &mut dice, start, span).await;
    let played = playing.await.expect("the player survives");

    let stumbled = metronome.stop();

    let memory = program.peak_memory();
    assert_eq!(program.stop(), Some(0), "{}", program.log());
    loudly(&summary(seed, &made, &played, memory, stumbled));
    keeps_the_promise(&made, seed, stumbled);
    keeps_secrets(&program.log());
}

#[tokio::test]
async fn a_truncated_answer_or_another_customers_is_judged_wrong() {
    let numbers = expected::numbers();
    let sim = Sim::start(expected::customers(&numbers)).await.expect("loopback");
    let app = app::TestApp::start(&sim).await;
    let (own, other) = (&numbers[0], &numbers[4]);
    let is_wrong = |verdict: Verdict| matches!(verdict, Verdict::Wrong(_));
    for interface in Interface::ALL {
        let answer = app.raw(interface.request(&own.presented[0]).as_bytes()).await;
        assert_eq!(own.judge(interface, &answer), Verdict::Right { stale: false });
        assert!(is_wrong(other.judge(interface, &answer)), "{answer}");
        assert!(is_wrong(own.judge(interface, &answer[..answer.len() - 2])), "{answer}");
        for (right, wrong) in [("found", "not_found"), ("FULANA", "FULANO"), ("1000", "1001")] {
            assert!(is_wrong(own.judge(interface, &answer.replacen(right, wrong, 1))), "{wrong}");
        }
    }
    sim.set_fault(Fault::ServerError);
    let (interface, other) = (Interface::Json, &numbers[8]);
    let answer = app.raw(interface.request(&other.presented[0]).as_bytes()).await;
    assert_eq!(other.judge(interface, &answer), Verdict::Neutral);
}

/// Every number on every interface, before any fault: the table itself is right.
async fn calm_answers_are_right(address: SocketAddr, numbers: &[Number]) {
    for number in numbers {
        for interface in Interface::ALL {
            let request = interface.request(&number.presented[0]);
            let answer = app::exchange(address, request.as_bytes()).await;
            let verdict = number.judge(interface, &answer);
            assert!(
                matches!(verdict, Verdict::Right { .. }),
                "{number:?} at {interface:?}: {verdict:?}"
            );
        }
    }
}

/// Calls on schedule, whatever becomes of the calls before.
async fn call(
    address: SocketAddr,
    numbers: &[Number],
    dice: &mut Dice,
    start: Instant,
    span: Duration,
) -> Vec<Made> {
    let mut numbers = numbers.to_vec();
    dice.shuffle(&mut numbers);
    let mut calls = JoinSet::new();
    for turn in 0.. {
        let due = start + Duration::from_secs(1) * turn / CALLS_A_SECOND;
        if due >= start + span {
            break;
        }
        let among = if dice.one_in(2) { HOT } else { numbers.len() };
        let number = numbers[dice.below(among)].clone();
        let presented = dice.one_of(&number.presented).clone();
        let interface = *dice.one_of(&Interface::ALL);
        sleep_until(due.into()).await;
        calls.spawn(async move {
            let request = interface.request(&presented);
            let requested = tokio::spawn(async move {
                timeout(PATIENCE, app::exchange(address, request.as_bytes())).await
            });
            let verdict = match requested.await {
                Ok(Ok(answer)) => number.judge(interface, &answer),
                Ok(Err(_)) => Verdict::Wrong("no answer".to_owned()),
                Err(_) => Verdict::Wrong("no connection".to_owned()),
            };
            if due.elapsed() > Duration::from_millis(830) {
                eprintln!("LATE {:?} took {:?} {interface:?}", start.elapsed(), due.elapsed());
            }
            Made { took: due.elapsed(), verdict }
        });
    }
    calls.join_all().await
}

fn quantile(made: &[Made], share: f64) -> Duration {
    let mut times: Vec<_> = made.iter().map(|made| made.took).collect();
    times.sort_unstable();
    times[((times.len() as f64 * share).ceil() as usize).clamp(1, times.len()) - 1]
}

fn summary(
    seed: u64,
    made: &[Made],
    played: &Played,
    memory: Option<u64>,
    stumbled: Duration,
) -> String {
    let count = |which: fn(&Verdict) -> bool| made.iter().filter(|m| which(&m.verdict)).count();
    let right = count(|verdict| matches!(verdict, Verdict::Right { .. }));
    let stale = count(|verdict| matches!(verdict, Verdict::Right { stale: true }));
    let neutral = count(|verdict| matches!(verdict, Verdict::Neutral));
    let seen = format!(
        "HubSoft received {} lookups and {} token requests; bina's memory at most {} MB; the machine \
         stumbled by {stumbled:.1?} at most",
        played.lookups,
        played.token_requests,
        memory.unwrap_or_default() >> 20,
    );
    format!(
        "chaos: seed {seed}: {} calls, {right} right ({stale} of them stale), {neutral} neutral, {} \
         wrong; p50 {:.1?}, p99 {:.1?}, p99.9 {:.1?}, max {:.1?}; {seen}\nchaos: played {}: {}",
        made.len(),
        made.len() - right - neutral,
        quantile(made, 0.5),
        quantile(made, 0.99),
        quantile(made, 0.999),
        quantile(made, 1.0),
        played.fault_names.len(),
        played.fault_names.join(", "),
    )
}

/// Where the machine stumbles by more than the grace, answers may be late by as much, but never
/// later than the dialplan waits.
fn keeps_the_promise(made: &[Made], seed: u64, stumbled: Duration) {
    let wrong = |made: &Made| match &made.verdict {
        Verdict::Wrong(what) => Some(what.clone()),
        Verdict::Neutral | Verdict::Right { .. } => None,
    };
    let wrong: Vec<_> = made.iter().filter_map(wrong).take(5).collect();
    assert!(wrong.is_empty(), "BINA_SEED={seed}: wrong answers: {wrong:#?}");
    let (most, worst) = (quantile(made, 0.999), quantile(made, 1.0));
    let promised = DEADLINE + GRACE.max(stumbled);
    assert!(most <= promised, "BINA_SEED={seed}: p99.9 is {most:?}, promised {promised:?}");
    assert!(worst <= DIALPLAN, "BINA_SEED={seed}: the last answer came after {worst:?}");
    // A run without answers or without faults would prove nothing.
    let right = made.iter().filter(|made| matches!(made.verdict, Verdict::Right { .. })).count();
    assert!(right > made.len() / 4 && right < made.len(), "{right} of {} right", made.len());
}

/// Nothing that a customer or the provider would not want to read in a log stands there.
fn keeps_secrets(log: &str) {
    let answered = log.lines().filter(|line| line.contains("call answered")).count();
    assert!(answered > 100, "the log was caught: {} lines", log.lines().count());
    assert!(!log.contains("a bug of bina"), "a panic: {log}");
    for secret in CANARIES.into_iter().chain([expected::NAME, expected::TEXT]) {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "`{secret}` is in the log");
    }
    // Ports and times have digits too, but never so many in a row.
    let digits = log.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= 8);
    for run in digits {
        let begins = expected::NUMBERS_BEGIN.iter().any(|begin| run.contains(begin));
        assert!(!begins, "a number is in the log: {run}");
    }
}
