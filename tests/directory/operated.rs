//! What an operator does with the directory at the operations listener.

use bina::simulator::{Fault, Sim};
use bina::sources::directory::DirectoryStatus;

use super::app::{self, Reply, TestApp};
use super::scene::Scene;

fn kinds(status: &DirectoryStatus) -> Vec<&str> {
    status.joins.iter().map(|joined| joined.kind.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_the_directory_is_json() {
    let scene = Scene::start("state").await;
    let walked = scene.walked().await;
    let (status, body) = scene.get("/v1/directory").await;
    assert_eq!(status, 200, "{body}");
    let shown: DirectoryStatus = serde_json::from_str(&body).expect("JSON");
    assert_eq!(kinds(&shown), kinds(&walked));
    let customers = |status: DirectoryStatus| status.generation.map(|it| it.customers);
    assert_eq!(customers(shown), customers(walked));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_is_started_on_request() {
    let scene = Scene::start("request").await;
    scene.walked().await;
    scene.walk_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cleared_directory_is_read_again() {
    let scene = Scene::start("clear").await;
    let before = scene.walked().await.generation.expect("it was read");
    scene.walk_again().await;
    assert_eq!(scene.post("/v1/directory/clear", "").await, (200, "cleared\n".to_owned()));
    let after = scene.walked().await.generation.expect("it was read again");
    assert_eq!((after.number, after.customers), (1, before.customers));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_purged_by_mistake_is_learnt_again() {
    let scene = Scene::start("undo").await;
    scene.walked().await;
    let phone = scene.phone();
    assert_eq!(scene.post("/v1/forget", &phone).await.0, 200);
    let learnt = "the next walk may learn the number again\n".to_owned();
    assert_eq!(scene.post("/v1/forget/undo", &phone).await, (200, learnt));
    let again = "the number was not forgotten\n".to_owned();
    assert_eq!(scene.post("/v1/forget/undo", &phone).await, (200, again));
    scene.walk_again().await;
    scene.sim.set_fault(Fault::HangUp);
    assert_eq!(scene.ask(&phone).await["source"], "directory");
}

#[tokio::test]
async fn a_directory_that_is_off_is_not_found() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    for request in [
        "GET /v1/directory",
        "POST /v1/directory/clear",
        "POST /v1/directory/walk",
        "POST /v1/forget/undo",
    ] {
        let request = format!(
            "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        );
        let reply = Reply::read(&app::exchange(app.metrics, request.as_bytes()).await);
        assert_eq!((reply.status, &*reply.body), (404, ""), "{request}");
    }
}
