//! A HubSoft that refuses the list, the tables or every answer, and the real program in front of it.

use std::fs;
use std::time::{Duration, Instant};

use bina::simulator::{Fault, ListFault};
use bina::sources::directory::Activity;

use crate::program::{Program, bina};
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
    assert!(program.has_logged("WARN"), "{}", program.log());
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

#[tokio::test(flavor = "multi_thread")]
async fn the_command_fails_when_the_walk_is_refused_or_not_whole() {
    let scene = Scene::before_start("exits").await;
    let program = Program::start("exits", &scene.sim, &settings(&scene.folder, ""));
    program.when(|status| status.next_walk_in_s.is_some_and(|wait| wait > 0)).await;
    for (fault, reason) in [
        (ListFault::MissingRows { page: 1, rows: 3 }, "997 of 1000 customers"),
        (ListFault::ForbiddenList, "permission"),
    ] {
        scene.sim.set_list_faults(vec![fault]);
        let (code, text) = bina(&program, &["directory", "walk"]);
        assert!(code == 1 && text.contains(reason), "{code} {text}");
    }
    let (_, text) = bina(&program, &["doctor"]);
    let line = text.lines().find(|line| line.contains(" directory ")).expect("a line");
    assert!(line.starts_with("warning") && line.contains("permission"), "{text}");
    scene.sim.set_list_faults(Vec::new());
    let (code, text) = bina(&program, &["directory", "walk"]);
    assert!(code == 0 && text.contains("next walk: 20"), "{code} {text}");
    assert_eq!(bina(&program, &["directory", "walk", "--json"]).0, 2);
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn forbidden_tables_are_one_line_with_the_remedy_and_differ_from_names_that_do_not_fit() {
    let scene = Scene::before_start("tables").await;
    scene.sim.set_list_faults(vec![ListFault::ForbiddenTables]);
    let program = Program::start("tables", &scene.sim, &settings(&scene.folder, ""));
    program.when(|status| status.generation.is_some()).await;
    let (code, text) = bina(&program, &["directory", "walk"]);
    assert_eq!(code, 0, "{text}");
    let status = program.status().await;
    assert!(status.joins.iter().all(|kind| kind.is_forbidden), "{:?}", status.joins);
    assert!(program.has_logged("WARN"), "{}", program.log());
    let log = program.log();
    let warned = log.lines().filter(|line| line.contains("WARN")).collect::<Vec<_>>();
    assert!(warned.len() == 1 && warned[0].contains("box, city, district"), "{log}");
    let (_, text) = bina(&program, &["doctor"]);
    assert!(text.contains("read the table of the kind `city`"), "{text}");
    scene.sim.set_list_faults(Vec::new());
    assert_eq!(bina(&program, &["directory", "walk"]).0, 0);
    assert!(program.status().await.joins.iter().all(|kind| !kind.is_forbidden));
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_during_the_walk() {
    let scene = Scene::before_start("counted").await;
    scene.slow_pages(50);
    let scene = scene.restarted_with("page_rows = 10\n").await;
    scene.when(|status| status.walk.as_ref().is_some_and(|walk| walk.rows_done >= 30)).await;
    let (_, page) = scene.get("/metrics").await;
    assert_eq!(scene.status().generation, None, "it is under way");
    let counted = page.lines().find_map(|line| line.strip_prefix("bina_directory_requests_total "));
    let counted: u64 = counted.expect("a line").parse().expect("a number");
    assert!(counted >= 3, "{counted}");
}
