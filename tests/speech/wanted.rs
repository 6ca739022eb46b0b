//! Which texts are spoken, in which order, and what is heard until then.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::bench::{Bench, active, rule};

const FIBRE: &str = "Rompimento de fibra, volta às 18h30";

#[tokio::test(start_paused = true)]
async fn a_text_is_spoken_once_and_a_changed_one_has_another_name() {
    let bench = Bench::start(vec![rule("rompimento")]);
    bench.show(&[FIBRE]);
    assert_eq!(bench.played("rompimento", FIBRE), None, "its play is heard until then");
    bench.pass(2.0).await;
    let first = bench.played("rompimento", FIBRE).expect("it is spoken");
    assert!(first.starts_with("bina/intro&http://127.0.0.1:8573/prompts/fala/"), "{first}");
    let signed = format!("{FIBRE}\n\n21/08/2023 15:49 - Ana");
    assert_eq!(bench.played("rompimento", &signed).as_ref(), Some(&first), "a customer's text");
    let wav = bench.recording(&first).expect("it is served");
    assert_eq!(&wav[20..28], b"\x01\0\x01\0\x40\x1f\0\0", "PCM, mono, 8 kHz");
    assert_eq!(
        *bench.engine.texts.lock(),
        ["Rompimento de fibra, volta às dezoito horas e trinta."]
    );
    bench.pass(60.0).await;
    assert_eq!(bench.engine.count(), 1);

    let changed = "Rompimento de fibra, volta às 20h";
    bench.show(&[changed]);
    bench.pass(2.0).await;
    let second = bench.played("rompimento", changed).expect("it is spoken");
    assert_ne!(first, second);
    assert_eq!(bench.played("rompimento", FIBRE), None, "no alert has this text any more");
    assert_eq!(bench.recording(&first).as_ref(), Some(&wav), "a call may still be playing it");
}

#[tokio::test(start_paused = true)]
async fn only_texts_that_a_rule_says_are_spoken_and_refused_ones_are_not() {
    let mut silent = rule("energia");
    silent.speak = None;
    let bench = Bench::start(vec![rule("rompimento"), silent]);
    let refused = "Rompimento: pague o boleto em www.exemplo.com.br";
    bench.show(&[refused, "Falta de energia", "Outra coisa", FIBRE, FIBRE]);
    bench.pass(5.0).await;
    assert_eq!(bench.engine.count(), 1);
    assert!(bench.played("rompimento", FIBRE).is_some());
    for (rule, text) in
        [("rompimento", refused), ("energia", "Falta de energia"), ("rompimento", "Outra coisa")]
    {
        assert_eq!(bench.played(rule, text), None, "{text}");
    }
    assert_eq!(bench.played("rompimento", "Rompimento na casa de Ana"), None, "one customer's");
}

#[tokio::test(start_paused = true)]
async fn a_local_alert_is_said_by_the_rule_that_it_names() {
    let bench = Bench::start(vec![rule("rompimento"), rule("queda")]);
    bench.publish(vec![active(1, "Equipe no local", Some("queda"))]);
    bench.pass(2.0).await;
    assert!(bench.played("queda", "Equipe no local").is_some());
    assert_eq!(bench.played("rompimento", "Equipe no local"), None);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_fails_is_tried_again_with_growing_pauses_and_holds_nothing_up() {
    let bench = Bench::start(vec![rule("rompimento")]);
    bench.engine.is_broken.store(true, Ordering::SeqCst);
    bench.show(&[FIBRE]);
    bench.pass(120.0).await;
    // After 0, 5, 15, 35 and 75 s, and the half second of each attempt.
    assert!((4..=6).contains(&bench.engine.count()), "{}", bench.engine.count());
    bench.engine.is_broken.store(false, Ordering::SeqCst);
    let other = "Rompimento no Norte";
    bench.show(&[FIBRE, other]);
    bench.pass(2.0).await;
    assert!(bench.played("rompimento", other).is_some(), "another text does not wait for it");
    bench.pass(300.0).await;
    assert!(bench.played("rompimento", FIBRE).is_some());
}

#[tokio::test(start_paused = true)]
async fn twenty_texts_are_spoken_one_after_the_other() {
    let bench = Bench::start(vec![rule("rompimento")]);
    let names = ["um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"];
    let texts = names
        .map(|name| [format!("Rompimento no bairro {name}"), format!("Rompimento no POP {name}")]);
    let texts: Vec<_> = texts.iter().flatten().map(String::as_str).collect();
    bench.show(&texts);
    bench.pass(4.0).await;
    let ready = |texts: &[&str]| {
        texts.iter().filter(|text| bench.played("rompimento", text).is_some()).count()
    };
    let early = ready(&texts);
    assert!((5..=11).contains(&early), "{early}");
    bench.pass(8.0).await;
    assert_eq!((ready(&texts), bench.engine.count()), (20, 20));
}

#[tokio::test(start_paused = true)]
async fn of_more_texts_than_are_spoken_the_oldest_are_left_out_and_counted() {
    let bench = Bench::start(vec![rule("rompimento")]);
    let text = |id: u64| format!("Rompimento no {}", letters(id));
    let now = Instant::now();
    let mut alerts: Vec<_> = (0..110).map(|id| active(id, &text(id), None)).collect();
    for (id, alert) in alerts.iter_mut().enumerate() {
        alert.seen = now + Duration::from_secs(id as u64);
    }
    alerts[109].is_held = true;
    bench.publish(alerts);
    bench.pass(1.0).await;
    assert!(bench.played("rompimento", &text(108)).is_some(), "the newest is spoken first");
    bench.pass(60.0).await;
    let is_spoken = |id: u64| bench.played("rompimento", &text(id)).is_some();
    assert_eq!(bench.engine.count(), 100);
    assert!(is_spoken(9) && !is_spoken(8) && !is_spoken(109), "a held alert goes last");
    assert!(bench.metrics().contains("bina_speech_left_out 10\n"), "{}", bench.metrics());
}

/// A name without digits, which may make a text one that is refused.
fn letters(id: u64) -> String {
    let letter = |digit: u64| char::from(b'a' + digit as u8);
    format!("bairro {}{}o", letter(id / 10 % 26), letter(id % 10))
}
