//! Serialises the token request and parses its answer; the secrets in both are wiped.

use std::time::Duration;

use serde::de::MapAccess;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::domain::failure::Failure;
use crate::runtime::secret::Secret;
use crate::sources::reasons::{self, RefusedCredentials};

use super::json;
use super::loose::{Loose, Object, Scalar, skip, value};

/// Path of the token request, below the base URL.
pub(super) const TOKEN_PATH: &str = "oauth/token";
/// Assumed life of a token without `expires_in`.
const TOKEN_LIFE_DEFAULT: Duration = Duration::from_secs(60 * 60);
/// Maximum life, the documented 30 days; more could overflow a clock.
const TOKEN_LIFE_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The credentials for a token request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCredentials {
    pub client_id: String,
    pub client_secret: Secret,
    pub username: String,
    pub password: Secret,
}

/// Returns the body of a token request, which is wiped when it has been sent.
pub(super) fn token_request(credentials: &ApiCredentials) -> Zeroizing<Vec<u8>> {
    /// Bytes around the four texts.
    const FRAME_BYTES: usize = 128;
    /// Maximum bytes of an escaped byte: `\u0000`.
    const ESCAPED_BYTES: usize = 6;
    /// As in the HubSoft documentation.
    #[derive(Serialize)]
    struct TokenRequest<'a> {
        grant_type: &'a str,
        client_id: &'a str,
        client_secret: &'a str,
        username: &'a str,
        password: &'a str,
    }
    let request = TokenRequest {
        grant_type: "password",
        client_id: &credentials.client_id,
        client_secret: credentials.client_secret.reveal(),
        username: &credentials.username,
        password: credentials.password.reveal(),
    };
    // Enough capacity for all escapes: a vector that grows leaves its old content in memory.
    let texts = [request.client_id, request.client_secret, request.username, request.password];
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let mut body = Zeroizing::new(Vec::with_capacity(FRAME_BYTES + bytes * ESCAPED_BYTES));
    serde_json::to_writer(&mut *body, &request).expect("text can be serialised into a vector");
    body
}

/// A token and how long it lives.
pub(super) struct Granted {
    pub(super) token: Secret,
    pub(super) life: Duration,
}

/// Parses the answer to a token request.
pub(super) fn granted(body: &[u8]) -> Result<Granted, Failure> {
    let reply: TokenReply = json::read(body)?;
    let Some(token) = reply.access_token.text() else {
        let is_refusal = reply.status.text() == Some("error") || reply.error.text().is_some();
        let invalid = reasons::INVALID_ANSWER.because("no access token");
        return Err(if is_refusal { refusal(&reply) } else { invalid });
    };
    let seconds = reply.expires_in.text().and_then(|text| text.parse().ok());
    let life = seconds
        .filter(|seconds| *seconds >= 1.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Ok(Granted {
        token: Secret::new(token.to_owned()),
        life: life.unwrap_or(TOKEN_LIFE_DEFAULT).min(TOKEN_LIFE_MAX),
    })
}

/// The refusal that the body of an error contains; none if it names no reason.
pub(super) fn refused(body: &[u8]) -> Option<Failure> {
    let reply: TokenReply = json::read(body).ok()?;
    reply.error.text().map(|_| refusal(&reply))
}

/// Names the refused credentials by the words of OAuth, and the older one of its library for PHP.
fn refusal(reply: &TokenReply) -> Failure {
    match reply.error.text() {
        Some("invalid_client" | "unauthorized_client") => RefusedCredentials::Client.failure(),
        Some("invalid_grant" | "invalid_credentials") => RefusedCredentials::User.failure(),
        _ => reasons::TOKEN.failure(),
    }
}

#[derive(Default)]
struct TokenReply {
    access_token: Loose,
    error: Loose,
    expires_in: Loose,
    status: Loose,
}

impl Drop for TokenReply {
    fn drop(&mut self) {
        if let Loose::Scalar(Scalar::Text(token)) = &mut self.access_token {
            token.zeroize();
        }
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum TokenKey {
    AccessToken,
    Error,
    ExpiresIn,
    Status,
    #[serde(other)]
    Other,
}

impl Object for TokenReply {
    type Key = TokenKey;

    fn set<'de, A: MapAccess<'de>>(&mut self, key: TokenKey, from: &mut A) -> Result<(), A::Error> {
        match key {
            TokenKey::AccessToken => self.access_token = value(from)?,
            TokenKey::Error => self.error = value(from)?,
            TokenKey::ExpiresIn => self.expires_in = value(from)?,
            TokenKey::Status => self.status = value(from)?,
            TokenKey::Other => skip(from)?,
        }
        Ok(())
    }
}
