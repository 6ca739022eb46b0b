//! Recognises a refusal, which HubSoft may send with HTTP 200.

use crate::domain::alert_text::fold;
use crate::domain::failure::Failure;
use crate::sources::reasons;

use super::loose::Loose;

/// Words of a refusal for lack of a permission, folded.
const NOT_PERMITTED: [&str; 5] =
    ["permissao", "permission", "nao autorizad", "unauthorized", "acesso negado"];

/// Fails unless the status of an answer is success. `name` is what was requested.
pub(super) fn check(status: &Loose, message: &Loose, name: &'static str) -> Result<(), Failure> {
    match status.text() {
        Some("success") => Ok(()),
        Some(_) if is_forbidden(message) => Err(reasons::PERMISSION.because(name)),
        Some(_) => Err(reasons::REFUSED.failure()),
        None => Err(reasons::INVALID_ANSWER.because("no status")),
    }
}

fn is_forbidden(message: &Loose) -> bool {
    let folded = fold(message.text().unwrap_or_default());
    NOT_PERMITTED.iter().any(|words| folded.contains(words))
}
