//! `bina forget`: wherever the number is, it is gone, or the command fails.

use std::fs;
use std::sync::atomic::Ordering;

use bina::simulator::Fault;

use crate::app;
use crate::bench::{Bench, phone};
use crate::program::{Program, bina};
use crate::scene::{Scene, settings};

#[tokio::test(start_paused = true)]
async fn a_number_is_forgotten_in_a_walk_that_waits_to_be_continued() {
    let bench = Bench::start(30);
    bench.list.fails.store(true, Ordering::SeqCst);
    bench.when(|status| status.last_walk.is_some()).await;
    assert!(bench.has_traces(&phone(1)).await, "the first page has it");
    bench.directory.forget(&app::phone(&phone(1))).await.expect("in memory");
    assert!(!bench.has_traces(&phone(1)).await);
    bench.list.fails.store(false, Ordering::SeqCst);
    let generation = bench.walked().await.generation.expect("one");
    assert_eq!((generation.customers, generation.is_whole), (29, true));
    assert!(!bench.has_traces(&phone(1)).await);
    assert_eq!(bench.code(&phone(1)), None);
}

#[tokio::test(start_paused = true)]
async fn clearing_empties_the_walk_in_progress_and_reads_the_list_again() {
    let bench = Bench::start(30);
    bench.list.fails.store(true, Ordering::SeqCst);
    bench.when(|status| status.walk.as_ref().is_some_and(|walk| walk.rows_done > 0)).await;
    bench.directory.clear().await.expect("in memory");
    assert!(!bench.has_traces(&phone(1)).await);
    bench.list.fails.store(false, Ordering::SeqCst);
    let generation = bench.walked().await.generation.expect("one");
    assert_eq!((generation.customers, generation.is_whole), (30, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_forgotten_during_a_walk_whether_read_or_not() {
    let scene = Scene::before_start("during").await;
    scene.slow_pages(150);
    let scene = scene.restarted().await;
    scene.when(|status| status.walk.as_ref().is_some_and(|walk| walk.rows_done >= 400)).await;
    let last = 999 - u32::from(scene.population.phone(999).is_none());
    let numbers = [scene.phone(), scene.population.phone(last).expect("he has one")];
    for number in &numbers {
        scene.post("/v1/forget", number).await;
    }
    let generation = scene.walked().await.generation.expect("one");
    assert!(generation.is_whole && generation.customers <= 998, "{generation:?}");
    for number in &numbers {
        let (status, traces) = scene.post("/v1/forget/verify", number).await;
        assert_eq!(status, 200, "{traces}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_customers_of_a_number_are_forgotten_in_whatever_form_it_is_written() {
    let scene = Scene::with_customers("shared", 3_000).await.restarted().await;
    let before = scene.walked().await.generation.expect("one").customers;
    let shared = |index: &u32| scene.population.shares_phone_with(*index).is_some();
    let index = (0..1_000).find(shared).expect("some share a number");
    let number = scene.population.phone(index).expect("a number");
    let other = format!("%2B55+({})+{}", &number[..2], &number[2..]);
    assert_eq!(scene.post("/v1/forget", &other).await.1, "forgotten\n");
    let after = scene.status().generation.expect("one").customers;
    assert_eq!(after, before - 2);
    assert_eq!(scene.post("/v1/forget/verify", &number).await.0, 200);
    assert_eq!(scene.post("/v1/forget/undo", &number).await.0, 200);
    scene.walk_again().await;
    scene.sim.set_fault(Fault::HangUp);
    assert_eq!(scene.ask(&number).await["matches"], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_stays_on_disk_is_reported_each_time() {
    let scene = Scene::start("stays").await;
    scene.walked().await;
    let in_the_way = scene.folder.join("directory.sealed.new");
    fs::create_dir(&in_the_way).expect("a folder");
    let number = scene.phone();
    for _ in 0..2 {
        let (status, text) = scene.post("/v1/forget", &number).await;
        assert_eq!(status, 500, "{text}");
        assert_eq!(scene.post("/v1/forget/verify", &number).await.0, 500);
        assert!(scene.status().file_problem.is_some());
    }
    fs::remove_dir(&in_the_way).expect("an empty folder");
    let (status, text) = scene.post("/v1/forget", &number).await;
    assert_eq!(status, 200, "{text}");
    assert_eq!(scene.post("/v1/forget/verify", &number).await.0, 200);
    assert_eq!(scene.status().file_problem, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_directory_the_cache_is_what_is_forgotten() {
    let scene = Scene::before_start("off").await;
    let settings = settings(&scene.folder, "").replace("enabled = true", "enabled = false");
    let program = Program::start("off", &scene.sim, &settings);
    let number = scene.phone();
    program.ask(&number).await;
    assert_eq!(program.post("/v1/forget/verify", &number).await.0, 500);
    assert_eq!(program.post("/v1/forget", &number).await, (200, "forgotten\n".to_owned()));
    assert_eq!(program.post("/v1/forget/verify", &number).await.0, 200);
    assert!(!scene.folder.join("forgotten").exists(), "it needs no file");
    // The command reads a configuration without the listener.
    let text = fs::read_to_string(program.config()).expect("a file");
    let line = text.lines().find(|line| line.starts_with("metrics")).expect("the listener");
    fs::write(program.config(), text.replace(line, "metrics = \"off\"")).expect("a file");
    let (code, text) = bina(&program, &["forget", &number]);
    assert!(code == 2 && text.contains("remove directory.sealed"), "{code} {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_fails_when_something_is_left_or_nobody_listens() {
    let scene = Scene::before_start("command").await;
    let program = Program::start("command", &scene.sim, &settings(&scene.folder, ""));
    program.when(|status| status.generation.is_some()).await;
    let number = scene.phone();
    let forget = |flag: &[&str]| bina(&program, &[&["forget", &number], flag].concat());
    assert_eq!(forget(&["--verify"]).0, 1);
    let in_the_way = scene.folder.join("directory.sealed.new");
    fs::create_dir(&in_the_way).expect("a folder");
    let (code, text) = forget(&[]);
    assert!(code == 1 && text.contains("not on disk"), "{code} {text}");
    assert_eq!(forget(&["--verify"]).0, 1);
    fs::remove_dir(&in_the_way).expect("an empty folder");
    assert_eq!(forget(&[]).0, 0);
    let (code, text) = forget(&["--verify"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(forget(&["--undo"]).0, 0);
    assert_eq!(bina(&program, &["directory", "clear"]).0, 0);
    let (code, text) = bina(&program, &["directory", "walk"]);
    assert!(code == 0 && text.contains("1000 customers"), "{code} {text}");
    let _ = fs::remove_dir_all(&scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_complete_number_is_wrong_usage() {
    let scene = Scene::before_start("typos").await;
    let program = Program::start("typos", &scene.sim, &settings(&scene.folder, ""));
    for typed in ["abc", "", "988242968", "98824296"] {
        for flag in [&[][..], &["--verify"], &["--undo"]] {
            let (code, text) = bina(&program, &[&["forget", typed], flag].concat());
            let expected = format!("`{typed}` is not a complete Brazilian number");
            assert!(code == 2 && text.contains(&expected), "{flag:?}: {code} {text}");
        }
    }
    assert_eq!(program.status().await.forgotten, 0);
    let (code, text) = bina(&program, &["forget", "37988242968"]);
    assert!(code == 0 && text.contains("kept out of later walks"), "{code} {text}");
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_off_says_that_its_files_are_left() {
    let scene = Scene::before_start("left").await;
    let on = settings(&scene.folder, "");
    let mut program = Program::start("left", &scene.sim, &on);
    program.when(|status| status.next_walk_in_s.is_some_and(|wait| wait > 0)).await;
    assert_eq!(program.stop().0, Some(0));
    let off = on.replace("enabled = true", "enabled = false");
    let program = Program::start("left", &scene.sim, &off);
    let number = scene.phone();
    let forget = |flag: &[&str]| bina(&program, &[&["forget", &number], flag].concat());
    for flag in [&[][..], &["--verify"]] {
        let (code, text) = forget(flag);
        assert!(code == 1 && text.contains("set directory.enabled = true"), "{code} {text}");
    }
    fs::remove_file(scene.folder.join("directory.sealed")).expect("a file");
    assert_eq!(forget(&[]), (0, "nothing was stored\n".to_owned()));
    assert_eq!(forget(&["--verify"]).0, 0);
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}
