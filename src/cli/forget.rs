//! `bina forget`: purges a number from the running service, at a customer's request.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::anyhow;

use crate::app::config::Config;
use crate::app::own_address;
use crate::runtime::secret::Secret;

use super::{Failed, plain_client, print_line};

/// Purges `number` from the service that the file at `path` configures.
pub(super) async fn run(path: &Path, number: &str) -> Result<(), Failed> {
    let config = Config::load(path)?;
    let Some(address) = config.metrics else {
        let text = "listen.metrics is `off`, and the request goes there: restart the service \
                    instead, which empties its cache";
        return Err(Failed::Configuration(anyhow!(text)));
    };
    let result = purge(own_address(address), number, config.access.credentials.own()).await;
    let body = result.map_err(|error| {
        let error = error.without_url();
        Failed::Runtime(anyhow!(
            "cannot reach bina at `{address}` ({error}): start it with `systemctl start bina`"
        ))
    })?;
    print_line(body.trim_end());
    Ok(())
}

async fn purge(
    address: SocketAddr,
    number: &str,
    credential: Option<&Secret>,
) -> reqwest::Result<String> {
    let body: String =
        number.bytes().fold("number=".to_owned(), |body, byte| format!("{body}%{byte:02X}"));
    // Plain HTTP is always permitted from this machine, also when TLS is required of others.
    let request = plain_client()?.post(format!("http://{address}/v1/forget")).body(body);
    let request = match credential {
        Some(credential) => request.header("Authorization", credential.reveal()),
        None => request,
    };
    request.send().await?.error_for_status()?.text().await
}
