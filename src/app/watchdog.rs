//! Tells systemd that the service is well, as long as it answers a check at the listener of calls.
//!
//! HubSoft is not requested for the check, so that a HubSoft that is down never restarts bina; a
//! process or a listener that is stuck does.

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

/// How long an answer may take; systemd gives up after ten seconds in all.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// Starts checking the listener at `address`, if systemd asks for it. It ends when dropped.
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
        match timeout(ANSWER_MAX, is_well(address, service.own_authorization())).await {
            Ok(Ok(true)) => systemd::pet_watchdog(),
            Ok(Ok(false)) => warn!("the service does not answer itself with 200"),
            Ok(Err(error)) => warn!("the service cannot reach itself at {address}: {error}"),
            Err(_) => warn!("the service does not answer itself within {ANSWER_MAX:?}"),
        }
    }
}

async fn is_well(address: SocketAddr, shown: Option<Secret>) -> std::io::Result<bool> {
    let shown = shown.map(|shown| format!("Authorization: {}\r\n", shown.reveal()));
    let shown = shown.unwrap_or_default();
    let request = format!("GET /v1/watchdog HTTP/1.0\r\n{shown}\r\n");
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer).await?;
    let well = answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200");
    Ok(well && answer.ends_with(b"\"end\":\"1\"}"))
}
