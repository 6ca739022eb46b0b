//! A server in the form of OpenAI's `POST /v1/audio/speech`, which many local engines copy.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde::Serialize;
use tokio::time::timeout;

use crate::domain::speech_text::Prepared;
use crate::runtime::secret::Secret;
use crate::sources::hubsoft;

use super::settings::SpeechServer;
use super::{EngineError, EngineFailure, SpeechEngine, SpokenWav, WAV_BYTES_MAX};

/// An engine that is a server.
pub(super) struct HttpEngine {
    client: Client,
    server: SpeechServer,
    limit: Duration,
    id: String,
}

/// The body of a request.
#[derive(Serialize)]
struct SpeechRequest<'a> {
    model: &'a str,
    input: &'a str,
    voice: &'a str,
    response_format: &'static str,
}

impl HttpEngine {
    pub(super) fn new(server: &SpeechServer, limit: Duration) -> Result<Self, EngineError> {
        hubsoft::provide_tls();
        let builder = Client::builder()
            .user_agent(concat!("bina/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            .no_proxy();
        // Plain http needs no CA certificates, and must not fail without them.
        let builder =
            if server.url.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        let client = builder.build().map_err(|error| connect(&error))?;
        let SpeechServer { url, model, voice, .. } = server;
        let id = format!("url {url} {model:?} {voice:?}");
        Ok(Self { client, server: server.clone(), limit, id })
    }

    async fn spoken(&self, text: &str) -> Result<Vec<u8>, EngineError> {
        let spoken = timeout(self.limit, self.requested(text)).await;
        spoken.unwrap_or_else(|_| Err(EngineError::timeout(self.limit)))
    }

    async fn requested(&self, text: &str) -> Result<Vec<u8>, EngineError> {
        let SpeechServer { url, model, voice, token } = &self.server;
        let body = SpeechRequest { model, input: text, voice, response_format: "wav" };
        // A text is JSON.
        let body = serde_json::to_string(&body).unwrap_or_default();
        let mut request =
            self.client.post(url.clone()).header("content-type", "application/json").body(body);
        if let Some(token) = token.as_ref().map(Secret::reveal) {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.map_err(|error| connect(&error))?;
        let status = response.status();
        if status != StatusCode::OK {
            return Err(refused(status));
        }
        let wav = body_of(response).await?;
        if wav.is_empty() {
            let text = "speech.url: the server's answer is empty: see its log";
            return Err(EngineError::new(EngineFailure::Empty, text));
        }
        Ok(wav)
    }
}

impl SpeechEngine for HttpEngine {
    fn speak<'a>(&'a self, text: &'a Prepared) -> SpokenWav<'a> {
        Box::pin(self.spoken(text.reveal()))
    }

    fn id(&self) -> &str {
        &self.id
    }
}

async fn body_of(mut response: Response) -> Result<Vec<u8>, EngineError> {
    let mut wav = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| connect(&error))? {
        if wav.len() + chunk.len() > WAV_BYTES_MAX {
            return Err(EngineError::size(WAV_BYTES_MAX));
        }
        wav.extend_from_slice(&chunk);
    }
    Ok(wav)
}

fn refused(status: StatusCode) -> EngineError {
    let remedy = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "check speech.token_file",
        StatusCode::NOT_FOUND => {
            "check the path of speech.url, usually /v1/audio/speech, and speech.model"
        }
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            "check speech.model and speech.voice"
        }
        _ => "see the server's log",
    };
    let text = format!("speech.url: the server answered {}: {remedy}", status.as_u16());
    EngineError::new(EngineFailure::Http, text)
}

/// The address may have a secret in it, so it is left out.
fn connect(error: &reqwest::Error) -> EngineError {
    let what = if error.is_connect() { "cannot be reached" } else { "broke off" };
    let text = format!("speech.url: the server {what}: see whether it runs and listens there");
    EngineError::new(EngineFailure::Connect, text)
}
