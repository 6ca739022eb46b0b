//! The directory across reloads: kept where its content is valid, and otherwise closed for good.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bina::app::App;
use bina::app::config::Config;
use bina::simulator::Sim;
use bina::sources::directory::{Activity, Directory, DirectoryStatus};
use bina::sources::source::SightingStore;
use tokio::time::sleep;

use crate::app;
use crate::scene::{Scene, settings};

fn config(sim: &Sim, settings: &str) -> Config {
    app::config(&format!("{}{settings}", app::connection(sim)))
}

fn directory(app: &App) -> Arc<Directory> {
    Arc::clone(app.directory().expect("it is on"))
}

async fn when(app: &App, is_it: impl Fn(&DirectoryStatus) -> bool) -> DirectoryStatus {
    let start = Instant::now();
    loop {
        let status = directory(app).status();
        if is_it(&status) {
            return status;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{status:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

async fn walked(app: &App) -> DirectoryStatus {
    when(app, |status| status.next_walk_in_s.is_some() && status.generation.is_some()).await
}

fn name(directory: &Directory, phone: &str) -> String {
    let sighting = directory.recall(&app::key(phone), Instant::now());
    let sighting = sighting.expect("he is known");
    sighting.record.identity().map(|customer| customer.name().to_owned()).unwrap_or_default()
}

/// A service that has read the list, and its settings.
async fn started(scene: &Scene, more: &str) -> (App, String) {
    let settings = settings(&scene.folder, more);
    let app = App::build(&config(&scene.sim, &settings), None).expect("a client");
    walked(&app).await;
    (app, settings)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_does_not_concern_it_keeps_the_directory() {
    let scene = Scene::before_start("rules").await;
    let (app, settings) = started(&scene, "").await;
    let requests = scene.sim.list_requests();
    for more in ["page_rows = 50\n", "walk_at = \"04:00\"\n", "duty_percent = 7\n"] {
        let settings = settings.replace("duty_percent = 100\n", more);
        let next = App::build(&config(&scene.sim, &settings), Some(&app)).expect("a client");
        assert!(Arc::ptr_eq(&directory(&app), &directory(&next)), "{more}");
    }
    let rules = format!("{settings}{}", app::RULES);
    let next = App::build(&config(&scene.sim, &rules), Some(&app)).expect("a client");
    assert!(Arc::ptr_eq(&directory(&app), &directory(&next)));
    assert_eq!(scene.sim.list_requests(), requests);
    remove(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_time_of_the_nightly_walk_counts_at_once() {
    let scene = Scene::before_start("time").await;
    let (app, settings) = started(&scene, "").await;
    let before = walked(&app).await.next_walk_in_s.expect("it waits");
    let later = settings.replace("duty_percent = 100\n", "walk_at = \"04:00\"\n");
    let next = App::build(&config(&scene.sim, &later), Some(&app)).expect("a client");
    when(&next, |status| status.next_walk_in_s.is_some_and(|wait| wait.abs_diff(before) > 1_000))
        .await;
    remove(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_leave_memory_and_disk_when_they_are_switched_off() {
    let scene = Scene::before_start("names").await;
    let (first, settings) = started(&scene, "names = true\n").await;
    let phone = scene.phone();
    assert_ne!(name(&directory(&first), &phone), "");
    let without = settings.replace("names = true", "names = false");
    let second = App::build(&config(&scene.sim, &without), Some(&first)).expect("a client");
    when(&second, |status| status.generation.is_some()).await;
    assert_eq!(name(&directory(&second), &phone), "");
    drop(first);
    let requests = scene.sim.list_requests();
    // Whoever switches them on again finds none in the file.
    let third = App::build(&config(&scene.sim, &settings), Some(&second)).expect("a client");
    when(&third, |status| status.generation.is_some()).await;
    if scene.sim.list_requests() == requests {
        assert_eq!(name(&directory(&third), &phone), "");
    }
    remove(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_directory_leaves_its_folder_to_the_next_though_a_call_still_has_it() {
    let scene = Scene::before_start("freed").await;
    let (first, settings) = started(&scene, "").await;
    let held = directory(&first);
    let off = settings.replace("enabled = true", "enabled = false");
    let second = App::build(&config(&scene.sim, &off), Some(&first)).expect("a client");
    assert!(second.directory().is_none());
    let third = App::build(&config(&scene.sim, &settings), Some(&second)).expect("a client");
    let status = when(&third, |status| status.generation.is_some()).await;
    assert_eq!(status.file_problem, None);
    assert!(status.folder.is_some());
    drop((held, first));
    remove(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_directory_writes_and_removes_nothing() {
    let scene = Scene::before_start("closed").await;
    let (first, settings) = started(&scene, "").await;
    let held = directory(&first);
    let other = settings.replace("enabled = true\n", "enabled = true\nnames = true\n");
    let second = App::build(&config(&scene.sim, &other), Some(&first)).expect("a client");
    walked(&second).await;
    held.clear().await.expect_err("it is closed");
    held.forget(&app::phone(&scene.phone())).await.expect_err("it is closed");
    let path = scene.folder.join("directory.sealed");
    assert!(path.exists(), "it is the other one's");
    let status = directory(&second).status();
    assert_eq!((status.forgotten, status.file_problem), (0, None));
    remove(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_secret_or_address_reads_the_list_again_in_the_same_folder() {
    let scene = Scene::before_start("secret").await;
    let (mut app, settings) = started(&scene, "").await;
    let phone = app::phone(&scene.phone());
    directory(&app).forget(&phone).await.expect("on disk");
    let text = format!("{}{settings}", app::connection(&scene.sim));
    let secret = format!("client_secret = \"{}\"", scene.sim.credentials().client_secret);
    let address = scene.sim.base_url();
    for other in [
        text.replace(&secret, "client_secret = \"outro\""),
        text.replace(&address, &address.replace("127.0.0.1", "localhost")),
    ] {
        let next = App::build(&app::config(&other), Some(&app)).expect("a client");
        // With a wrong secret, HubSoft does not answer.
        let status = when(&next, |status| status.activity != Activity::Opening).await;
        assert!(status.generation.is_none(), "{status:?}");
        assert!(status.folder.is_some() && status.forgotten == 1, "{status:?}");
        app = next;
    }
    remove(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn forgotten_numbers_come_along_to_another_folder() {
    let scene = Scene::before_start("moved").await;
    let (first, settings) = started(&scene, "").await;
    let phone = app::phone(&scene.phone());
    directory(&first).forget(&phone).await.expect("on disk");
    let path = scene.folder.display().to_string();
    let moved = settings.replace(&path, &format!("{path}-moved"));
    let second = App::build(&config(&scene.sim, &moved), Some(&first)).expect("a client");
    let status = walked(&second).await;
    assert_eq!(status.forgotten, 1);
    let traces = directory(&second).traces(&phone).await.expect("no bug");
    assert!(traces.iter().all(|(is_left, _)| !is_left), "{traces:?}");
    let _ = std::fs::remove_dir_all(format!("{path}-moved"));
    remove(&scene);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_during_a_walk_ends_the_walk_of_before() {
    let scene = Scene::before_start("ended").await;
    scene.slow_pages(50);
    let settings = settings(&scene.folder, "page_rows = 10\n");
    let mut app = App::build(&config(&scene.sim, &settings), None).expect("a client");
    let tasks = format!("{:?}", app.tasks());
    for round in 0..6 {
        when(&app, |status| status.walk.as_ref().is_some_and(|walk| walk.rows_done > 0)).await;
        let names = format!("{settings}names = {}\n", round % 2 == 0);
        app = App::build(&config(&scene.sim, &names), Some(&app)).expect("a client");
        sleep(Duration::from_millis(20)).await;
    }
    scene.sim.set_list_faults(Vec::new());
    let generation = walked(&app).await.generation.expect("one");
    assert_eq!((generation.number, generation.customers), (1, 1_000));
    let off = settings.replace("enabled = true", "enabled = false");
    let last = App::build(&config(&scene.sim, &off), Some(&app)).expect("a client");
    drop(app);
    let before = scene.sim.list_requests();
    sleep(Duration::from_millis(300)).await;
    assert_eq!(scene.sim.list_requests(), before);
    // The next task that starts removes the ended ones from the count.
    let again = App::build(&config(&scene.sim, &settings), Some(&last)).expect("a client");
    assert_eq!(format!("{:?}", again.tasks()), tasks);
    remove(&scene);
}

fn remove(scene: &Scene) {
    let _ = std::fs::remove_dir_all(&scene.folder);
}
