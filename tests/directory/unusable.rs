//! State folders and files that cannot be used: the service starts, says so once, and reads the list.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use bina::simulator::Fault;

use crate::program::{Program, bina};
use crate::scene::{Scene, settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_used_leaves_the_directory_in_memory() {
    for name in ["file", "open", "foreign"] {
        let scene = Scene::before_start(&format!("unusable-{name}")).await;
        match name {
            "file" => fs::write(&scene.folder, "x").expect("a file"),
            _ => fs::create_dir(&scene.folder).expect("a folder"),
        }
        match name {
            "open" => {
                fs::set_permissions(&scene.folder, PermissionsExt::from_mode(0o777)).expect("set");
            }
            "foreign" => fs::create_dir(scene.folder.join("forgotten")).expect("a folder"),
            _ => {}
        }
        let program = Program::start(name, &scene.sim, &settings(&scene.folder, ""));
        let status = program.when(|status| status.generation.is_some()).await;
        assert!(status.folder.is_none() && status.file_problem.is_some(), "{name}: {status:?}");
        assert!(program.has_logged("directory in memory only"), "{name}: {}", program.log());
        let log = program.log();
        assert_eq!(log.matches("directory in memory only").count(), 1, "{name}: {log}");
        // Its files may have the number, and a restart may bring it back.
        let number = scene.phone();
        let (code, text) = program.post("/v1/forget", &number).await;
        assert!(code == 500 && text.contains("not on disk"), "{name}: {code} {text}");
        assert_eq!(program.post("/v1/forget/verify", &number).await.0, 500, "{name}");
        let _ = fs::remove_dir_all(&scene.folder).or_else(|_| fs::remove_file(&scene.folder));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_reported_once_removed_and_read_anew() {
    let scene = Scene::before_start("damaged").await;
    let settings = settings(&scene.folder, "");
    let program = Program::start("damaged", &scene.sim, &settings);
    program.when(|status| status.generation.is_some()).await;
    program.when(|status| status.next_walk_in_s.is_some()).await;
    program.kill();
    let path = scene.folder.join("directory.sealed");
    let mut bytes = fs::read(&path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("a file");
    let program = Program::start("damaged", &scene.sim, &settings);
    let status = program.when(|status| status.generation.is_some()).await;
    assert_eq!(status.generation.expect("one").customers, 1_000);
    assert!(program.has_logged("is not used"), "{}", program.log());
    let log = program.log();
    assert_eq!(log.matches("is not used").count(), 1, "{log}");
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_that_failed_stays_reported() {
    let scene = Scene::start("unsaved").await;
    scene.walked().await;
    let in_the_way = scene.folder.join("directory.sealed.new");
    fs::create_dir(&in_the_way).expect("a folder");
    scene.walk_again().await;
    let problem = scene.walked().await.file_problem;
    assert!(problem.is_some_and(|text| text.contains("directory.sealed")));
    fs::remove_dir(&in_the_way).expect("an empty folder");
    scene.walk_again().await;
    assert_eq!(scene.walked().await.file_problem, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_and_refused_tables_do_not_end_a_walk() {
    let scene = Scene::before_start("token").await;
    let scene = scene.restarted_with("page_rows = 10\n").await;
    scene.when(|status| status.walk.as_ref().is_some_and(|walk| walk.rows_done > 0)).await;
    scene.sim.void_tokens();
    let generation = scene.walked().await.generation.expect("one");
    assert_eq!((generation.customers, generation.is_whole), (1_000, true));
    scene.sim.set_table_fault(Fault::ServerError);
    scene.walk_again().await;
    let status = scene.walked().await;
    assert!(status.generation.is_some_and(|it| it.is_whole), "the list is what counts");
    assert!(status.joins.iter().any(|kind| kind.percent > 0.0), "the tables before are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn forgotten_numbers_that_were_lost_stay_reported_until_the_copy_is_removed() {
    let scene = Scene::before_start("lost").await;
    let settings = settings(&scene.folder, "");
    let mut program = Program::start("lost", &scene.sim, &settings);
    assert_eq!(program.post("/v1/forget", &scene.phone()).await.0, 200);
    assert_eq!(program.stop().0, Some(0));
    let text = fs::read_to_string(scene.folder.join("forgotten")).expect("a file");
    fs::write(scene.folder.join("forgotten"), text.replace("key ", "kex ")).expect("a file");
    for round in 1..=2 {
        let mut program = Program::start("lost", &scene.sim, &settings);
        let problem = program.status().await.file_problem;
        assert!(problem.is_some_and(|text| text.contains("forgotten.damaged")), "{round}");
        let (_, doctor) = bina(&program, &["doctor"]);
        assert!(doctor.contains("run `bina forget` again"), "{doctor}");
        assert_eq!(program.stop().0, Some(0));
        assert_eq!(program.log().contains("lost=\"unknown\""), round == 1, "{}", program.log());
    }
    fs::remove_file(scene.folder.join("forgotten.damaged")).expect("a copy");
    let program = Program::start("lost", &scene.sim, &settings);
    assert_eq!(program.status().await.file_problem, None);
    drop(program);
    let _ = fs::remove_dir_all(&scene.folder);
}
