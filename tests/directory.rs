//! The directory from the list to a call: filled ahead, used when HubSoft does not answer, kept on disk.

mod app;
#[path = "directory/bench.rs"]
mod bench;
#[path = "directory/canaries.rs"]
mod canaries;
#[path = "directory/continued.rs"]
mod continued;
#[path = "directory/corrected.rs"]
mod corrected;
#[path = "directory/forgetting.rs"]
mod forgetting;
#[path = "directory/killed.rs"]
mod killed;
#[path = "directory/mistaken.rs"]
mod mistaken;
#[path = "directory/moved.rs"]
mod moved;
#[path = "directory/operated.rs"]
mod operated;
#[path = "directory/program.rs"]
mod program;
#[path = "directory/refused.rs"]
mod refused;
#[path = "directory/reloaded.rs"]
mod reloaded;
#[path = "directory/scene.rs"]
mod scene;
#[path = "directory/sharing.rs"]
mod sharing;
#[path = "directory/unusable.rs"]
mod unusable;

use bina::simulator::{Fault, ListFault};

use self::scene::{CALLERS, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn callers_are_recognised_when_hubsoft_is_dead() {
    let scene = Scene::start("dead").await;
    scene.walked().await;
    scene.sim.set_fault(Fault::HangUp);
    for index in CALLERS {
        let Some(phone) = scene.population.phone(index) else { continue };
        let answer = scene.ask(&phone).await;
        if scene.population.shares_phone_with(index).is_some() {
            assert_eq!(answer["matches"], "2", "customer {index}");
            continue;
        }
        assert_eq!(answer["status"], "found", "customer {index}: {answer:?}");
        assert_eq!(answer["source"], "directory");
        assert_eq!(answer["codigo_cliente"], scene.population.code(index).to_string());
        assert_eq!((&*answer["alerta"], &*answer["nome"], &*answer["prompt"]), ("0", "", ""));
    }
    let unknown = scene.ask("11911110000").await;
    assert_eq!((&*unknown["status"], &*unknown["source"]), ("not_found", "directory"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_recognises_callers_without_hubsoft() {
    let scene = Scene::start("restart").await;
    scene.walked().await;
    scene.sim.set_fault(Fault::HangUp);
    let scene = scene.restarted().await;
    scene.opened().await;
    let phone = scene.phone();
    assert_eq!(scene.ask(&phone).await["source"], "directory");
    assert_eq!(scene.status().last_walk, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_number_is_gone_from_memory_and_disk_and_stays_away() {
    let scene = Scene::start("forget").await;
    scene.walked().await;
    let phone = scene.phone();
    assert_eq!(scene.post("/v1/forget", &phone).await, (200, "forgotten\n".to_owned()));
    let (status, traces) = scene.post("/v1/forget/verify", &phone).await;
    assert_eq!(status, 200, "{traces}");
    scene.walk_again().await;
    let (status, traces) = scene.post("/v1/forget/verify", &phone).await;
    assert_eq!(status, 200, "{traces}");
    scene.sim.set_fault(Fault::HangUp);
    assert_eq!(scene.ask(&phone).await["status"], "unavailable");
    let scene = scene.restarted().await;
    scene.opened().await;
    assert_eq!(scene.ask(&phone).await["status"], "unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_permission_calls_are_answered_and_the_remedy_is_reported() {
    let scene = Scene::before_start("refused").await;
    scene.sim.set_list_faults(vec![ListFault::ForbiddenList]);
    let scene = scene.restarted().await;
    let status = scene.when(|status| status.last_walk.is_some()).await;
    let last = status.last_walk.expect("it ended");
    assert!(last.contains("permission"), "{last}");
    assert_eq!(scene.ask(&scene.phone()).await["source"], "hubsoft");
}
