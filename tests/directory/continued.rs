//! Walks that a restart interrupts: what is continued, and what is not.

use std::fs;
use std::time::Duration;

use bina::simulator::Fault;

use bina::sources::directory::Activity;

use crate::program::Program;
use crate::scene::{Scene, settings};

/// Small pages, so that a walk is saved before it ends.
const SMALL: &str = "page_rows = 10\n";

/// Ends bina in a walk that has been saved, with these names, and starts it with the others.
async fn renamed(before: bool, after: bool) -> Scene {
    let scene = Scene::before_start(&format!("renamed-{before}")).await;
    scene.slow_pages(20);
    let scene = scene.restarted_with(&format!("{SMALL}names = {before}\n")).await;
    scene.when(|_| scene.folder.join("walk.sealed").exists()).await;
    let scene = scene.restarted_with(&format!("{SMALL}names = {after}\n")).await;
    scene.sim.set_list_faults(Vec::new());
    scene.walked().await;
    scene.sim.set_fault(Fault::HangUp);
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_without_names_is_not_continued_with_them_nor_the_other_way_round() {
    for (before, after) in [(false, true), (true, false)] {
        let scene = renamed(before, after).await;
        let phone = scene.phone();
        assert_eq!(scene.ask(&phone).await["nome"].is_empty(), !after, "names = {after}");
        let _ = fs::remove_dir_all(&scene.folder);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_switched_on_are_read_at_once() {
    let scene = Scene::start("named").await;
    scene.walked().await;
    let scene = scene.restarted_with("names = true\n").await;
    scene.when(|status| status.generation.as_ref().is_some_and(|it| it.number == 2)).await;
    scene.sim.set_fault(Fault::HangUp);
    assert_ne!(scene.ask(&scene.phone()).await["nome"], "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_is_saved_when_the_service_stops() {
    let scene = Scene::before_start("suspended").await;
    scene.slow_pages(50);
    let settings = settings(&scene.folder, SMALL);
    let mut program = Program::start("suspended", &scene.sim, &settings);
    let few = |rows| (50..150).contains(&rows);
    program.when(|status| status.walk.as_ref().is_some_and(|walk| few(walk.rows_done))).await;
    assert!(!scene.folder.join("walk.sealed").exists(), "it is early");
    assert_eq!(program.stop().0, Some(0));
    let program = Program::start("suspended", &scene.sim, &settings);
    let begun = program.when(|status| status.walk.is_some()).await;
    scene.sim.set_list_faults(Vec::new());
    assert!(program.has_logged("the interrupted walk is continued"), "{begun:?}");
    let generation = program.when(|status| status.generation.is_some()).await.generation;
    assert_eq!(generation.map(|it| (it.customers, it.is_whole)), Some((1_000, true)));
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_was_requested_and_has_read_nothing_begins_after_a_restart() {
    let scene = Scene::before_start("requested").await;
    let settings = settings(&scene.folder, "");
    let mut program = Program::start("requested", &scene.sim, &settings);
    program.when(|status| status.next_walk_in_s.is_some_and(|wait| wait > 0)).await;
    scene.slow_pages(60_000);
    let before = scene.sim.list_requests();
    assert_eq!(program.post("/v1/directory/walk", "").await.0, 200);
    program.when(|_| scene.sim.list_requests() > before).await;
    assert_eq!(program.stop().0, Some(0));
    scene.sim.set_list_faults(Vec::new());
    let program = Program::start("requested", &scene.sim, &settings);
    program.when(|status| status.generation.as_ref().is_some_and(|it| it.number == 2)).await;
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}

/// What hangs would take a minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_hangs_is_dropped_when_an_operator_begins_again() {
    for (name, path, silent_tables) in [
        ("hung-clear", "/v1/directory/clear", Fault::Normal),
        ("hung-walk", "/v1/directory/walk", Fault::Normal),
        ("hung-tables", "/v1/directory/clear", Fault::Silent),
    ] {
        let scene = Scene::start(name).await;
        scene.walked().await;
        scene.sim.set_list_fault(Fault::Silent);
        scene.sim.set_table_fault(silent_tables);
        scene.post("/v1/directory/walk", "").await;
        scene.when(|status| status.activity == Activity::Walking).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        scene.sim.set_list_fault(Fault::Normal);
        scene.sim.set_table_fault(Fault::Normal);
        assert_eq!(scene.post(path, "").await.0, 200);
        let start = std::time::Instant::now();
        scene.walked().await;
        assert!(start.elapsed() < Duration::from_secs(10), "{name}: {:?}", start.elapsed());
    }
}
