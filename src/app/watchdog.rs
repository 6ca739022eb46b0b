//! Pets systemd's watchdog while the service answers a check at the listener for calls.
//!
//! The check does not contact HubSoft, so an outage of HubSoft never restarts bina; a process or
//! listener that hangs does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};
use tracing::warn;

use crate::runtime::secret::Secret;
use crate::runtime::systemd;
use crate::runtime::tasks::{Task, Tasks};

use super::listeners::own_address;
use super::service::Service;

/// Longest wait for an answer; systemd's limit is ten seconds.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// Starts checking the listener at `address` if systemd has enabled the watchdog. Dropping the task
/// ends it.
pub(super) fn start(tasks: &Tasks, address: SocketAddr, service: &Arc<Service>) -> Option<Task> {
    let pace = systemd::watchdog()? / 3;
    let own = own_address(address);
    let service = Arc::clone(service);
    Some(tasks.start("watchdog", move || watch(own, Arc::clone(&service), pace)))
}

async fn watch(address: SocketAddr, service: Arc<Service>, pace: Duration) {
    let mut pace = interval(pace);
    loop {
        pace.tick().await;
        match timeout(ANSWER_MAX, is_healthy(address, service.own_authorization())).await {
            Ok(Ok(true)) => systemd::pet_watchdog(),
            Ok(Ok(false)) => warn!("watchdog check failed: the answer is not a complete 200"),
            Ok(Err(error)) => warn!("watchdog check failed: cannot reach {address}: {error}"),
            Err(_) => warn!("watchdog check failed: no answer within {ANSWER_MAX:?}"),
        }
    }
}

async fn is_healthy(address: SocketAddr, credential: Option<Secret>) -> std::io::Result<bool> {
    let header = credential.map(|secret| format!("Authorization: {}\r\n", secret.reveal()));
    let header = header.unwrap_or_default();
    let request = format!("GET /v1/watchdog HTTP/1.0\r\n{header}\r\n");
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer).await?;
    let is_ok = answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200");
    Ok(is_ok && answer.ends_with(b"\"end\":\"1\"}"))
}
