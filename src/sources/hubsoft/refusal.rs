//! Recognises a refusal for lack of a permission, which HubSoft may send with HTTP 200.

use crate::domain::alert_text::fold;

use super::loose::Loose;

/// Words of such a refusal, folded.
const NOT_PERMITTED: [&str; 5] =
    ["permissao", "permission", "nao autorizad", "unauthorized", "acesso negado"];

/// Returns whether the message of an answer says that a permission is missing.
pub(super) fn is_forbidden(message: &Loose) -> bool {
    let folded = fold(message.text().unwrap_or_default());
    NOT_PERMITTED.iter().any(|words| folded.contains(words))
}
