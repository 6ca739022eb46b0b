//! Requests to the operations listener of the running service.

use std::fmt::Display;
use std::net::SocketAddr;

use reqwest::{RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;

use crate::app::config::Config;
use crate::app::own_address;
use crate::runtime::language::Text;
use crate::runtime::secret::Secret;
use crate::sources::sentences::in_both;

use super::{Failed, error_texts as texts, plain_client};

/// Reads the JSON of an answer; that of another version is an error.
pub(super) fn read_answer<T: DeserializeOwned>(answer: &str) -> Result<T, Failed> {
    serde_json::from_str(answer)
        .map_err(|error| Failed::runtime(texts::UNREADABLE_ANSWER.message(&[("error", &error)])))
}

/// Encodes every byte, so that none means anything in a query or a form.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The operations listener of one service.
pub(super) struct Operation {
    address: SocketAddr,
    credential: Option<Secret>,
}

impl Operation {
    /// The listener that `config` names. `off` says what to do if there is none.
    pub(super) fn of(config: &Config, off: Text) -> Result<Self, Failed> {
        let Some(address) = config.metrics else {
            return Err(Failed::configuration(off));
        };
        let credential = config.access.credentials.own().cloned();
        Ok(Self { address: own_address(address), credential })
    }

    /// The listener that reports the state of the service: that of operations, or that of calls.
    pub(super) fn probed(config: &Config) -> Self {
        let address = own_address(config.metrics.unwrap_or(config.http));
        Self { address, credential: config.access.credentials.own().cloned() }
    }

    /// Whether anything listens there.
    pub(super) async fn is_reachable(&self) -> bool {
        TcpStream::connect(self.address).await.is_ok()
    }

    pub(super) async fn get(&self, path: &str) -> Result<String, Failed> {
        self.send(|client, url| client.get(url), path).await
    }

    pub(super) async fn post(&self, path: &str, body: &str) -> Result<String, Failed> {
        self.send(|client, url| client.post(url).body(body.to_owned()), path).await
    }

    pub(super) async fn post_json(&self, path: &str, body: &str) -> Result<String, Failed> {
        let request = |client: reqwest::Client, url| {
            client.post(url).header("Content-Type", "application/json").body(body.to_owned())
        };
        self.send(request, path).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<String, Failed> {
        self.send(|client, url| client.delete(url), path).await
    }

    async fn send(
        &self,
        request: impl FnOnce(reqwest::Client, String) -> RequestBuilder,
        path: &str,
    ) -> Result<String, Failed> {
        let address = self.address;
        let (status, body) = self.answer(request, path).await.map_err(|error| {
            let error = error.without_url();
            let parts: [(&str, &dyn Display); 2] = [("address", &address), ("error", &error)];
            Failed::runtime(texts::UNREACHABLE.message(&parts))
        })?;
        match status {
            StatusCode::OK => Ok(body),
            // What was typed is wrong, which the service knows better than the command line does.
            StatusCode::BAD_REQUEST if !body.trim().is_empty() => {
                Err(Failed::configuration(in_both(body.trim_end())))
            }
            StatusCode::NOT_FOUND if path.starts_with("/v1/alerts") && body.trim().is_empty() => {
                Err(Failed::runtime(texts::ALERTS_MISSING.message(&[("address", &address)])))
            }
            StatusCode::NOT_FOUND if body.trim().is_empty() => {
                Err(Failed::runtime(texts::DIRECTORY_MISSING.message(&[("address", &address)])))
            }
            _ if body.trim().is_empty() => {
                let parts: [(&str, &dyn Display); 2] = [("address", &address), ("status", &status)];
                Err(Failed::runtime(texts::REFUSED.message(&parts)))
            }
            _ => Err(Failed::runtime(in_both(body.trim_end()))),
        }
    }

    /// Plain HTTP is always permitted from this machine, also when TLS is required of others.
    async fn answer(
        &self,
        request: impl FnOnce(reqwest::Client, String) -> RequestBuilder,
        path: &str,
    ) -> reqwest::Result<(StatusCode, String)> {
        let request = request(plain_client()?, format!("http://{}{path}", self.address));
        let request = match &self.credential {
            Some(credential) => request.header("Authorization", credential.reveal()),
            None => request,
        };
        let answer = request.send().await?;
        Ok((answer.status(), answer.text().await?))
    }
}
