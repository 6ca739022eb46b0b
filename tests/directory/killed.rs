//! The real program, killed at random moments of walk and save, and stopped in the middle of a walk.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bina::simulator::Fault;
use bina::sources::directory::Activity;
use tokio::time::sleep;

use crate::program::Program;
use crate::scene::{Scene, settings};

const ROUNDS: u64 = 25;
/// Small pages, so that a walk saves several times.
const SMALL: &str = "page_rows = 10\n";

fn unfinished(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".new")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_leaves_a_whole_generation_or_none() {
    let scene = Scene::before_start("killed").await;
    scene.slow_pages(10);
    let settings = settings(&scene.folder, SMALL);
    let number = scene.phone();
    let (mut continued, mut whole) = (0, 0);
    for round in 0..ROUNDS {
        let program = Program::start("killed", &scene.sim, &settings);
        assert_eq!(unfinished(&scene.folder), Vec::<String>::new(), "round {round}");
        let status = program.when(|status| status.activity != Activity::Opening).await;
        continued += program.log().matches("interrupted walk is continued").count();
        let log = program.log();
        assert!(!log.contains("is not used"), "round {round}: {log}");
        if let Some(generation) = status.generation {
            assert!(generation.is_whole, "round {round}: {generation:?}");
            assert!((998..=1_000).contains(&generation.customers), "{generation:?}");
            whole += 1;
            program.post("/v1/directory/walk", "").await;
        }
        if round == 3 {
            assert_eq!(program.post("/v1/forget", &number).await.0, 200);
        }
        if round > 3 {
            let (code, traces) = program.post("/v1/forget/verify", &number).await;
            assert_eq!(code, 200, "round {round}: {traces}");
        }
        sleep(Duration::from_millis(round * 7_919 % 900)).await;
        program.kill();
    }
    assert!(continued > 0 && whole > 3, "{continued} continued, {whole} whole");
    scene.sim.set_list_faults(Vec::new());
    let program = Program::start("killed", &scene.sim, &settings);
    program.when(|status| status.generation.is_some()).await;
    scene.sim.set_fault(Fault::HangUp);
    let answer = program.ask(&number).await;
    assert!(answer.contains("\"unavailable\""), "{answer}");
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_during_a_walk_takes_no_longer_than_usual() {
    let scene = Scene::before_start("stopped").await;
    scene.slow_pages(30_000);
    let mut program = Program::start("stopped", &scene.sim, &settings(&scene.folder, ""));
    program.when(|status| status.activity == Activity::Walking).await;
    let (code, took) = program.stop();
    assert_eq!(code, Some(0), "{}", program.log());
    assert!(took < Duration::from_secs(3), "{took:?}");
    let _ = fs::remove_dir_all(&scene.folder);
}
