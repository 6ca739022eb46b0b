//! Writes the request for a token and reads its answer; the secrets in both are overwritten.

use std::time::Duration;

use serde::de::MapAccess;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::domain::failure::Failure;
use crate::runtime::secret::Secret;
use crate::sources::reasons;

use super::json;
use super::loose::{Loose, Object, Scalar, skip, value};

/// Path of the token request, below the base URL.
pub(super) const TOKEN_PATH: &str = "oauth/token";
/// Assumed life of a token whose answer does not say.
const TOKEN_LIFE_UNSAID: Duration = Duration::from_secs(60 * 60);
/// Longest life believed, the documented 30 days; more could overflow a clock.
const TOKEN_LIFE_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Who asks for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCredentials {
    pub client_id: String,
    pub client_secret: Secret,
    pub username: String,
    pub password: Secret,
}

/// The body of a token request, overwritten when it has been sent.
pub(super) fn token_request(credentials: &ApiCredentials) -> Zeroizing<Vec<u8>> {
    /// What stands around the four texts.
    const FRAME_BYTES: usize = 128;
    /// What one byte becomes at most: `\u0000`.
    const ESCAPED_BYTES: usize = 6;
    /// As on HubSoft's page.
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
    // Room for whatever has to be escaped: a vector that grows leaves its old content behind.
    let texts = [request.client_id, request.client_secret, request.username, request.password];
    let letters: usize = texts.iter().map(|text| text.len()).sum();
    let mut body = Zeroizing::new(Vec::with_capacity(FRAME_BYTES + letters * ESCAPED_BYTES));
    serde_json::to_writer(&mut *body, &request).expect("texts, and a vector takes any of them");
    body
}

/// A token and how long it lives.
pub(super) struct Granted {
    pub(super) token: Secret,
    pub(super) life: Duration,
}

/// Reads the answer to a token request.
pub(super) fn granted(body: &[u8]) -> Result<Granted, Failure> {
    let reply: TokenReply = json::read(body)?;
    let Some(token) = reply.access_token.text() else {
        let refused = reply.status.text() == Some("error") || reply.error.text().is_some();
        let odd = reasons::INVALID_ANSWER.because("no access token");
        return Err(if refused { reasons::TOKEN.failure() } else { odd });
    };
    let seconds = reply.expires_in.text().and_then(|text| text.parse().ok());
    let life = seconds
        .filter(|seconds| *seconds >= 1.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Ok(Granted {
        token: Secret::new(token.to_owned()),
        life: life.unwrap_or(TOKEN_LIFE_UNSAID).min(TOKEN_LIFE_MAX),
    })
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
