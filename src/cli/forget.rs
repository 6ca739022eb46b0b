//! `bina forget`: has the running service forget a number, as a customer may ask.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::anyhow;

use crate::app::config::Config;
use crate::app::own_address;
use crate::runtime::secret::Secret;

use super::{Failed, plain_client, say};

/// Tells the service that the file at `path` describes to forget `number`.
pub(super) async fn run(path: &Path, number: &str) -> Result<(), Failed> {
    let config = Config::load(path)?;
    let Some(address) = config.metrics else {
        let text = "the service is told at listen.metrics, which is off: restart it instead, \
                    its memory is empty then";
        return Err(Failed::Configuration(anyhow!(text)));
    };
    let told = tell(own_address(address), number, config.access.credentials.own()).await;
    let told = told.map_err(|error| {
        let error = error.without_url();
        Failed::Runtime(anyhow!("cannot reach bina at {address} ({error}): is it running?"))
    })?;
    say(told.trim_end());
    Ok(())
}

async fn tell(
    address: SocketAddr,
    number: &str,
    shown: Option<&Secret>,
) -> reqwest::Result<String> {
    let body: String =
        number.bytes().fold("number=".to_owned(), |body, byte| format!("{body}%{byte:02X}"));
    // Plain, as this machine may, whatever others have to speak.
    let request = plain_client()?.post(format!("http://{address}/v1/forget")).body(body);
    let request = match shown {
        Some(shown) => request.header("Authorization", shown.reveal()),
        None => request,
    };
    request.send().await?.error_for_status()?.text().await
}
