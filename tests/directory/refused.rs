//! A HubSoft that refuses the list, the tables or every answer, and the real program in front of it.

use std::fs;
use std::time::{Duration, Instant};

use bina::simulator::{Fault, ListFault};
use bina::sources::directory::Activity;

use crate::program::Program;
use crate::scene::{Scene, settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_list_is_one_line_with_the_remedy_and_asked_for_tomorrow() {
    let scene = Scene::before_start("forbidden").await;
    scene.sim.set_list_faults(vec![ListFault::ForbiddenList, ListFault::ForbiddenTables]);
    let program = Program::start("forbidden", &scene.sim, &settings(&scene.folder, ""));
    program.when(|status| status.next_walk_in_s.is_some_and(|wait| wait > 80_000)).await;
    // An operator's walk is refused again, which is no news.
    program.post("/v1/directory/walk", "").await;
    let before = scene.sim.list_requests();
    program.when(|status| status.next_walk_in_s.is_some()).await;
    assert!(scene.sim.list_requests() >= before);
    let log = program.log();
    let warned = log.lines().filter(|line| line.contains("WARN")).collect::<Vec<_>>();
    assert_eq!(warned.len(), 1, "{log}");
    assert!(warned[0].contains("give hubsoft.username the permission"), "{log}");
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_list_delays_no_call_and_no_stop() {
    let scene = Scene::before_start("silent").await;
    scene.sim.set_list_fault(Fault::Silent);
    scene.sim.set_table_fault(Fault::Silent);
    let mut program = Program::start("silent", &scene.sim, &settings(&scene.folder, ""));
    program.when(|status| status.activity == Activity::Walking).await;
    for index in 0..20 {
        let Some(phone) = scene.population.phone(index) else { continue };
        let start = Instant::now();
        let answer = program.ask(&phone).await;
        assert!(answer.contains("\"hubsoft\""), "{answer}");
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    }
    let (code, took) = program.stop();
    assert_eq!(code, Some(0), "{}", program.log());
    assert!(took < Duration::from_secs(3), "{took:?}");
    let _ = fs::remove_dir_all(&scene.folder);
}
