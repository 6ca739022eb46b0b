//! Who counts as told: for how long, after a restart, and after `forget`.

use std::time::Duration;

use bina::answering::journal::{ChosenAlert, JournalInputs};
use bina::domain::answer::Told;

use crate::bench::{Bench, NOW_S, TOLD_S, alert, phone};
use crate::scene::Scene;

#[tokio::test]
async fn a_number_counts_as_told_of_one_alert_for_so_long_and_no_longer() {
    let bench = Bench::new("told");
    let (cable, power) = (alert("a2a2"), alert("c3c3"));
    assert_eq!(bench.call(Some(1), Some(&cable)), Told::NotYet);
    assert_eq!(bench.call(Some(1), Some(&cable)), Told::Already);
    assert!(!bench.is_told(1, &power) && !bench.is_told(2, &cable));
    bench.later(TOLD_S - 1);
    // A later hearing is a short one, so it prolongs nothing.
    assert_eq!(bench.call(Some(1), Some(&cable)), Told::Already);
    bench.later(1);
    assert_eq!(bench.call(Some(1), Some(&cable)), Told::NotYet);
    assert_eq!(bench.call(Some(3), None), Told::NotYet);
    assert!(!bench.is_told(3, &cable), "who heard nothing has not been told");
}

#[tokio::test]
async fn whoever_heard_the_text_before_the_alert_began_has_not_been_told_of_it() {
    let bench = Bench::new("news");
    let cable = alert("a2a2");
    assert_eq!(bench.call(Some(1), Some(&cable)), Told::NotYet);
    bench.later(60);
    let again = ChosenAlert { since: Some(bench.now()), ..cable };
    bench.later(60);
    assert_eq!(bench.call(Some(1), Some(&again)), Told::NotYet);
    bench.later(60);
    assert_eq!(bench.call(Some(1), Some(&again)), Told::Already);
}

#[tokio::test]
async fn nobody_counts_as_told_where_told_s_is_zero() {
    let bench = Bench::new("never");
    bench.journal.adjust(JournalInputs { told: Duration::ZERO, ..bench.inputs.clone() });
    bench.call(Some(1), Some(&alert("a2a2")));
    assert!(!bench.is_told(1, &alert("a2a2")));
}

#[tokio::test]
async fn a_restart_restores_who_has_been_told_and_since_when() {
    let bench = Bench::new("restart");
    let cable = alert("a2a2");
    bench.call(Some(1), Some(&cable));
    bench.flush().await;
    bench.later(TOLD_S - 60);
    bench.call(Some(1), Some(&cable));
    bench.call(Some(2), Some(&cable));
    bench.flush().await;
    let bench = bench.restarted();
    assert!(bench.is_told(1, &cable) && bench.is_told(2, &cable) && !bench.is_told(3, &cable));
    assert_eq!(bench.call(Some(2), Some(&cable)), Told::Already);
    // The clock of the bench goes on from the restart, so that the first hearing is long ago.
    bench.later(120);
    assert!(!bench.is_told(1, &cable) && bench.is_told(2, &cable));
    assert_eq!(bench.json("").await["calls"], 4);
}

#[tokio::test]
async fn a_forgotten_number_is_gone_from_memory_queue_and_files() {
    let bench = Bench::new("forget");
    let cable = alert("a2a2");
    for number in 1..=3 {
        bench.call(Some(number), Some(&cable));
    }
    bench.flush().await;
    bench.call(Some(2), Some(&cable));
    let is_left = async |number| {
        let traces = bench.journal.traces(&phone(number)).await.expect("readable");
        traces.into_iter().map(|(is_left, _)| is_left).collect::<Vec<_>>()
    };
    assert_eq!(is_left(2).await, [true, true]);
    assert!(bench.journal.forget(&phone(2)).await.expect("forgotten") > 0);
    assert_eq!((is_left(2).await, is_left(1).await), (vec![false; 2], vec![true; 2]));
    assert!(!bench.is_told(2, &cable) && bench.is_told(1, &cable));
    let report = bench.json("a2a2").await;
    let codes: Vec<_> = report["heard"].as_array().expect("a list").iter().collect();
    assert_eq!((codes.len(), report["calls"].as_u64()), (2, Some(2)), "{report}");
    assert_eq!(bench.journal.forget(&phone(2)).await, Ok(0));
    let bench = bench.restarted();
    assert!(!bench.is_told(2, &cable) && bench.is_told(3, &cable));
    assert_eq!(NOW_S / 86_400, 20_787, "the file's name");
}

#[tokio::test]
async fn a_number_that_stays_on_disk_is_reported_each_time() {
    let bench = Bench::new("stays");
    bench.call(Some(1), Some(&alert("a2a2")));
    bench.flush().await;
    let file = bench.days().pop().expect("a file");
    let bytes = std::fs::read(&file).expect("readable");
    std::fs::remove_file(&file).expect("it is there");
    std::fs::create_dir(&file).expect("a folder instead");
    for _ in 0..2 {
        let problem = bench.journal.forget(&phone(1)).await.expect_err("it cannot be read");
        assert!(problem.contains("not in the journal's files"), "{problem}");
    }
    assert!(!bench.is_told(1, &alert("a2a2")), "memory has forgotten it");
    std::fs::remove_dir(&file).expect("a folder");
    std::fs::write(&file, bytes).expect("writable");
    assert_eq!(bench.journal.forget(&phone(1)).await, Ok(1));
}

/// Adds a local alert for everyone, always with the same text.
async fn publish(scene: &Scene) {
    let body = r#"{"text":"Falha geral","everyone":true}"#;
    let request = format!(
        "POST /v1/alerts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    crate::app::exchange(scene.app().metrics, request.as_bytes()).await;
}

/// A wrong alert is ended; the right one may say the same.
#[tokio::test(flavor = "multi_thread")]
async fn another_local_alert_with_the_same_text_is_news() {
    let scene = Scene::before_start("journal-news").await;
    let prompt = "[prompts]\ngeral = \"aviso\"\n[general]\nprompt = \"geral\"\n";
    let scene = scene.restarted_with(prompt).await;
    scene.walked().await;
    let phone = scene.phone();
    let active = || scene.app().service.app().alerts().status().alerts;
    for round in ["the first", "another"] {
        publish(&scene).await;
        while active().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let told = [scene.ask(&phone).await, scene.ask(&phone).await];
        assert_eq!(told.map(|answer| answer["avisado"].clone()), ["0", "1"], "{round}");
        let end = format!(
            "DELETE /v1/alerts?id={} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            active()[0].id
        );
        crate::app::exchange(scene.app().metrics, end.as_bytes()).await;
        while !active().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_has_heard_an_alert_from_the_second_call_on() {
    let scene = Scene::before_start("journal-told").await;
    let prompt = "[prompts]\ngeral = \"aviso\"\n[general]\nprompt = \"geral\"\n";
    let scene = scene.restarted_with(prompt).await;
    scene.walked().await;
    let phone = scene.phone();
    let other = scene.population.phone(700).expect("a number");
    let told = async |phone: &str| scene.ask(phone).await["avisado"].clone();
    assert_eq!(told(&phone).await, "0", "there is no alert");
    publish(&scene).await;
    while scene.app().service.app().alerts().status().alerts.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!([told(&phone).await, told(&phone).await, told(&other).await], ["0", "1", "0"]);
    scene.app().service.app().journal().flush().await;
    let scene = scene.restarted().await;
    while scene.app().service.app().alerts().status().alerts.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(scene.ask(&phone).await["avisado"], "1", "a restart restores it");
    let (status, text) = scene.post("/v1/forget", &phone).await;
    assert_eq!((status, text.trim()), (200, "forgotten"));
    let (status, text) = scene.post("/v1/forget/verify", &phone).await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("journal in memory: nothing\njournal's files: nothing"), "{text}");
    assert_eq!(scene.ask(&phone).await["avisado"], "0");
}
