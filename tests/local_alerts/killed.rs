//! The real program, killed while it writes alerts: its file is whole at each start.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bina::simulator::Sim;
use bina::sources::alerts::{AlertChange, AlertListing};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::app::Reply;
use crate::program::Program;

const ROUNDS: u64 = 20;

/// Sends a request to a program that may end meanwhile; returns an answer only if it is whole.
async fn answer(address: std::net::SocketAddr, line: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let head = "Host: x\r\nConnection: close\r\nContent-Type: application/json\r\n";
    let request = format!("{line} HTTP/1.1\r\n{head}Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let reply = Reply::read(&answer);
    (reply.status == 200 && reply.body.ends_with('\n')).then_some(reply.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_loses_no_alert_that_was_confirmed() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let folder = std::env::temp_dir().join(format!("bina-alerts-killed-{}", std::process::id()));
    let settings = format!(
        "[service]\nstate_folder = \"{}\"\n[directory]\nenabled = false\n",
        folder.display()
    );
    let mut confirmed: Vec<String> = Vec::new();
    for round in 0..ROUNDS {
        let program = Program::start("alerts-killed", &sim, &settings);
        let listing: AlertListing =
            serde_json::from_str(&program.get("/v1/alerts").await).expect("a listing");
        let log = program.log();
        assert!(!log.contains("local alerts lost") && listing.problem.is_none(), "{log}");
        let ids: Vec<_> = listing.alerts.into_iter().map(|alert| alert.id).collect();
        assert!(
            confirmed.iter().all(|id| ids.contains(id)),
            "round {round}: {confirmed:?} {ids:?}"
        );
        let is_over = Arc::new(AtomicBool::new(false));
        let (flag, address) = (Arc::clone(&is_over), program.metrics);
        let adding = tokio::spawn(async move {
            let mut added = Vec::new();
            while !flag.load(Ordering::Relaxed) && added.len() < 8 {
                let body = r#"{"text":"Falha geral","everyone":true}"#;
                let Some(body) = answer(address, "POST /v1/alerts", body).await else { break };
                let change: AlertChange = serde_json::from_str(&body).expect("a change");
                added.push(change.alert.id);
            }
            added
        });
        sleep(Duration::from_millis(round * 7_919 % 60)).await;
        program.kill();
        is_over.store(true, Ordering::Relaxed);
        confirmed.extend(adding.await.expect("no panic"));
    }
    assert!(confirmed.len() > 10, "{}", confirmed.len());
    let _ = fs::remove_dir_all(&folder);
}
